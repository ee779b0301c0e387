"""Read what was said in a channel or a thread, for a person who can see it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.message import HistoryMessage, Place
from bot.core.read_retries import Patience
from bot.core.time_span.times import MAX_DAYS
from bot.core.why_not_read import why
from bot.errors import (
    ChatError,
    GoneError,
    NotAllowedError,
    NotInChannelError,
    NotPermittedError,
    RevokedError,
    SlowError,
    UsageError,
)
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.core.domain.people import SharedFile, Venue
    from bot.core.ports import Chat, ChatDirectory, ChatHistory
    from bot.core.time_span.times import Span
    from bot.errors import BotError

MOST_MESSAGES = 10_000
THREADS_AT_ONCE = 4
LOOKS_BACK = timedelta(days=7)  # before a span, for threads that were answered in it: the platform has no list of them
MOST_LOOKED_AT = 2_000  # messages before a span
PATIENCE = 300.0  # seconds that reading the threads of a channel may take: the platform lets us read only so fast

# The same for a channel that there is not, one that the bot can't see, and a private one that the asker is not in:
# no one learns of a channel by asking.
HIDDEN = N_(
    "I can't see that conversation. If you are in it, invite me there with `/invite` and ask again; "
    "if not, I'm not allowed to read it for you."
)
NO_THREAD = N_(
    "I can't tell which thread you mean: mention me in the thread itself, or give me a link to a message in it."
)
GONE = N_("I can't find that message; it may have been deleted.")


@dataclass(slots=True)
class ReadHistory:
    """Messages that were read, in no order. `since` is when the span begins.

    `threads_unread`: threads whose replies could not be read in time. `found_own`: for a span that begins with the
    person's own last message, whether there was one; None for any other. `unread`: what else is missing, in words.
    """

    said: list[HistoryMessage] = field(default_factory=list)
    since: datetime | None = None
    threads_unread: int = 0
    found_own: bool | None = None
    unread: list[str] = field(default_factory=list)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Sentences that say what is missing, and why."""
        if not self.threads_unread:
            return tuple(self.unread)
        replies = ngettext(
            "the replies in {n:,} thread could not be read in time",
            "the replies in {n:,} threads could not be read in time",
            self.threads_unread,
        )
        return (*self.unread, replies)


async def allow(place: Place, person: str, *, directory: ChatDirectory) -> Venue:
    """Return a channel that both the person and the bot are in.

    Raises `UsageError` or `NotAllowedError` with what to do instead, and `ChatError` if it can't be known.
    """
    try:
        venue = await directory.venue(place, person)
    except NotInChannelError:
        raise UsageError(_(HIDDEN)) from None
    if not venue.has_person:
        raise NotAllowedError(
            _(HIDDEN)
            if venue.is_private
            else _("You aren't in #{channel}. Join it, and I can read it for you.", channel=venue.name)
        )
    if not venue.has_bot:
        raise UsageError(
            _("I'm not in #{channel} yet. Invite me there with `/invite` and ask again.", channel=venue.name)
        )
    return venue


async def read_thread(place: Place, *, history: ChatHistory, progress: Callable[[int], None]) -> ReadHistory:
    """Read a thread, as far as it can be. Raises `UsageError` for one that is gone, `ChatError`."""
    read = ReadHistory()

    def begin() -> AsyncIterator[tuple[HistoryMessage, ...]]:
        return history.thread(place, max((said.id for said in read.said), default=""))

    def take(page: Sequence[HistoryMessage]) -> bool:
        read.said.extend(page)
        progress(len(read.said))
        return False

    if broken := await _read(begin, take, Patience(PATIENCE)):
        _check_begun(read, broken)
        read.unread.append(
            ngettext(
                "only the first message of the thread could be read: {reason}",
                "only the first {n:,} messages of the thread could be read: {reason}",
                len(read.said),
                reason=why(broken),
            )
        )
    if not read.said:
        raise UsageError(_(GONE))
    return read


async def read_channel(
    place: Place, span: Span, person: str, *, chat: Chat, progress: Callable[[int], None]
) -> ReadHistory:
    """Read a channel with its threads, up to the span's end; newest first, 10,000 messages at most.

    Of threads that began in the week before the span, the first message is read, and what was answered in the span.
    What can't be read in time is left out, and the result says so.

    Where the span begins with what the person has read, it begins with their own last message in the channel, as no bot
    is told how far someone has read. Raises `UsageError` for a channel out of reach, `ChatError`.
    """
    read = ReadHistory(since=span.start or span.end - timedelta(days=MAX_DAYS), found_own=None if span.start else False)
    patience = Patience(PATIENCE)
    await _read_own(place, span, person, read, patience, history=chat.history, progress=progress)
    roots = [said for said in read.said if said.reply_count]
    older = await _older_roots(place, read, span, patience.again(), history=chat.history)
    read.said.extend(older)
    room = asyncio.Semaphore(THREADS_AT_ONCE)

    async def read_replies(root: HistoryMessage) -> None:
        async with room:
            if len(read.said) >= MOST_MESSAGES or not await _read_replies(
                replace(place, thread=root.id), read, span, patience.again(), history=chat.history
            ):
                read.threads_unread += 1
        progress(len(read.said))

    try:
        async with asyncio.TaskGroup() as group:
            for root in (*roots, *older):
                group.create_task(read_replies(root))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return read


async def _read(
    begin: Callable[[], AsyncIterator[tuple[HistoryMessage, ...]]],
    take: Callable[[Sequence[HistoryMessage]], bool],
    patience: Patience,
) -> BotError | None:
    """Read pages until there is enough, and resume where reading broke off; return the error that ended it early.

    `begin` goes on after what was taken, `take` says whether that is enough. Raises `RevokedError`.
    """
    while True:
        try:
            async with aclosing(patience.each(begin())) as pages:
                async for page in pages:
                    if take(page):
                        return None
        except RevokedError:
            raise
        except (ChatError, TimeoutError) as error:
            broken = error if isinstance(error, ChatError) else SlowError()
            if (pause := patience.pause(broken)) is None:
                return broken
            await asyncio.sleep(pause)
        else:
            return None


def _check_begun(read: ReadHistory, broken: BotError) -> None:
    """Raise where nothing could be read at all."""
    if read.said:
        return
    if isinstance(broken, NotInChannelError):
        raise UsageError(_(HIDDEN))
    if isinstance(broken, NotPermittedError):
        raise UsageError(_("I could not read that: {reason}.", reason=why(broken)))
    if broken.is_transient or not isinstance(broken, ChatError):
        raise broken
    raise UsageError(_(GONE))


async def _older_roots(
    place: Place, read: ReadHistory, span: Span, patience: Patience, *, history: ChatHistory
) -> list[HistoryMessage]:
    """Return the first messages of threads that began in the week before a time and were answered since then."""
    since = read.since or span.end
    found, looked_at = list[HistoryMessage](), list[HistoryMessage]()

    def begin() -> AsyncIterator[tuple[HistoryMessage, ...]]:
        return history.channel(place, since - LOOKS_BACK, min((said.at for said in looked_at), default=since))

    def take(page: Sequence[HistoryMessage]) -> bool:
        looked_at.extend(page)
        found.extend(said for said in page if said.last_reply and said.last_reply >= since)
        return len(looked_at) >= MOST_LOOKED_AT

    if broken := await _read(begin, take, patience):
        read.unread.append(
            _("replies in threads that began earlier could not be looked up: {reason}", reason=why(broken))
        )
    return found


async def _read_replies(
    thread: Place, read: ReadHistory, span: Span, patience: Patience, *, history: ChatHistory
) -> bool:
    """Read a thread's replies in the span; return whether these are all."""
    since, last = read.since or span.end, ""

    def begin() -> AsyncIterator[tuple[HistoryMessage, ...]]:
        return history.thread(thread, last)

    def take(page: Sequence[HistoryMessage]) -> bool:
        nonlocal last
        last = max((last, *(said.id for said in page)))
        read.said.extend(said for said in page if said.id != thread.thread and since <= said.at < span.end)
        return False

    broken = await _read(begin, take, patience)
    return broken is None or isinstance(broken, GoneError)


async def _read_own(
    place: Place,
    span: Span,
    person: str,
    read: ReadHistory,
    patience: Patience,
    *,
    history: ChatHistory,
    progress: Callable[[int], None],
) -> None:
    """Read a channel's own messages, until the person's own last one where that is where the span begins."""

    def begin() -> AsyncIterator[tuple[HistoryMessage, ...]]:
        before = min((said.at for said in read.said), default=span.end)
        return history.channel(place, read.since or span.end, before)

    def take(page: Sequence[HistoryMessage]) -> bool:
        for said in page:
            if span.start is None and said.author == person:
                read.since, read.found_own = said.at, True
                return True
            read.said.append(said)
        progress(len(read.said))
        return len(read.said) >= MOST_MESSAGES

    if broken := await _read(begin, take, patience):
        _check_begun(read, broken)
        read.unread.append(
            ngettext(
                "only the newest message could be read: {reason}",
                "only the newest {n:,} messages could be read: {reason}",
                len(read.said),
                reason=why(broken),
            )
        )
        read.since = min(said.at for said in read.said)


async def allow_file(shared: SharedFile, person: str, *, directory: ChatDirectory) -> None:
    """Raise `NotAllowedError` unless a person posted a file, or is in a channel where it was shared."""
    if shared.owner == person:
        return
    for place in shared.places:
        try:
            venue = await directory.venue(place, person)
        except NotInChannelError:
            continue
        if venue.has_person:
            return
    raise NotAllowedError(_("I can't see that file. Post it in a channel where we both are, and ask again."))
