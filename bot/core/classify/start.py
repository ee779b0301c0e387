"""Start a run: read and keep what is to be classified, and ask people what they should decide."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.core.actions import CANCEL_RUN, EDIT_CATEGORIES, START_BATCH, START_RUN
from bot.core.cancel import cancel_on
from bot.core.classify import how_file_was_read as how
from bot.core.classify import model_calls, schema
from bot.core.classify.classifier import Question
from bot.core.classify.context import ClassifyContext, answering, request, settings_of
from bot.core.classify.message_batches import LEAST_TO_BATCH
from bot.core.classify.propose import propose
from bot.core.classify.render import MOST_LISTED
from bot.core.classify.sources import gather
from bot.core.domain import category
from bot.core.domain.classification import ClassifyRun, RunStatus, counted
from bot.core.domain.classify_item import Item
from bot.core.domain.control_value import RunRef
from bot.core.domain.message import Message, Role
from bot.core.domain.setting_choices import Creativity
from bot.core.domain.thread import Record
from bot.core.money import dollars
from bot.core.ports import Checkpoint, Model, Request
from bot.core.tokens import estimate_tokens
from bot.core.writing.stream import report_failure
from bot.errors import ModelError, ModelStoppedError, NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.sources import CollectedItems
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classification import ClassifyRequest
    from bot.core.domain.interaction import Button
    from bot.core.ports import Answer

log = logging.getLogger(__name__)

PROMPT_TOKENS = 900  # of further input in each call: our own prompt, the form, settled examples
# What a run's state keeps: the message that says what was asked, and whether anyone has been shown more than that.
OPENING, SHOWN = "opening", "shown"
STOPPED = N_("Stopped before anything was sorted.")


async def afford(asked: ClassifyRequest, context: ClassifyContext) -> None:
    """Raise `OverBudgetError` if not even the first messages that came with a request could be paid for."""
    settings = await context.store.settings.load(asked.place)
    categories = asked.wish.categories or settings.categories or category.FEEDBACK
    lines = [Item(number, line) for number, line in enumerate(asked.wish.lines, start=1)]
    first = next(iter(model_calls.batches(lines)), ())
    empty = Request(Purpose.CLASSIFY, (), 0, asked.place.opaque(asked.asker.person), settings, Creativity.LOW)
    await context.model.afford(Question(empty, categories, several=asked.wish.several).about(first))


def sorting(run: ClassifyRun) -> str:
    """Say that a run's messages are being sorted."""
    return _("Sorting {messages} ({source})…", messages=counted(run.items), source=run.source)


async def begin(asked: ClassifyRequest, *, checkpoint: Checkpoint, context: ClassifyContext) -> Record:
    """Take a request in; return what the thread's history keeps of it. Raises `ChatError`, transient `ModelError`s."""
    known = await context.runs.find(asked.place.workspace, asked.id)
    if known is not None and known.status is not RunStatus.READING:
        if known.is_open:  # the earlier attempt ended between keeping the run and handing it on
            await context.later(known, checkpoint)
        return _record(asked)
    settings = await context.store.settings.load(asked.place)
    run = ClassifyRun(
        id=asked.id,
        place=asked.place,
        asker=asked.asker,
        to=asked.to,
        source="",
        categories=asked.wish.categories or settings.categories,
        several=asked.wish.several,
        is_batch=asked.wish.is_batch,
        is_private=asked.is_private,
        state=known.state if known is not None else {},
    )
    if known is None:
        await context.runs.create(run, ())  # before anything becomes visible
    if asked.opening:
        await context.runs.keep(run.id, OPENING, asked.opening)
    async with answering(run, checkpoint, context) as visible:
        try:
            reading = gather(asked, chat=context.chat, progress=visible.progress)
            gathered = await cancel_on(checkpoint.turn.cancelled, reading)
        except ModelStoppedError:
            await context.runs.change(replace(run, status=RunStatus.STOPPED))
            return _record(asked, Message(Role.ASSISTANT, "", _(STOPPED), await visible.replace(_(STOPPED))))
        except (UsageError, NotAllowedError) as error:
            await context.runs.change(replace(run, status=RunStatus.STOPPED))
            message_id = await visible.replace(error.sentence)
            return _record(asked, Message(Role.ASSISTANT, "", error.sentence, message_id))
        return await _decide(asked, run, gathered, visible, checkpoint=checkpoint, context=context)


async def _decide(
    asked: ClassifyRequest,
    run: ClassifyRun,
    gathered: CollectedItems,
    visible: Answer,
    *,
    checkpoint: Checkpoint,
    context: ClassifyContext,
) -> Record:
    """Keep the run and start it; or first ask how to read its file, or for its categories and price."""
    run = filled(run, gathered)
    settings = await settings_of(run, context)
    price = estimate(run, gathered.items, settings, context.model)
    if gathered.sheet is not None and how.is_asked(gathered.sheet, run.items, price, listed=MOST_LISTED):
        text, message_id = await ask_how(asked, run, gathered, visible, context=context)
        return _record(asked, Message(Role.ASSISTANT, "", text, message_id))
    is_short = bool(asked.wish.lines) and run.items <= MOST_LISTED
    answer, calls = await settle(
        run, gathered.items, visible, checkpoint=checkpoint, context=context, takes_usual=is_short
    )
    return replace(_record(asked, *answer), calls=calls)


def filled(run: ClassifyRun, gathered: CollectedItems) -> ClassifyRun:
    """Return a run with what was collected for it."""
    return replace(
        run,
        origin=gathered.origin,
        source=gathered.source,
        items=len(gathered.items),
        skipped=gathered.skipped,
        columns=gathered.columns,
        is_file=gathered.sheet is not None,
        remarks=(*(gathered.sheet.remarks if gathered.sheet else ()), *_batching(run, gathered)),
        is_batch=run.is_batch and len(gathered.items) >= LEAST_TO_BATCH,
    )


def _batching(run: ClassifyRun, gathered: CollectedItems) -> tuple[str, ...]:
    is_few = run.is_batch and len(gathered.items) < LEAST_TO_BATCH
    if not is_few:
        return ()
    return (_("A batch takes {n} messages or more, so I sorted these right away.", n=LEAST_TO_BATCH),)


async def ask_how(
    asked: ClassifyRequest, run: ClassifyRun, gathered: CollectedItems, visible: Answer, *, context: ClassifyContext
) -> tuple[str, str]:
    """Show how a file was read, and keep the run until its asker agrees; return what is shown, and where.

    Raises `ChatError`.
    """
    if gathered.sheet is None:
        raise TypeError("no file was read")
    run = replace(filled(run, gathered), asked=asked, status=RunStatus.ASKING)
    price = estimate(run, gathered.items, await settings_of(run, context), context.model)
    await context.runs.create(run, gathered.items)
    await context.runs.keep(run.id, SHOWN, "yes")
    text = how.question(run, gathered.sheet, gathered.items, _costs(price))
    return text, await visible.replace(text, controls=how.controls(run, gathered.sheet))


async def settle(
    run: ClassifyRun,
    items: Sequence[Item],
    visible: Answer,
    *,
    checkpoint: Checkpoint,
    context: ClassifyContext,
    takes_usual: bool = False,
    are_kept: bool = False,
) -> tuple[Sequence[Message], tuple[Call, ...]]:
    """Start a run, or ask what its person should decide: its categories, and its price.

    If there are no categories, some are proposed, unless it `takes_usual`. `are_kept`: the store has the items. Returns
    the answer that was given, and the calls.
    """
    calls: tuple[Call, ...] = ()
    settings = await settings_of(run, context)
    is_proposed = not run.categories and not takes_usual
    try:
        if is_proposed:
            visible.progress(_("Looking at {messages} to find categories…", messages=counted(len(items))))
            chosen, calls = await cancel_on(
                checkpoint.turn.cancelled, propose(items, request(run, settings), model=context.model)
            )
        else:
            chosen = run.categories or category.FEEDBACK
    except ModelError as error:
        written = await report_failure(error, visible, checkpoint)
        await context.runs.change(replace(run, status=RunStatus.STOPPED))
        return (), written.calls
    run = replace(run, categories=category.with_other(chosen), asked=None)
    price = estimate(run, items, settings, context.model)
    is_dear = run.items >= LEAST_TO_BATCH if price is None else price > settings.ask_above
    asks = is_proposed or is_dear
    run = replace(run, status=RunStatus.ASKING if asks else RunStatus.RUNNING)
    await (context.runs.change(run) if are_kept else context.runs.create(run, items))
    if asks:
        await context.runs.keep(run.id, SHOWN, "yes")
        text, buttons = question(run, price, is_proposed=is_proposed)
        return (Message(Role.ASSISTANT, "", text, await visible.replace(text, controls=buttons)),), calls
    if run.items > MOST_LISTED:
        await visible.replace(f"_{sorting(run)}_", for_now=True)
    await context.later(run, checkpoint)
    return (), calls


def estimate(run: ClassifyRun, items: Sequence[Item], settings: ChannelSettings, model: Model) -> float | None:
    """Estimate a run's price in dollars, from above; None where the model's price is unknown."""
    around = PROMPT_TOKENS + estimate_tokens(schema.prompt((), run.categories or category.FEEDBACK) + settings.prompt)
    expected = model_calls.expected(items, around)
    return model.facts.price(expected.input_tokens, expected.output_tokens, settings, is_batch=run.is_batch)


def question(run: ClassifyRun, price: float | None, *, is_proposed: bool) -> tuple[str, Sequence[Button]]:
    """Ask what a person should decide: the categories, if they are proposed, and the price."""
    costs, messages = _costs(price), counted(run.items)
    if is_proposed:
        text = _(
            "I would sort {messages} ({source}) into these categories, for {cost}:",
            messages=messages,
            source=run.source,
            cost=costs,
        )
        text += f"\n\n{category.written(run.categories)}"
    else:
        text = _(
            "Sorting {messages} ({source}) into {count} categories will cost {cost}. Shall I?",
            messages=messages,
            source=run.source,
            count=len(run.categories),
            cost=costs,
        )
    ref = RunRef(run=run.id)
    buttons = [
        START_RUN.button(ref, label=_("Use these") if is_proposed else "", style="primary"),
        EDIT_CATEGORIES.button(ref),
        CANCEL_RUN.button(ref),
    ]
    if run.items >= LEAST_TO_BATCH and not run.is_batch:
        said = _("As a batch, it costs half and takes hours rather than minutes.")
        text += f"\n\n_{said}_"
        buttons.insert(1, START_BATCH.button(ref))
    return text, buttons


def _costs(price: float | None) -> str:
    return _("an amount I can't estimate") if price is None else _("about {dollars}", dollars=dollars(price))


def _record(asked: ClassifyRequest, *answer: Message) -> Record:
    """Return what a thread keeps of the request; nothing if it was private."""
    if asked.is_private:
        return Record(asked.place, asked.asker.person)
    question = Message(Role.USER, asked.asker.person, asked.text, asked.to)
    return Record(asked.place, asked.asker.person, began_with_bot=True, messages=(question, *answer))
