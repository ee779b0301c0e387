"""Slack's own history: threads and channels, read page by page as what people said."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.domain.message import HistoryMessage
from bot.errors import ChatError, GoneError, UnfinishedError
from bot.slack.client.api import call
from bot.slack.client.file_ref import remaining
from bot.slack.client.names import ids_in, spelled
from bot.slack.client.ours import Ours
from bot.slack.client.people import mention, mentioned, named
from bot.slack.client.plain_text import flat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place
    from bot.slack.client.identity import Identity
    from bot.slack.client.names import Names
    from bot.slack.client.people import People

log = logging.getLogger(__name__)

PAGE = 200  # messages; Slack advises no more at a time
MOST_PAGES = 250
MOST_EMPTY = 5  # pages without a new message, one after the other
MOST_REACTIONS = 50
GONE = {"thread_not_found", "message_not_found"}

# What people and apps say; every other subtype is a notice, such as that somebody joined.
SAID = (None, "", "bot_message", "file_share", "me_message", "thread_broadcast")


class History:
    """Reads what was said. Raises `ChatError`; a rate limit is waited for, as far as `api.call` waits."""

    def __init__(self, client: AsyncWebClient, identity: Identity, people: People, names: Names) -> None:
        self._client, self._identity, self._people, self._names = client, identity, people, names
        self._ours = Ours(client, identity)

    async def thread(self, place: Place, after: str, before: str = "") -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Yield a thread's messages between the `ts` `after` and `before`, each once, each page oldest first."""
        where: dict[str, object] = {"channel": place.channel, "ts": place.thread, "include_all_metadata": True}
        where.update({name: ts for name, ts in (("oldest", after), ("latest", before)) if ts})
        async for page in self._pages(self._client.conversations_replies, where):
            # Slack puts the thread's first message before each page, whatever was asked for.
            said = await self._said([message for message in page if _string(message.get("ts")) > after])
            yield tuple(one for one in said if not before or one.id < before)

    async def channel(
        self, place: Place, after: datetime, before: datetime | None
    ) -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Yield a channel's own messages between two times, newest first; the threads below them are not among them."""
        where = {"channel": place.channel, "oldest": _ts(after)} | ({"latest": _ts(before)} if before else {})
        async for page in self._pages(self._client.conversations_history, where):
            yield tuple(reversed(await self._said(page)))

    async def _pages(
        self, method: Callable[..., Awaitable[Any]], where: Mapping[str, object]
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield a method's pages, each message once. Raises `UnfinishedError` where they lead nowhere.

        Slack has been seen to repeat messages and cursors, to send empty pages in between, and to say that there is
        more without saying where.
        """
        cursors, seen, empty = {""}, set[str](), 0
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await _page(method, **where, limit=PAGE, cursor=cursor or None)
            new = {ts: one for one in _messages(page) if (ts := _string(one.get("ts"))) and ts not in seen}
            seen |= new.keys()
            empty = 0 if new else empty + 1
            yield list(new.values())
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor and not page.get("has_more"):
                return
            if cursor in cursors or empty > MOST_EMPTY:
                raise UnfinishedError("pages_without_end")
            cursors.add(cursor)
        raise UnfinishedError("too_many_pages")

    async def _said(self, page: list[dict[str, Any]]) -> tuple[HistoryMessage, ...]:
        """Read a page's messages, oldest first, with the names of all who speak and are mentioned there."""
        messages = sorted((message for message in page if is_said(message)), key=lambda message: str(message["ts"]))
        ours = await self._ours.among(messages)
        texts = []
        for message in messages:
            texts.append(flat(message, has_controls=message["ts"] not in ours))
            await asyncio.sleep(0)  # a page of long messages takes a while, and others have theirs
        people = {str(message["user"]) for message in messages if message.get("user") and not message.get("bot_id")}
        for message in messages:
            if isinstance(profile := message.get("user_profile"), dict) and message.get("user"):
                self._people.learn(str(message["user"]), profile)
        names = await self._names.of(sorted(people.union(*map(ids_in, texts))))
        us = (await self._identity()).bot_user_id or ""
        return tuple(
            said(message, spelled(text, names), names, is_own=message["ts"] in ours, us=us)
            for message, text in zip(messages, texts, strict=True)
        )


async def _page(method: Callable[..., Awaitable[Any]], **arguments: object) -> Any:  # noqa: ANN401 (the SDK's own)
    try:
        return await call(method, **arguments)
    except ChatError as error:
        if error.code in GONE:
            raise GoneError(error.code) from error
        raise


def _messages(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = page.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


def is_kind_said(message: Mapping[str, Any]) -> bool:
    """Return whether a message is of a kind that people and apps say."""
    return message.get("subtype") in SAID


def author_of(message: Mapping[str, Any]) -> str:
    """Return who said a message: a person or a bot by its id, an integration that has none by what it calls itself."""
    names = ("user", "bot_id", "app_id", *(["username"] if message.get("subtype") == "bot_message" else []))
    return next((name for name in (_string(message.get(field)) for field in names) if name), "")


def is_of_bot(message: Mapping[str, Any]) -> bool:
    """Return whether an app said a message, a workflow or an integration."""
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message" or not _string(message.get("user"))


def is_said(message: Mapping[str, Any]) -> bool:
    """Tell whether a message is something said: not a notice, and not what is left of a deleted one."""
    return is_kind_said(message) and isinstance(message.get("ts"), str) and bool(author_of(message))


def said(message: Mapping[str, Any], words: str, names: Mapping[str, str], *, is_own: bool, us: str) -> HistoryMessage:
    """Turn a message of Slack's into ours; `words` is its flat text, `us` the bot's own user id."""
    files = remaining(message)
    author = author_of(message)
    profile = message.get("bot_profile")
    of_bot = message.get("username") or (profile.get("name") if isinstance(profile, dict) else "")
    listed = [f"[file: {file.name}]" for file in files]
    return HistoryMessage(
        id=str(message["ts"]),
        author=author,
        name=names.get(author) or str(of_bot or author),
        text="\n".join(filter(None, [named(words, names), *listed])),
        words=words,
        thread=_string(message.get("thread_ts")),
        is_bot=is_of_bot(message),
        is_own=is_own,
        files=files,
        at=_time(str(message["ts"])),
        reply_count=count if isinstance(count := message.get("reply_count"), int) else 0,
        reactions=reactions_of(message, us),
        names={mention(person): names[person] for person in mentioned(words) if person in names},
        last_reply=_time(last) if (last := _string(message.get("latest_reply"))) else None,
    )


def reactions_of(message: Mapping[str, Any], us: str) -> tuple[tuple[str, int], ...]:
    """Return how many people gave each reaction to a message, without the bot's own, whatever their tone of skin."""
    found: dict[str, int] = {}
    listed = message.get("reactions")
    for one in listed[:MOST_REACTIONS] if isinstance(listed, list) else ():
        if not isinstance(one, dict) or not (name := _string(one.get("name")).partition("::")[0]):
            continue
        users = people if isinstance(people := one.get("users"), list) else []
        count = told if isinstance(told := one.get("count"), int) else len(users)
        if (number := count - (us in users)) > 0:
            found[name] = found.get(name, 0) + number
    return tuple(found.items())


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ts(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _time(ts: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
