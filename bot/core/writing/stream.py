"""Stream the model's text into an answer, and say in one honest sentence what went wrong."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bot import turn
from bot.core.attachments import rejected_files
from bot.core.code_blocks.files import read
from bot.core.money import dollars
from bot.core.writing.continuation import Seam, rest_of
from bot.core.writing.outcome import PreparedAnswer, give, kept, show, withdraw
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

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from bot.calls import Call
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.interaction import Control
    from bot.core.domain.thread import FinishedAnswer, RejectedFile
    from bot.core.ports import Answer, Checkpoint, Completion, Model, Request
from bot.errors import BotError

log = logging.getLogger(__name__)

PATIENCE = (
    "Claude is unavailable right now. I'll keep trying for a few minutes and answer here, "
    "so you don't need to ask again. (Reference: `{reference}`)"
)
# Slack's guide for agents asks for one; under each answer it would be noise that no one reads.
DISCLAIMER = "AI-generated. Check important details."
REDACTED = "redacted"
STOPPED = "[stopped]"  # ends an answer in the history that someone stopped
LIMIT_HINT = "\n\n_I hit my length limit. Reply “continue” to keep going._"
# An ephemeral answer has no thread to go on in.
ELSEWHERE = "Ask for it in our direct messages: only you will see it there, too, and I can go on where I stopped"
PRIVATE_LIMIT_HINT = f"\n\n_I hit my length limit. {ELSEWHERE}._"


def apology(error: BotError, reference: str) -> str:
    """Return the sentence for an error that a person reads, with a reference to find it in the log."""
    return f"{error.sentence} (Reference: `{reference}`)"


def too_long(*, messages: int = 0, characters: int = 0, more: bool = False) -> str:
    """Say what did not fit into the request, "" if all did: old messages, and characters of the newest one.

    `more`: there are older messages still, of an unknown number.
    """
    notes = []
    if messages:
        least = "more than " if more else ""
        notes.append(f"{least}the {messages:,} oldest message{'s' if messages > 1 else ''} of this thread")
    if characters:
        notes.append(f"the last {characters:,} characters of your text")
    return f"\n\n_Too long to read at once, so I left out {' and '.join(notes)}._" if notes else ""


def unapplied(settings: ChannelSettings, model: Model) -> str:
    """Say which settings do not apply, and why: the model may have changed since they were set.

    A retired model is replaced, and `spend/retirement.py` reports that.
    """
    faults = dict(model.facts.faults(settings))
    if settings.model and model.facts.successor(settings.model):
        faults.pop("model", None)
    told = [f"`{name}` is not applied: {fault.rstrip('.')}." for name, fault in faults.items()]
    return f"\n\n_{' '.join(told)}_" if told else ""


async def write(  # noqa: PLR0913 (each is set by a use case)
    request: Request,
    answer: Answer,
    *,
    model: Model,
    checkpoint: Checkpoint,
    notes: str = "",
    controls: Callable[[bool], Sequence[Control]] | None = None,
    is_first: bool = False,
    is_private: bool = False,
) -> FinishedAnswer:
    """Stream the model's text into `answer`, and end it with `notes` or with what went wrong.

    The finished answer is kept in the `checkpoint` before it is shown; if an earlier attempt has kept one, it is only
    shown. If the API rejects a file, such as a damaged image, the request goes without it. `controls` returns the
    buttons below the answer, given whether there is more to write. `is_first`: the thread has no answer yet, so it gets
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
    hint = PRIVATE_LIMIT_HINT if is_private else LIMIT_HINT
    ending = hint if completion.truncated else ""
    ending += rejected_files.told(asked.refused)
    outcome = PreparedAnswer(
        completion.text,
        "".join([ending, notes, *(f"\n\n{line}" for line in said)]),
        footer=footer_of(asked.calls, request, is_first=is_first),
        controls=tuple(controls(completion.truncated)) if controls else (),
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
    on_thinking = answer.think if request.settings.thinking != "off" else None
    before: tuple[Call, ...] = ()
    refused: tuple[RejectedFile, ...] = ()
    while True:
        try:
            completion = await model.write(request, answer.write, on_thinking, cancelled)
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


def disclaimer(settings: ChannelSettings) -> str:
    """Return the small print: that a model wrote this, and whether things were hidden from it."""
    return " · ".join([*([REDACTED] if settings.redact else []), DISCLAIMER])


def footer_of(calls: Sequence[Call], request: Request, *, is_first: bool = False) -> str:
    """Return the footer of an answer: what wrote it and what it cost, if the channel shows that.

    The first answer of a thread has the disclaimer, too.
    """
    parts = []
    if request.settings.footer and calls:
        tokens = sum(call.input_tokens + call.cache_read_tokens + call.cache_write_tokens for call in calls)
        output = sum(call.output_tokens for call in calls)
        known = [call.dollars for call in calls if call.dollars is not None]
        price = dollars(sum(known)) if len(known) == len(calls) else "price unknown"
        parts += [calls[-1].model, f"{tokens:,} tokens in, {output:,} out", price]
        parts += [REDACTED] if request.settings.redact and not is_first else []
    return " · ".join([*parts, disclaimer(request.settings)] if is_first else parts)


async def report_failure(
    error: ModelError,
    answer: Answer,
    checkpoint: Checkpoint,
    *,
    controls: Callable[[bool], Sequence[Control]] | None = None,
    is_first: bool = False,
) -> FinishedAnswer:
    """End an answer that failed: what had come stays and is marked as cut, except that a refusal replaces it.

    What the thread's history keeps can be answered again, or continued, by the `controls`.

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
                await answer.hold(PATIENCE.format(reference=checkpoint.reference))
            except GoneError as loss:
                return await withdraw(loss, answer, (error.call,) if error.call else ())
            raise error
    outcome = _failed(error, checkpoint.reference, DISCLAIMER if is_first else "")
    if controls and outcome.history:
        outcome = replace(outcome, controls=tuple(controls(not outcome.is_instead)))
    return await give(outcome, answer, checkpoint)


def _failed(error: ModelError, reference: str, footer: str) -> PreparedAnswer:
    """Return the end of an answer that was stopped, refused or cut."""
    calls = (error.call,) if error.call else ()
    partial = error.partial if error.partial.strip() else ""
    if isinstance(error, ModelStoppedError):
        if not partial:
            return PreparedAnswer("_Stopped._", history=STOPPED, calls=calls, is_instead=True)
        return PreparedAnswer(partial, "\n\n_Stopped._", footer, history=f"{partial}\n\n{STOPPED}", calls=calls)
    was_refused = isinstance(error, ModelRefusedError)
    if was_refused or not partial:
        return PreparedAnswer(apology(error, reference), calls=calls, was_refused=was_refused, is_instead=True)
    ending = f"\n\n_The answer was cut off here. {apology(error, reference)}_"
    return PreparedAnswer(partial, ending, footer, history=f"{partial}\n\n[cut off]", calls=calls)
