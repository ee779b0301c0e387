"""Collect what is to be classified: typed lines, a message or a thread by its link, a channel's span, a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core import channel_reader
from bot.core.attachments.attach import check_state, looked_up
from bot.core.classify import file_reader
from bot.core.classify.table import file_kind
from bot.core.documents.refusal import NOT_FOUND
from bot.core.domain.classify_item import MOST_ITEMS, Item
from bot.core.domain.message import FileRef, Place
from bot.core.domain.spreadsheet import Spreadsheet
from bot.core.time_span import times as spans
from bot.errors import ChatError, FileError, NotAllowedError, NotInChannelError, UsageError
from bot.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.domain.classification import ClassifyRequest
    from bot.core.domain.message import HistoryMessage
    from bot.core.ports import Chat, ChatHistory, ChatPosts

MOST_FILES = 1
LOOKED_INTO = 2_000_000  # bytes; a smaller file is read before its run is shown to anyone


@dataclass(slots=True)
class CollectedItems:
    """The items to classify, and where they are from."""

    source: str  # in words
    items: list[Item] = field(default_factory=list)
    skipped: int = 0  # how many had no text
    columns: tuple[str, ...] = ()  # the headings of the cells beside the texts
    origin: str = ""  # the channel that they were read from, "" if they came with the request
    sheet: Spreadsheet | None = None  # how a file was read, without its rows


@dataclass(frozen=True, slots=True)
class ItemSource:
    """What to read, if the asker may: a file; a channel's span; or a message, or the thread that it begins."""

    place: Place
    message: str = ""
    times: spans.Span | None = None
    words: str = ""  # the span in words
    file: FileRef | None = None


def is_sheet(file: FileRef) -> bool:
    """Return whether a file looks like rows of texts."""
    return file.name.casefold().endswith(file_kind.ENDINGS)


async def find(asked: ClassifyRequest, *, chat: Chat) -> ItemSource | None:
    """Find what to read, None if the items came with the request.

    Raises `UsageError` or `NotAllowedError` for what the asker may not read, or not show where they asked; for what is
    not there or too large, and an invalid span; `ChatError`.
    """
    options, person = asked.wish, asked.asker.person
    place, message = replace(asked.place, thread=""), ""
    if options.lines or not (options.link or options.channel or options.span or options.is_thread):
        return None
    if options.link:
        target = chat.history.locate(options.link, asked.place)
        if target is None:
            raise UsageError(_("I can only read links to messages, channels and files in this workspace."))
        if target.file:
            return ItemSource(asked.place, file=await _shared(target.file, asked, chat=chat))
        place, message = target.place, target.message
    elif options.is_thread:
        place, message = _this_thread(asked)
    elif options.channel:
        place = _named(asked)
    if options.span and message:
        raise UsageError(_("I read a message or its thread as a whole: leave out the time, or give a channel's link."))
    venue = await channel_reader.allow(place, person, directory=chat.directory)
    if venue.is_private and place.channel != asked.place.channel:
        await _check_shown_to_asker(asked, posts=chat.posts)
    if message:
        return ItemSource(place, message)
    reader = await chat.directory.reader(asked.place, person)
    now, words = datetime.now(UTC), options.span or spans.DEFAULT
    times = spans.resolve(words, now, reader.zone)
    return ItemSource(place, times=times, words=spans.explained(words, now, reader.zone))


def _this_thread(asked: ClassifyRequest) -> tuple[Place, str]:
    if asked.to == asked.place.thread:
        raise UsageError(_(channel_reader.NO_THREAD))
    return asked.place, asked.place.thread


async def look(asked: ClassifyRequest, *, chat: Chat) -> None:
    """Look at what is to be read, as far as that takes a moment: one page of messages, or a file that isn't large.

    Raises what `gather` would, before anyone but the asker has seen anything; what a moment can't tell, `gather` will.
    """
    found = await find(asked, chat=chat)
    if found is None or (found.file and found.file.size > LOOKED_INTO):
        return
    if found.file is None and await _begins_well(found, history=chat.history):
        return
    await gather(asked, chat=chat, progress=lambda _text: None)


async def _begins_well(found: ItemSource, *, history: ChatHistory) -> bool:
    """Return whether the first page has a person's text, and no file that is to be read instead."""
    times, place = found.times, found.place
    since = times.start or times.end - timedelta(days=spans.MAX_DAYS) if times else None
    pages = history.channel(place, since, times.end) if times and since else history.thread(place)
    try:
        page = await anext(aiter(pages), ())
    except NotInChannelError:
        raise UsageError(_(channel_reader.HIDDEN)) from None
    except ChatError as error:
        if error.is_transient:
            return True
        raise
    if not times and any(is_sheet(file) for one in page if one.id == found.message for file in one.files):
        return False
    return any(one.text.strip() for one in page if not one.is_bot and not one.is_own)


async def gather(asked: ClassifyRequest, *, chat: Chat, progress: Callable[[str], None]) -> CollectedItems:
    """Collect the items. Raises `UsageError`, `NotAllowedError`, `ChatError`."""

    def show(count: int) -> None:
        progress(ngettext("Reading: {n:,} message so far…", "Reading: {n:,} messages so far…", count))

    if asked.wish.lines:
        return CollectedItems(_("your messages"), [Item(n, line) for n, line in enumerate(asked.wish.lines, start=1)])
    found = await find(asked, chat=chat)
    if found is None:
        gathered = await _from_files(asked.files, asked, chat=chat)
    elif found.file is not None:
        gathered = await _from_file(found.file, asked, chat=chat)
    elif found.times is not None:
        gathered = await _from_channel(asked, found, found.times, chat=chat, progress=show)
    else:
        gathered = await _from_message(found, asked, chat=chat, progress=show)
    if not gathered.items:
        raise UsageError(_("There is nothing with text to sort in {source}.", source=gathered.source))
    if len(gathered.items) > MOST_ITEMS:
        raise UsageError(
            _(
                "That is more than {limit:,} messages, which is the most I classify at a time: choose a shorter span.",
                limit=MOST_ITEMS,
            )
        )
    return gathered


async def _shared(file: str, asked: ClassifyRequest, *, chat: Chat) -> FileRef:
    """Find the file that a link leads to, if the asker may see it."""
    try:
        shared = await chat.files.shared(asked.place, file)
    except ChatError as error:
        if error.is_transient:
            raise
        raise UsageError(_(NOT_FOUND)) from None
    await channel_reader.allow_file(shared, asked.asker.person, directory=chat.directory)
    is_known_here = asked.place.channel in {place.channel for place in shared.places}
    if not (shared.is_public or is_known_here or shared.owner == asked.asker.person):
        await _check_shown_to_asker(asked, posts=chat.posts)
    _check_size(shared.file)
    return shared.file


async def _check_shown_to_asker(asked: ClassifyRequest, *, posts: ChatPosts) -> None:
    """Raise `NotAllowedError` if others would see the result: what was said in private stays there."""
    if not asked.is_private and (await posts.open_direct(asked.place, asked.asker)).channel != asked.place.channel:
        raise NotAllowedError(
            _(
                "That is from a private conversation, and everyone here would see it: "
                "ask me there, in our direct messages, or with `--private`."
            )
        )


def _named(asked: ClassifyRequest) -> Place:
    """Return the channel that was named, as the platform resolved it when it was typed."""
    ids = {name.casefold(): id_ for name, id_ in asked.channels}
    if (id_ := ids.get(asked.wish.channel.casefold())) is None:
        raise UsageError(
            _(
                "I don't know of a channel #{channel}: choose it from the list as you type.",
                channel=asked.wish.channel[:80],
            )
        )
    return Place(asked.place.workspace, id_)


async def _from_message(
    found: ItemSource, asked: ClassifyRequest, *, chat: Chat, progress: Callable[[int], None]
) -> CollectedItems:
    """Collect the file of a message; or its thread, if it begins one; or else the message itself."""
    read = await channel_reader.read_thread(found.place, history=chat.history, progress=progress)
    said = [one for one in read.said if one.id != asked.to or one.id == found.message]
    named = [one for one in said if one.id == found.message]
    if files := [file for one in named for file in one.files if is_sheet(file)]:
        return replace(await _from_files(files, asked, chat=chat), origin=found.place.channel)
    by_people = [one for one in said if not (one.is_bot or one.is_own or one.is_for_bot)]
    has_replies = any(one.id != found.message for one in by_people)
    is_thread = found.message == found.place.thread and has_replies and not asked.wish.is_alone
    thread = _("this thread") if asked.wish.is_thread else _("that thread")
    source = thread + _gaps(read) if is_thread else _("that message")
    items = by_people if is_thread else named
    return _from_said(source, items, found.place, chat.history)


async def _from_channel(
    asked: ClassifyRequest, found: ItemSource, times: spans.Span, *, chat: Chat, progress: Callable[[int], None]
) -> CollectedItems:
    """Collect what people wrote in a channel in a span, threads included, oldest first."""
    place, words = found.place, found.words
    read = await channel_reader.read_channel(place, times, asked.asker.person, chat=chat, progress=progress)
    channel = asked.wish.channel
    source = (
        f"#{channel}, {words}"
        if channel
        else _("that channel, {span}", span=words)
        if asked.wish.link
        else _("this channel, {span}", span=words)
    )
    # Neither what older threads began with, nor what people asked the bot.
    said = [one for one in read.said if (read.since is None or one.at >= read.since) and not one.is_for_bot]
    gathered = _from_said(source + _gaps(read), said, place, chat.history)
    if not gathered.items:
        # The words for the place with the preposition: its case is not the same in each language.
        placed = (
            _("in #{channel}", channel=channel)
            if channel
            else _("in that channel")
            if asked.wish.link
            else _("in this channel")
        )
        raise UsageError(
            _(
                "Only bots posted {placed} in that time ({span}), so there is nothing to sort.",
                placed=placed,
                span=words,
            )
            if any(one.is_bot or one.is_own for one in said)
            else _(
                "No one posted anything {placed} in that time ({span}), so there is nothing to sort.",
                placed=placed,
                span=words,
            )
        )
    return gathered


def _gaps(read: channel_reader.ReadHistory) -> str:
    return f" ({'; '.join(read.gaps)})" if read.gaps else ""


def _from_said(source: str, said: Sequence[HistoryMessage], place: Place, history: ChatHistory) -> CollectedItems:
    """Turn people's messages into items; leave out bots' messages and those without text."""
    people = sorted((one for one in said if not one.is_bot and not one.is_own), key=lambda one: one.at)
    filled = [(one, text) for one in people if (text := one.text.strip())]
    items = [
        Item(number, text, history.permalink(replace(place, thread=one.thread), one.id))
        for number, (one, text) in enumerate(filled, start=1)
    ]
    return CollectedItems(source, items, len(people) - len(filled), origin=place.channel)


async def _from_files(files: Sequence[FileRef], asked: ClassifyRequest, *, chat: Chat) -> CollectedItems:
    if not files:
        raise UsageError(
            _("There is no file to classify: send a CSV, XLSX, JSON or text file along with your message.")
        )
    files = await looked_up(files, asked.place, chat)
    sheets = [file for file in files if is_sheet(file)] or list(files)
    if len(sheets) > MOST_FILES:
        raise UsageError(
            _(
                "That is {count} files; I classify one at a time. Please send them one by one.",
                count=len(sheets),
            )
        )
    return await _from_file(sheets[0], asked, chat=chat)


async def _from_file(file: FileRef, asked: ClassifyRequest, *, chat: Chat) -> CollectedItems:
    _check_size(file)
    name = _name(file)
    try:
        check_state(file)
        data = await chat.files.download(asked.place, file.id, file_reader.LARGEST_FILE)
        table = await chat.file_reader.read_sheet(name, data, asked.wish.reading)
    except FileError as error:
        raise UsageError(error.about(name)) from None
    items = await asyncio.to_thread(table.items)
    if not items:
        blank = _("The column “{column}” in {name} has no text.", column=table.text_name, name=name)
        raise UsageError(" ".join((blank, *table.remarks)))
    skipped, head = len(table.rows) - len(items), replace(table, rows=[])
    return CollectedItems(table.described, items, skipped, table.others(), sheet=head)


def _check_size(file: FileRef) -> None:
    if file.size > file_reader.LARGEST_FILE:
        raise file_reader.too_large(_name(file))


def _name(file: FileRef) -> str:
    return " ".join(file.name.split())[:80]
