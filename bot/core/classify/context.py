"""What all of a run's modules work with: its ports, its message, its settings, and the question about its items."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.core.classify.checkpoint import RunCheckpoint
from bot.core.classify.classifier import Question
from bot.core.classify.examples import MOST_CORRECTIONS, Nearest
from bot.core.domain.classification import ClassifyRun, Example
from bot.core.domain.message import Place
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Chat, Checkpoint, Model, Request, Store
from bot.core.ports.classify_store import ClassifyItemStore, ClassifyRunStore
from bot.core.privacy.redaction.carry import carried

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classify_item import Item
    from bot.core.ports import Answer


@dataclass(frozen=True)
class ClassifyContext:
    """What the turns of a run work with."""

    runs: ClassifyRunStore
    items: ClassifyItemStore
    store: Store
    model: Model
    chat: Chat
    # Makes the run continue after this turn; repeated calls in one turn count once.
    later: Callable[[ClassifyRun, Checkpoint], Awaitable[None]]
    recorded: Callable[[Sequence[Call]], None] = lambda _: None  # gets calls that are in the ledger by now


@asynccontextmanager
async def answering(run: ClassifyRun, checkpoint: Checkpoint, context: ClassifyContext) -> AsyncIterator[Answer]:
    """Open, or continue, the one message that answers a run."""
    answer = (
        context.chat.answers.ephemeral(run.place, run.asker)
        if run.is_private
        else context.chat.answers.begin(
            run.place, run.asker, RunCheckpoint(run, checkpoint.turn, context.runs), to=run.to
        )
    )
    async with answer as visible:
        yield visible


def request(run: ClassifyRun, settings: ChannelSettings) -> Request:
    """Return what all questions about a run have in common."""
    return Request(Purpose.CLASSIFY, (), 0, run.place.opaque(run.asker.person), settings, Creativity.LOW)


async def settings_of(run: ClassifyRun, context: ClassifyContext) -> ChannelSettings:
    """Return the settings that apply to questions about a run."""
    if run.origin in {"", run.place.channel}:
        return await context.store.settings.load(run.place)
    return await carried(context.store.settings, Place(run.place.workspace, run.origin), run.place, run.asker.person)


async def question_of(run: ClassifyRun, context: ClassifyContext) -> Question:
    """Return the question about each batch of a run."""
    settings = await settings_of(run, context)
    nearest = Nearest(await context.items.corrections(run.place, MOST_CORRECTIONS))
    names = {one.name for one in run.categories}

    def examples(items: Sequence[Item]) -> list[Example]:
        return [one for one in nearest.to(items) if names.issuperset(one.categories)]

    return Question(request(run, settings), run.categories, several=run.several, examples=examples)
