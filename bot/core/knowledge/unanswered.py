"""A question that the knowledge has no answer to: it is kept as a gap, and people read who might know."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.knowledge import LONGEST_GAP, Gap
from bot.core.ports import Chat
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.ports.knowledge import KnowledgeGaps
from bot.core.trigrams import alike, distinct
from bot.errors import BotError
from bot.language import N_, _, or_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import Message, Place

UNKNOWN = N_("I don't know: I found no answer in the knowledge here.")
MOST_NAMED = 3  # people or teams
RECENT, LOOKED_AT = timedelta(days=365), 500  # in which, and how many posts may be alike
LEAST_ALIKE = 0.15  # of what the same person might know

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Keeps gaps, and says who might know."""

    gaps: KnowledgeGaps
    feedback: FeedbackStore
    chat: Chat

    async def __call__(self, place: Place, question: Message, settings: ChannelSettings) -> str:
        """Keep a question as a gap, once; return the sentences for people. Never raises but for what ends a turn."""
        try:
            await self.keep(place, question)
            return " ".join(filter(None, (_(UNKNOWN), await self.might_know(place, question.text, settings))))
        except BotError as error:
            log.warning("a question without an answer could not be kept: %s", error)
            return _(UNKNOWN)

    async def keep(self, place: Place, question: Message) -> None:
        """Keep a question as a gap, once."""
        gap = Gap(
            id=0,
            workspace=place.workspace,
            channel=place.channel,
            thread=place.thread,
            message=question.id,
            person=question.author,
            question=question.text[:LONGEST_GAP],
            link=self.chat.history.permalink(place, question.id) if question.id else "",
            asked_at=datetime.now(UTC),
        )
        await self.gaps.add(gap)

    async def might_know(self, place: Place, question: str, settings: ChannelSettings) -> str:
        """Return the sentence who might know: who answers here, the teams, or who resolved similar posts; or ""."""
        teams = tuple(dict.fromkeys(one.team for one in settings.routes)) or tuple(one.name for one in settings.teams)
        people = settings.agents or (() if teams else await self._resolvers(place, question))
        found = await self._names(place, people[:MOST_NAMED]) if people else teams[:MOST_NAMED]
        return _("{people} might know.", people=or_list(found)) if found else ""

    async def _names(self, place: Place, people: Sequence[str]) -> Sequence[str]:
        """Return the names of people, who are not called for that."""
        names = await self.chat.names.of(place, people)
        return [names[mention] for one in people if (mention := self.chat.names.mention(one)) in names]

    async def _resolvers(self, place: Place, question: str) -> Sequence[str]:
        """Return who resolved posts like a question, who did so most often first."""
        since = datetime.now(UTC) - RECENT
        recent = await self.feedback.statistics.recent(replace(place, thread=""), since, LOOKED_AT)
        asked = distinct(question)
        return [
            person
            for person, _ in Counter(
                one.assignee
                for one in recent
                if one.status is FeedbackStatus.RESOLVED
                and one.assignee
                and alike(asked, distinct(one.own_text)) >= LEAST_ALIKE
            ).most_common(MOST_NAMED)
        ]
