"""Send a draft that was approved, once, as an answer in the poster's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.draft import DraftState, digest
from bot.core.domain.feedback import PAST
from bot.core.triage.drafts import card, rules
from bot.errors import ChatError, UsageError
from bot.language import _, speaking

if TYPE_CHECKING:
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback
    from bot.core.ports import Chat, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.drafts.alone import LoneDrafts


async def send(
    draft: Draft,
    record: Feedback,
    *,
    language: str,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    alone: LoneDrafts,
    chat: Chat,
) -> str:
    """Send a draft; return why it was not sent, "" if it was. Raises a `ChatError` that may pass.

    `language` is the one in which the bot adds who approved it; what is returned is in that of the task. Whether the
    draft may still be sent is looked up right before it is posted: the post may have been edited, deleted or resolved
    since someone approved it. For one that no one has approved, so is all that speaks against that. It counts as the
    first response.
    """

    async def last_look() -> None:
        now = await feedback.drafts.question(record)
        if why := rules.hindrance(draft, now):
            raise UsageError(why)
        if draft.is_auto and not await alone.may_go(draft, now):
            raise UsageError(_(rules.DOUBTFUL))

    with speaking(language):
        text = card.answer(draft, record, chat.names)
        buttons = card.answer_controls(draft)
    try:
        sent = await chat.posts.post(draft.place, text, checkpoint, key="answer", controls=buttons, last_look=last_look)
    except (UsageError, ChatError) as error:
        if error.is_transient:
            raise
        await give_back(draft, record, feedback)
        return error.sentence
    await feedback.inbox.respond(draft.place, draft.by)
    is_outdated = await _is_edited(draft, record, feedback)
    await feedback.drafts.change(draft, DraftState.SENT, sent_message=sent, is_outdated=is_outdated)
    return ""


async def give_back(draft: Draft, record: Feedback, feedback: FeedbackStore) -> None:
    """Let a draft be as it was before someone approved it, stale if its post was edited, or empty if that is gone."""
    as_before: dict[str, Any] = {"by": "", "sent_text": "", "is_edited": False, "is_auto": False}
    now = await feedback.drafts.question(record)
    if now.status in PAST:
        as_before |= {"text": "", "sources": ()}
    state = DraftState.STALE if digest(now) != draft.digest else DraftState.READY
    await feedback.drafts.change(draft, state, **as_before)


async def _is_edited(draft: Draft, record: Feedback, feedback: FeedbackStore) -> bool:
    return digest(await feedback.drafts.question(record)) != draft.digest
