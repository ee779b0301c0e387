"""Posts that wait are sorted: several to a call when many wait, with what is known that is like them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.attachment import Attached, attach
from bot.core.channel_settings import Creativity
from bot.core.classify import batch, category
from bot.core.classify.form import Example
from bot.core.classify.item import Item
from bot.core.classify.nearest import Nearest
from bot.core.classify.sort import Outcome, Question, sort
from bot.core.ports import Attachment, Purpose, Request, Role, Turn
from bot.core.triage import form
from bot.core.triage.form import Judgement
from bot.core.triage.item import Status
from bot.core.triage.route import route
from bot.core.triage.small_talk import is_small_talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.channel_settings import ChannelSettings
    from bot.core.classify.form import Filled
    from bot.core.classify.item import Verdict
    from bot.core.ports import Chat, Model
    from bot.core.triage.item import Board, Feedback

log = logging.getLogger(__name__)

MOST_CORRECTIONS = 1_000  # that are looked through for examples
COMPARED = 500  # newest records that are looked through for duplicates
COMPARED_FOR = timedelta(days=30)
SHOWN_OF_EARLIER = 300  # characters of an earlier record
TOKENS_PER_ITEM = 200  # of output
TOKENS_OF_FILES = 20_000  # of input

IGNORED: dict[str, tuple[str, ...]] = {
    "conservative": ("small talk", "unclear"),
    "normal": ("small talk",),
    "eager": (),
}
"""What is no feedback, by the channel's strictness."""


@dataclass(frozen=True)
class Inquiry(Question):
    """What is asked about posts. `alike` finds earlier ones that are like a batch's."""

    alike: Nearest = field(default_factory=lambda: Nearest(()))
    attachments: tuple[Attachment, ...] = ()

    @property
    def form(self) -> type[Filled]:
        """The form to fill in."""
        return form.form(self.categories, self.request.settings)

    def about(self, items: Sequence[Item]) -> Request:
        """Return the request for a batch."""
        text = form.prompt(
            items,
            self.categories,
            self.request.settings,
            examples=self.examples(items),
            earlier=self._earlier(items),
        )
        most = batch.TOKENS_TO_SPARE + TOKENS_PER_ITEM * len(items)
        return replace(self.request, turns=(Turn(Role.USER, text, self.attachments),), max_output=most)

    def read(self, filled: Filled, items: Sequence[Item]) -> dict[int, Verdict]:
        """Return what a filled form says of a batch."""
        return form.judgements(filled, items, [one.number for one in self._earlier(items)])

    def _earlier(self, items: Sequence[Item]) -> list[Item]:
        numbers = {item.number for item in items}
        found = ((int(one.categories[0]), one.text) for one in self.alike.to(items))
        return [Item(number, text) for number, text in found if number not in numbers]


def asked(items: Sequence[Feedback]) -> list[Feedback]:
    """Return those of the records that wait which go into the next call: one alone when it has files."""
    if items[0].files:
        return [items[0]]
    without = []
    for item in items:
        if item.files:
            break
        without.append(item)
    numbers = {one.number for one in next(batch.batches(_items(without)))}
    return [item for item in without if item.id in numbers]


def _items(records: Sequence[Feedback]) -> list[Item]:
    return [Item(one.id, one.text) for one in records]


def needs_no_model(record: Feedback) -> bool:
    """Tell whether a post is no feedback for sure."""
    return not record.files and is_small_talk(record.text)


async def judge(
    records: Sequence[Feedback],
    settings: ChannelSettings,
    *,
    settled: Sequence[Example],
    board: Board,
    model: Model,
    chat: Chat | None = None,
) -> Outcome:
    """Sort some records of one channel by one call, or few where it was faulty. `chat` has their files, if any.

    Raises a `ChatError` that may pass, when files could not be fetched.
    """
    first = records[0]
    place = replace(first.place, thread="")
    categories = category.with_other(settings.categories or category.FEEDBACK)
    names = {one.name for one in categories}
    nearest = Nearest([*await board.corrections(place, MOST_CORRECTIONS), *settled])
    recent = await board.recent(place, datetime.now(UTC) - COMPARED_FOR, COMPARED)
    known = [Example(one.text[:SHOWN_OF_EARLIER], (str(one.id),)) for one in recent if one.text]
    attached = await attach(first.files, first.place, TOKENS_OF_FILES, chat) if first.files and chat else Attached()
    inquiry = Inquiry(
        Request(Purpose.TRIAGE, (), 0, first.person, settings, Creativity.LOW),
        categories,
        examples=lambda items: [one for one in nearest.to(items) if names.issuperset(one.categories)],
        alike=Nearest(known),
        attachments=attached.attachments,
    )
    return await sort(_items([_named(one) for one in records]), inquiry, model=model)


def _named(record: Feedback) -> Feedback:
    """Tell the names of a record's files with its words."""
    names = " ".join(f"[file: {file.name}]" for file in record.files)
    return replace(record, text=f"{record.text}\n{names}".strip()) if names else record


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a post: what it is, whether that is feedback here, the team. `text` is what was judged."""

    text: str
    judgement: Judgement
    status: Status
    team: str = ""


def decide(record: Feedback, verdict: Verdict, settings: ChannelSettings) -> Decision:
    """Decide by the channel's strictness and routes. What the model could not sort is for a person, never dropped."""
    judged = verdict if isinstance(verdict, Judgement) else Judgement(record.id, nature="unclear")
    if judged.nature in IGNORED[settings.strictness] and judged.categories:
        return Decision(record.text, judged, Status.IGNORED)
    return Decision(record.text, judged, Status.OPEN, route(settings.routes, judged.category, judged.severity))


def ignore(record: Feedback) -> Decision:
    """Decide that a post is no feedback."""
    return Decision(record.text, Judgement(record.id, nature="small talk"), Status.IGNORED)
