"""`/parley find`: what was found, for the asker alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.command import answering
from bot.core.dates import dated
from bot.core.domain.search import Query
from bot.core.domain.thread import Record
from bot.core.find.relevance import excerpt
from bot.core.find.request import ME, parse
from bot.core.find.search import Search, search
from bot.core.find.terms import terms_of
from bot.core.literal import literal
from bot.core.time_span import times
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from bot.core.domain.command import Command
    from bot.core.domain.search import KnownMessage
    from bot.core.find.request import FindRequest
    from bot.core.find.search import FoundMessages
    from bot.core.ports import Chat, Checkpoint, Store

SHOWN = 10  # messages
MOST_DAYS = 3_660  # that a search may reach back

NARROW = N_("There are more. Narrow it down with more words, `since 7d`, `in #channel` or `from @anna`.")
KNOWN = N_("I only know the messages of threads that I take part in, and posts in channels with triage.")
HERE_ONLY = N_("I looked only here.")
NO_CHANNEL = N_("There is no channel that I can look in for you.")


async def find(command: Command, *, checkpoint: Checkpoint, store: Store, chat: Chat) -> Record:
    """Show the asker what was found. Raises `ChatError`."""
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            request = parse(command.text)
            zone = (await chat.directory.reader(command.place, command.asker.person)).zone
            found = await search(_wanted(request, command, zone), limit=SHOWN, store=store, directory=chat.directory)
            sentence = await _told(request, command, found, zone, chat)
        except (NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence)
    return Record(command.place, command.asker.person)


def _wanted(request: FindRequest, command: Command, zone: tzinfo) -> Search:
    """Return what is asked for. Raises `UsageError` for a time that is none."""
    query = Query(terms_of(request.words), command.asker.person if request.author == ME else request.author)
    if request.since:
        span = times.resolve(request.since, datetime.now(UTC), zone, MOST_DAYS)
        query = replace(query, since=span.start, before=span.end)
    ids = {name.casefold(): id_ for name, id_ in command.channels}
    channel = ids.get(request.channel.casefold(), request.channel)
    return Search(command.place, command.asker.person, query, is_private=command.is_private, channel=channel)


async def _told(request: FindRequest, command: Command, found: FoundMessages, zone: tzinfo, chat: Chat) -> str:
    words = literal(request.words)
    if not found.messages:
        nothing = _("I found nothing with “{words}”.", words=words)
        return " ".join((nothing, _searched(found), _(KNOWN)))
    lines = await _lines(found.messages, request, command, zone, chat)
    head = ngettext("**{n:,} message with “{words}”:**", "**{n:,} messages with “{words}”:**", len(lines), words=words)
    return "\n".join((head, *lines, *([_(NARROW)] if found.has_more else [])))


def _searched(found: FoundMessages) -> str:
    """Say where was looked."""
    others = len(found.others)
    if not others:
        return _(HERE_ONLY if found.here else NO_CHANNEL)
    if not found.here:
        return ngettext(
            "I looked in one channel that we're both in.",
            "I looked in {n:,} channels that we're both in.",
            others,
        )
    return ngettext(
        "I looked here and in one other channel that we're both in.",
        "I looked here and in {n:,} other channels that we're both in.",
        others,
    )


async def _lines(
    messages: Sequence[KnownMessage], request: FindRequest, command: Command, zone: tzinfo, chat: Chat
) -> list[str]:
    authors = {one.author for one in messages if one.author}
    names = await chat.names.of(command.place, authors, [one.text for one in messages])
    own = await chat.names.own(command.place)
    return [_line(one, request, names, own, zone, chat) for one in messages]


def _line(
    message: KnownMessage, request: FindRequest, names: Mapping[str, str], own: str, zone: tzinfo, chat: Chat
) -> str:
    text = message.text
    for mention, name in names.items():
        text = text.replace(mention, f"@{name}")
    author = own if message.is_own else names.get(chat.names.mention(message.author), message.author)
    day = dated(message.at.astimezone(zone).date(), datetime.now(zone).date())
    said = literal(excerpt(text, terms_of(request.words)))
    link = f"[{day}]({chat.history.permalink(message.place, message.id)})"
    place = chat.names.channel(message.place.channel)
    return f"• {', '.join(filter(None, (link, place, literal(author))))}: {said}"
