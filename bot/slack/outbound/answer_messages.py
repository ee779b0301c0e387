"""The messages that an answer is made of, and what is too long for them as a file."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.core.domain.message import Upload
from bot.errors import ChatError, GoneError
from bot.language import N_, _
from bot.slack.outbound import recovery
from bot.slack.outbound.boundary import word_end
from bot.slack.outbound.first_message import State
from bot.slack.outbound.message import Part
from bot.slack.outbound.posts import BAD_BLOCKS, TOO_LONG
from bot.slack.outbound.split import MESSAGE_LIMIT, REST, limits, parts, reopened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.interaction import Control
    from bot.slack.outbound.answer_context import AnswerContext
    from bot.slack.outbound.buffer import Buffer
    from bot.slack.outbound.first_message import FirstMessage

log = logging.getLogger(__name__)

QUICK = 4_000  # characters that are split in less than a millisecond
IN_FILE = N_("This is too long for a message here, so all of it is in the file {name}.")


class AnswerMessages:
    """The messages of one answer. What earlier tries left is edited, and no second message posted."""

    def __init__(self, context: AnswerContext, first: FirstMessage, buffer: Buffer) -> None:
        self._context = context
        self._first = first
        self._buffer = buffer
        self._others: list[str] = []  # the messages after the first one, of this try or of an earlier one

    async def find(self) -> None:
        """Look in the thread for what earlier tries left, or for the other messages of what is replaced."""
        first, (discarded, _) = self._first, self._first.discarded()
        self._others = await recovery.find_answer(self._context, first=first.ts, discarded=discarded)
        if not first.ts:
            first.adopt(self._others.pop(0) if self._others else "")

    async def show_for_now(self, part: Part) -> bool:
        """Show something that another text will replace, if the rate limit has room; return whether it had.

        Raises `ChatError`.
        """
        await self._find_lost()
        await self.end_stream()
        if not self._first.ts:
            await self._first.post(part)
        elif await self._context.out.posts.take_update(self._context.place):
            await self._first.edit(part, is_paid=True)
        else:
            return False
        return True

    async def show(self, text: str, ending: str, footer: str, controls: Sequence[Control]) -> str:
        """Show a text in as many messages as it takes, and what is left in a file; return the first message's `ts`.

        The footer and the controls are below the last message. What is too long for Slack after all is shown in
        shorter ones, at last as a file alone; then the `ts` is "". Raises `ChatError`.
        """
        for limit in limits():
            shown = self._buffer.shown if limit == MESSAGE_LIMIT else 0
            split_up = partial(parts, text, ending, shown, limit)
            is_quick = len(text) <= QUICK and "|" not in text  # a table takes a while: not on the event loop
            texts, rest = split_up() if is_quick else await asyncio.to_thread(split_up)
            try:
                await self._lay([*map(Part, texts[:-1]), Part(texts[-1], footer, controls)])
            except ChatError as error:
                if error.code not in TOO_LONG | BAD_BLOCKS:
                    raise
                log.warning("shorter messages: %s", error)
                continue
            if rest:
                await self._upload(rest)
            return self._first.ts
        return await self._show_file(text + ending, footer, controls)

    async def end_stream(self) -> None:
        """End the stream as it is, if there is one. Raises a `ChatError` that may pass."""
        if self._first.state is State.STREAMING:
            await self._first.stop(self._buffer.ends())

    async def withdraw(self) -> None:
        """Remove all that was shown; what it was to replace stays. Raises `ChatError`."""
        await self._find_lost()
        if self._first.state in {State.STREAMING, State.UNSURE}:
            await self._first.stop()
        if not self._context.instead:
            for ts in filter(None, (self._first.ts, *self._others)):
                await self._delete(ts)

    async def _show_file(self, text: str, footer: str, controls: Sequence[Control]) -> str:
        """Show a text as a file, below a sentence that says so; alone, where Slack takes no sentence either."""
        await self._upload(text)
        try:
            await self._lay([Part(_(IN_FILE, name=REST), footer, controls)])
        except ChatError as error:
            if error.code not in TOO_LONG | BAD_BLOCKS:
                raise
            log.warning("sent a file without text beside it: %s", error)
            await self.withdraw()
            return ""
        return self._first.ts

    async def _lay(self, laid: Sequence[Part]) -> None:
        """Let the messages say these parts, one each. Raises `ChatError`; then the parts may be laid again, shorter."""
        context = self._context
        await self._find_lost()
        await self._lay_first(laid[0])
        shown: list[str] = []
        for ts, part in zip_longest(list(self._others), laid[1:]):
            if ts and part:
                await context.out.posts.update(context.place, ts, part, context.mark, context.checkpoint.turn.check)
                shown.append(ts)
            elif part:
                shown.append(
                    await context.out.posts.post(context.place, part, context.mark, context.checkpoint.turn.check)
                )
            else:
                await self._delete(ts)
            self._others = [*shown, *self._others[len(shown) :]]
        self._others = shown

    async def _lay_first(self, part: Part) -> None:
        first = self._first
        if first.state is State.STREAMING and await first.stop(self._buffer.rest(part)):
            return
        if first.ts and await self._edit_first(part):
            return
        part = await self._beside_discarded(part)
        if self._others:  # an earlier try came as far as this
            first.adopt(self._others.pop(0))
            await first.edit(part)
        elif part.text.strip() or part.controls or part.footer:
            await first.post(part)

    async def _edit_first(self, part: Part) -> bool:
        """Edit the first message; return False where it can't be edited anymore and was given up."""
        try:
            await self._first.edit(part)
        except GoneError:
            log.info("the answer's message was deleted while it was written")
        except ChatError as error:
            if error.may_pass or error.code in TOO_LONG:
                raise
            log.warning("the answer gets a new message: %s", error)
            await self._first.discard(self._buffer.shown)
            return False
        return True

    async def _beside_discarded(self, part: Part) -> Part:
        """Delete a message that was given up; return the part, or what that message lacks where it can't be deleted."""
        discarded, shown = self._first.discarded()
        if not discarded:
            return part
        try:
            await self._delete(discarded)
        except ChatError as error:
            if error.may_pass:
                raise
            log.warning("a message that can't be changed can't be deleted either: %s", error)
            return replace(part, text=reopened(part.text, word_end(part.text, 0, shown)))
        return part

    async def _find_lost(self) -> None:
        if self._first.state is State.LOST:
            await self.find()

    async def _upload(self, text: str) -> None:
        context = self._context
        await context.out.files.upload(context.place, [Upload(REST, text.encode())], context.checkpoint)

    async def _delete(self, ts: str) -> None:
        await self._context.out.posts.delete(self._context.place, ts, self._context.checkpoint.turn.check)
