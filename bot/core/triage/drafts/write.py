"""Write a draft: an answer from the knowledge, in the poster's language, with what the team made of earlier drafts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from babel import Locale

from bot.core.domain.draft import LONGEST_DRAFT, DraftState, NotWritten
from bot.core.domain.knowledge import LONGEST_GAP, Gap
from bot.core.domain.message import Place
from bot.core.knowledge.answer import Inquiry, answer
from bot.core.ports import Chat, Model
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.ports.knowledge import KnowledgeStore
from bot.core.triage.drafts.replies import has_replies
from bot.core.triage.drafts.rules import MOST_AN_HOUR, is_waiting
from bot.core.writing.for_approval import shortened, uncalled
from bot.errors import ChatError, ModelBudgetError, ModelError, OverBudgetError
from bot.language import ENGLISH, speaking, spoken, supported

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.draft import Draft, DraftExample
    from bot.core.domain.feedback import Feedback
    from bot.core.knowledge.answer import GroundedAnswer

log = logging.getLogger(__name__)

MOST_EXAMPLES = 5
LONGEST_OF_EXAMPLE = 1_000  # characters of each of its texts
HOUR = timedelta(hours=1)
_LANGUAGES = Locale(ENGLISH).languages


@dataclass(frozen=True, slots=True)
class DraftWriter:
    """Writes drafts."""

    feedback: FeedbackStore
    knowledge: KnowledgeStore
    model: Model
    chat: Chat

    async def write(self, draft: Draft, record: Feedback, settings: ChannelSettings) -> Draft | None:
        """Write a draft, or keep why there is none; return it, None where someone has changed it meanwhile.

        `record` has all of its post's words. Raises a `ModelError` or a `ChatError` that may pass.
        """
        place = Place(record.workspace, record.channel)
        if not is_waiting(record):
            return await self.feedback.drafts.change(draft, DraftState.STALE)
        if reason := await self._why_not(record, place):
            if reason is NotWritten.NO_SOURCES:
                await self._keep_gap(record)
            return await self._not_written(draft, reason)
        try:
            found = await self._answer(record, place, settings)
        except (OverBudgetError, ModelBudgetError):
            return await self._not_written(draft, NotWritten.BUDGET)
        except ModelError as error:
            if error.is_transient:
                raise
            log.warning("a draft could not be written: %s", type(error).__name__)
            return await self._not_written(draft, NotWritten.FAILED)
        if not found.is_known:
            await self._keep_gap(record)
            return await self.feedback.drafts.change(draft, DraftState.UNKNOWN, category=record.category)
        text = await self._without_mentions(found.text, place)
        values: dict[str, Any] = {
            "text": shortened(text, LONGEST_DRAFT),
            "sources": found.sources,
            "is_trimmed": bool(found.removed) or len(text) > LONGEST_DRAFT,
            "category": record.category,
        }
        return await self.feedback.drafts.change(draft, DraftState.READY, **values)

    async def _why_not(self, record: Feedback, place: Place) -> NotWritten | None:
        if not await self.knowledge.sources.serving(place):
            return NotWritten.NO_SOURCES
        if await self.feedback.draft_history.written_since(place, datetime.now(UTC) - HOUR) >= MOST_AN_HOUR:
            return NotWritten.MANY
        return NotWritten.ANSWERED if await self._is_answered(record) else None

    async def _is_answered(self, record: Feedback) -> bool:
        try:
            return await has_replies(record, record.said_at, self.chat.history, but_of=record.person)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("a post's replies can't be read: %s", error)
            return False

    async def _not_written(self, draft: Draft, reason: NotWritten) -> Draft | None:
        return await self.feedback.drafts.change(draft, DraftState.NOT_WRITTEN, reason=reason)

    async def _answer(self, record: Feedback, place: Place, settings: ChannelSettings) -> GroundedAnswer:
        examples = await self.feedback.draft_history.examples(place, MOST_EXAMPLES)
        inquiry = Inquiry(
            place,
            record.own_text,
            record.person,
            settings,
            language=_LANGUAGES.get(record.language.lower(), ""),
            more={"examples": [_example(one) for one in examples]} if examples else {},
        )
        with speaking(supported(record.language) or spoken()):
            return await answer(inquiry, search=self.knowledge.search, model=self.model)

    async def _without_mentions(self, text: str, place: Place) -> str:
        """Let a draft call no one: the model may have copied a mention from the post."""
        for mention, name in (await self.chat.names.of(place, (), [text])).items():
            text = text.replace(mention, f"@{name}")
        return uncalled(text)

    async def _keep_gap(self, record: Feedback) -> None:
        gap = Gap(
            id=0,
            workspace=record.workspace,
            channel=record.channel,
            thread=record.message,
            message=record.message,
            person=record.person,
            question=record.own_text[:LONGEST_GAP],
            link=record.permalink,
            asked_at=record.said_at,
        )
        await self.knowledge.gaps.add(gap)


def _example(one: DraftExample) -> dict[str, str]:
    """Return an earlier draft as the model gets it: data, like all that people wrote."""
    told = {
        "question": one.question,
        "draft": one.draft,
        "sent_instead": one.sent,
        "discarded_as": one.reason,
        "because": one.comment,
    }
    return {name: text[:LONGEST_OF_EXAMPLE] for name, text in told.items() if text}
