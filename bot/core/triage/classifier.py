"""Classify posts that are waiting, several in one call if many are, with known posts like them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.calls import Purpose
from bot.core.attachments import rejected_files
from bot.core.attachments.attach import Attached, attach
from bot.core.classify import model_calls
from bot.core.classify.classifier import BatchOutcome, Question, sort
from bot.core.classify.examples import SHOWN, Nearest
from bot.core.domain import category
from bot.core.domain.attachment import Attachment
from bot.core.domain.classification import Example
from bot.core.domain.classify_item import Item
from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment, KnownPost
from bot.core.domain.message import Role
from bot.core.domain.needs import lacking
from bot.core.domain.route import route
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request, Turn
from bot.core.triage import schema, similar
from bot.core.triage.drafts.rules import wants_draft
from bot.core.triage.small_talk import is_small_talk
from bot.errors import ModelError, ModelRejectedError

if TYPE_CHECKING:
    from bot.calls import Call
    from bot.core.classify.schema import Filled
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classification import Verdict
    from bot.core.domain.feedback import Feedback
    from bot.core.ports import Chat, Model
    from bot.core.ports.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

MOST_KEPT_WHOLE = 200  # posts that people said are one thing, searched for examples
MOST_CORRECTIONS = 500  # of each kind that are searched for examples
TOKENS_PER_ITEM = 200  # of output
TOKENS_TO_SPLIT = 300  # of output, for an item that may be about several things
TOKENS_OF_FILES = 20_000  # of input

IGNORED: dict[str, tuple[str, ...]] = {  # not for people: what Claude fills in
    "conservative": ("small talk", "unclear"),
    "normal": ("small talk",),
    "eager": (),
}
"""What is not feedback, by the channel's strictness."""


@dataclass(frozen=True)
class FeedbackQuestion(Question):
    """The question about posts. `found` is what was said before that is like them.

    `whole` finds posts like them that are about one thing, as people said.
    """

    found: Mapping[int, Sequence[tuple[float, KnownPost]]] = field(default_factory=dict)
    messages: Mapping[int, str] = field(default_factory=dict)  # of all these posts
    whole: Callable[[Sequence[Item]], Sequence[Example]] = lambda _: ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def form(self) -> type[Filled]:
        """The form to fill in."""
        return schema.form(self.categories, self.request.settings)

    def about(self, items: Sequence[Item]) -> Request:
        """Return the request for a batch."""
        text = schema.prompt(
            items,
            self.categories,
            self.request.settings,
            examples=self.examples(items),
            earlier=similar.shown(items, self.found),
            whole=[Example(one.text[:SHOWN], one.categories) for one in self.whole(items)],
        )
        each = TOKENS_PER_ITEM + TOKENS_TO_SPLIT * self.request.settings.split_posts
        most = model_calls.TOKENS_TO_SPARE + each * len(items)
        return replace(self.request, turns=(Turn(Role.USER, text, self.attachments),), max_output=most)

    def read(self, filled: Filled, items: Sequence[Item]) -> dict[int, Verdict]:
        """Return what a filled-in form says of a batch."""
        shown = {one.number for one in similar.shown(items, self.found)} | {item.number for item in items}
        return schema.judgments(filled, items, {number: self.messages[number] for number in shown})


def asked(items: Sequence[Feedback]) -> list[Feedback]:
    """Return those of the waiting records that go into the next call; a record with files goes alone."""
    if items[0].files:
        return [items[0]]
    without = []
    for item in items:
        if item.files:
            break
        without.append(item)
    numbers = {one.number for one in next(model_calls.batches(_items(without)))}
    return [item for item in without if item.id in numbers]


def _items(records: Sequence[Feedback]) -> list[Item]:
    return [Item(one.id, _named(one)) for one in records]


def needs_no_model(record: Feedback) -> bool:
    """Return whether a post is certainly not feedback."""
    return not record.files and is_small_talk(record.text)


async def judge(
    records: Sequence[Feedback],
    settings: ChannelSettings,
    *,
    settled: Sequence[Example],
    feedback: FeedbackStore,
    model: Model,
    chat: Chat | None = None,
) -> BatchOutcome:
    """Classify some records of one channel in one call, or in a few if it was faulty. `chat` has their files.

    Raises a transient `ChatError` if files could not be fetched.
    """
    first = records[0]
    place = replace(first.place, thread="")
    categories = category.with_other(settings.categories or category.FEEDBACK)
    names = {one.name for one in categories}
    items = _items(records)
    corrections = (*await feedback.known.corrections(place, MOST_CORRECTIONS), *settled)
    nearest = await asyncio.to_thread(_nearest, corrections)
    joined = await feedback.splits.kept_whole(place, MOST_KEPT_WHOLE) if settings.split_posts else ()
    kept_whole = await asyncio.to_thread(_nearest, tuple(joined))
    messages = {one.id: one.message for one in records}
    found = await similar.earlier(items, place, feedback, messages)
    messages |= {one.number: one.message for ones in found.values() for _, one in ones}
    attached = await _attached(first, chat)
    inquiry = FeedbackQuestion(
        Request(Purpose.TRIAGE, (), 0, first.person, settings, Creativity.LOW),
        categories,
        examples=lambda items: [one for one in nearest.to(items) if names.issuperset(one.categories)],
        found=found,
        messages=messages,
        whole=kept_whole.to,
        attachments=attached.attachments,
    )
    outcome = await sort(items, inquiry, model=model)
    # A damaged image would be rejected again and again, and what came after it would wait forever.
    while inquiry.attachments and isinstance(outcome.failure, ModelRejectedError):
        left, calls = await _taken(inquiry, outcome.failure, model)
        log.warning("sorting a post with %d of its %d files", len(left), len(inquiry.attachments))
        inquiry = replace(inquiry, attachments=left)
        spared = await sort(items, inquiry, model=model)
        spared.calls[:0] = [*outcome.calls, *calls]
        outcome = spared
    return outcome


async def _taken(
    inquiry: FeedbackQuestion, failure: ModelRejectedError, model: Model
) -> tuple[tuple[Attachment, ...], Sequence[Call]]:
    """Return the files that the API did not reject, none if that can't be found out, and what finding out cost."""
    asked = replace(inquiry.request, turns=(Turn(Role.USER, "", inquiry.attachments),))
    try:
        found = await rejected_files.find(asked, failure, model=model, cancelled=None)
    except ModelError:
        return (), ()
    left = (one for one in inquiry.attachments if not any(one is file for file in found.files))
    return tuple(left), [call for call in found.calls if call is not failure.call]


async def _attached(record: Feedback, chat: Chat | None) -> Attached:
    if not record.files or chat is None:
        return Attached()
    return await attach(record.files, record.place, TOKENS_OF_FILES, chat, can_wait=True)


# Corrections change rarely, and indexing a thousand takes longer than everything else that is done for a post.
@lru_cache(maxsize=16)
def _nearest(examples: tuple[Example, ...]) -> Nearest:
    return Nearest(examples)


def _named(record: Feedback) -> str:
    """Return what a record is about with the names of its files."""
    names = " ".join(f"[file: {file.name}]" for file in record.files)
    return f"{record.own_text}\n{names}".strip() if names else record.own_text


def decide(record: Feedback, verdict: Verdict, settings: ChannelSettings) -> Decision:
    """Apply the channel's strictness and routes. What the model could not classify goes to a person, never away."""
    judged = verdict if isinstance(verdict, Judgment) else Judgment(record.id, nature="unclear")
    if judged.nature in IGNORED[settings.strictness] and judged.categories:
        return Decision(record.text, judged, FeedbackStatus.IGNORED, files=record.files)
    team = route(settings.routes, judged.category, judged.severity)
    missing = lacking(settings.needs, judged.category, judged.missing)
    wants = wants_draft(judged, settings)
    decision = Decision(record.text, judged, FeedbackStatus.OPEN, team, missing, wants, files=record.files)
    further = tuple(decide(replace(record, text=one.words), replace(one, words=""), settings) for one in judged.further)
    return replace(decision, excerpt=judged.words, further=further)


def ignore(record: Feedback) -> Decision:  # not for people: what Claude fills in
    """Decide that a post is not feedback."""
    return Decision(record.text, Judgment(record.id, nature="small talk"), FeedbackStatus.IGNORED)
