"""Permalinks: a message's address, written and parsed without asking Slack."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

SLACK = "https://slack.com/"  # as long as the workspace's own address is not known
LONGEST = 1_000  # characters

_PATH = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]{2,20})/p(?P<seconds>\d{10})(?P<micros>\d{6})/?", re.ASCII)
_TS = re.compile(r"\d{10}\.\d{6}", re.ASCII)


class Address(NamedTuple):
    """Where a message is; `thread` is the `ts` of its thread, "" if the link names none."""

    channel: str
    ts: str
    thread: str


def parse(url: str) -> Address | None:
    """Read a permalink, also one in Slack's `<…|…>`; None for anything else.

    The host is not checked: an organization's can be any. Check what the asker can see, not the link.
    """
    url = url.strip().strip("<>").partition("|")[0].replace("&amp;", "&")
    if len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    match = _PATH.fullmatch(parts.path)
    if match is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    thread = parse_qs(parts.query).get("thread_ts", [""])[0]
    thread = thread if _TS.fullmatch(thread) else ""
    return Address(match["channel"], f"{match['seconds']}.{match['micros']}", thread)


def permalink(workspace_url: str, channel: str, ts: str, thread: str = "") -> str:
    """Write a message's address as Slack's `chat.getPermalink` does; `workspace_url` is from `auth.test`."""
    address = f"{(workspace_url or SLACK).rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{address}?thread_ts={thread}&cid={channel}" if thread and thread != ts else address
