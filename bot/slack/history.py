"""Slack's own history: threads and channels, read page by page as what people said."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.conversation import FileRef, Said
from bot.slack.api import call
from bot.slack.flat import flat
from bot.slack.people import mention, mentioned, named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.conversation import Place
    from bot.slack.identity import Identity
    from bot.slack.people import People

log = logging.getLogger(__name__)

PAGE = 200  # messages; Slack advises no more at a time
MOST_PAGES = 250
MOST_FILES = 20  # of one message

# What people and apps say; every other subtype is a notice, such as that somebody joined.
SAID = (None, "bot_message", "file_share", "me_message", "thread_broadcast")


class History:
    """Reads what was said. Raises `ChatError`; a rate limit is waited for, as far as `api.call` waits."""

    def __init__(self, client: AsyncWebClient, identity: Identity, people: People) -> None:
        self._client, self._identity, self._people = client, identity, people

    async def thread(self, place: Place, after: str) -> AsyncIterator[tuple[Said, ...]]:
        """Yield a thread's messages behind the `ts` `after`, oldest first."""
        where = {"channel": place.channel, "ts": place.thread} | ({"oldest": after} if after else {})
        async for page in self._pages(self._client.conversations_replies, where):
            # Slack puts the thread's first message before each page, whatever was asked for.
            new = [message for message in page if after < str(message.get("ts"))]
            after = str(new[-1].get("ts")) if new else after
            yield await self._said(new)

    async def channel(self, place: Place, after: datetime, before: datetime | None) -> AsyncIterator[tuple[Said, ...]]:
        """Yield a channel's own messages between two times, newest first; the threads below them are not among them."""
        where = {"channel": place.channel, "oldest": _ts(after)} | ({"latest": _ts(before)} if before else {})
        async for page in self._pages(self._client.conversations_history, where):
            yield await self._said(page)

    async def _pages(
        self, method: Callable[..., Awaitable[Any]], where: Mapping[str, str]
    ) -> AsyncIterator[list[dict[str, Any]]]:
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await call(method, **where, limit=PAGE, cursor=cursor or None)
            yield [message for message in page.get("messages") or () if isinstance(message, dict)]
            following = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not following or following == cursor:
                return
            cursor = following
        log.warning("left off reading after %d pages", MOST_PAGES)

    async def _said(self, page: list[dict[str, Any]]) -> tuple[Said, ...]:
        """Read a page's messages, with the names of all who speak and are mentioned there."""
        us = (await self._identity()).bot_user_id
        messages = [message for message in page if is_said(message)]
        texts = [flat(message, has_controls=message.get("user") != us) for message in messages]
        people = {str(message["user"]) for message in messages if message.get("user") and not message.get("bot_id")}
        for message in messages:
            if isinstance(profile := message.get("user_profile"), dict) and message.get("user"):
                self._people.learn(str(message["user"]), profile)
        names = await self._people.names(sorted(people.union(*map(mentioned, texts))))
        return tuple(said(message, text, names, us=us or "") for message, text in zip(messages, texts, strict=True))


def is_said(message: Mapping[str, Any]) -> bool:
    """Tell whether a message is something said: not a notice, and not what is left of a deleted one."""
    return (
        message.get("subtype") in SAID
        and isinstance(message.get("ts"), str)
        and bool(message.get("user") or message.get("bot_id"))
    )


def said(message: Mapping[str, Any], words: str, names: Mapping[str, str], *, us: str) -> Said:
    """Turn a message of Slack's into ours; `words` is its flat text, `us` the bot's own user id."""
    files = file_refs(message)
    author = str(message.get("user") or message.get("bot_id"))
    profile = message.get("bot_profile")
    of_bot = message.get("username") or (profile.get("name") if isinstance(profile, dict) else "")
    listed = [f"[file: {file.name}]" for file in files]
    return Said(
        id=str(message["ts"]),
        author=author,
        name=names.get(author) or str(of_bot or author),
        text="\n".join(filter(None, [named(words, names), *listed])),
        words=words,
        thread=_string(message.get("thread_ts")),
        is_bot=bool(message.get("bot_id")) or message.get("subtype") == "bot_message",
        is_own=author == us,
        files=files,
        at=_time(str(message["ts"])),
        reply_count=count if isinstance(count := message.get("reply_count"), int) else 0,
        names={mention(person): names[person] for person in mentioned(words) if person in names},
        last_reply=_time(last) if (last := _string(message.get("latest_reply"))) else None,
    )


def file_refs(message: Mapping[str, Any]) -> tuple[FileRef, ...]:
    """Return references to a message's files, without those that are gone."""
    files = message.get("files")
    found = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return tuple(
        FileRef(
            id=file["id"],
            name=" ".join(_string(file.get("name") or file.get("title")).split())[:200] or "file",
            media_type=_string(file.get("mimetype")),
            size=size if isinstance(size := file.get("size"), int) and size > 0 else 0,
        )
        for file in found[:MOST_FILES]
        if _string(file.get("id")) and file.get("mode") != "tombstone"
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ts(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _time(ts: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
