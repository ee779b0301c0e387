"""Find what to summarize, check that the asker may see it, and open the place for the answer."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core import command as commands
from bot.core.channel_reader import NO_THREAD, allow, allow_file
from bot.core.commands import SUMMARIZE
from bot.core.documents.refusal import NOT_FOUND
from bot.core.domain.command import Command
from bot.core.domain.message import Place
from bot.core.domain.summary import Source, SummaryRun
from bot.core.summarize.parse import Ask, not_understood, opens_with, parse
from bot.core.summarize.text import MAX_OUTPUT, request
from bot.core.time_span import times as spans
from bot.core.tokens import shorten
from bot.errors import ChatError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action
    from bot.core.domain.people import SharedFile
    from bot.core.ports import Chat, ChatAnswers, ChatHistory, Checkpoint, Model, Store

log = logging.getLogger(__name__)

TOLD = "told"  # the checkpoint of the message that the answer comes elsewhere

WHOLE = N_("I read a thread or a file as a whole: leave out the time, or give a channel's link.")
FOREIGN = N_(
    "I can only read links to messages, threads, channels and files in this workspace. "
    "Paste the text of anything else and I'll summarize it."
)


def is_request(command: Command) -> bool:
    """Return whether a command asks for something to be looked up, rather than for its own text."""
    return command.name == SUMMARIZE.name and not parse(command.text).is_text


def from_shortcut(action: Action, *, history: ChatHistory) -> Command:
    """Turn the message shortcut into the command that asks for the same."""
    link = history.permalink(action.place, action.message)
    channel = replace(action.place, thread="")
    return Command(f"shortcut:{action.id}", SUMMARIZE.name, link, channel, action.asker, is_private=False)


async def open_thread(command: Command, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Command:
    """Open the thread that a summary goes to, and return the command with it.

    A text's summary goes to the channel; any other goes to the direct messages of the asker, who alone may see it.
    Raises `UsageError` or `NotAllowedError` for what can't be read, and `OverBudgetError` for what can't be paid for,
    before anything is posted; `ChatError`.
    """
    ask = parse(command.text)
    if ask.is_text:
        _doubt(command, history=chat.history)
        await _afford(ask.text, command, command.place, store=store, model=model)
        return await commands.open_thread(command, chat=chat, checkpoint=checkpoint)
    source = await find(ask, command, chat=chat)
    await _afford("", command, source.place, store=store, model=model)
    direct = await chat.posts.open_direct(command.place, command.asker)
    place = await chat.answers.open_thread(direct, _("Summary of {source}", source=source.heading), checkpoint)
    await store.summary_runs.begin(SummaryRun(command.id, command.asker.person, place, source, ask.options))
    if direct.channel != command.place.channel and checkpoint.get(TOLD) is None:
        await _tell(command, chat.history.permalink(direct, place.thread), answers=chat.answers)
        await checkpoint.keep(TOLD, "1")
    return replace(command.in_thread(place), is_private=False)  # in there, it is private anyway


async def _afford(text: str, command: Command, read_in: Place, *, store: Store, model: Model) -> None:
    """Raise `OverBudgetError` if not even the smallest summary could be paid for, or that of a text."""
    settings = await store.settings.load(read_in)
    shown, _cut = shorten(text, model.facts.room(MAX_OUTPUT, settings))
    await model.afford(request(shown, command.place.opaque(command.asker.person), settings))


async def begin_here(command: Command, *, store: Store, chat: Chat) -> bool:
    """Begin a summary that can be where it was asked for; return False if only its asker may see it.

    It can if it is of a text, of this very channel or thread, or if only the asker is here. Raises as `open_thread`.
    """
    ask = parse(command.text)
    if ask.is_text:
        _doubt(command, history=chat.history)
        return True
    source = await find(ask, command, chat=chat)
    is_read_by_all = source.file is None and source.place.channel == command.place.channel
    if not is_read_by_all:
        direct = await chat.posts.open_direct(command.place, command.asker)
        if direct.channel != command.place.channel:
            return False
    await store.summary_runs.begin(SummaryRun(command.id, command.asker.person, command.place, source, ask.options))
    return True


async def find(ask: Ask, command: Command, *, chat: Chat) -> Source:
    """Find what to summarize. Raises `UsageError`, `NotAllowedError`, `ChatError`."""
    place, person = replace(command.place, thread=""), command.asker.person
    if ask.is_thread:
        if not command.is_in_thread:
            raise UsageError(_(NO_THREAD))
        if ask.span:
            raise UsageError(_(WHOLE))
        await allow(place, person, directory=chat.directory)
        return Source(command.place, _("This thread"), request=command.to)
    if ask.link:
        target = chat.history.locate(ask.link, place)
        if target is None:
            raise UsageError(_(FOREIGN))
        if ask.span and (target.file or target.message):
            raise UsageError(_(WHOLE))
        if target.file:
            return await _find_file(target.file, command, chat=chat)
        venue = await allow(target.place, person, directory=chat.directory)
        if target.message:
            title = _("a thread in #{channel}", channel=venue.name) if venue.name else _("a thread in direct messages")
            return Source(target.place, title, request=command.to)
        place = target.place
    elif ask.channel:
        place = _named(ask.channel, command)
    zone, now, words = (await chat.directory.reader(place, person)).zone, datetime.now(UTC), ask.span or spans.DEFAULT
    span = spans.resolve(words, now, zone)
    venue = await allow(place, person, directory=chat.directory)
    title = f"#{venue.name}" if venue.name else _("our direct messages")
    return Source(place, title, spans.explained(words, now, zone), span.start, span.end, request=command.to)


async def allow_again(run: SummaryRun, *, chat: Chat) -> None:
    """Check that a run's source is still there, and that its person may still read it. Raises as `find` does."""
    source = run.source
    if source.file:
        await _shared(source.file.id, source.place, run.person, chat=chat)
    elif not source.is_text:
        await allow(replace(source.place, thread=""), run.person, directory=chat.directory)


async def _find_file(file: str, command: Command, *, chat: Chat) -> Source:
    shared = await _shared(file, command.place, command.asker.person, chat=chat)
    return Source(command.place, shared.file.name, file=shared.file)


async def _shared(file: str, place: Place, person: str, *, chat: Chat) -> SharedFile:
    """Look up a file that a person may read. Raises `UsageError` for one that is gone, `NotAllowedError`."""
    try:
        shared = await chat.files.shared(place, file)
    except ChatError as error:
        if error.is_transient:
            raise
        raise UsageError(_(NOT_FOUND)) from None
    await allow_file(shared, person, directory=chat.directory)
    return shared


def _named(name: str, command: Command) -> Place:
    """Return the channel of a name, as the platform resolved it when it was typed."""
    for typed, channel in command.channels:
        if typed.casefold() == name.casefold():
            return Place(command.place.workspace, channel)
    raise UsageError(
        _(
            "I don't know of a channel #{name}. Choose it from the list that appears as you type its name; "
            "for a private one, we both have to be members.",
            name=name,
        )
    )


def _doubt(command: Command, *, history: ChatHistory) -> None:
    """Raise `UsageError` for a text that is more likely a mistyped request: a known place or a span, and more."""
    start, rest = opens_with(command.text)
    if "://" in start:
        is_known = history.locate(start, command.place) is not None
    else:
        is_known = start[1:] in dict(command.channels) if start.startswith("#") else bool(start)
    if is_known:
        raise not_understood(rest)


async def _tell(command: Command, link: str, *, answers: ChatAnswers) -> None:
    """Send the asker a link to where the summary will be. A failure to do so does not fail the summary."""
    try:
        async with answers.ephemeral(command.place, command.asker) as visible:
            await visible.replace(_("On it. I'll send the summary to you in [a direct message]({link}).", link=link))
    except ChatError as error:
        log.warning("the asker got no link to the answer: %s", error)
