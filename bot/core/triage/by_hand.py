"""Say by hand that two posts are about the same thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.triage.actions import NO_LINK, NO_RECORD, opened
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, Store
    from bot.core.ports.feedback_store import FeedbackStore


async def merge(
    links: tuple[str, str], place: Place, asker: Requester, *, feedback: FeedbackStore, store: Store, chat: Chat
) -> tuple[Feedback, Feedback]:
    """Let the post of the first link repeat that of the second, both of a channel; return the records of both.

    The card says so; the people who posted are told nothing. Raises `UsageError`, `NotAllowedError`.
    """
    first, second = [await _record(link, place, feedback=feedback, chat=chat) for link in links]
    await opened(first.id, asker, place.workspace, feedback=feedback, store=store)
    if first.id == second.id:
        raise UsageError(_("That is one and the same post."))
    if second.root == first.id:
        raise UsageError(_("The second post repeats the first already. Merge them the other way around."))
    return await feedback.archive.merge(first, second) or first, second


def merged(first: Feedback, second: Feedback) -> str:
    """Say that a post repeats another one now."""
    return _(
        "Merged: [this post]({first}) now repeats [that one]({second}). Nobody who posted was told.",
        first=first.permalink,
        second=second.permalink,
    )


async def _record(link: str, place: Place, *, feedback: FeedbackStore, chat: Chat) -> Feedback:
    """Return the record of a channel that a link leads to. Raises `UsageError`."""
    found = chat.history.locate(link, place)
    if found is None or not found.message or found.place.channel != place.channel:
        raise UsageError(_(NO_LINK))
    record = await feedback.records.at(replace(place, thread=found.place.thread or found.message))
    if record is None or not record.is_counted:
        raise UsageError(_(NO_RECORD))
    return record
