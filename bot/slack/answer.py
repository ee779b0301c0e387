"""An answer in a thread: streamed, edited or posted whole, whatever Slack allows, and never lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.control import STOP, Button
from bot.core.ports import Upload
from bot.errors import ChatBusyError, ChatError, GoneError
from bot.slack import left_behind
from bot.slack.identity import Identity
from bot.slack.message import Part, blocks, chunks, mark, streamable
from bot.slack.posts import Posts
from bot.slack.sessions import Sessions
from bot.slack.split import REST, closing, parts, split
from bot.slack.streams import CONFLICT, OVER, Streams
from bot.slack.text import harmless, safe_end
from bot.slack.thought import Thought
from bot.slack.upload import Files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bot.core.control import Control
    from bot.core.conversation import Place
    from bot.core.ports import Asker, Bookmark

log = logging.getLogger(__name__)

EDIT_EVERY = 3.0  # seconds; Slack wants edits of a message no closer
STREAM_LIMIT = 11_000  # characters streamed into one message; what follows is posted whole
CLEARING = 5.0  # seconds that clearing a status may take when a turn failed
ANSWER = "answer"  # the bookmark of the answer's message


@dataclass(frozen=True, slots=True)
class Outlet:
    """What an answer goes out by, the same for all answers."""

    client: AsyncWebClient
    identity: Identity
    sessions: Sessions
    streams: Streams
    posts: Posts
    files: Files


class Way(Enum):
    """How an answer becomes visible: by a stream, by edits of its message, or whole at its end."""

    STREAM = auto()
    EDITS = auto()
    WHOLE = auto()


class StreamedAnswer:
    """An answer in a thread, visible to all.

    One task writes to Slack at a time, under `_turn`. What former tries left is edited when all is written, and no
    second message posted: the one in the bookmark and those with this turn's mark; or, where a try died before it could
    keep the bookmark, a stream that nobody ended, which bears no mark. `instead`: the message whose text it replaces.
    """

    def __init__(
        self, outlet: Outlet, place: Place, asker: Asker, bookmark: Bookmark, *, to: str, instead: str, title: str
    ) -> None:
        self._out = outlet
        self._place = place
        self._asker = asker
        self._bookmark = bookmark
        self._to = to
        self._instead = instead
        self._title = title
        self._new: list[str] = []
        self._held = ""
        self._text = ""
        self._shown = 0
        self._thought = Thought()
        self._progress = ""
        self._under_progress: Sequence[Control] = ()
        self._ts = bookmark.get(ANSWER) or instead
        self._others: list[str] = []
        self._way = Way.STREAM
        self._may_be_open = False
        self._has_lost_receipt = False
        self._has_status = bookmark.was_begun  # for all we know: a former try may have left one
        self._is_ended = False
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        if self._bookmark.was_begun or self._instead:
            await self._find()
        self._may_be_open = bool(self._ts)
        if self._ts:
            self._way = Way.EDITS if self._instead else Way.WHOLE
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
                    await (self.withdraw() if issubclass(kind, GoneError) else self._clear())
        if self._ts:
            self._out.streams.forget(self._place, self._ts)

    def write(self, text: str) -> None:
        """Add text; it is shown as soon as the budget allows, or with the end."""
        self._new.append(text)
        self._news.set()

    def think(self, text: str) -> None:
        """Add thinking, which is shown apart from the answer."""
        self._thought.take(text)
        self._news.set()

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show how far the work has come; from then on the answer comes whole."""
        self._progress, self._under_progress = text, controls
        self._news.set()

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._turn:
            self._take(whole=True)
            self._text += closing(self._text)
            return await self._end(*parts(self._text, harmless(ending), self._shown), footer, controls)

    async def replace(self, text: str, *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show `text` instead of all that was written; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._turn:
            if self._ts and self._way is Way.STREAM:
                await self._stop()
            self._way = Way.WHOLE
            return await self._end(*parts(harmless(text), "", 0), footer, controls)

    async def hold(self, text: str) -> None:
        """Show `text` until another try of the turn edits it. Raises `ChatError`."""
        await self.replace(text)

    async def withdraw(self) -> None:
        """Take back all that was shown; what it was to replace stays. Raises `ChatError`."""
        async with self._turn:
            if self._ts and self._may_be_open | (self._way is Way.STREAM):
                await self._stop()
            for ts in () if self._instead else filter(None, (self._ts, *self._others)):
                await self._out.posts.delete(self._place, ts, self._bookmark.check)
            self._is_ended = True
            await self._clear()

    def _check_wanted(self) -> None:
        if self._bookmark.is_unwanted:
            raise GoneError("question_deleted")

    async def _show_as_it_comes(self) -> None:
        async with self._turn:
            if not self._is_ended:
                before, self._has_status = self._has_status, True  # for all we know, until Slack has answered
                begun = await self._out.sessions.begin(self._place, self._bookmark.check, self._title)
                self._has_status = before or begun
        # Until it is cancelled: an answer that goes on in a former turn's message may yet show how far it has come.
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._turn:
                self._take()
                is_idle = self._is_ended or (self._way is Way.WHOLE and not self._progress)
                pause = 0.0 if is_idle else await self._advance()
            await asyncio.sleep(pause)

    def _take(self, *, whole: bool = False) -> None:
        """Move what was written into the text, except what may yet become a `<!channel>`."""
        text = self._held + "".join(self._new)
        self._new.clear()
        end = len(text) if whole else safe_end(text)
        self._held = text[end:]
        self._text += harmless(text[:end])

    async def _advance(self) -> float:
        """Show what is new; return how many seconds to wait before the next piece."""
        if self._progress and self._way is Way.STREAM:
            self._way = Way.EDITS
        try:
            return await (self._grow() if self._way is Way.STREAM else self._rewrite())
        except ChatBusyError as error:
            if self._ts:
                self._news.set()
                return error.retry_after
            self._way = Way.WHOLE
        except GoneError:
            raise
        except ChatError as error:
            log.info("the answer goes on without a stream: %s", error)
            self._news.set()
            self._give_up_stream(error)
        return 0

    def _give_up_stream(self, error: ChatError) -> None:
        """Go on by edits, where there is a message to edit or will be; what was not received counts as not sent."""
        self._may_be_open = bool(self._ts) and error.code not in OVER
        self._has_lost_receipt = error.is_transient and not self._ts
        stays = self._ts or not self._out.streams.are_known(self._place)
        self._way = Way.EDITS if stays and self._way is Way.STREAM and error.code != "stopped_by_user" else Way.WHOLE

    async def _grow(self) -> float:
        """Stream what is new."""
        end = streamable(self._text, STREAM_LIMIT)
        has_text = bool(self._text[self._shown : end].strip())
        piece = self._thought.chunks(is_over=has_text)
        if has_text:
            piece += chunks(blocks(self._text, self._shown, end, raw=True))
        if not piece:
            return 0
        self._bookmark.check()
        if not self._ts:
            if not await self._out.streams.admit(self._place):
                self._way = Way.WHOLE if self._out.streams.are_known(self._place) else Way.EDITS
                self._news.set()
                return 0
            self._ts = await self._out.streams.start(self._place, self._asker, piece)
            self._has_status = True  # Slack sets it with the stream, and clears it with the stream's end
            await self._bookmark.keep(ANSWER, self._ts)
        elif not await self._out.streams.append(self._place, self._ts, piece):
            self._news.set()
            return self._out.streams.pause(self._place)
        self._shown = end if has_text else self._shown
        return self._out.streams.pause(self._place)

    async def _rewrite(self) -> float:
        """Show the line of progress, or the beginning of the text, by an edit of the answer's message."""
        text = f"_{self._progress}_" if self._progress else split(self._text + closing(self._text))[0]
        if not text.strip():
            return 0
        if self._may_be_open:
            await self._stop()
        part = Part(text, controls=self._under_progress or (Button(STOP, "Stop", value=self._asker.person),))
        if self._ts:
            await self._out.posts.update_if_cheap(self._place, self._ts, part, self._mark, self._bookmark.check)
        else:
            self._ts = await self._out.posts.post(self._place, part, self._mark, self._bookmark.check)
            await self._bookmark.keep(ANSWER, self._ts)
        return EDIT_EVERY

    async def _end(self, parts: list[str], rest: str, footer: str, controls: Sequence[Control]) -> str:
        """Show the first part in the message that is there, or in a new one; the others in messages of their own.

        The footer and the controls stand below the last.
        """
        first, *others = [*(Part(text) for text in parts[:-1]), Part(parts[-1], footer, controls)]
        if self._has_lost_receipt:
            await self._find()
            self._may_be_open = bool(self._ts)
        if not self._ts:
            self._ts = await self._post(first)
            await self._bookmark.keep(ANSWER, self._ts)
        elif self._way is not Way.STREAM or not await self._stop(first):
            await self._edit(first)
        for ts, part in zip_longest(self._others, others):
            if ts and part:
                await self._out.posts.update(self._place, ts, part, self._mark, self._bookmark.check)
            elif part:
                await self._post(part)
            else:
                await self._out.posts.delete(self._place, ts, self._bookmark.check)
        if rest:
            await self._out.files.upload(self._place, [Upload(REST, rest.encode())], self._bookmark)
        self._is_ended = True
        self._way = Way.WHOLE
        await self._clear()
        return self._ts

    async def _stop(self, part: Part | None = None) -> bool:
        """End the stream, with the rest of its text if `part` is given; tell whether Slack still knew the stream."""
        more: dict[str, Any] = {"metadata": self._mark}
        piece: list[dict[str, Any]] = []
        if part:
            piece = self._thought.chunks(is_over=True)
            piece += chunks(blocks(part.text, self._shown, len(part.text), raw=True))
            more |= {"blocks": below} if (below := part.below()) else {}
        try:
            await self._out.streams.stop(self._place, self._ts, piece, self._bookmark.check, **more)
        except ChatError as error:
            if error.is_transient:
                raise
            log.info("the stream had ended: %s", error)
            self._may_be_open = False
            return False
        self._may_be_open = self._has_status = False
        return True

    async def _edit(self, part: Part) -> None:
        """Let the answer's message say all of `part`; where it can't be edited, a new one says what it lacks."""
        if self._may_be_open:
            await self._stop()  # a stream that a former try or a failed piece left: an edit would be refused
        try:
            await self._update(part)
        except GoneError:
            log.info("the answer's message was deleted while it was written")
        except ChatError as error:
            if error.is_transient or not self._shown:
                raise
            log.warning("the answer goes on in a new message: %s", error)
            if (missing := part.text[self._shown :]).strip():
                await self._post(Part(missing, part.footer, part.controls))

    async def _update(self, part: Part) -> None:
        try:
            await self._out.posts.update(self._place, self._ts, part, self._mark, self._bookmark.check)
        except ChatError as error:
            if error.code != CONFLICT:
                raise
            await self._stop()  # Slack had said that this stream is over, and it is not
            await self._out.posts.update(self._place, self._ts, part, self._mark, self._bookmark.check)

    async def _post(self, part: Part) -> str:
        return await self._out.posts.post(self._place, part, self._mark, self._bookmark.check)

    async def _find(self) -> None:
        """Look in the thread for what former tries of this turn left, or for the other messages of what is replaced."""
        us = (await self._out.identity()).bot_user_id or ""
        before = self._to if not self._instead else ""
        ours = await left_behind.find(self._out.client, self._place, us, after=before)
        own = self._bookmark.reference
        if self._instead:
            turns = {own, *(turn for ts, turn in ours if ts == self._instead and turn)}
        else:
            turns = {own} if self._ts else {own, ""}
        self._others = [ts for ts, turn in ours if ts != self._ts and turn in turns]
        if not self._ts and self._others:
            self._ts = self._others.pop(0)

    async def _clear(self) -> None:
        if self._ts and self._way is Way.STREAM:
            await self._stop()
        if self._has_status:
            self._bookmark.check()
            await self._out.sessions.end(self._place)
            self._has_status = False

    @property
    def _mark(self) -> dict[str, Any]:
        return mark(self._bookmark.reference)
