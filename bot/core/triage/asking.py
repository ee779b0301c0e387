"""Ask the person who posted for what their report does not tell, once, and say on the card what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.needs import lacking, needed
from bot.core.domain.setting_choices import Outsiders
from bot.core.triage.card import plain
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.needs import Completeness
    from bot.core.ports import Chat, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore

KEY = "ask"
OPEN = (FeedbackStatus.OPEN, FeedbackStatus.TAKEN)


def told(record: Feedback, settings: ChannelSettings, completeness: Completeness) -> list[str]:
    """Return the lines of a card that say what a report waits for, and what was added to it."""
    lines = []
    if added := plain(", ".join(lacking(settings.needs, record.category, completeness.added))):
        lines.append(_("Answered: {facts}", facts=added))
    missing = plain(", ".join(lacking(settings.needs, record.category, completeness.missing)))
    if missing and record.status in OPEN:
        sentence = _("Waiting for: {facts}", facts=missing)
        lines.append(sentence if completeness.is_asked else _("Missing: {facts}", facts=missing))
    return lines


def may_be_asked(record: Feedback, settings: ChannelSettings) -> bool:
    """Return whether the person who posted could be asked: no app, and no one whom the team has answered already."""
    is_open = record.status in OPEN and record.responded_at is None
    has_words = bool(record.text or record.files)  # they may be erased by now
    return is_open and has_words and not record.is_bot and bool(needed(settings.needs, record.category))


async def claim(
    record: Feedback, settings: ChannelSettings, reference: str, *, feedback: FeedbackStore, chat: Chat
) -> Sequence[str]:
    """Return what the job of this reference is to ask for, nothing if it is not to ask. Raises `ChatError`.

    A post about several things is asked about once, for what any of them lacks.
    Of all jobs that ever show a record of a post, only one asks.
    """
    if not settings.needs or not may_be_asked(record, settings):
        return ()
    asked = [one for one in await feedback.splits.of(record.place) if may_be_asked(one, settings)]
    found = [lacking(settings.needs, one.category, (await feedback.questions.of(one)).missing) for one in asked]
    missing = tuple(dict.fromkeys(fact for facts in found for fact in facts))
    if not missing:
        return ()
    if settings.outsiders is Outsiders.NOBODY:
        author = await chat.directory.participant(record.place, record.person)
        if author.is_outsider:
            return ()
    return missing if await feedback.questions.claim(record, reference) else ()


async def ask(record: Feedback, missing: Sequence[str], *, checkpoint: Checkpoint, chat: Chat) -> None:
    """Ask in the post's thread, in the language of this task. Raises `ChatError`."""
    await chat.posts.post(record.place, question(missing, chat.names.mention(record.person)), checkpoint, key=KEY)


def question(missing: Sequence[str], person: str) -> str:
    """Word the question."""
    facts = plain(", ".join(missing))
    return _(
        "{person} Thank you! Could you add this for the team: **{facts}**? Just reply in this thread. If you don't "
        "know, say so, and that's fine: I won't ask again.",
        person=person,
        facts=facts,
    )
