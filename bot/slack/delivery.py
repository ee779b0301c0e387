"""Delivery of answers: streamed into a thread as they are written, or shown whole to one person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self, TypeVar

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import ChatBusyError, ChatError
from bot.slack.api import TIMEOUT, call, call_once, translated
from bot.slack.controls import blocks as control_blocks
from bot.slack.text import MESSAGE_LIMIT, NOTICE_LIMIT, closing, harmless, safe_end, split

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from types import TracebackType

    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.control import Control
    from bot.core.conversation import Place
    from bot.core.ports import Asker, Bookmark
    from bot.slack.identity import Identity

T = TypeVar("T")
log = logging.getLogger(__name__)

APPEND_EVERY = 0.7  # seconds; Slack counts 100 appends a minute for all streams of a workspace
EDIT_EVERY = 3.0  # seconds; Slack wants edits of a message no closer
STREAM_LIMIT = 11_000  # characters streamed into one message; what follows is posted whole
CLEARING = 5.0  # seconds that clearing a status may take when a turn failed
LEFT_BEHIND = 200  # messages behind the question to look through for what a former try left
NO_SESSIONS = {"unknown_method", "missing_scope"}  # codes that say so for the whole workspace
ANSWER = "answer"  # the bookmark of the answer's message


MARK = "parley_turn"  # the type of the metadata that tells which turn a message belongs to


def mark(reference: str) -> dict[str, Any]:
    """Mark a message as a turn's, for a second try of that turn to find. Anybody in the workspace can read it."""
    return {"event_type": MARK, "event_payload": {"turn": reference}}


def mark_of(message: Mapping[str, Any]) -> str:
    """Return the reference of the turn that a message is marked with, "" for none."""
    metadata = message.get("metadata") or {}
    return str(metadata.get("event_payload", {}).get("turn", "")) if metadata.get("event_type") == MARK else ""


def message(text: str, controls: Sequence[Control] = ()) -> dict[str, Any]:
    """Lay a Markdown text out as a message. Links in a model's text are never unfurled: that would fetch them."""
    return {
        "blocks": [{"type": "markdown", "text": text}, *control_blocks(controls)],
        "text": text[:NOTICE_LIMIT],
        "unfurl_links": False,
        "unfurl_media": False,
    }


class Sessions:
    """The status of agent sessions ("Working…"), given up for good where the workspace does not know them."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known = True

    async def set(self, place: Place, status: str) -> bool:
        """Set a thread's status; tell whether Slack took it. Never raises: no answer fails for want of a status."""
        if not self._known:
            return False
        try:
            await call_once(
                self._client.agents_sessions_setStatus,
                channel_id=place.channel,
                thread_ts=place.thread,
                status=status,
            )
        except ChatError as error:
            self._known = error.code not in NO_SESSIONS
            log.info("no status shown: %s", error)
            return False
        return True


class StreamedAnswer:
    """An answer in a thread, visible to all: streamed by Slack's own streams, or whole where no stream is to be had.

    One task writes to Slack at a time, under `_turn`. What former tries left is edited when all is written, and no
    second message posted: the one in the bookmark and those with this turn's mark; or, where a try died before it could
    keep the bookmark, a stream that nobody ended, which bears no mark.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        identity: Identity,
        sessions: Sessions,
        place: Place,
        asker: Asker,
        bookmark: Bookmark,
        *,
        to: str,
    ) -> None:
        self._client = client
        self._identity = identity
        self._sessions = sessions
        self._place = place
        self._asker = asker
        self._bookmark = bookmark
        self._to = to
        self._new: list[str] = []
        self._held = ""
        self._text = ""
        self._shown = 0
        self._ts = bookmark.get(ANSWER) or ""
        self._others: list[str] = []
        self._may_be_open = False
        self._has_lost_receipt = False
        self._is_streaming = True
        self._has_status = True  # for all we know: a former try may have left one
        self._is_ended = False
        self._progress = ""
        self._beside: Sequence[Control] = ()
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        if self._bookmark.was_begun:
            await self._find()
        self._may_be_open = bool(self._ts)
        self._is_streaming = not self._ts
        self._bookmark.check()
        self._pump = asyncio.create_task(self._show_as_it_comes(), name="answer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pump.cancel()
        await asyncio.wait([self._pump])
        if not self._pump.cancelled() and (failure := self._pump.exception()):
            log.warning("the answer came in one piece: %s", type(failure).__name__)
        # A cancelled turn is run again, here or on another replica, or given up: that owns the message and the status.
        if not self._is_ended and kind is not None and not issubclass(kind, asyncio.CancelledError):
            with contextlib.suppress(ChatError, TimeoutError):
                async with asyncio.timeout(CLEARING):
                    await self._clear()

    def write(self, text: str) -> None:
        """Add text; it is shown within `APPEND_EVERY` seconds, or with the end."""
        self._new.append(text)
        self._news.set()

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show how far the work has come; from then on the answer comes whole."""
        self._progress, self._beside = text, controls
        self._news.set()

    async def finish(self, ending: str = "", *, controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`; return its first message's `ts`. Raises `ChatError`."""
        async with self._turn:
            self._take(whole=True)
            self._text += closing(self._text) + harmless(ending)
            return await self._end(split(self._text, MESSAGE_LIMIT, at_least=self._shown), controls)

    async def replace(self, text: str, *, controls: Sequence[Control] = ()) -> str:
        """Show `text` instead of all that was written; return its first message's `ts`. Raises `ChatError`."""
        async with self._turn:
            if self._ts and self._is_streaming:
                await self._stop("")
            self._is_streaming = False
            return await self._end(split(harmless(text), MESSAGE_LIMIT), controls)

    async def hold(self, text: str) -> None:
        """Show `text` until another try of the turn edits it. Raises `ChatError`."""
        await self.replace(text)

    async def _show_as_it_comes(self) -> None:
        async with self._turn:
            if not self._is_ended:
                self._bookmark.check()
                await self._sessions.set(self._place, "processing")
        while self._is_streaming or self._progress:
            await self._news.wait()
            self._news.clear()
            async with self._turn:
                self._take()
                pause = await (self._show_progress() if self._progress else self._advance())
            await asyncio.sleep(pause)

    async def _show_progress(self) -> float:
        """Show the line in the answer's own message; return how many seconds to wait before the next one."""
        self._is_streaming = False
        if not self._is_ended:
            line = f"_{self._progress}_"
            if self._ts:
                await self._replace(self._ts, line, self._beside)
            else:
                self._ts = await self._post(line, self._beside)
                await self._bookmark.keep(ANSWER, self._ts)
        return EDIT_EVERY

    def _take(self, *, whole: bool = False) -> None:
        """Move what was written into the text, except what may yet become a `<!channel>`."""
        text = self._held + "".join(self._new)
        self._new.clear()
        end = len(text) if whole else safe_end(text)
        self._held = text[end:]
        self._text += harmless(text[:end])

    async def _advance(self) -> float:
        """Stream what is new; return how many seconds to wait before the next piece."""
        piece = self._text[self._shown : STREAM_LIMIT]
        if not self._is_streaming or not piece.strip():
            return 0
        self._bookmark.check()
        try:
            if self._ts:
                append = self._client.chat_appendStream
                await call_once(append, channel=self._place.channel, ts=self._ts, markdown_text=piece)
            else:
                await self._start(piece)
        except ChatBusyError as error:
            if self._ts:
                return error.retry_after
            self._is_streaming = False
        except ChatError as error:
            log.info("answer goes on without a stream: %s", error)
            self._is_streaming = False
            self._may_be_open = bool(self._ts)
            self._has_lost_receipt = error.is_transient and not self._ts
        else:
            self._shown += len(piece)
        return APPEND_EVERY

    async def _start(self, piece: str) -> None:
        response = await call_once(
            self._client.chat_startStream,
            channel=self._place.channel,
            thread_ts=self._place.thread,
            markdown_text=piece,
            recipient_team_id=self._asker.home,
            recipient_user_id=self._asker.person,
        )
        self._ts = str(response["ts"])
        await self._bookmark.keep(ANSWER, self._ts)

    async def _end(self, parts: list[str], controls: Sequence[Control]) -> str:
        """Show the first part in the message that is there, or in a new one; the others in messages of their own.

        The controls stand below the last.
        """
        first, *others = parts
        below = [()] * len(others) + [controls]
        if self._has_lost_receipt:
            await self._find()
            self._may_be_open = bool(self._ts)
        if not self._ts:
            self._ts = await self._post(first, below[0])
            await self._bookmark.keep(ANSWER, self._ts)
        elif not (self._is_streaming and await self._stop(first[self._shown :], below[0])):
            await self._edit(first, below[0])
        for number, (ts, part) in enumerate(zip_longest(self._others, others, fillvalue=""), start=1):
            under = below[number] if number < len(below) else ()
            await (self._replace(ts, part, under) if ts else self._post(part, under))
        self._is_ended = True
        self._is_streaming = False
        await self._clear()
        return self._ts

    async def _stop(self, rest: str, controls: Sequence[Control] = ()) -> bool:
        """End the stream with the rest of its text; tell whether Slack still knew the stream."""
        more: dict[str, Any] = {"markdown_text": rest} if rest else {}
        if controls:
            more["blocks"] = control_blocks(controls)
        try:
            await self._call(self._client.chat_stopStream, ts=self._ts, metadata=self._mark, **more)
        except ChatError as error:
            if error.is_transient:
                raise
            log.info("stream had ended: %s", error)
            return False
        self._has_status = False  # Slack clears it with the stream
        return True

    async def _edit(self, text: str, controls: Sequence[Control]) -> None:
        if self._may_be_open:
            await self._stop("")  # a stream that a former try or a failed piece left: an edit would be refused
        await self._replace(self._ts, text, controls)

    async def _replace(self, ts: str, text: str, controls: Sequence[Control] = ()) -> None:
        """Change what a message says; one that would say nothing goes."""
        if text:
            await self._call(self._client.chat_update, ts=ts, metadata=self._mark, **message(text, controls))
        else:
            await self._call(self._client.chat_delete, ts=ts)

    async def _post(self, text: str, controls: Sequence[Control] = ()) -> str:
        post, content = self._client.chat_postMessage, message(text, controls)
        response = await self._call(post, thread_ts=self._place.thread, metadata=self._mark, **content)
        return str(response["ts"])

    async def _find(self) -> None:
        """Look in the thread for the messages that former tries of this turn left: the answer's first, and others."""
        us = (await self._identity()).bot_user_id
        try:
            page = await call(
                self._client.conversations_replies,
                channel=self._place.channel,
                ts=self._place.thread,
                oldest=self._to,
                include_all_metadata=True,
                limit=LEFT_BEHIND,
            )
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("the thread can't be searched for a former answer: %s", error)
            return
        ours = [m for m in page["messages"] if m.get("user") == us and m["ts"] > self._to and not m.get("files")]
        marks = {self._bookmark.reference} if self._ts else {self._bookmark.reference, ""}
        self._others = [str(m["ts"]) for m in ours if m["ts"] != self._ts and mark_of(m) in marks]
        if not self._ts and self._others:
            self._ts = self._others.pop(0)

    async def _clear(self) -> None:
        if self._ts and self._is_streaming:
            await self._stop("")
        if self._has_status:
            self._bookmark.check()
            await self._sessions.set(self._place, "active")
            self._has_status = False

    @property
    def _mark(self) -> dict[str, Any]:
        return mark(self._bookmark.reference)

    async def _call(self, method: Callable[..., Awaitable[T]], **arguments: Any) -> T:  # noqa: ANN401 - the SDK's own
        async def checked() -> T:
            self._bookmark.check()  # each time: a rate limit may be waited for, and meanwhile the turn be lost
            return await method(channel=self._place.channel, **arguments)

        return await call(checked)


class WhisperedAnswer:
    """An answer that only the asker sees, shown whole."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, place: Place, asker: Asker) -> None:
        self._client, self._session, self._place, self._asker = client, session, place, asker
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        """Add text."""
        self._pieces.append(text)

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show nothing: what one person saw can't be edited."""

    async def finish(self, ending: str = "", *, controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`. Raises `ChatError`."""
        text = "".join(self._pieces)
        return await self.replace(text + closing(text) + ending, controls=controls)

    async def replace(self, text: str, *, controls: Sequence[Control] = ()) -> str:
        """Show `text` instead. Raises `ChatError`."""
        parts = split(harmless(text), MESSAGE_LIMIT)
        for number, part in enumerate(parts, start=1):
            content = message(part, controls if number == len(parts) else ())
            if not await self._respond(content):
                await call(
                    self._client.chat_postEphemeral,
                    channel=self._place.channel,
                    thread_ts=self._place.thread or None,
                    user=self._asker.person,
                    **{key: value for key, value in content.items() if not key.startswith("unfurl")},
                )
        return ""

    async def hold(self, text: str) -> None:
        """Show nothing: what one person saw can't be edited later."""

    async def _respond(self, content: dict[str, Any]) -> bool:
        """Answer by the command's own address, which works even where the bot is no member; it lives for 30 minutes."""
        if not self._asker.reply_handle:
            return False
        webhook = AsyncWebhookClient(
            self._asker.reply_handle, session=self._session, timeout=TIMEOUT, retry_handlers=[]
        )
        try:
            with translated():
                response = await webhook.send(response_type="ephemeral", replace_original=False, **content)
        except ChatError as error:
            log.info("response_url failed: %s", error)
            return False
        return response.status_code == 200  # noqa: PLR2004 - HTTP's own number
