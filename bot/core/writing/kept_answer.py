"""Keep an answer before showing it, so that a turn that could not show it need not ask again."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.calls import Call
from bot.core.characters import sendable
from bot.core.domain.interaction import Control
from bot.core.domain.message import Message
from bot.core.domain.thread import FinishedAnswer, RejectedFile
from bot.errors import ChatError, GoneError, UnshownError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.ports import Answer, Checkpoint

log = logging.getLogger(__name__)

OUTCOME = "outcome"  # the checkpoint of it


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """An answer that is ready to be shown. `calls`, `was_refused`, `refused` and `added` are as in `FinishedAnswer`."""

    text: str  # its Markdown
    ending: str = ""  # follows the text
    footer: str = ""
    controls: tuple[Control, ...] = ()  # below it
    history: str = ""  # what the thread's history keeps of it
    calls: tuple[Call, ...] = ()
    was_refused: bool = False
    refused: tuple[RejectedFile, ...] = ()
    is_instead: bool = False  # it replaces the text that was streamed
    added: tuple[Message, ...] = ()


_OUTCOME = TypeAdapter(PreparedAnswer)


def kept(checkpoint: Checkpoint) -> PreparedAnswer | None:
    """Return the answer that an earlier attempt of the turn has kept."""
    found = checkpoint.get(OUTCOME)
    return _OUTCOME.validate_json(found) if found else None


async def give(outcome: PreparedAnswer, answer: Answer, checkpoint: Checkpoint) -> FinishedAnswer:
    """Keep an answer and show it, where its text was streamed. Raises as `show` does."""
    outcome = replace(outcome, text=sendable(outcome.text), history=sendable(outcome.history))
    await checkpoint.keep(OUTCOME, _OUTCOME.dump_json(outcome).decode())
    return await show(outcome, answer, is_written=True)


async def show(outcome: PreparedAnswer, answer: Answer, *, is_written: bool = False) -> FinishedAnswer:
    """Show an answer that is kept. Raises `UnshownError` if a retry may succeed, else `ChatError`."""
    try:
        with showing():
            if outcome.is_instead:
                message_id = await answer.replace(outcome.text, footer=outcome.footer, controls=outcome.controls)
            else:
                if not is_written:
                    answer.write(outcome.text)
                message_id = await answer.finish(outcome.ending, footer=outcome.footer, controls=outcome.controls)
    except GoneError as error:
        return await withdraw(error, answer, outcome.calls)
    return FinishedAnswer(
        outcome.history, message_id, outcome.calls, outcome.was_refused, outcome.refused, outcome.added
    )


@contextmanager
def showing() -> Iterator[None]:
    """Turn a transient `ChatError` into an `UnshownError`: what is shown here is kept."""
    try:
        yield
    except ChatError as error:
        if error.may_pass:
            raise UnshownError(error.code, retry_after=getattr(error, "retry_after", None)) from error
        raise


async def withdraw(error: GoneError, answer: Answer, calls: tuple[Call, ...]) -> FinishedAnswer:
    """Withdraw an answer whose thread was deleted while it was written: no one wants it anymore."""
    log.info("no one is waiting for the answer anymore: %s", error)
    try:
        await answer.withdraw()
    except ChatError as left:
        log.warning("part of an answer remains where its thread was deleted: %s", left)
    return FinishedAnswer("", "", calls, was_refused=True)
