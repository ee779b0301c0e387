"""What an answer in rounds has come to, as the turn's checkpoint keeps it for another try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.calls import Call
from bot.core.domain.message import Message
from bot.core.domain.tool import Round, SourceLink, Step, ToolCall

if TYPE_CHECKING:
    from bot.core.ports import Checkpoint, Completion

KEY = "rounds"  # in the checkpoint


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model wrote in a round, when its calls are not answered yet."""

    content: str
    calls: tuple[ToolCall, ...]
    takes_only_results: bool = False
    has_searched: bool = False

    @classmethod
    def by(cls, completion: Completion) -> Asked:
        """Return what a completion asks for."""
        searched = completion.call.web_searches + completion.call.web_fetches > 0 or completion.takes_only_results
        return cls(completion.content, completion.tool_calls, completion.takes_only_results, searched)


@dataclass(frozen=True, slots=True)
class AnswerProgress:
    """What an answer has come to: finished rounds, text, steps, sources. `asked`: the round under way.

    `left_out`: how many statements needed a source and had none; `unsearched`: how many were written before the first
    search of the knowledge. `added` are the messages that joined, `unread`
    those of them that the model has not been asked with yet. `calls` are what all of it took, for the ledger.
    """

    rounds: tuple[Round, ...] = ()
    text: str = ""
    asked: Asked | None = None
    steps: tuple[Step, ...] = ()
    cited: tuple[SourceLink, ...] = ()
    left_out: int = 0
    unsearched: int = 0
    added: tuple[Message, ...] = ()
    unread: tuple[Message, ...] = ()
    calls: tuple[Call, ...] = ()


_PROGRESS = TypeAdapter(AnswerProgress)


def kept(checkpoint: Checkpoint) -> AnswerProgress:
    """Return what an earlier try of the turn has come to."""
    found = checkpoint.get(KEY)
    return _PROGRESS.validate_json(found) if found else AnswerProgress()


async def keep(progress: AnswerProgress, checkpoint: Checkpoint) -> None:
    """Keep it for another try."""
    await checkpoint.keep(KEY, _PROGRESS.dump_json(progress).decode())
