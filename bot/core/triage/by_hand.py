"""Say by hand that two posts are about the same thing, or that one post is about several, or about one after all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import JOIN_FEEDBACK
from bot.core.domain.feedback import PAST
from bot.core.triage import card
from bot.core.triage.actions import CIRCLE, NO_LINK, NO_RECORD, check_sees, opened
from bot.core.triage.splitting import MOST, find, rest, says_something
from bot.errors import UsageError
from bot.language import _, ngettext

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
    links: Sequence[tuple[str, int]],
    place: Place,
    asker: Requester,
    *,
    feedback: FeedbackStore,
    store: Store,
    chat: Chat,
) -> tuple[Feedback, Feedback]:
    """Let the post of the first link repeat that of the second, both of a channel; return the records of both.

    Each link has the number of one of its post's records, 0 if it was given none. The card says so; the people who
    posted are told nothing. Raises `UsageError`, `NotAllowedError`.
    """
    first, second = [await _numbered(*link, place, feedback=feedback, chat=chat) for link in links]
    await opened(first.id, asker, place.workspace, feedback=feedback, store=store)
    if first.id == second.id:
        raise UsageError(_("That is one and the same post."))
    merged = await feedback.archive.merge(first, second)
    if merged is None:
        raise UsageError(_(CIRCLE))
    return merged, second


async def split(
    link: str, words: str, place: Place, asker: Requester, *, feedback: FeedbackStore, store: Store, chat: Chat
) -> Feedback:
    """Make a record of its own from words of the post of a link; return it. Raises `UsageError`, `NotAllowedError`."""
    record = await _record(link, place, feedback=feedback, chat=chat)
    await opened(record.id, asker, place.workspace, feedback=feedback, store=store)
    text = await feedback.splits.text(record)
    apart = [one for one in (await feedback.splits.of(record.place))[1:] if one.status not in PAST]
    own = _own_words(words, text, [one.text for one in apart])
    made = await feedback.splits.split(record, own, [one.id for one in apart])
    if made is None:
        raise UsageError(_("Someone else has just changed the records of that post. Look at its card and try again."))
    return made


def _own_words(words: str, text: str, taken: Sequence[str]) -> str:
    """Return the words of a text that become a record beside what is taken already. Raises `UsageError`."""
    if (span := find(words, text)) is None:
        raise UsageError(_("These words are not in that post. Copy them from it as they are."))
    spans = [found for one in taken if (found := find(one, text)) is not None]
    if any(start < span[1] and span[0] < end for start, end in spans):
        raise UsageError(_("Some of these words have a record of their own already."))
    if not says_something(rest(text, [*spans, span])) or not says_something(text[slice(*span)]):
        raise UsageError(_("That leaves too few words: a post and each part of it need some of their own."))
    if len(taken) + 1 >= MOST:
        raise UsageError(_("A post can have up to {most:,} records.", most=MOST))
    return text[slice(*span)]


def separated(record: Feedback) -> str:
    """Say that words of a post are becoming a record."""
    return _(
        "“{words}” becomes a record of its own, on the card of [that post]({link}).",
        words=card.plain(record.text[:SHOWN]),
        link=record.permalink,
    )


async def join(action: Action, *, feedback: FeedbackStore, store: Store, chat: Chat) -> Sequence[Feedback]:
    """Make one thing of the post that a button is about; return what were its further records, one at least.

    Raises `UsageError`, `NotAllowedError`, `ChatError`.
    """
    id_ = JOIN_FEEDBACK.read(action).id
    record, settings = await opened(id_, action.asker, action.place.workspace, feedback=feedback, store=store)
    await check_sees(record, settings, action.asker, chat, action.place.channel)
    further = await feedback.splits.join(record.place)
    if not further:  # someone was faster, or the card is an old one
        raise UsageError(_("This post is one thing already."))
    return further


def merged(first: Feedback, second: Feedback) -> str:
    """Say that a post repeats another one now."""
    return _(
        "Merged: [this post]({first}) now repeats [that one]({second}). Nobody who posted was told.",
        first=first.permalink,
        second=second.permalink,
    )


async def _numbered(link: str, number: int, place: Place, *, feedback: FeedbackStore, chat: Chat) -> Feedback:
    """Return the record that a link and a number lead to, 0 for the only one. Raises `UsageError`."""
    record = await _record(link, place, feedback=feedback, chat=chat)
    records = card.numbered(await feedback.splits.of(record.place))
    if len(records) == 1 and number <= 1:
        return record
    if not 1 <= number <= len(records):
        raise UsageError(
            ngettext(
                "That post has {n:,} record, so there is no other number.",
                "That post has {n:,} records. Add the number that one has on the card to the link, as in "
                "`/parley feedback merge <link> 2 into <link>`.",
                len(records),
            )
        )
    return records[number - 1]


async def _record(link: str, place: Place, *, feedback: FeedbackStore, chat: Chat) -> Feedback:
    """Return the record of a channel that a link leads to. Raises `UsageError`."""
    found = chat.history.locate(link, place)
    if found is None or not found.message or found.place.channel != place.channel:
        raise UsageError(_(NO_LINK))
    record = await feedback.records.at(replace(place, thread=found.place.thread or found.message))
    if record is None or not record.is_counted:
        raise UsageError(_(NO_RECORD))
    return record
