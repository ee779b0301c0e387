"""The messages that an answer is made of: streamed, posted, edited, and replaced if Slack allows nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError, GoneError
from bot.slack.client.identity import Identity
from bot.slack.outbound import recovery
from bot.slack.outbound.boundary import word_end
from bot.slack.outbound.message import mark
from bot.slack.outbound.posts import TOO_LONG, Posts
from bot.slack.outbound.split import reopened
from bot.slack.outbound.status import Sessions
from bot.slack.outbound.stream import CONFLICT, OVER, Streams
from bot.slack.outbound.upload import Files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Checkpoint
    from bot.slack.outbound.buffer import Buffer
    from bot.slack.outbound.message import Part

log = logging.getLogger(__name__)

ANSWER = "answer"  # the checkpoint of the answer's first message
DISCARDED = "discarded"  # the checkpoint of one that another takes the place of: its ts, and how much it shows


@dataclass(frozen=True, slots=True)
class Outlet:
    """What an answer goes out by, the same for all answers."""

    client: AsyncWebClient
    identity: Identity
    sessions: Sessions
    streams: Streams
    posts: Posts
    files: Files


class State(Enum):
    """What an answer's first message is in.

        NONE ── start ──▶ STREAMING ──── stop ───▶ POSTED ─┐ edit
          │                   │                    ▲   ▲   │
          │                   └─ refused ▶ UNSURE ─┘   └───┘
          └────────────────── post ────────────────┘

    UNSURE: no one knows whether Slack still streams it. An edit tells, and is refused where it does. A message that
    takes neither a stop nor an edit is deleted and posted again; where that is refused, too, a new one says what it
    lacks.
    """

    NONE = auto()
    STREAMING = auto()
    UNSURE = auto()
    POSTED = auto()


class AnswerMessages:
    """The messages of one answer; `ts` is the first one's, "" while there is none.

    What former tries left is edited, and no second message posted: the one in the checkpoint and those with this turn's
    mark; or, where a try died before it could keep the checkpoint, a stream that no one ended, which bears no mark.
    `instead`: the message whose text the answer replaces.
    """

    def __init__(
        self,
        outlet: Outlet,
        place: Place,
        asker: Requester,
        checkpoint: Checkpoint,
        buffer: Buffer,
        *,
        to: str,
        instead: str,
    ) -> None:
        self._out, self._place, self._asker, self._checkpoint, self._buffer = outlet, place, asker, checkpoint, buffer
        self._to, self._instead = to, instead
        kept = checkpoint.get(ANSWER)
        self.ts = kept or ("" if checkpoint.get(DISCARDED) else instead)
        self.state = (State.UNSURE if kept else State.POSTED) if self.ts else State.NONE
        self._others: list[str] = []
        self._has_lost_receipt = False
        self._takes_no_stop = False
        self.took_status_off = False  # as Slack does with the end of a stream

    # While it is written

    async def start(self, pieces: list[dict[str, Any]]) -> None:
        """Begin a stream that was admitted. Raises `ChatError`."""
        try:
            self.ts = await self._out.streams.start(self._place, self._asker, pieces)
        except ChatError as error:
            self._has_lost_receipt = error.may_pass
            raise
        self.state, self.took_status_off = State.STREAMING, False
        self._out.sessions.note(self._place)
        await self._checkpoint.keep(ANSWER, self.ts)

    async def grow(self, pieces: list[dict[str, Any]]) -> bool:
        """Add to the stream, if the budget has room; return whether it had. Raises `ChatError`."""
        try:
            return await self._out.streams.append(self._place, self.ts, pieces)
        except ChatError as error:
            self.state = State.POSTED if error.code in OVER else State.UNSURE
            raise

    async def show_for_now(self, part: Part) -> None:
        """Show something that another text will take the place of, unless the budget is short. Raises `ChatError`."""
        if self.state is State.STREAMING:
            await self._stop([])
        if not self.ts:
            await self._post_first(part)
        elif await self._out.posts.take_update(self._place):
            await self._update(part, is_paid=True)

    # When it is whole

    async def show(self, parts: Sequence[Part]) -> str:
        """Let the messages say these parts, one each; return the first one's `ts`. Raises `ChatError`.

        A part that is too long for Slack after all is refused with one of `TOO_LONG`; it may be shown again, shorter.
        """
        if self._has_lost_receipt:
            await self.find()
            self._has_lost_receipt = False
        await self._show_first(parts[0])
        shown: list[str] = []
        for ts, part in zip_longest(list(self._others), parts[1:]):
            if ts and part:
                await self._say(ts, part)
                shown.append(ts)
            elif part:
                shown.append(await self._post(part))
            else:
                await self._out.posts.delete(self._place, ts, self._checkpoint.check)
            self._others = [*shown, *self._others[len(shown) :]]
        self._others = shown
        return self.ts

    async def end_stream(self) -> None:
        """End the stream as it is, if there is one. Raises a `ChatError` that may pass."""
        if self.state is State.STREAMING:
            await self._stop([])

    async def withdraw(self) -> None:
        """Remove all that was shown; what it was to replace stays. Raises `ChatError`."""
        if self.state in {State.STREAMING, State.UNSURE}:
            await self._stop([])
        for ts in () if self._instead else filter(None, (self.ts, *self._others)):
            await self._out.posts.delete(self._place, ts, self._checkpoint.check)

    async def find(self) -> None:
        """Look in the thread for what former tries left, or for the other messages of what is replaced."""
        us = (await self._out.identity()).bot_user_id or ""
        before = self._to if not self._instead else ""
        ours = await recovery.find(self._out.client, self._place, us, after=before)
        own, (discarded, _) = self._checkpoint.reference, self._discarded()
        if self._instead:
            turns = {own, *(turn for ts, turn in ours if ts == self._instead and turn)}
        else:
            turns = {own} if self.ts else {own, ""}
        self._others = [ts for ts, turn in ours if ts not in {self.ts, discarded} and turn in turns]
        if not self.ts and self._others:
            self.ts = self._others.pop(0)
            self.state = State.UNSURE

    # The first message

    async def _show_first(self, part: Part) -> None:
        if self.state is State.STREAMING and await self._stop(self._buffer.rest(part)):
            return
        if not self.ts:
            await self._instead_of_discarded(part)
            return
        try:
            await self._update(part)
        except GoneError:
            log.info("the answer's message was deleted while it was written")
        except ChatError as error:
            if error.may_pass or error.code in TOO_LONG:
                raise
            log.warning("the answer gets a new message: %s", error)
            await self._discard(part)

    async def _stop(self, pieces: list[dict[str, Any]]) -> bool:
        """End the stream with its last pieces; return whether Slack took them. Raises a `ChatError` that may pass."""
        try:
            await self._out.streams.stop(self._place, self.ts, pieces, self._checkpoint.check, metadata=self._mark)
        except ChatError as error:
            self.state = State.POSTED if error.code in OVER else State.UNSURE
            if error.may_pass:
                raise
            log.info("could not end the stream: %s", error)
            if error.code not in OVER and pieces:
                await self._stop([])  # it may be what was said with it
            elif error.code not in OVER:
                self._takes_no_stop = True
            return False
        self.state, self.took_status_off = State.POSTED, True
        self._out.sessions.ended(self._place)
        return True

    async def _update(self, part: Part, *, is_paid: bool = False) -> None:
        try:
            await self._say(self.ts, part, is_paid=is_paid)
        except ChatError as error:
            if error.code != CONFLICT or self._takes_no_stop:
                raise
            await self._stop([])  # a stream that a former try or a failed piece left
            await self._say(self.ts, part)
        self.state = State.POSTED

    async def _discard(self, part: Part) -> None:
        """Let a new message take the place of the first one, which can't be changed anymore."""
        await self._checkpoint.keep(DISCARDED, f"{self.ts} {self._buffer.shown}")
        await self._checkpoint.keep(ANSWER, "")
        self._out.streams.forget(self._place, self.ts)
        self.ts, self.state = "", State.NONE
        if self._others:  # of a former try, which came as far as this
            self.ts, self.state = self._others.pop(0), State.POSTED
        await self._instead_of_discarded(part)

    async def _instead_of_discarded(self, part: Part) -> None:
        discarded, shown = self._discarded()
        if discarded:
            try:
                await self._out.posts.delete(self._place, discarded, self._checkpoint.check)
            except ChatError as error:
                if error.may_pass:
                    raise
                log.warning("a message that can't be changed can't be deleted either: %s", error)
                part = replace(part, text=reopened(part.text, word_end(part.text, 0, shown)))
        if self.ts:
            await self._say(self.ts, part)
        elif part.text.strip() or part.controls or part.footer:
            await self._post_first(part)

    def _discarded(self) -> tuple[str, int]:
        ts, _, shown = (self._checkpoint.get(DISCARDED) or "").partition(" ")
        return ts, int(shown or 0)

    async def _post_first(self, part: Part) -> None:
        try:
            self.ts = await self._post(part)
        except ChatError as error:
            self._has_lost_receipt = error.may_pass
            raise
        self.state = State.POSTED
        await self._checkpoint.keep(ANSWER, self.ts)

    # Any message

    async def _post(self, part: Part) -> str:
        return await self._out.posts.post(self._place, part, self._mark, self._checkpoint.check)

    async def _say(self, ts: str, part: Part, *, is_paid: bool = False) -> None:
        check = self._checkpoint.check
        await self._out.posts.update(self._place, ts, part, self._mark, check, is_paid=is_paid)

    @property
    def _mark(self) -> dict[str, Any]:
        return mark(self._checkpoint.reference)
