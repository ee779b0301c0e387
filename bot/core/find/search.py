"""Find what was said, in the channels whose messages the asker may read, and may be shown where the answer is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import merged
from bot.core.domain.message import Place
from bot.core.domain.search import KnownMessage, Query
from bot.core.find.relevance import ranked
from bot.errors import NotAllowedError, NotInChannelError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.overrides import Overrides
    from bot.core.ports import ChatDirectory, Store

CANDIDATES = 100  # messages that are ranked: the newest of those that match

OFF = N_("Finding messages is turned off here. An admin can turn it on with `/parley set find_messages on`.")
NO_TERMS = N_("I need a word to look for, with letters or digits.")
NOWHERE = N_("I can't look in #{channel} for you: I only look in channels that we're both in.")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, by whom, and where it was asked.

    `is_private`: only the asker reads what is found. `channel`: the name or the id of the only channel to look in, ""
    for all that may be.
    """

    place: Place
    person: str
    query: Query
    is_private: bool = False
    channel: str = ""


@dataclass(frozen=True, slots=True)
class FoundMessages:
    """The best of what was found, and whether there is more.

    `here`: the channel where it was asked was searched; `others` are the other channels that were, by their ids.
    `may_find` says of a channel's id whether its settings let messages from there be found, whoever finds them.
    """

    messages: tuple[KnownMessage, ...]
    has_more: bool
    here: bool
    others: Mapping[str, str]
    may_find: Callable[[str], bool]


async def check_is_on(place: Place, store: Store) -> None:
    """Raise `NotAllowedError` where finding messages is turned off."""
    if not _is_on(await store.settings.all_overrides(place.workspace), place.workspace, place.channel):
        raise NotAllowedError(_(OFF))


async def search(wanted: Search, *, limit: int, store: Store, directory: ChatDirectory) -> FoundMessages:
    """Find messages, the best first. Whose channels may be searched is asked anew each time.

    Raises `NotAllowedError` where it is turned off, `UsageError` for a query without words and for a channel out of
    reach, `ChatError` if the rights can't be known.
    """
    sheets = await store.settings.all_overrides(wanted.place.workspace)
    may_find = partial(_is_on, sheets, wanted.place.workspace)
    if not may_find(wanted.place.channel):
        raise NotAllowedError(_(OFF))
    if not wanted.query.terms:
        raise UsageError(_(NO_TERMS))
    here, others = await _readable(wanted, directory)
    others = {id_: name for id_, name in others.items() if may_find(id_)}
    if wanted.channel:
        here, others = _narrowed(wanted, others, here=here)
    channels = [*([wanted.place.channel] if here else []), *others]
    found = await store.search.find(wanted.place.workspace, channels, wanted.query, limit=CANDIDATES + 1)
    best = await asyncio.to_thread(ranked, found[:CANDIDATES], wanted.query.terms)
    return FoundMessages(best[:limit], len(found) > limit, here, others, may_find)


async def _readable(wanted: Search, directory: ChatDirectory) -> tuple[bool, dict[str, str]]:
    """Return whether the channel itself may be searched, and which others, by their ids.

    Everybody can join a public channel, so its messages may be shown to all who are not guests; those of a private one
    only there, and to a member alone. Guests, outsiders and channels that other organizations share get only their own.
    """
    here = Place(wanted.place.workspace, wanted.place.channel)
    who = await directory.participant(here, wanted.person)
    try:
        venue = await directory.venue(here, wanted.person)
    except NotInChannelError:
        venue = None
    is_here = bool(venue and venue.has_person)
    is_alone = wanted.is_private or who.is_direct
    may_read_others = is_alone or (is_here and venue is not None and not venue.is_shared)
    if who.is_guest or who.is_outsider or not may_read_others:
        return is_here, {}
    joined = await directory.channels(here, wanted.person)
    others = (one for one in joined if one.id != here.channel and (is_alone or not one.is_private))
    return is_here, {one.id: one.name for one in others}


def _is_on(sheets: Mapping[Place, Overrides], workspace: str, channel: str) -> bool:
    """Return whether messages of a channel may be found, there and elsewhere."""
    layers = (sheets.get(Place(workspace, "")), sheets.get(Place(workspace, channel)))
    set_ = [one.values["find_messages"] for one in layers if one and "find_messages" in one.values]
    return merged({"find_messages": set_[-1]}).find_messages if set_ else True


def _narrowed(wanted: Search, others: dict[str, str], *, here: bool) -> tuple[bool, dict[str, str]]:
    if wanted.channel == wanted.place.channel and here:
        return True, {}
    name = wanted.channel.removeprefix("#").casefold()
    only = {id_: named for id_, named in others.items() if wanted.channel == id_ or name == named.casefold()}
    if not only:
        raise UsageError(_(NOWHERE, channel=wanted.channel.removeprefix("#")[:80]))
    return False, only
