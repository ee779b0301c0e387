"""Links to Slack's messages, channels and files, and people's time zones, as Slack writes them."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.domain.message import Place
from bot.core.domain.people import Target
from bot.slack.client.permalink import parse

FARTHEST = 14 * 3600  # seconds that a time zone may be off

_FILE = re.compile(r"/files/(?:[UW][A-Z0-9]{2,20}/)?(?P<file>F[A-Z0-9]{2,20})(?:/[^/]*)?/?", re.ASCII)
_CHANNEL = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]{2,20})/?", re.ASCII)


def locate(link: str, place: Place) -> Target | None:
    """Read a link to a message, a channel or a file of Slack's; None for any other.

    The host is not checked, since a workspace can have any: what the asker can see is checked, not the link.
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
    """Return a person's time zone: by name if this machine knows it, otherwise by its UTC offset."""
    try:
        return ZoneInfo(str(user["tz"]))
    except (KeyError, ValueError, ZoneInfoNotFoundError, OSError):
        offset = user.get("tz_offset")
        if isinstance(offset, int) and abs(offset) <= FARTHEST:
            return timezone(timedelta(seconds=offset))
        return UTC
