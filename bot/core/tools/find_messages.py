"""The tool `find_messages`: what the team has said, here and in channels that the asker is in, too.

The bot's own history is searched, and beside it the platform's, where it allows that. The model gets passages that it
can cite, each with its author, its channel and its day. What the platform's search returns is never kept.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from bot.core.domain.platform_search import SearchGap
from bot.core.domain.search import Query
from bot.core.domain.tool import Passage, SourceLink, StepState
from bot.core.find.search import FoundMessages, Search, check_is_on, search
from bot.core.find.terms import terms_of
from bot.core.time_span import times
from bot.core.tools.tool import Tool, ToolOutput
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from bot.core.domain.platform_search import PlatformMessage
    from bot.core.domain.search import KnownMessage
    from bot.core.ports import Chat, Store
    from bot.core.tools.tool import ToolContext

NAME = "find_messages"
FOUND, FOUND_BY_PLATFORM = 8, 6  # messages
LONGEST_PASSAGE, LONGEST_RESULT = 1_500, 20_000  # characters of a message, and of all
LONGEST_SHOWN = 100  # characters of a query in a step's title
MOST_DAYS = 3_660  # that a search may reach back

DESCRIPTION = (  # not for people: Claude is told this
    "Search what was said in the team's chat: in this channel and in others that the person is in. Use it for what was "
    "decided, said, promised or asked elsewhere. It finds messages that have all words of the query, so give two or "
    "three telling words, without 'the' or 'about'; call it several times at once with other words when unsure. Put "
    "words in quotation marks that have to follow each other. Each result says who said it, where and when. It does "
    "not see channels where you are not, nor private words from elsewhere."
)
TITLES = {
    StepState.RUNNING: N_("Searching messages for “{query}”"),
    StepState.DONE: N_("Searched messages for “{query}”"),
    StepState.FAILED: N_("Couldn't search messages for “{query}”"),
}
NOTHING = "Nothing found."  # not for people: as above
CUT = "… [cut]"  # not for people: as above


class FindArguments(BaseModel):  # not for people: as above
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=500, description="Two or three words that the message has.")
    channel: str = Field(default="", max_length=80, description="Only if one channel is meant: its name, as '#sales'.")
    since: str = Field(default="", max_length=80, description="Only if time matters, as '7d', 'last month', 'May 2'.")


def find_tool(store: Store, chat: Chat) -> Tool[FindArguments]:
    """Return the tool."""
    return Tool(
        name=NAME,
        description=DESCRIPTION,
        arguments=FindArguments,
        is_on=lambda settings: settings.find_messages,
        check_asker=lambda context: check_is_on(context.place, store),
        longest_result=LONGEST_RESULT,
        title=lambda wanted, state: _(TITLES[state], query=wanted.query[:LONGEST_SHOWN]),
        run=partial(find, store=store, chat=chat),
    )


async def find(wanted: FindArguments, context: ToolContext, *, store: Store, chat: Chat) -> ToolOutput:
    """Find messages that the asker may read and that may be shown where the answer is read.

    Raises `UsageError`, `ChatError`; `NotAllowedError` where it is off.
    """
    place, person = context.place, context.asker.person
    zone = (await chat.directory.reader(place, person)).zone
    terms = terms_of(wanted.query)
    query = Query(terms)
    if wanted.since:
        span = times.resolve(wanted.since, datetime.now(UTC), zone, MOST_DAYS)
        query = Query(terms, since=span.start, before=span.end)
    looked_for = Search(place, person, query, channel=wanted.channel)
    own = await search(looked_for, limit=FOUND, store=store, directory=chat.directory)
    # Only then: what is refused here is not asked there either.
    asker, question = context.asker, context.question.id
    platform = await chat.search.messages(place, asker, question, wanted.query, FOUND_BY_PLATFORM)
    others = _others(platform, own, wanted, query)
    passages = (*await _passages(own.messages, context, zone, chat), *(_passage(one, zone) for one in others))
    sources = tuple(SourceLink(one.source, one.title) for one in passages)
    looked = {"here": own.here, "other_channels": len(own.others)}
    content = "" if passages else f"{NOTHING} {json.dumps({'searched': looked})}"
    return ToolOutput(content, passages, sources, is_storable=not others)


def _others(
    platform: tuple[PlatformMessage, ...] | SearchGap,
    own: FoundMessages,
    wanted: FindArguments,
    query: Query,
) -> list[PlatformMessage]:
    """Return what only the platform has found, within what the search is limited to and channels' settings allow."""
    if isinstance(platform, SearchGap):
        return []
    known = {(one.place.channel, one.id) for one in own.messages}
    name = wanted.channel.removeprefix("#").casefold()
    return [
        one
        for one in platform
        if (one.channel, one.id) not in known
        and own.may_find(one.channel)
        and (not name or name in {one.channel.casefold(), one.channel_name.casefold()})
        and (query.since is None or one.at >= query.since)
        and (query.before is None or one.at < query.before)
    ]


async def _passages(messages: Sequence[KnownMessage], context: ToolContext, zone: tzinfo, chat: Chat) -> list[Passage]:
    """Write messages with the names of people and channels."""
    place = context.place
    names = await chat.names.of(place, {one.author for one in messages if one.author}, [one.text for one in messages])
    own = await chat.names.own(place)
    found = []
    for one in messages:
        text = one.text
        for mention, name in names.items():
            text = text.replace(mention, f"@{name}")
        author = own if one.is_own else names.get(chat.names.mention(one.author), one.author)
        channel = await chat.names.spell_out(place, chat.names.channel(one.place.channel))
        link = chat.history.permalink(one.place, one.id)
        found.append(Passage(link, _title(author, channel, one.at, zone), _fitting(text)))
    return found


def _passage(message: PlatformMessage, zone: tzinfo) -> Passage:
    title = _title(message.name or message.author, f"#{message.channel_name}", message.at, zone)
    return Passage(message.link, title, _fitting(message.text))


def _fitting(text: str) -> str:
    """Return a message as a passage, which says if it is not all."""
    return text if len(text) <= LONGEST_PASSAGE else text[: LONGEST_PASSAGE - len(CUT)] + CUT


def _title(author: str, channel: str, at: datetime, zone: tzinfo) -> str:
    return ", ".join(filter(None, (author, channel, f"{at.astimezone(zone):%Y-%m-%d %H:%M}")))
