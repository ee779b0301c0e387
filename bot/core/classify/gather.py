"""Gathering what is to be sorted: typed lines, a message or a thread by its link, a channel's span, a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core import reading, span
from bot.core.classify import sheet
from bot.core.classify.item import MOST_ITEMS, Item
from bot.errors import ChatError, FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.classify.run import Asked
    from bot.core.conversation import FileRef, Place, Said
    from bot.core.ports import Chat
    from bot.core.reading import Target

MOST_FILES = 1
SHEETS = (".csv", ".tsv", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".txt", ".log")


@dataclass(slots=True)
class Gathered:
    """Items, in words where they are from, how many there had no text, and the headings of the cells beside them.

    `origin` is the channel that they were read from, "" where they came with the request.
    """

    source: str
    items: list[Item] = field(default_factory=list)
    skipped: int = 0
    columns: tuple[str, ...] = ()
    origin: str = ""


def is_sheet(file: FileRef) -> bool:
    """Tell whether a file looks like rows of texts."""
    return file.name.casefold().endswith(SHEETS)


async def gather(asked: Asked, *, chat: Chat, progress: Callable[[str], None]) -> Gathered:
    """Gather the items. Raises `UsageError`, `NotAllowedError`, `ChatError`."""

    def show(count: int) -> None:
        progress(f"Reading: {count:,} messages so far…")

    wish = asked.wish
    if wish.lines:
        return Gathered("your messages", [Item(n, line) for n, line in enumerate(wish.lines, start=1)])
    if wish.link:
        gathered = await _from_link(asked, chat=chat, progress=show)
    elif wish.channel or wish.span:
        place = await _channel(asked, chat=chat)
        gathered = await _from_channel(asked, place, chat=chat, progress=show)
    else:
        gathered = await _from_files(asked.files, asked, chat=chat)
    if not gathered.items:
        raise UsageError(f"There is nothing with a text to sort in {gathered.source}.")
    if len(gathered.items) > MOST_ITEMS:
        raise UsageError(
            f"That is more than {MOST_ITEMS:,} messages, which is what I classify at a time: choose a shorter span."
        )
    return gathered


async def _from_link(asked: Asked, *, chat: Chat, progress: Callable[[int], None]) -> Gathered:
    target = chat.locate(asked.wish.link, asked.place)
    if target is None:
        raise UsageError(
            "I can read links to messages, channels and files of this workspace, and this is none of them."
        )
    if target.file:
        try:
            shared = await chat.shared_file(asked.place, target.file)
        except ChatError as error:
            if error.is_transient:
                raise
            raise UsageError("I can't find that file; it may have been deleted.") from None
        await reading.allow_file(shared, asked.asker.person, chat=chat)
        return await _from_file(shared.file, asked, chat=chat)
    await reading.allow(target.place, asked.asker.person, chat=chat)
    if not target.message:
        return await _from_channel(asked, target.place, chat=chat, progress=progress)
    return await _from_message(target, asked, chat=chat, progress=progress)


async def _from_message(target: Target, asked: Asked, *, chat: Chat, progress: Callable[[int], None]) -> Gathered:
    """Gather the file of a message; or its thread, where it begins one; or else the message itself."""
    said = (await reading.read_thread(target.place, chat=chat, progress=progress)).said
    named = [one for one in said if one.id == target.message]
    if files := [file for one in named for file in one.files if is_sheet(file)]:
        return replace(await _from_files(files, asked, chat=chat), origin=target.place.channel)
    is_thread = target.message == target.place.thread and len(said) > 1
    return _from_said("that thread" if is_thread else "that message", said if is_thread else named, target.place, chat)


async def _channel(asked: Asked, *, chat: Chat) -> Place:
    """Find the channel that was named, where the asker may read."""
    place = replace(asked.place, thread="")
    if asked.wish.channel:
        ids = {name.casefold(): id_ for name, id_ in asked.channels}
        if (id_ := ids.get(asked.wish.channel.casefold())) is None:
            raise UsageError(f"I don't know a channel #{asked.wish.channel[:80]}: choose it from the list as you type.")
        place = replace(place, channel=id_)
    await reading.allow(place, asked.asker.person, chat=chat)
    return place


async def _from_channel(asked: Asked, place: Place, *, chat: Chat, progress: Callable[[int], None]) -> Gathered:
    """Gather what people wrote in a channel in a span, threads included, oldest first."""
    words = asked.wish.span or span.DEFAULT
    reader = await chat.reader(asked.place, asked.asker.person)
    times = span.resolve(words, datetime.now(UTC), reader.zone)
    read = await reading.read_channel(place, times, asked.asker.person, chat=chat, progress=progress)
    where = f"#{asked.wish.channel}" if asked.wish.channel else "that channel" if asked.wish.link else "this channel"
    said = [one for one in read.said if read.since is None or one.at >= read.since]  # not what older threads began with
    gathered = _from_said(f"{where}, {words}", said, place, chat)
    if not gathered.items:
        who = "Only bots wrote" if any(one.is_bot or one.is_own for one in said) else "Nobody wrote anything"
        raise UsageError(f"{who} in {where} in that time ({words}), so there is nothing to sort.")
    return gathered


def _from_said(source: str, said: Sequence[Said], place: Place, chat: Chat) -> Gathered:
    """Turn what people said into items; what bots said, and what has no text, is left out."""
    people = sorted((one for one in said if not one.is_bot and not one.is_own), key=lambda one: one.at)
    filled = [(one, text) for one in people if (text := one.text.strip())]
    items = [
        Item(number, text, chat.permalink(replace(place, thread=one.thread), one.id))
        for number, (one, text) in enumerate(filled, start=1)
    ]
    return Gathered(source, items, len(people) - len(filled), origin=place.channel)


async def _from_files(files: Sequence[FileRef], asked: Asked, *, chat: Chat) -> Gathered:
    if not files:
        raise UsageError("There is no file to classify: send a CSV, XLSX, JSONL or text file along with your message.")
    sheets = [file for file in files if is_sheet(file)] or list(files)
    if len(sheets) > MOST_FILES:
        raise UsageError(f"That is {len(sheets)} files; I classify one at a time. Please send them one by one.")
    return await _from_file(sheets[0], asked, chat=chat)


async def _from_file(file: FileRef, asked: Asked, *, chat: Chat) -> Gathered:
    name = " ".join(file.name.split())[:80]
    if file.size > sheet.LARGEST_FILE:
        raise sheet.too_large(name)
    try:
        data = await chat.download(asked.place, file.id, sheet.LARGEST_FILE)
    except FileError as error:
        raise UsageError(error.about(name)) from None
    table = await asyncio.to_thread(sheet.read, name, data)
    column = table.column(asked.wish.column)
    items = await asyncio.to_thread(table.items, column)
    if not items:
        raise UsageError(f"The column “{table.headings[column]}” of {name} holds no text.")
    # Which column was taken is worth saying where it was a guess.
    is_guess = len(table.headings) > 1 and not asked.wish.column
    source = f"{name}, column “{table.headings[column][:60]}”" if is_guess else name
    return Gathered(source, items, len(table.rows) - len(items), table.others(column))
