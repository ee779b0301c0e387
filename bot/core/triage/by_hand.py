"""Say by hand that two posts are about the same thing, or that one post is about several, or about one after all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import JOIN_FEEDBACK
from bot.core.domain.feedback import PAST
from bot.core.triage.actions import NO_LINK, NO_RECORD, check_sees, opened
from bot.core.triage.card import plain
from bot.core.triage.splitting import MOST, find, rest, says_something
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Action
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, Store
    from bot.core.ports.feedback_store import FeedbackStore

SHOWN = 120  # characters of the words that were split off


async def merge(
    links: Sequence[str], place: Place, asker: Requester, *, feedback: FeedbackStore, store: Store, chat: Chat
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


async def split(
    link: str, words: str, place: Place, asker: Requester, *, feedback: FeedbackStore, store: Store, chat: Chat
) -> Feedback:
    """Make a record of its own from words of the post of a link; return it. Raises `UsageError`, `NotAllowedError`."""
    record = await _record(link, place, feedback=feedback, chat=chat)
    await opened(record.id, asker, place.workspace, feedback=feedback, store=store)
    apart = [one for one in (await feedback.splits.of(record.place))[1:] if one.status not in PAST]
    if (span := find(words, record.text)) is None:
        raise UsageError(_("These words are not in that post. Copy them from it as they are."))
    taken = [found for one in apart if (found := find(one.text, record.text)) is not None]
    if any(start < span[1] and span[0] < end for start, end in taken):
        raise UsageError(_("Some of these words have a record of their own already."))
    if not says_something(rest(record.text, [*taken, span])) or not says_something(record.text[slice(*span)]):
        raise UsageError(_("That leaves too few words: a post and each part of it need some of their own."))
    if len(apart) + 1 >= MOST:
        raise UsageError(_("A post can have up to {most:,} records.", most=MOST))
    return await feedback.splits.split(record, record.text[slice(*span)])


def separated(record: Feedback) -> str:
    """Say that words of a post are becoming a record."""
    return _(
        "“{words}” becomes a record of its own, on the card of [that post]({link}).",
        words=plain(record.text[:SHOWN]),
        link=record.permalink,
    )


async def join(action: Action, *, feedback: FeedbackStore, store: Store, chat: Chat) -> Sequence[Feedback]:
    """Make one thing of the post that a button is about; return what were its further records.

    Raises `UsageError`, `NotAllowedError`, `ChatError`.
    """
    id_ = JOIN_FEEDBACK.read(action).id
    record, settings = await opened(id_, action.asker, action.place.workspace, feedback=feedback, store=store)
    await check_sees(record, settings, action.asker, chat, action.place.channel)
    return await feedback.splits.join(record.place)


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
