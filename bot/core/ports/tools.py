"""What tools need from the outside: a journal of their calls, and what was said while they ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.core.domain.message import Place

if TYPE_CHECKING:
    from bot.core.domain.message import IncomingMessage, Message


class ToolCallState(StrEnum):
    """How a call of a tool stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolCallEntry:
    """A call as the journal keeps it: no argument, only a hash of all of them. `turn` is the turn's reference.

    `is_write`: it changes something that stays.
    """

    place: Place
    turn: str
    call: str
    tool: str
    arguments_hash: str
    begun_at: datetime
    is_write: bool = False


class ToolJournal(Protocol):
    """Keeps each call before it runs, so that another try of the turn knows of it."""

    async def begin(self, entry: ToolCallEntry) -> ToolCallState | None:
        """Keep a call that is about to run; return how an earlier try left it, None where there was none.

        One that writes is the same as any of the turn with the same arguments that did not fail.
        """

    async def end(self, entry: ToolCallEntry, state: ToolCallState) -> None:
        """Keep how a call ended."""


class Arrivals(Protocol):
    """Looks for what the asker has said in a thread since a question."""

    async def __call__(self, question: IncomingMessage) -> tuple[Message, ...]:
        """Return the asker's own messages that wait behind a question and are for the bot, in their order.

        None with files, and none of someone else.
        """
