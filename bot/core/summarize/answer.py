"""The answer to `/summarize`, and to the buttons below it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bot.core.command import answering
from bot.core.control import Button
from bot.core.conversation import Message, Record
from bot.core.halt import unless
from bot.core.ports import Role
from bot.core.reading import allow
from bot.core.redaction.carry import carried
from bot.core.reply import DISCLAIMER, Written, disclaimer, own_up, too_long, unapplied, write
from bot.core.summarize.conversation import Summary
from bot.core.summarize.file import give_files
from bot.core.summarize.run import Keeper, SharedBookmark
from bot.core.summarize.text import condensed, prompt, request
from bot.core.summarize.typed import parse
from bot.core.summarize.wish import Length
from bot.errors import ModelError, NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from bot.core.command import Command
    from bot.core.control import Control, Press
    from bot.core.ports import Answer, Asker, Bookmark, Chat, Model, Store
    from bot.core.summarize.run import Run
    from bot.core.summarize.typed import Ask

T = TypeVar("T")
log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between two looks at whether a run is still wanted
LONGEST_SHARED = 11_000  # characters of a summary that is shared as one message

CANCEL, SHARE, SHORTER, LONGER, ACTIONS = (
    f"summary_{name}" for name in ("cancel", "share", "shorter", "longer", "actions")
)
CANCELLED = "Cancelled. Nothing more is read, and nothing more is spent."
FORGOTTEN = "What this summary was made of is no longer kept. Ask for it again."
_LENGTHS = list(Length)


class CancelledRunError(Exception):
    """The person wants the summary no more."""


async def summarize(command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Summarise what was asked for, and return what the thread's history should keep. Raises `ChatError`."""
    ask = parse(command.text)
    if ask.is_text:
        return await _summarize_text(ask, command, bookmark=bookmark, store=store, model=model, chat=chat)
    run = await store.run(command.place.workspace, command.id)
    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        if run is None:
            return command.record(Written(FORGOTTEN, await visible.replace(FORGOTTEN)))
        return command.record(await give(run, visible, bookmark=bookmark, store=store, model=model, chat=chat))


async def _summarize_text(
    ask: Ask, command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat
) -> Record:
    person = command.asker.person
    settings, reader = await store.settings(command.place), await chat.reader(command.place, person)
    asking = request("", command.place.opaque(person), settings)
    async with answering(command, chat=chat, bookmark=bookmark, once=True) as visible:
        try:
            work = condensed(ask.text, asking, model=model, progress=visible.progress)
            text, cut = await unless(bookmark.halted, work)
        except ModelError as error:
            return command.record(await own_up(error, visible, bookmark.reference))
        written = await write(
            request(prompt(text, ask.wishes, reader.language), asking.person, settings),
            visible,
            model=model,
            reference=bookmark.reference,
            notes=too_long(characters=cut) + unapplied(settings, model),
            halt=bookmark.halted,
            is_first=True,
        )
    return command.record(written)


async def again(press: Press, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Give a summary again: shorter, longer, or its actions alone. The platform is not read again for it."""
    run = await _run_of(press, store)
    async with chat.answer(press.place, press.asker, bookmark, to=press.message) as visible:
        if run is None:
            written = Written("", await visible.replace(FORGOTTEN))
        else:
            written = await give(_changed(run, press), visible, bookmark=bookmark, store=store, model=model, chat=chat)
    messages = (Message(Role.ASSISTANT, "", written.text, written.message_id),) if written.text else ()
    return Record(press.place, press.asker.person, True, messages, written.calls)  # noqa: FBT003 (as in a table)


async def share(press: Press, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Post a summary where what it summarises was said, once, for all to see."""
    run = await _run_of(press, store)
    async with chat.answer(press.place, press.asker, bookmark, to=press.message) as visible:
        if run is None:
            await visible.replace(FORGOTTEN)
        else:
            try:
                await allow(run.source.place, run.person, chat=chat)
            except (UsageError, NotAllowedError) as error:
                await visible.replace(error.sentence)
            else:
                summary = Summary(run, store=store, model=model, chat=chat, progress=visible.progress)
                link = await _share(run, summary, press.asker, bookmark=bookmark, store=store, chat=chat)
                await visible.replace(f"[Shared]({link}) to {run.source.title}.")
    return Record(press.place, press.asker.person)


async def cancel(press: Press, *, store: Store) -> None:
    """Note that a summary is wanted no more; who works on it will see.

    Not in the lane of its thread, where it would wait for what it is to end.
    """
    run_id, _, _ = press.value.partition(" ")
    await store.cancel_run(press.place.workspace, run_id, press.asker.person)


async def give(run: Run, visible: Answer, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Written:
    """Write a run's summary into an answer. Raises `ChatError`, and a `ModelError` that may pass."""
    stop = Button(CANCEL, "Cancel", run.id)
    summary = Summary(
        run, store=store, model=model, chat=chat, progress=lambda line: visible.progress(line, controls=(stop,))
    )
    await carried(store, run.source.place, run.place, run.person)
    try:
        if run.source.file is not None:
            return await give_files(
                (run.source.file,), run, visible, bookmark=bookmark, store=store, model=model, chat=chat
            )
        read = await unless(bookmark.halted, unless_cancelled(summary.read(), run, store))
        if read.files:
            return await give_files(read.files, run, visible, bookmark=bookmark, store=store, model=model, chat=chat)
        text = await unless(bookmark.halted, unless_cancelled(summary.make(read), run, store))
    except CancelledRunError:
        return Written("", await visible.replace(CANCELLED))
    except (UsageError, NotAllowedError) as error:
        return Written("", await visible.replace(error.sentence))
    except ModelError as error:
        return await own_up(error, visible, bookmark.reference)
    settings = await store.settings(run.source.place)
    notes = unapplied(settings, model)
    text = f"**{run.source.heading}**\n{text}{notes}"
    return Written(text, await visible.replace(text, footer=disclaimer(settings), controls=controls(run)))


async def unless_cancelled(work: Coroutine[None, None, T], run: Run, store: Store) -> T:
    """Do some work, or raise `CancelledRunError` soon after the person cancelled the run, wherever that arrived."""
    task = asyncio.create_task(work, name="summary")
    try:
        while not task.done():
            await asyncio.wait([task], timeout=LOOK_EVERY)
            if not task.done() and await store.is_cancelled(run):
                raise CancelledRunError
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])


def controls(run: Run) -> Sequence[Control]:
    """Return the buttons below a summary."""
    length = run.wishes.length
    value = f"{run.id} {length}"
    where = run.source.title
    return [
        Button(SHARE, "Share to channel", value, confirm=f"Everybody in {where} will see this summary."),
        *([Button(SHORTER, "Shorter", value)] if length is not _LENGTHS[0] else []),
        *([Button(LONGER, "Longer", value)] if length is not _LENGTHS[-1] else []),
        *([] if run.wishes.only_actions else [Button(ACTIONS, "Only actions", value)]),
    ]


def _changed(run: Run, press: Press) -> Run:
    """Return the run as the button wants it."""
    if press.name == ACTIONS:
        return replace(run, wishes=replace(run.wishes, only_actions=True))
    step = -1 if press.name == SHORTER else 1
    number = _LENGTHS.index(run.wishes.length) + step
    length = _LENGTHS[min(max(number, 0), len(_LENGTHS) - 1)]
    return replace(run, wishes=replace(run.wishes, length=length, only_actions=False))


async def _run_of(press: Press, store: Store) -> Run | None:
    """Return the run that a button belongs to, at the length of the summary above it; None for somebody else's."""
    run_id, _, length = press.value.partition(" ")
    run = await store.run(press.place.workspace, run_id)
    if run is None or run.person != press.asker.person or length not in _LENGTHS:
        return None
    return replace(run, wishes=replace(run.wishes, length=Length(length)))


async def _share(run: Run, summary: Summary, asker: Asker, *, bookmark: Bookmark, store: Store, chat: Chat) -> str:
    """Post the summary, unless it was posted before, and return its address."""
    keeper = Keeper(run, store)
    message = await keeper.shared()
    if not message:
        page = await summary.make(await summary.read())
        heading = f"**Summary of {run.source.heading}**, shared by {chat.mention(run.person)}"
        page = f"{page}\n_{DISCLAIMER}_"
        place, text = run.source.place, f"{heading}\n{page}"
        if place.thread or len(text) > LONGEST_SHARED:
            # Several messages, where it takes them, belong in a thread.
            thread = place if place.thread else await chat.open_thread(place, heading, bookmark)
            async with chat.answer(thread, asker, SharedBookmark(bookmark), to=thread.thread) as visible:
                message = await visible.replace(text if place.thread else page)
            message = message if place.thread else thread.thread
        else:
            message = (await chat.open_thread(place, text, bookmark)).thread
        await keeper.keep_shared(message)
    return chat.permalink(run.source.place, message)
