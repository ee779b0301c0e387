"""Stream the model's text into an answer; end it with its notes, or with what went wrong."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bot import turn
from bot.core.attachments import rejected_files
from bot.core.code_blocks.blocks import read
from bot.core.ports import Listeners
from bot.core.writing.below import End
from bot.core.writing.continuation import Seam, rest_of
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
    ModelBusyError,
    ModelError,
    ModelRefusedError,
    ModelRejectedError,
    ModelStoppedError,
    ModelUnavailableError,
    OverBudgetError,
)
from bot.language import _

if TYPE_CHECKING:
    import asyncio

    from bot.calls import Call
    from bot.core.domain.thread import FinishedAnswer, RejectedFile
    from bot.core.ports import Answer, Checkpoint, Completion, Model, Request
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
) -> FinishedAnswer:
    """Stream the model's text into `answer`, and end it with `notes` or with what went wrong.

    The finished answer is kept in the `checkpoint` before it is shown; if an earlier attempt has kept one, it is only
    shown. If the API rejects a file, such as a damaged image, the request goes without it. `controls` returns the
    buttons below the answer, given how it ended. `is_first`: the thread has no answer yet, so it gets
    the disclaimer. `is_private`: only one person sees it. Raises `ChatError`.
    """
    if (before := kept(checkpoint)) is not None:
        return await show(before, answer)
    said = turn.noting()
    try:
        asked = await ask(request, answer, model=model, cancelled=checkpoint.turn.cancelled)
    except ModelError as error:
        return await report_failure(error, answer, checkpoint, controls=controls, is_first=is_first)
    completion = asked.completion
    ending = length_limit(is_private=is_private) if completion.truncated else ""
    ending += rejected_files.told(asked.refused)
    outcome = PreparedAnswer(
        completion.text,
        "".join([ending, notes, *(f"\n\n{line}" for line in said)]),
        footer=footer_of(asked.calls, request, is_first=is_first),
        controls=tuple(controls(End.CUT if completion.truncated else End.WHOLE)) if controls else (),
        history=completion.text,
        calls=asked.calls,
        refused=asked.refused,
    )
    return await give(outcome, answer, checkpoint)


class ModelAnswer(NamedTuple):
    """What the model wrote, the calls that it took, and the files that the API rejected."""

    completion: Completion
    calls: tuple[Call, ...]
    refused: tuple[RejectedFile, ...] = ()


async def ask(
    request: Request,
    answer: Answer,
    *,
    model: Model,
    cancelled: asyncio.Event | None = None,
) -> ModelAnswer:
    """Stream the model's text into `answer`, with its thinking if the channel shows it. Raises a `ModelError`.

    An answer that was cut is continued, once; rejected files are left out.
    """
    listeners = Listeners(answer.think if request.settings.thinking != "off" else None)
    before: tuple[Call, ...] = ()
    refused: tuple[RejectedFile, ...] = ()
    while True:
        try:
            completion = await model.write(request, answer.write, listeners, cancelled)
        except ModelRejectedError as error:
            if error.partial:
                raise
            found = await rejected_files.find(request, error, model=model, cancelled=cancelled)
            log.warning("asking again without %d files: %s", len(found.files), error)
            before, refused = (*before, *found.calls), (*refused, *found.refused)
            request = rejected_files.without(request, found.files)
        except (ModelUnavailableError, ModelBusyError) as error:
            if not error.partial.strip():
                raise
            log.warning("asking for the rest: %s", error)
            begun = (*before, *((error.call,) if error.call else ()))
            completion = await _rest(request, error, answer, model, cancelled)
            return ModelAnswer(completion, (*begun, completion.call), refused)
        else:
            return ModelAnswer(completion, (*before, completion.call), refused)


async def _rest(
    request: Request, cut: ModelError, answer: Answer, model: Model, cancelled: asyncio.Event | None
) -> Completion:
    """Ask for the rest of an answer that was cut; return all of it. Raises a `ModelError` with all that came."""
    await read(cut.partial)
    seam = Seam(cut.partial, answer.write)
    try:
        completion = await model.write(rest_of(request, cut.partial), seam.write, cancelled=cancelled)
    except ModelError as error:
        seam.close()
        error.partial = cut.partial + seam.text
        if isinstance(error, ModelStoppedError):
            raise
        cut.partial = error.partial
        raise cut from error
    seam.close()
    return replace(completion, text=cut.partial + seam.text)


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
