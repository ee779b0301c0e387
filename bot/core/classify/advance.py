"""Work on a run: batches in parallel, each kept as soon as it is there, and the result at the end.

One turn works for a minute at most and then hands on to the next, so that a run of an hour is no different from one of
a second when the process dies in the middle of it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.actions import CANCEL_RUN, EXPORT_RUN, RESUME_RUN
from bot.core.cancel import cancel_on
from bot.core.classify import model_calls
from bot.core.classify.classifier import sort
from bot.core.classify.context import answering, question_of
from bot.core.classify.model_calls import CALLS_AT_ONCE
from bot.core.classify.render import MOST_LISTED, report
from bot.core.classify.start import OPENING, SHOWN
from bot.core.domain.classification import RunStatus, counted
from bot.core.domain.control_value import RunRef
from bot.core.domain.message import Message, Role
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.money import dollars
from bot.core.writing.kept_answer import showing
from bot.core.writing.notes import apology
from bot.errors import ChatError, ModelError, ModelStoppedError, OverBudgetError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.classify.classifier import BatchOutcome, Question
    from bot.core.classify.context import ClassifyContext
    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.classify_item import Item
    from bot.core.ports import Answer, Checkpoint
    from bot.errors import BotError

log = logging.getLogger(__name__)

TURN = 60.0  # seconds after which a turn hands on

PATIENCE = N_("Claude is unavailable right now. I'll keep trying for a few minutes and continue where I stopped.")


@dataclass(slots=True)
class Progress:
    """How far a turn of a run has come."""

    done: int  # items
    until: float  # the loop's time at which the turn hands on
    failure: ModelError | None = None
    is_stopped: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_over(self) -> bool:
        """Return whether to begin no further batch."""
        return self.is_stopped or self.failure is not None or asyncio.get_running_loop().time() >= self.until


async def proceed(
    run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext, gate: asyncio.Semaphore
) -> Record:
    """Work on a run for a while; then show its result, or hand on. `gate` bounds the calls of all runs.

    Returns what the thread's history keeps. Raises `ChatError`, and a transient `ModelError` for the turn to be
    retried; what was classified until then is kept.
    """
    if run.status is not RunStatus.RUNNING:
        return Record(run.place, run.asker.person)
    settings = await context.store.settings.load(run.place)
    question = await question_of(run, context)
    async with answering(run, checkpoint, context) as visible:
        progress = Progress(await context.items.count_sorted(run.id), asyncio.get_running_loop().time() + TURN)
        await _work(run, question, progress, visible, checkpoint=checkpoint, context=context, gate=gate)
        if checkpoint.turn.cancelled.is_set() and progress.done < run.items:
            await context.runs.change(replace(run, status=RunStatus.STOPPED))
            progress.is_stopped = True
        if progress.failure is not None:
            return await _fail(run, progress.failure, progress, visible, checkpoint, context)
        if progress.is_stopped or progress.done < run.items:
            return await _hand_on(run, progress, visible, checkpoint, context)
        run = replace(await context.runs.find(run.place.workspace, run.id) or run, status=RunStatus.DONE)
        with showing():
            text, message_id = await report(run, settings, visible, checkpoint=checkpoint, context=context)
        await context.runs.change(run)
    return _record(run, text, message_id)


async def _work(
    run: ClassifyRun,
    question: Question,
    progress: Progress,
    visible: Answer,
    *,
    checkpoint: Checkpoint,
    context: ClassifyContext,
    gate: asyncio.Semaphore,
) -> None:
    """Classify batch after batch, several in parallel, until all is done or the turn is over."""
    waiting = _batches(run, context)
    cancel = CANCEL_RUN.button(RunRef(run=run.id))

    def show() -> None:
        if MOST_LISTED < run.items > progress.done:
            visible.progress(_going(run, progress), controls=(cancel,))

    async def work() -> None:
        while not progress.is_over:
            async with progress.lock:  # all share the iterator
                items = await anext(waiting, None)
            if items is None:
                return
            async with gate:
                checkpoint.turn.check()
                try:
                    outcome = await cancel_on(checkpoint.turn.cancelled, sort(items, question, model=context.model))
                except ModelStoppedError:
                    progress.is_stopped = True
                    return
            await _keep(run, outcome, progress, context)
            show()

    show()
    try:
        async with asyncio.TaskGroup() as group:
            for _worker in range(min(CALLS_AT_ONCE, run.items)):
                group.create_task(work())
    except BaseExceptionGroup as several:  # a turn's error is judged by its class
        raise several.exceptions[0] from None


async def _batches(run: ClassifyRun, context: ClassifyContext) -> AsyncIterator[Sequence[Item]]:
    """Return the batches that are left, page by page: fifty thousand items are never all in memory."""
    rest: Sequence[Item] = ()
    async for page in context.items.unsorted(run.id):
        # The last batch of a page continues on the next one.
        *whole, rest = model_calls.batches((*rest, *page))
        for items in whole:
            yield items
    if rest:
        yield rest


async def _keep(run: ClassifyRun, outcome: BatchOutcome, progress: Progress, context: ClassifyContext) -> None:
    costs = [call.dollars for call in outcome.calls]
    known = [cost for cost in costs if cost is not None]
    verdicts = list(outcome.verdicts.values())
    await context.items.save(run, verdicts, outcome.calls, sum(known) if len(known) == len(costs) else None)
    context.recorded(outcome.calls)
    progress.done += len(verdicts)
    progress.failure = progress.failure or outcome.failure
    found = await context.runs.find(run.place.workspace, run.id)
    progress.is_stopped = progress.is_stopped or found is None or found.status is not RunStatus.RUNNING


async def _fail(
    run: ClassifyRun,
    failure: ModelError,
    progress: Progress,
    visible: Answer,
    checkpoint: Checkpoint,
    context: ClassifyContext,
) -> Record:
    log.warning("a run of %d stops at %d: %s: %s", run.items, progress.done, type(failure).__name__, failure)
    if failure.is_transient:
        so_far = _("Sorted {done:,} of {messages}.", done=progress.done, messages=counted(run.items))
        await visible.replace(f"_{so_far} {_(PATIENCE)}_", for_now=True)
        raise failure
    return await stop(run, failure, visible, checkpoint=checkpoint, context=context)


async def stop(
    run: ClassifyRun, failure: BotError, visible: Answer, *, checkpoint: Checkpoint, context: ClassifyContext
) -> Record:
    """Say that a run has stopped, with a button that resumes it there; only its asker hears of a budget."""
    done = await context.items.count_sorted(run.id)
    await context.runs.change(replace(run, status=RunStatus.STOPPED))
    reason = apology(failure, checkpoint.reference)
    if isinstance(failure, OverBudgetError):
        reason = failure.sentence
        if not run.is_private:
            if not done and SHOWN not in run.state:
                return await _take_back(run, failure, visible, checkpoint=checkpoint, context=context)
            await send_ephemeral(run.place, run.asker, failure.sentence, answers=context.chat.answers)
            reason = _("The results so far are kept.") if done else ""
    await context.runs.keep(run.id, SHOWN, "yes")
    stopped = _("I stopped after {done:,} of {messages}.", done=done, messages=counted(run.items))
    text = f"{stopped} {reason}".rstrip()
    return _record(
        run, text, await visible.replace(text, controls=(RESUME_RUN.button(RunRef(run=run.id), style="primary"),))
    )


async def _take_back(
    run: ClassifyRun, failure: BotError, visible: Answer, *, checkpoint: Checkpoint, context: ClassifyContext
) -> Record:
    """Leave nothing of a run that was refused before it began; tell its asker why, where they asked."""
    await visible.withdraw()
    opening = run.state.get(OPENING, "")
    is_top = run.place.thread in {opening, run.to}
    asked_in = replace(run.place, thread="") if is_top else run.place
    await send_ephemeral(asked_in, run.asker, failure.sentence, answers=context.chat.answers)
    try:
        if opening:
            await context.chat.posts.delete(run.place, opening, checkpoint)
    except ChatError as error:
        log.warning("what a refused run was asked stays: %s", error)
    return Record(run.place, run.asker.person)


async def withdraw(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    """End a run that no one wants anymore, and take back what it has shown. Raises `ChatError`."""
    await context.runs.change(replace(run, status=RunStatus.STOPPED))
    async with answering(run, checkpoint, context) as visible:
        await visible.withdraw()


async def _hand_on(
    run: ClassifyRun, progress: Progress, visible: Answer, checkpoint: Checkpoint, context: ClassifyContext
) -> Record:
    if not progress.is_stopped:
        await visible.replace(f"_{_going(run, progress)}_", for_now=True)
        await context.later(run, checkpoint)
        return Record(run.place, run.asker.person)
    found = await context.runs.find(run.place.workspace, run.id)
    counts = {"done": progress.done, "messages": counted(run.items)}
    text = (
        _(
            "Stopped after {done:,} of {messages}, for {cost}. The results so far are kept.",
            cost=dollars(found.dollars),
            **counts,
        )
        if found is not None and found.dollars
        else _("Stopped after {done:,} of {messages}. The results so far are kept.", **counts)
    )
    more = RESUME_RUN.button(RunRef(run=run.id))
    so_far = (
        (EXPORT_RUN.button(RunRef(run=run.id), label=_("Files so far")),)
        if progress.done and not run.is_private
        else ()
    )
    return _record(run, text, await visible.replace(text, controls=(more, *so_far)))


def _going(run: ClassifyRun, progress: Progress) -> str:
    return _(
        "Sorted {done:,} of {messages} ({source})…",
        done=progress.done,
        messages=counted(run.items),
        source=run.source,
    )


def _record(run: ClassifyRun, text: str, message_id: str) -> Record:
    if run.is_private:
        return Record(run.place, run.asker.person)
    answer = Message(Role.ASSISTANT, "", text, message_id)
    return Record(run.place, run.asker.person, began_with_bot=True, messages=(answer,))
