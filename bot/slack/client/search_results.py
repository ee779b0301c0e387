"""Slack's search: the query as Slack takes it, and the messages that it returns as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.domain.platform_search import PlatformMessage
from bot.slack.client.blocks_to_text import flat
from bot.slack.client.escaping import MARKUP, storable, unescape
from bot.slack.client.message_kinds import string_of
from bot.slack.client.names import spelled
from bot.slack.client.people import name_of, named
from bot.slack.client.permalink import parse, permalink

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_QUERY = 500  # characters; Slack refuses more than some number that it does not name
MOST_TEXT = 4_000  # characters of a message that is found

_PUBLIC = re.compile(r"C[A-Z0-9]{2,20}", re.ASCII)  # a direct message has D…, an old private channel G…
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}", re.ASCII)
_TS = re.compile(r"[0-9]{1,10}\.[0-9]{1,6}")
_MARKS = re.compile(r"(?<![^\W_])[*_~`>]++|[*_~`]++(?![^\W_])")


def query_of(text: str) -> str:
    """Return a query without Slack's mark-up and Markdown's marks, which lead its search astray, on one line."""
    shown = MARKUP.sub(lambda match: match["label"] or "", storable(text[: 4 * MOST_QUERY]))
    words = _MARKS.sub(" ", unescape(shown)).split()
    return " ".join(words)[:MOST_QUERY].strip()


def messages_in(response: object) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of a response that are from public channels, each once; skip what has no place there."""
    results = response.get("results") if isinstance(response, dict) else None
    messages = results.get("messages") if isinstance(results, dict) else None
    seen = set[tuple[str, str]]()
    for one in messages if isinstance(messages, list) else ():
        if not isinstance(one, dict):
            continue
        channel, ts = string_of(one.get("channel_id")), string_of(one.get("message_ts"))
        if _PUBLIC.fullmatch(channel) and _TS.fullmatch(ts) and (channel, ts) not in seen:
            seen.add((channel, ts))
            yield one


def author_of(message: Mapping[str, Any]) -> str:
    """Return the id of a message's author, "" if there is none, or none of a person's form."""
    author = string_of(message.get("author_user_id"))
    return author if _PERSON.fullmatch(author) else ""


def text_of(message: Mapping[str, Any]) -> str:
    """Return a message's text as Markdown, `MOST_TEXT` at most; mentions stay as Slack writes them."""
    text = flat({"text": message.get("content"), "blocks": message.get("blocks")})
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT].rstrip()}…"


def found(
    message: Mapping[str, Any], text: str, names: Mapping[str, str], workspace_url: str
) -> PlatformMessage | None:
    """Convert a message; `names` has those of all ids in its `text`, and of its author. None if nothing is to read."""
    channel, ts, thread = (string_of(message.get(name)) for name in ("channel_id", "message_ts", "thread_ts"))
    thread, author = thread if _TS.fullmatch(thread) else "", author_of(message)
    shown = storable(named(spelled(text, names), names)).strip()
    if not shown:
        return None
    return PlatformMessage(
        id=ts,
        channel=channel,
        channel_name=name_of(message, ("channel_name",)).removeprefix("#"),
        author=author,
        name=storable(name_of(message, ("author_name",))) or names.get(author, "") or author,
        text=shown,
        at=datetime.fromtimestamp(float(ts), UTC),
        link=_link(message, channel, ts) or permalink(workspace_url, channel, ts, thread),
        thread=thread,
        is_bot=message.get("is_author_bot") is True,
    )


def _link(message: Mapping[str, Any], channel: str, ts: str) -> str:
    """Return Slack's own address of a message, if it is one; an organization's workspaces have several hosts."""
    link = string_of(message.get("permalink"))
    address = parse(link) if link.startswith("https://") and link.isascii() else None
    return link if address and (address.channel, address.ts) == (channel, ts) else ""
