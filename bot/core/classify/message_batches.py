"""Run a whole run as one of the API's message batches: at half the price, whenever it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.actions import CANCEL_RUN
from bot.core.classify import model_calls
from bot.core.classify.context import answering, question_of
from bot.core.domain.classification import RunStatus, counted
from bot.core.domain.control_value import RunRef
from bot.core.domain.thread import Record
from bot.core.ports import BatchRequest
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.context import ClassifyContext
    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.classify_item import Item
    from bot.core.ports import Checkpoint

LEAST_TO_BATCH = 500  # items; fewer are done before a batch would have begun
LOOK_EVERY = 60.0  # seconds: how often batches are asked whether they are done
# What a run's state keeps: when its batch was submitted, the batch's id, and whether the results are here.
SUBMITTING, BATCH, COLLECTED = "submitting", "batch", "collected"


async def submit(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> Record | None:
    """Hand all that is not classified yet to the model, once; None if there is nothing, or its results are here.

    A turn that died in the middle of this may have submitted a batch: the model is told since when to look for it, so
    that it is not paid for twice. Raises a `ModelError`, `ChatError`.
    """
    asking = await question_of(run, context)
    items = [item async for page in context.items.unsorted(run.id) for item in page]
    requests = {name(run, part): asking.about(part) for part in model_calls.batches(items)}
    if COLLECTED in run.state or not requests:
        return None
    since = run.state.get(SUBMITTING)
    if since is None:
        await context.runs.keep(run.id, SUBMITTING, datetime.now(UTC).isoformat())
    async with answering(run, checkpoint, context) as visible:
        if not run.state.get(BATCH):
            checkpoint.turn.check()
            begun = datetime.fromisoformat(since) if since else None
            batch = BatchRequest(requests, asking.form, since=begun, taken=await _others(run, context))
            id_ = await context.model.submit(batch)
            await context.runs.keep(run.id, BATCH, id_)
        await context.runs.change(replace(run, status=RunStatus.BATCHED))
        text = _(
            "I handed {messages} ({source}) to Claude as a batch. It usually finishes within an hour, and within a day "
            "at the latest; I'll report here.",
            messages=counted(len(items)),
            source=run.source,
        )
        await visible.replace(text, controls=(CANCEL_RUN.button(RunRef(run=run.id)),))
    return Record(run.place, run.asker.person)


async def _others(run: ClassifyRun, context: ClassifyContext) -> set[str]:
    """Return the batches that are known to belong to other runs."""
    found = [await context.runs.find(where, id_) for where, id_ in await context.runs.batched() if id_ != run.id]
    return {other.state[BATCH] for other in found if other is not None and other.state.get(BATCH)}


def name(run: ClassifyRun, items: Sequence[Item]) -> str:
    """Name a request of a batch: whose it is, its first and last item, and how many those are."""
    return f"{run.id}-{items[0].number}-{items[-1].number}-{len(items)}"


def named(name: str, items: Sequence[Item]) -> Sequence[Item]:
    """Return which of the remaining items a request is for; none if it was collected before, or is not ours."""
    _run, *numbers = name.rsplit("-", 3)
    first, last, count = map(int, numbers) if all(map(str.isdigit, numbers)) else (0, 0, 0)
    found = [item for item in items if first <= item.number <= last]
    return found if len(found) == count else ()


async def collect(run: ClassifyRun, *, context: ClassifyContext) -> ClassifyRun:
    """Keep what a batch has brought, if it is done: then the run goes on with what is left, if anything.

    Each request's verdicts are kept with its costs in one transaction, and one whose items have verdicts is skipped, so
    that nothing is counted twice. A batch that turns out to be another run's is dropped: the next turn looks for ours
    again. Raises a `ModelError`.
    """
    asking = await question_of(run, context)
    found = await context.model.collect(run.state[BATCH], asking.form, asking.request)
    if found is None:
        return run
    if not any(id_.startswith(f"{run.id}-") for id_ in found):
        await context.runs.keep(run.id, BATCH, "")
        await context.runs.change(replace(run, status=RunStatus.RUNNING))
        return await context.runs.find(run.place.workspace, run.id) or run
    waiting = [item async for page in context.items.unsorted(run.id) for item in page]
    for id_, (filled, call) in found.items():
        if part := named(id_, waiting):
            verdicts = list(asking.read(filled, part).values()) if filled is not None else []
            await context.items.save(run, verdicts, [call], call.dollars)
    await context.runs.keep(run.id, COLLECTED, "yes")
    run = replace(await context.runs.find(run.place.workspace, run.id) or run, status=RunStatus.RUNNING)
    await context.runs.change(run)
    return run
