"""The first message of an answer: streamed, posted or edited, as Slack allows."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from bot.errors import ChatError
from bot.slack.outbound.stream import CONFLICT, OVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.slack.outbound.answer_context import AnswerContext
    from bot.slack.outbound.message import Part

log = logging.getLogger(__name__)

ANSWER = "answer"  # the checkpoint of the message's ts
DISCARDED = "discarded"  # the checkpoint of one that was given up: its ts, and how much of the text it shows


class State(Enum):
    """What Slack has of the message.

         ┌─────────────────────── post ───────────────────────┐
         │                                                    ▼
        NONE ───── start ─────▶ STREAMING ─── stop, over ──▶ POSTED ◀─┐
         │ ▲                        │                         ▲  ▲ └──┘ edit
         │ │ not there              │ refused                 │  │
         ▼ │                        ▼                         │  │
        LOST ───── found ──────▶ UNSURE ───── stop, edit ─────┘  │ edit
                                    │                            │
                                    └──── refuses to stop ──▶ STUCK

    `discard` leads from each of them to NONE. A message of an earlier try begins in UNSURE, one that is replaced in
    POSTED. An edit that Slack refuses because the message is still being streamed is tried again after a stop.
    """

    NONE = auto()  # no message
    LOST = auto()  # sent, but Slack's answer did not arrive: it has to be looked for
    STREAMING = auto()
    UNSURE = auto()  # there is a message, which may still be streaming
    STUCK = auto()  # … and can't be stopped
    POSTED = auto()  # not streaming: it can be edited


class FirstMessage:
    """The message that an answer begins with. Its methods alone change its state, and raise `ChatError`."""

    def __init__(self, context: AnswerContext) -> None:
        self._context = context
        kept = context.checkpoint.get(ANSWER)
        self.ts = kept or ("" if self.discarded()[0] else context.instead)  # "" in NONE and LOST
        self.state = State.UNSURE if kept else State.POSTED if self.ts else State.NONE

    async def start(self, pieces: Sequence[dict[str, Any]]) -> None:
        """Begin a stream, which was admitted."""
        with self._receipt():
            ts = await self._context.out.streams.start(self._context.place, self._context.asker, pieces)
        self.ts, self.state = ts, State.STREAMING
        self._context.out.sessions.note(self._context.place)
        await self._context.checkpoint.keep(ANSWER, ts)

    async def append(self, pieces: Sequence[dict[str, Any]]) -> bool:
        """Add to the stream, if the rate limit has room; return whether it had."""
        try:
            return await self._context.out.streams.append(self._context.place, self.ts, pieces)
        except ChatError as error:
            self.state = State.POSTED if error.code in OVER else State.UNSURE
            raise

    async def stop(self, pieces: Sequence[dict[str, Any]] = ()) -> bool:
        """End the stream with its last pieces; return whether Slack took them. Raises only what may pass."""
        context = self._context
        try:
            check = context.checkpoint.turn.check
            await context.out.streams.stop(context.place, self.ts, pieces, check, metadata=context.mark)
        except ChatError as error:
            self.state = State.POSTED if error.code in OVER else State.UNSURE
            if error.may_pass:
                raise
            log.info("could not end the stream: %s", error)
            if self.state is State.UNSURE and pieces:
                await self.stop()  # the pieces may be what was refused
            elif self.state is State.UNSURE:
                self.state = State.STUCK
            return False
        self.state = State.POSTED
        context.out.sessions.ended(context.place)
        return True

    async def post(self, part: Part) -> None:
        """Post the message."""
        context = self._context
        with self._receipt():
            ts = await context.out.posts.post(context.place, part, context.mark, context.checkpoint.turn.check)
        self.ts, self.state = ts, State.POSTED
        await context.checkpoint.keep(ANSWER, ts)

    async def edit(self, part: Part, *, is_paid: bool = False) -> None:
        """Replace what the message says. `is_paid`: the rate limit has counted the call already."""
        try:
            await self._update(part, is_paid=is_paid)
        except ChatError as error:
            if error.code != CONFLICT or self.state is State.STUCK:
                raise
            await self.stop()  # a stream that an earlier try or a failed piece left
            await self._update(part)
        self.state = State.POSTED

    def adopt(self, ts: str) -> None:
        """Go on in a message that an earlier try left; "" where none was found."""
        self.ts, self.state = ts, State.UNSURE if ts else State.NONE

    async def discard(self, shown: int) -> None:
        """Give up the message, which shows so many characters of the text and can't be changed anymore."""
        await self._context.checkpoint.keep(DISCARDED, f"{self.ts} {shown}")
        await self._context.checkpoint.keep(ANSWER, "")
        self._context.out.streams.forget(self._context.place, self.ts)
        self.ts, self.state = "", State.NONE

    def discarded(self) -> tuple[str, int]:
        """Return the message that was given up, "" for none, and how many characters of the text it shows."""
        ts, _, shown = (self._context.checkpoint.get(DISCARDED) or "").partition(" ")
        return ts, int(shown or 0)

    async def _update(self, part: Part, *, is_paid: bool = False) -> None:
        context = self._context
        check = context.checkpoint.turn.check
        await context.out.posts.update(context.place, self.ts, part, context.mark, check, is_paid=is_paid)

    @contextmanager
    def _receipt(self) -> Iterator[None]:
        """Take in that a message may be there although Slack's answer to the call did not arrive."""
        try:
            yield
        except ChatError as error:
            if error.may_pass:
                self.state = State.LOST
            raise
