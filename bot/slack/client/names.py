"""Names of people, user groups and channels: looked up if a message lacks them, and never waited for."""

from __future__ import annotations

import asyncio
import logging
import re
from time import monotonic
from typing import TYPE_CHECKING

from bot.core.expiring_cache import ExpiringCache
from bot.errors import ChatBusyError, ChatError
from bot.slack.client.api import call_once
from bot.slack.client.escaping import MARKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.client.people import People

log = logging.getLogger(__name__)

KEPT = 10_000  # names
KEPT_FOR = 3_600.0  # seconds
UNKNOWN_FOR = 600.0  # seconds before what has no name is asked for again
MOST_PEOPLE, MOST_CHANNELS = 300, 20  # that one look-up asks for
AT_ONCE = 4
GROUPS = "groups"  # the key under which it is remembered that they were asked for

_NAMED = re.compile(r"(?P<sign>@|#|!subteam\^)(?P<id>[UWCGS][A-Z0-9]{1,20})")


def channel(id_: str) -> str:
    """Write a mention of a channel, "" for direct messages, which have none."""
    return "" if id_.startswith("D") else f"<#{id_}>"


class Names:
    """Names by ids, at most `KEPT` of groups and channels. Never raises.

    What has no name is left out; a person without one keeps the id.

    Groups need the scope `usergroups:read`, which is optional: Slack mostly puts their names into the message. A
    private channel's name is not disclosed to a person who only has its id.
    """

    def __init__(self, client: AsyncWebClient, people: People) -> None:
        self._client, self._people = client, people
        self._known = ExpiringCache[str](KEPT)
        self._groups: tuple[str, ...] = ()
        self._busy_until = 0.0

    async def of(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of these ids: `Ana`, `@oncall`, `#general`."""
        wanted = dict.fromkeys(ids)
        people = [one for one in wanted if one.startswith(("U", "W"))]
        others = [one for one in wanted if not one.startswith(("U", "W"))]
        if any(one.startswith("S") for one in others):
            await self._ask_for_groups()
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(channel: str) -> None:
            async with room:
                await self._ask_for_channel(channel)

        unknown = [one for one in others if one.startswith(("C", "G")) and self._known.get(one) is None]
        await asyncio.gather(*map(ask, unknown[:MOST_CHANNELS]))
        found = await self._people.names(people[:MOST_PEOPLE])
        return found | {one: name for one in others if (name := self._known.get(one, late=True))}

    async def groups(self) -> tuple[str, ...]:
        """Return the names of the workspace's user groups: `@oncall`; nothing without the scope."""
        await self._ask_for_groups()
        return self._groups

    async def _ask_for_groups(self) -> None:
        """Ask for all groups at once: Slack has no other way."""
        if self._known.get(GROUPS) is not None or monotonic() < self._busy_until:
            return
        try:
            answer = await call_once(self._client.usergroups_list, include_disabled=True)
        except ChatBusyError as error:
            self._busy_until = monotonic() + error.retry_after
        except ChatError as error:
            log.info("could not look up the names of user groups: %s", error)
            self._known.keep(GROUPS, "", UNKNOWN_FOR)
        else:
            groups = [group for group in answer.get("usergroups") or () if isinstance(group, dict)]
            named = {str(group.get("id")): f"@{name}" for group in groups if (name := _name_of(group))}
            for one, name in named.items():
                self._known.keep(one, name, KEPT_FOR)
            self._groups = tuple(named.values())[:KEPT]
            self._known.keep(GROUPS, "", KEPT_FOR)

    async def _ask_for_channel(self, channel: str) -> None:
        if monotonic() < self._busy_until:
            return
        try:
            found = (await call_once(self._client.conversations_info, channel=channel))["channel"]
        except ChatBusyError as error:
            self._busy_until = monotonic() + error.retry_after
        except ChatError as error:
            log.info("could not look up a channel's name: %s", error)
            self._known.keep(channel, "", UNKNOWN_FOR)
        else:
            name = "" if found.get("is_private") else found.get("name")
            self._known.keep(channel, f"#{name}" if name else "", KEPT_FOR)


def _name_of(group: Mapping[str, object]) -> str:
    return str(group.get("handle") or group.get("name") or "")


def ids_in(text: str) -> list[str]:
    """Return the ids of all people, groups and channels that a text has no name for."""
    return [found["id"] for match in MARKUP.finditer(text) if (found := _named(match))] if "<" in text else []


def spelled(text: str, names: Mapping[str, str]) -> str:
    """Replace groups and channels in a text with their names; people stay as Slack writes them."""

    def write(match: re.Match[str]) -> str:
        found = _named(match)
        if found is None or found["sign"] == "@":
            return match[0]
        return names.get(found["id"]) or ("@group" if found["id"].startswith("S") else f"#{found['id']}")

    return MARKUP.sub(write, text) if "<" in text else text


def _named(match: re.Match[str]) -> re.Match[str] | None:
    return _NAMED.fullmatch(match["target"])
