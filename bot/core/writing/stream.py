"""Stream the model's text into an answer; end it with its notes, or with what went wrong."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import turn
from bot.core.attachments import rejected_files
from bot.core.writing.ask import AskModel, ask
from bot.core.writing.below import End
from bot.core.writing.kept_answer import PreparedAnswer, give, kept, show, withdraw
from bot.core.writing.notes import (
    CUT_OFF_MARK,
    DISCLAIMER,
    PATIENCE,
    STOPPED,
    STOPPED_MARK,
    apology,
    cut_off,
    footer_of,
    length_limit,
)
from bot.errors import (
    GoneError,
    ModelError,
    ModelRefusedError,
    ModelStoppedError,
    OverBudgetError,
)
from bot.language import _

if TYPE_CHECKING:
    from bot.core.domain.thread import FinishedAnswer
    from bot.core.ports import Answer, Checkpoint, Model, Request
    from bot.core.writing.below import Below

log = logging.getLogger(__name__)


async def write(  # noqa: PLR0913 (each is set by a use case)
    request: Request,
    answer: Answer,
    *,
    model: Model,
    checkpoint: Checkpoint,
    notes: str = "",
    controls: Below | None = None,
    is_first: bool = False,
    is_private: bool = False,
    ask: AskModel = ask,
) -> FinishedAnswer:
    """Stream the model's text into `answer`, and end it with `notes` or with what went wrong.

    The finished answer is kept in the `checkpoint` before it is shown; if an earlier attempt has kept one, it is only
    shown. If the API rejects a file, such as a damaged image, the request goes without it. `controls` returns the
    buttons below the answer, given how it ended. `is_first`: the thread has no answer yet, so it gets
    the disclaimer. `is_private`: only one person sees it. `ask` gets the answer. Raises `ChatError`.
    """
    if (before := kept(checkpoint)) is not None:
        return await show(before, answer)
    said = turn.noting()
    try:
        asked = await ask(request, answer, model=model, cancelled=checkpoint.turn.cancelled)
    except ModelError as error:
        return await report_failure(error, answer, checkpoint, controls=controls, is_first=is_first)
    ending = length_limit(is_private=is_private) if asked.truncated else ""
    ending += rejected_files.told(asked.refused) + asked.ending
    outcome = PreparedAnswer(
        asked.text,
        "".join([ending, notes, *(f"\n\n{line}" for line in said)]),
        footer=footer_of(asked.calls, request, is_first=is_first),
        controls=tuple(controls(End.CUT if asked.truncated else End.WHOLE)) if controls else (),
        history=asked.text,
        calls=asked.calls,
        refused=asked.refused,
        added=asked.added,
    )
    return await give(outcome, answer, checkpoint)


async def report_failure(
    error: ModelError,
    answer: Answer,
    checkpoint: Checkpoint,
    *,
    controls: Below | None = None,
    is_first: bool = False,
) -> FinishedAnswer:
    """End an answer that failed: what had come stays and is marked as cut, except that a refusal replaces it.

    It can be written again, or continued, by the `controls`, except where the model declined.

    If nothing had come and the failure is transient, tell the person to wait, and raise the error again so that the
    turn is retried. An `OverBudgetError` is raised again, too. Raises `ChatError`.
    """
    if isinstance(error, OverBudgetError) and not error.partial:
        await answer.withdraw()
        raise error  # it is for the asker alone
    if not isinstance(error, ModelStoppedError):
        log.warning("%s: %s", type(error).__name__, error)
        if error.is_transient and not error.partial.strip():
            try:
                await answer.replace(_(PATIENCE, reference=checkpoint.reference), for_now=True)
            except GoneError as loss:
                return await withdraw(loss, answer, (error.call,) if error.call else ())
            raise error
    outcome = _failed(error, checkpoint.reference, _(DISCLAIMER) if is_first else "")
    if controls and not outcome.was_refused:
        end = End.EMPTY if not outcome.history else End.WHOLE if outcome.is_instead else End.CUT
        outcome = replace(outcome, controls=tuple(controls(end)))
    return await give(outcome, answer, checkpoint)


def _failed(error: ModelError, reference: str, footer: str) -> PreparedAnswer:
    """Return the end of an answer that was stopped, refused or cut."""
    calls = (error.call,) if error.call else ()
    partial = error.partial if error.partial.strip() else ""
    if isinstance(error, ModelStoppedError):
        stopped = f"_{_(STOPPED)}_"
        if not partial:
            return PreparedAnswer(stopped, history=STOPPED_MARK, calls=calls, is_instead=True)
        return PreparedAnswer(partial, f"\n\n{stopped}", footer, history=f"{partial}\n\n{STOPPED_MARK}", calls=calls)
    was_refused = isinstance(error, ModelRefusedError)
    if was_refused or not partial:
        return PreparedAnswer(apology(error, reference), calls=calls, was_refused=was_refused, is_instead=True)
    ending = cut_off(error, reference)
    return PreparedAnswer(partial, ending, footer, history=f"{partial}\n\n{CUT_OFF_MARK}", calls=calls)
