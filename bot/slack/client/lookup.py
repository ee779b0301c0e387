"""What Slack knows of channels, people and files: looked up before anything is read for somebody."""

from __future__ import annotations

import logging
import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.domain.message import FileState, Place
from bot.core.domain.people import Reader, SharedFile, Target, Venue
from bot.core.remembered import Remembered
from bot.errors import ChatError
from bot.slack.client.api import call
from bot.slack.client.file_ref import described
from bot.slack.client.permalink import parse

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

KEPT = 2_000  # people
KEPT_FOR = 3_600.0  # seconds
MEMBERS_PER_PAGE = 1_000
CHANNELS_PER_PAGE, MOST_PAGES = 200, 5
FARTHEST = 14 * 3600  # seconds that a time zone may be off

_FILE = re.compile(r"/files/(?:[UW][A-Z0-9]{2,20}/)?(?P<file>F[A-Z0-9]{2,20})(?:/[^/]*)?/?", re.ASCII)
_CHANNEL = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]{2,20})/?", re.ASCII)


class Lookup:
    """Asks Slack about channels, people and files. Raises `ChatError`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._readers = Remembered[Reader](KEPT)

    async def venue(self, place: Place, person: str) -> Venue:
        """Describe a channel, and tell whether the bot and a person are in it. Raises `NotInChannelError`."""
        channel = (await call(self._client.conversations_info, channel=place.channel))["channel"]
        is_direct = bool(channel.get("is_im") or channel.get("is_mpim"))
        return Venue(
            name="" if is_direct else str(channel.get("name") or ""),
            is_private=is_direct or bool(channel.get("is_private")),
            has_bot=is_direct or bool(channel.get("is_member")),
            has_person=await self.is_member(place.channel, person),
        )

    async def is_member(self, channel: str, person: str) -> bool:
        """Tell whether a person is in a channel."""
        cursor = ""
        while True:
            page = await call(
                self._client.conversations_members, channel=channel, limit=MEMBERS_PER_PAGE, cursor=cursor
            )
            if person in page["members"]:
                return True
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return False

    async def channels(self, person: str) -> tuple[tuple[str, str], ...]:
        """Return the ids and names of the channels that both the bot and a person are in, 1,000 at most."""
        ours = await self._channels_of()
        theirs = await self._channels_of(user=person)
        return tuple((id_, name) for id_, name in ours.items() if id_ in theirs)

    async def _channels_of(self, **whose: str) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await call(
                self._client.users_conversations,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=CHANNELS_PER_PAGE,
                cursor=cursor,
                **whose,
            )
            found |= {str(one["id"]): str(one.get("name") or "") for one in page["channels"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    async def reader(self, person: str) -> Reader:
        """Tell in which time zone and language somebody reads; asked once an hour. UTC and "" where unknown.

        Never raises: nothing fails for want of that.
        """
        reader = self._readers.get(person)
        if reader is None:
            try:
                user = (await call(self._client.users_info, user=person, include_locale=True))["user"]
            except ChatError as error:
                log.info("a person's time zone and language are not known: %s", error)
                return self._readers.get(person, late=True) or Reader()
            reader = Reader(zone(user), str(user.get("locale") or ""))
            self._readers.keep(person, reader, KEPT_FOR)
        return reader

    async def file(self, place: Place, file_id: str) -> SharedFile:
        """Describe a file, and where it was shared. Raises `ChatError` with `file_not_found`."""
        file = (await call(self._client.files_info, file=file_id))["file"]
        found = described(file)
        if not found.id or found.state is FileState.GONE:
            raise ChatError("file_not_found")
        channels = [str(one) for kind in ("channels", "groups", "ims") for one in file.get(kind) or ()]
        places = tuple(Place(place.workspace, one) for one in channels)
        return SharedFile(found, str(file.get("user") or ""), places, is_public=bool(file.get("is_public")))


def locate(link: str, place: Place) -> Target | None:
    """Read a link to a message, a channel or a file of Slack's; None for any other.

    The host is not looked at, since the workspace may have any: what the asker may see is checked, not the link.
    """
    if address := parse(link):
        return Target(Place(place.workspace, address.channel, address.thread or address.ts), address.ts)
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if match := _CHANNEL.fullmatch(parts.path):
        return Target(Place(place.workspace, match["channel"]))
    match = _FILE.search(parts.path)
    return Target(place, file=match["file"]) if match and parts.path.endswith(match[0]) else None


def zone(user: dict[str, Any]) -> tzinfo:
    """Return a person's time zone: by its name where this machine knows it, else by its distance from UTC."""
    try:
        return ZoneInfo(str(user["tz"]))
    except (KeyError, ValueError, ZoneInfoNotFoundError, OSError):
        offset = user.get("tz_offset")
        if isinstance(offset, int) and abs(offset) <= FARTHEST:
            return timezone(timedelta(seconds=offset))
        return UTC
