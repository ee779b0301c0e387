"""Let the model write into an answer; say in one honest sentence what went wrong."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bot.core.conversation import Message, Record
from bot.core.ports import Call, Role
from bot.errors import (
    ChatError,
    GoneError,
    ModelError,
    ModelRefusedError,
    ModelRejectedError,
    ModelStoppedError,
    OverBudgetError,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from bot.core.channel_settings import ChannelSettings
    from bot.core.control import Control
    from bot.core.conversation import Place
    from bot.core.ports import Answer, Completion, Model, Request
    from bot.errors import BotError

log = logging.getLogger(__name__)

PATIENCE = (
    "Claude is unavailable at the moment. I keep trying for some minutes and will answer here, "
    "so there is no need to ask again. (Reference: `{reference}`)"
)
REJECTED = "\n\n_Claude could not open the files here, so this answer goes without them._"
# Slack's guide for agents asks for one; under each answer it would be noise that nobody reads any more.
DISCLAIMER = "AI-generated; check what matters."
REDACTED = "redacted"
LIMIT_HINT = "\n\n_I stopped at my length limit. Write “continue” and I go on from here._"
# What one person alone was shown has no thread to go on in.
ELSEWHERE = "Ask for it in our direct messages: only you see it there, too, and I can go on where I stopped"
PRIVATE_LIMIT_HINT = f"\n\n_I stopped at my length limit. {ELSEWHERE}._"


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that was given: what the history keeps of it ("" for nothing), its message's id, what it cost.

    `was_refused`: the model declined, so the question must not be sent again either. `was_spared`: it was asked without
    the files, which the API had rejected.
    """

    text: str
    message_id: str
    calls: tuple[Call, ...] = ()
    was_refused: bool = False
    was_spared: bool = False

    def record(self, place: Place, question: Message, *, began_with_bot: bool) -> Record:
        """Return what the thread keeps: the question and the answer, or a blank where the model declined."""
        asked = replace(question, text="", files=()) if self.was_refused else question
        answered = Message(Role.ASSISTANT, "", self.text, self.message_id)
        return Record(place, question.author, began_with_bot, (asked, answered), self.calls, read_until=question.id)


def apology(error: BotError, reference: str) -> str:
    """Write what a person reads when something went wrong: one sentence, and a reference to find it in the log."""
    return f"{error.sentence} (Reference: `{reference}`)"


def too_long(*, messages: int = 0, characters: int = 0, more: bool = False) -> str:
    """Tell what did not fit into the request, "" when all did: old messages, and characters of the newest one.

    `more`: there are older messages still, which nobody has counted.
    """
    notes = []
    if messages:
        least = "more than " if more else ""
        notes.append(f"{least}the {messages:,} oldest message{'s' if messages > 1 else ''} of this thread")
    if characters:
        notes.append(f"the last {characters:,} characters of your text")
    return f"\n\n_Too long to read at once, so I left out {' and '.join(notes)}._" if notes else ""


def unapplied(settings: ChannelSettings, model: Model) -> str:
    """Tell which of the settings that hold do not apply, and why: a model may have retired, or been changed since."""
    told = [f"`{name}` is not applied: {fault.rstrip('.')}." for name, fault in model.faults(settings).items()]
    return f"\n\n_{' '.join(told)}_" if told else ""


async def write(  # noqa: PLR0913 (each is a wish of a use case)
    request: Request,
    answer: Answer,
    *,
    model: Model,
    reference: str,
    notes: str = "",
    spare: Request | None = None,
    halt: asyncio.Event | None = None,
    controls: Callable[[bool], Sequence[Control]] | None = None,
    is_first: bool = False,
    is_private: bool = False,
) -> Written:
    """Stream the model's text into `answer` and end it with `notes`, or with what went wrong.

    `spare` is the request without files, asked instead where the API rejects one of them, such as a damaged picture.
    `halt` ends it early. `controls` tells what stands below, given whether there is more to write. `is_first`: the
    thread has no answer yet, and so has to be told what writes here. `is_private`: one person alone sees it. Raises
    `ChatError`.
    """
    try:
        asked = await ask(request, answer, model=model, spare=spare, halt=halt)
    except ModelError as error:
        return await own_up(error, answer, reference, is_first=is_first)
    completion = asked.completion
    hint = PRIVATE_LIMIT_HINT if is_private else LIMIT_HINT
    ending = hint if completion.truncated else ""
    ending += REJECTED if asked.was_spared else ""
    footer = footer_of(asked.calls, request, is_first=is_first)
    below = controls(completion.truncated) if controls else ()
    try:
        message_id = await answer.finish(ending + notes, footer=footer, controls=below)
    except GoneError as error:
        return await gone(error, answer, asked.calls)
    return Written(completion.text, message_id, asked.calls, was_spared=asked.was_spared)


class Asked(NamedTuple):
    """What the model wrote, all calls that it took, and whether it was asked without the files, which were rejected."""

    completion: Completion
    calls: tuple[Call, ...]
    was_spared: bool = False


async def ask(
    request: Request,
    answer: Answer,
    *,
    model: Model,
    spare: Request | None = None,
    halt: asyncio.Event | None = None,
) -> Asked:
    """Stream the model's text, and its thinking where the channel has it, into `answer`. Raises a `ModelError`."""
    think = answer.think if request.settings.thinking != "off" else None
    try:
        completion = await model.write(request, answer.write, think, halt)
    except ModelRejectedError as error:
        if spare is None or error.partial:
            raise
        log.warning("asking again without files: %s", error)
        rejected = (error.call,) if error.call else ()
        completion = await model.write(spare, answer.write, think, halt)
        return Asked(completion, (*rejected, completion.call), was_spared=True)
    return Asked(completion, (completion.call,))


def disclaimer(settings: ChannelSettings) -> str:
    """Write the small print of what the model wrote: that it did, and whether things were hidden from it."""
    return " · ".join([*([REDACTED] if settings.redact else []), DISCLAIMER])


def footer_of(calls: Sequence[Call], request: Request, *, is_first: bool = False) -> str:
    """Write what stands small below an answer: what wrote it and what that cost, where the channel wants it.

    The first answer of a thread has the disclaimer, too.
    """
    parts = []
    if request.settings.footer and calls:
        tokens = sum(call.input_tokens + call.cache_read_tokens + call.cache_write_tokens for call in calls)
        output = sum(call.output_tokens for call in calls)
        known = [call.dollars for call in calls if call.dollars is not None]
        price = f"${sum(known):.4f}" if len(known) == len(calls) else "price unknown"
        parts += [calls[-1].model, f"{tokens:,} tokens in, {output:,} out", price]
        parts += [REDACTED] if request.settings.redact and not is_first else []
    return " · ".join([*parts, disclaimer(request.settings)] if is_first else parts)


async def gone(error: GoneError, answer: Answer, calls: tuple[Call, ...]) -> Written:
    """Take an answer back whose thread was deleted while it was written: nobody wants it any more."""
    log.info("nobody waits for the answer any more: %s", error)
    try:
        await answer.withdraw()
    except ChatError as left:
        log.warning("a part of an answer stays where its thread was deleted: %s", left)
    return Written("", "", calls, was_refused=True)


async def own_up(error: ModelError, answer: Answer, reference: str, *, is_first: bool = False) -> Written:
    """End an answer that failed: what had come stays and is marked as cut, except that a refusal replaces it.

    Where nothing had come and the failure may pass, the person is told to wait, and the error is raised again for the
    turn to be tried again. So is an `OverBudgetError`. Raises `ChatError`.
    """
    if isinstance(error, OverBudgetError) and not error.partial:
        await answer.withdraw()
        raise error  # it is for the asker alone
    calls = (error.call,) if error.call else ()
    footer = DISCLAIMER if is_first else ""
    try:
        if isinstance(error, ModelStoppedError):
            return await stopped(error, answer, calls, footer)
        return await _own_up(error, answer, reference, calls, footer)
    except GoneError as loss:
        return await gone(loss, answer, calls)


async def stopped(error: ModelStoppedError, answer: Answer, calls: tuple[Call, ...], footer: str = "") -> Written:
    """End an answer that somebody stopped: what had come stays, and is marked. Raises `ChatError`."""
    if not error.partial.strip():
        return Written("[stopped]", await answer.replace("_Stopped._"), calls)
    message_id = await answer.finish("\n\n_Stopped._", footer=footer)
    return Written(f"{error.partial}\n\n[stopped]", message_id, calls)


async def _own_up(error: ModelError, answer: Answer, reference: str, calls: tuple[Call, ...], footer: str) -> Written:
    log.warning("%s: %s", type(error).__name__, error)
    if error.is_transient and not error.partial.strip():
        await answer.hold(PATIENCE.format(reference=reference))
        raise error
    was_refused = isinstance(error, ModelRefusedError)
    if was_refused or not error.partial.strip():
        message_id = await answer.replace(apology(error, reference))
        return Written("", message_id, calls, was_refused)
    message_id = await answer.finish(f"\n\n_The answer was cut off here. {apology(error, reference)}_", footer=footer)
    return Written(f"{error.partial}\n\n[cut off]", message_id, calls)
