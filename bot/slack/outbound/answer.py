"""An answer in a thread: streamed, edited or posted whole, whatever Slack allows, and never lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

from bot.core.domain.interaction import STOP, Button
from bot.core.domain.message import Upload
from bot.errors import ChatBusyError, ChatError, GoneError
from bot.slack.client.text import harmless
from bot.slack.outbound.answer_messages import AnswerMessages, State
from bot.slack.outbound.buffer import Buffer
from bot.slack.outbound.message import Part
from bot.slack.outbound.posts import BAD_BLOCKS, TOO_LONG
from bot.slack.outbound.split import LIMITS, REST, closing, parts, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bot.core.domain.interaction import Control
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Checkpoint
    from bot.slack.outbound.answer_messages import Outlet

log = logging.getLogger(__name__)

EDIT_EVERY = 3.0  # seconds; Slack wants edits of a message no closer
WORD = 0.5  # seconds that a word which has begun waits for its end
CLEARING = 5.0  # seconds that clearing a status may take when a turn failed
IN_FILE = "This is too long for a message here, so all of it is in the file {name}."


class Way(Enum):
    """How an answer becomes visible: by a stream, by edits of its message, or whole at its end."""

    STREAM = auto()
    EDITS = auto()
    WHOLE = auto()


class StreamedAnswer:
    """An answer in a thread, visible to all. One task writes to Slack at a time, under `_turn`.

    `to`: the message that it answers. `instead`: the message whose text it replaces. `title`: what the thread is about.
    """

    def __init__(
        self,
        outlet: Outlet,
        place: Place,
        asker: Requester,
        checkpoint: Checkpoint,
        *,
        to: str,
        instead: str,
        title: str,
    ) -> None:
        self._out = outlet
        self._place = place
        self._asker = asker
        self._checkpoint = checkpoint
        self._is_instead = bool(instead)
        self._title = title
        self._buffer = Buffer()
        self._messages = AnswerMessages(outlet, place, asker, checkpoint, self._buffer, to=to, instead=instead)
        self._progress = ""
        self._under_progress: Sequence[Control] = ()
        self._way = Way.STREAM
        # For all we know: a former try may have left one, or the one that is given up with this.
        self._has_status = checkpoint.was_begun or outlet.sessions.may_show(place)
        self._is_ended = False
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        if self._checkpoint.was_begun or self._is_instead:
            await self._messages.find()
        if self._messages.ts:
            self._way = Way.EDITS if self._is_instead else Way.WHOLE
        self._checkpoint.check()
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
        if self._messages.ts:
            self._out.streams.forget(self._place, self._messages.ts)

    def write(self, text: str) -> None:
        """Add text; it is shown as soon as the budget allows, or with the end."""
        self._buffer.write(text)

    def think(self, text: str) -> None:
        """Add thinking, which is shown apart from the answer."""
        self._buffer.think(text)

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show how far the work has come; from then on the answer comes whole."""
        self._progress, self._under_progress = text, controls
        self._buffer.news.set()

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._turn:
            self._buffer.take(whole=True)
            return await self._end(self._buffer.text, harmless(ending), footer, controls)

    async def replace(self, text: str, *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show `text` instead of all that was written; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._turn:
            await self._messages.end_stream()
            self._buffer.shown = 0
            return await self._end(harmless(text), "", footer, controls)

    async def hold(self, text: str) -> None:
        """Show `text` until another try of the turn edits it. Raises `ChatError`."""
        await self.replace(text)

    async def withdraw(self) -> None:
        """Take back all that was shown; what it was to replace stays. Raises `ChatError`."""
        async with self._turn:
            await self._messages.withdraw()
            self._is_ended = True
            await self._clear()

    def _check_wanted(self) -> None:
        if self._checkpoint.is_unwanted:
            raise GoneError("question_deleted")

    # While it is written

    async def _show_as_it_comes(self) -> None:
        async with self._turn:
            if not self._is_ended:
                before, self._has_status = self._has_status, True  # for all we know, until Slack has answered
                begun = await self._out.sessions.begin(self._place, self._checkpoint.check, self._title)
                self._has_status = before or begun
        # Until it is cancelled: an answer that goes on in a former turn's message may yet show how far it has come.
        news = self._buffer.news
        while True:
            try:
                async with asyncio.timeout(WORD if self._has_begun_word() else None):
                    await news.wait()
                is_calm = False
            except TimeoutError:
                is_calm = True
            news.clear()
            async with self._turn:
                self._buffer.take()
                is_idle = self._is_ended or (self._way is Way.WHOLE and not self._progress)
                pause = 0.0 if is_idle else await self._advance(is_calm=is_calm)
            await asyncio.sleep(pause)

    def _has_begun_word(self) -> bool:
        return not self._is_ended and self._way is Way.STREAM and self._buffer.has_more()

    async def _advance(self, *, is_calm: bool) -> float:
        """Show what is new; return how many seconds to wait before the next piece."""
        if self._progress and self._way is Way.STREAM:
            self._way = Way.EDITS
        try:
            return await (self._grow(is_calm=is_calm) if self._way is Way.STREAM else self._rewrite())
        except ChatBusyError as error:
            if self._messages.ts:
                self._buffer.news.set()
                return error.retry_after
            self._way = Way.WHOLE
        except GoneError:
            raise
        except ChatError as error:
            log.info("the answer goes on without a stream: %s", error)
            self._buffer.news.set()
            self._give_up_stream(error)
        return 0

    def _give_up_stream(self, error: ChatError) -> None:
        """Go on by edits, where there is a message to edit or will be."""
        stays = self._messages.ts or not self._out.streams.are_known(self._place)
        self._way = Way.EDITS if stays and self._way is Way.STREAM and error.code != "stopped_by_user" else Way.WHOLE

    async def _grow(self, *, is_calm: bool) -> float:
        """Stream what is new."""
        pieces, shown = self._buffer.next(to_the_end=is_calm)
        if not pieces:
            return 0
        self._checkpoint.check()
        if not self._messages.ts:
            if not await self._out.streams.admit(self._place):
                self._way = Way.WHOLE if self._out.streams.are_known(self._place) else Way.EDITS
                self._buffer.news.set()
                return 0
            await self._messages.start(pieces)
            self._has_status = True  # Slack sets it with the stream, and clears it with the stream's end
        elif not await self._messages.grow(pieces):
            self._buffer.news.set()
            return self._out.streams.pause(self._place)
        self._buffer.shown = shown
        return self._out.streams.pause(self._place)

    async def _rewrite(self) -> float:
        """Show the line of progress, or the beginning of the text, by an edit of the answer's message."""
        text = self._buffer.text
        text = f"_{self._progress}_" if self._progress else split(text + closing(text), most=1)[0]
        if not text.strip():
            return 0
        controls = self._under_progress or (Button(STOP, "Stop", value=self._asker.person),)
        await self._messages.show_for_now(Part(text, controls=controls))
        return EDIT_EVERY

    # When it is whole

    async def _end(self, text: str, ending: str, footer: str, controls: Sequence[Control]) -> str:
        """Show a text in as many messages as it takes, and what is left in a file.

        The footer and the controls stand below the last message. What is too long for Slack after all is shown in
        shorter ones, at last as a file alone.
        """
        for limit in LIMITS:
            shown = self._buffer.shown if limit == LIMITS[0] else 0
            # Not on the event loop: an answer may be long, and its tables take a while.
            found, rest = await asyncio.to_thread(parts, text, ending, shown, limit)
            try:
                return await self._lay(found, rest, footer, controls)
            except ChatError as error:
                if error.code not in TOO_LONG | BAD_BLOCKS:
                    raise
                log.warning("shorter messages: %s", error)
        return await self._give_file(text + ending, footer, controls)

    async def _give_file(self, text: str, footer: str, controls: Sequence[Control]) -> str:
        """Show a text as a file, below a sentence that says so; alone, where Slack takes no sentence either."""
        await self._out.files.upload(self._place, [Upload(REST, text.encode())], self._checkpoint)
        try:
            return await self._lay([IN_FILE.format(name=REST)], "", footer, controls)
        except ChatError as error:
            if error.code not in TOO_LONG | BAD_BLOCKS:
                raise
            log.warning("sent a file without text beside it: %s", error)
        await self._messages.withdraw()
        await self._ended()
        return ""

    async def _lay(self, found: list[str], rest: str, footer: str, controls: Sequence[Control]) -> str:
        laid = [*map(Part, found[:-1]), Part(found[-1], footer, controls)]
        ts = await self._messages.show(laid)
        if rest:
            await self._out.files.upload(self._place, [Upload(REST, rest.encode())], self._checkpoint)
        await self._ended()
        return ts

    async def _ended(self) -> None:
        self._is_ended = True
        self._way = Way.WHOLE
        await self._clear()

    async def _clear(self) -> None:
        if self._messages.state is State.STREAMING:
            await self._messages.end_stream()
        if self._has_status and not self._messages.took_status_off:
            await self._out.sessions.end(self._place, self._checkpoint.check)
        self._has_status = False
