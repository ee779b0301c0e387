"""A large language model: what it is asked, what it answers, what a call cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel

from bot.calls import Call, Purpose
from bot.core.domain.attachment import Attachment
from bot.core.domain.message import Role
from bot.core.domain.settings import DEFAULTS, ChannelSettings, Creativity

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

Filled = TypeVar("Filled", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a request to the model. Turns alternate, and the first is the user's; only the user's attach."""

    role: Role
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model.

    `settings` are the channel's; its instructions are trusted because an admin wrote them, and all that people typed is
    in `turns`. `max_output` is in tokens, thinking included. `person` is an opaque id. `creativity` is what suits the
    purpose, where the channel has set nothing else.
    """

    purpose: Purpose
    turns: Sequence[Turn]
    max_output: int
    person: str
    settings: ChannelSettings = DEFAULTS
    creativity: Creativity = Creativity.MEDIUM


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote. `truncated`: the output limit cut it short."""

    text: str
    truncated: bool
    call: Call


class Model(Protocol):
    """A large language model."""

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Tell how many tokens of input fit beside `max_output` tokens of output, with the channel's model.

        Prompts, ours and the channel's, are already taken off.
        """

    async def offered(self) -> Mapping[str, str]:
        """Return the models that can be chosen: their names by their ids. Takes two seconds at most; never raises."""

    def faults(self, settings: ChannelSettings) -> Mapping[str, str]:
        """Tell which settings the channel's model does not take, and why, by the setting's name; none: all apply."""

    async def write(
        self,
        request: Request,
        sink: Callable[[str], None],
        think: Callable[[str], None] | None = None,
        halt: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text; `sink` gets each piece as soon as the model gives it, `think` each piece of thinking.

        Settings that the model does not take are left out. Retries by itself, within one deadline, as long as `sink`
        has got nothing.
        Raises a `ModelError`, whose `partial` is what `sink` got; `ModelStoppedError` as soon as `halt` is set.
        """

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form that the API holds the model to. Raises a `ModelError`."""

    def successor(self, model: str) -> str:
        """Return the replacement of a model that has retired, by their ids, "" for any other."""

    def price(
        self, input_tokens: int, output_tokens: int, settings: ChannelSettings = DEFAULTS, *, is_batch: bool = False
    ) -> float | None:
        """Tell what so many tokens cost in dollars with the channel's model; None where its price is unknown."""

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Tell what a request costs at most, in millionths of a dollar; None where the model's price is unknown.

        Its input is estimated on the high side. Tries that the API bills and that fail come on top.
        """

    async def submit(
        self,
        requests: Mapping[str, Request],
        form: type[BaseModel],
        *,
        since: datetime | None = None,
        taken: Collection[str] = (),
    ) -> str:
        """Hand in requests, under names of ours, to be answered in the model's own time; return the batch's id.

        With `since`, a batch handed in since then is returned instead that has these names, or may have them as long
        as it is under way and is not one of those `taken`. Raises a `ModelError`.
        """

    async def cancel(self, batch: str) -> None:
        """Let the model do no more of a batch; one that is done stays. Raises a `ModelError`."""

    async def collect(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms by their names, None for one that failed; None while it is not done.

        `like` is what its requests have in common. Raises a `ModelError`.
        """
