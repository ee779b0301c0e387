"""Whether the bot may send a draft without a person: looked up when it is written, and again right before it is posted.

In between, a colleague may have answered, or someone may have changed the severity, the setting or a source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.domain.setting_choices import Drafts
from bot.core.ports import Chat, Store
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.ports.knowledge import KnowledgePages
from bot.core.triage.drafts import rules
from bot.core.triage.drafts.replies import has_replies
from bot.core.triage.drafts.standing import not_standing

if TYPE_CHECKING:
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback


@dataclass(frozen=True, slots=True)
class LoneDrafts:
    """Looks up what speaks against sending a draft without a person."""

    feedback: FeedbackStore
    pages: KnowledgePages
    store: Store
    chat: Chat

    async def may_go(self, draft: Draft, record: Feedback) -> bool:
        """Return whether a draft may go as things are now. `record` has all of its post's words, of now.

        Raises `ChatError`.
        """
        here = replace(record.place, thread="")
        settings = await self.store.settings.load(here)
        if settings.drafts is not Drafts.AUTO or await not_standing(draft, self.pages):
            return False
        venue = await self.chat.directory.venue(here, record.person)
        author = await self.chat.directory.participant(here, record.person)
        context = rules.DraftContext(
            await self.feedback.draft_history.unchanged(here, record.category, rules.JUDGED),
            has_outsiders=venue.is_shared or author.is_outsider,
            has_replies=await has_replies(record, record.said_at, self.chat.history),
        )
        return rules.may_go_alone(draft, record, settings, context)
