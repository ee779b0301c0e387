"""An answer in a thread: streamed, edited or posted whole, whatever Slack allows, and never lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

from bot.core.actions import STOP
from bot.core.domain.control_value import Person
from bot.errors import ChatBusyError, ChatError, GoneError
from bot.slack.outbound.answer_messages import AnswerMessages
from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.buffer import Buffer
from bot.slack.outbound.first_message import FirstMessage, State
from bot.slack.outbound.message import Part
from bot.slack.outbound.split import STREAM_LIMIT, closing, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bot.core.domain.interaction import Control
    from bot.core.domain.tool import Step
    from bot.slack.outbound.answer_context import AnswerContext

log = logging.getLogger(__name__)

EDIT_EVERY = 3.0  # seconds; Slack wants edits of a message no closer
WORD = 0.5  # seconds that a word which has begun waits for its end
CLEARING = 5.0  # seconds that clearing a status may take when a turn failed


class Mode(Enum):
    """How an answer becomes visible while it is written.

        STREAM ──── takes no more text ───▶ EDITS ──── takes no edit ───▶ WHOLE
           │                                                               ▲
           └───────── no room for a stream, or a person stopped it ────────┘

        STREAM, EDITS, WHOLE ──── progress ────▶ PROGRESS ◀──── step ──── WHOLE
        any of them ──── finish, replace, withdraw ────▶ ENDED

    An answer begins in STREAM; in EDITS where it replaces another one; in WHOLE where an earlier try left a message.
    What Slack has of its first message meanwhile is the `State` of that (`first_message.py`).
    """

    STREAM = auto()  # the message grows; the first words begin it
    EDITS = auto()  # the message is edited, after the first words were posted
    WHOLE = auto()  # nothing is shown before the end
    PROGRESS = auto()  # the message says how far the work has come
    ENDED = auto()


class StreamedAnswer:
    """An answer in a thread, visible to all."""

    def __init__(self, context: AnswerContext) -> None:
        self._context = context
        self._buffer = Buffer()
        self._first = FirstMessage(context)
        self._messages = AnswerMessages(context, self._first, self._buffer)
        self._mode = Mode.STREAM
        self._progress: Part | None = None  # the latest line of progress
        self._shown: Part | None = None  # what the message says for now, in EDITS and PROGRESS
        self._news = asyncio.Event()  # set when there is something to show
        self._writing = asyncio.Lock()  # one task at a time writes to Slack

    async def __aenter__(self) -> Self:
        context = self._context
        if context.checkpoint.turn.was_begun:
            context.out.sessions.note(context.place)  # for all we know: an earlier try may have set the status
        if context.checkpoint.turn.was_begun or context.instead:
            await self._messages.find()
        if self._first.ts:
            self._mode = Mode.EDITS if context.instead else Mode.WHOLE
        context.checkpoint.turn.check()
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
        if self._mode is not Mode.ENDED and kind is not None and not issubclass(kind, asyncio.CancelledError):
            with contextlib.suppress(ChatError, TimeoutError):
                async with asyncio.timeout(CLEARING):
                    await (self.withdraw() if issubclass(kind, GoneError) else self._clear())
        if self._first.ts:
            self._context.out.streams.forget(self._context.place, self._first.ts)

    def write(self, text: str) -> None:
        """Add text; it is shown as soon as the rate limit allows, or with the end."""
        self._buffer.write(text)
        self._news.set()

    def think(self, text: str) -> None:
        """Add thinking, which is shown apart from the answer."""
        self._buffer.tasks.think(text)
        self._news.set()

    def step(self, step: Step) -> None:
        """Add a step, shown as a task of the stream, or as a line until there is text."""
        self._buffer.step(step)
        self._news.set()

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show how far the work has come; from then on the answer comes whole."""
        self._progress = Part(f"_{text}_", controls=controls or self._stop_button())
        self._news.set()

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._writing:
            self._buffer.take(whole=True)
            return await self._end(self._buffer.text, harmless(ending), footer, controls)

    async def replace(
        self,
        text: str,
        *,
        footer: str = "",
        controls: Sequence[Control] = (),
        for_now: bool = False,  # noqa: ARG002 (whatever is shown here can be replaced later)
    ) -> str:
        """Show `text` instead of all that was written; return its first message's `ts`. Raises `ChatError`."""
        self._check_wanted()
        async with self._writing:
            await self._messages.end_stream()
            self._buffer.shown = 0
            return await self._end(harmless(text), "", footer, controls)

    async def withdraw(self) -> None:
        """Take back all that was shown; what it was to replace stays. Raises `ChatError`."""
        async with self._writing:
            await self._messages.withdraw()
            self._mode = Mode.ENDED
            await self._clear()

    def _check_wanted(self) -> None:
        if self._context.checkpoint.turn.is_discarded:
            raise GoneError("question_deleted")

    async def _end(self, text: str, ending: str, footer: str, controls: Sequence[Control]) -> str:
        ts = await self._messages.show(text, ending, footer, controls)
        self._mode = Mode.ENDED
        await self._clear()
        return ts

    async def _clear(self) -> None:
        context = self._context
        await self._messages.end_stream()
        if context.out.sessions.may_show(context.place):
            await context.out.sessions.end(context.place, context.checkpoint.turn.check)

    # While it is written

    async def _show_as_it_comes(self) -> None:
        """Show what is new, again and again, until this is cancelled."""
        context = self._context
        async with self._writing:
            if self._mode is not Mode.ENDED:
                await context.out.sessions.begin(context.place, context.checkpoint.turn.check, context.title)
        while True:
            is_idle = await self._is_idle()
            async with self._writing:
                pause = await self._show_news(is_idle=is_idle)
            await asyncio.sleep(pause)

    async def _is_idle(self) -> bool:
        """Wait for something new, or return True when a word that has begun does not go on."""
        has_begun_word = self._mode is Mode.STREAM and self._buffer.has_more()
        try:
            async with asyncio.timeout(WORD if has_begun_word else None):
                await self._news.wait()
        except TimeoutError:
            return True
        self._news.clear()
        return False

    async def _show_news(self, *, is_idle: bool) -> float:
        """Show what is new; return how many seconds to wait before the next time."""
        self._buffer.take()
        has_line = self._progress or (self._mode is Mode.WHOLE and self._buffer.tasks.line())
        if has_line and self._mode is not Mode.ENDED:
            self._mode = Mode.PROGRESS
        try:
            if self._mode is Mode.STREAM:
                return await self._stream(is_idle=is_idle)
            if self._mode in {Mode.EDITS, Mode.PROGRESS}:
                return await self._edit()
        except GoneError:
            raise
        except ChatError as error:
            return self._refused(error)
        return 0

    async def _stream(self, *, is_idle: bool) -> float:
        """Begin the stream, or add to it."""
        pieces, shown = self._buffer.next(to_the_end=is_idle)
        if not pieces:
            return 0
        place, streams = self._context.place, self._context.out.streams
        self._context.checkpoint.turn.check()
        if self._first.state is State.STREAMING:
            is_shown = await self._first.append(pieces)
        elif is_shown := await streams.admit(place):
            await self._first.start(pieces)
        else:
            self._fall_back()
        if is_shown:
            self._buffer.sent(pieces, shown)
        else:
            self._news.set()
        return 0 if self._mode is not Mode.STREAM else streams.pause(place)

    async def _edit(self) -> float:
        """Let the message say the line of progress, or else how far the answer has come."""
        part = self._progress or self._so_far()
        if not part.text.strip() or part == self._shown:
            return 0
        self._shown = part  # what Slack refuses for good is not sent again
        if not await self._messages.show_for_now(part):
            self._again()
        return EDIT_EVERY

    def _so_far(self) -> Part:
        """Return the beginning of the text, and the steps: without text all, else those that run.

        An answer that is replaced stays until there is text.
        """
        text = self._buffer.text if self._mode is Mode.EDITS else ""
        if self._context.instead and not text.strip():
            return Part("")
        line = self._buffer.tasks.line(only_running=bool(text.strip()))
        if text.strip():
            text = split(text + closing(text), STREAM_LIMIT, most=1)[0]
        return Part("\n\n".join(filter(None, (text, line))), controls=self._stop_button())

    def _again(self) -> None:
        """Show the latest again, as it was not shown."""
        self._shown = None
        self._news.set()

    def _stop_button(self) -> Sequence[Control]:
        return (STOP.button(Person(person=self._context.asker.person)),)

    def _refused(self, error: ChatError) -> float:
        """Choose how to go on where Slack refused something; return how many seconds to wait before that."""
        wait = error.retry_after if isinstance(error, ChatBusyError) else 0.0
        if error.may_pass:
            self._again()
        if self._mode is Mode.PROGRESS:
            return max(wait, EDIT_EVERY)
        self._news.set()
        if isinstance(error, ChatBusyError) and self._first.ts:
            return wait
        log.info("the answer goes on without a stream: %s", error)
        self._fall_back(is_stopped=error.code == "stopped_by_user")
        return 0

    def _fall_back(self, *, is_stopped: bool = False) -> None:
        """Go on by edits, where there is a message to edit or will be, or else wait for the end."""
        can_edit = self._first.ts or not self._context.out.streams.are_known(self._context.place)
        is_edited = self._mode is Mode.STREAM and can_edit and not is_stopped
        self._mode = Mode.EDITS if is_edited else Mode.WHOLE
