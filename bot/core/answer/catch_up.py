"""Catch up on a thread: read what was said before the bot was called, page by page, as far as it fits.

Each page is stored as it comes. If reading breaks off, the answer says so, and reading continues when the bot is next
asked there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.answer.whom_to_answer import needs_reading
from bot.core.domain.message import Message, Role
from bot.core.domain.thread import PageRead
from bot.core.read_retries import Patience
from bot.core.tokens import estimate_tokens
from bot.core.why_not_read import why
from bot.errors import BotError, ChatError, RevokedError, SlowError, UnfinishedError
from bot.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.core.domain.message import HistoryMessage, IncomingMessage
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat, Checkpoint, ThreadStore

log = logging.getLogger(__name__)

READ = "read"  # the checkpoint of what an earlier attempt of the turn has read and stored
LASTS = 90.0  # seconds after which an answer is worth more than what there is still to read
MANY = 1_000  # messages; reading more takes so long that progress is shown
LONG = 5.0  # seconds of waiting, after which progress is shown
MOST_PEOPLE = 50  # whose names the model is given


async def catch_up(
    incoming: IncomingMessage,
    conversation: Conversation,
    progress: Callable[[str], None],
    *,
    checkpoint: Checkpoint,
    store: ThreadStore,
    chat: Chat,
) -> tuple[Conversation, str]:
    """Read what is missing before a message; return the conversation with it, and what to tell the person.

    Each page is stored at once, so that neither a retry nor another turn reads it again. What the platform does not
    deliver in time is left for the next reading. Raises `RevokedError`.
    """
    if (told := checkpoint.get(READ)) is not None:
        return conversation, told
    if not needs_reading(incoming, conversation, datetime.now(UTC)):
        return conversation, ""
    reading = Reading(incoming, conversation, progress, store=store, chat=chat)
    told = reading.told(await reading.read())
    conversation = await store.load(incoming.place)
    await checkpoint.keep(READ, told)
    return conversation, told


class Reading:
    """Reads what is missing of a thread before a message, and keeps the newest messages that fit.

    The bot has received every message since `_since` itself; everything before `_until` has been read.
    """

    def __init__(
        self,
        incoming: IncomingMessage,
        conversation: Conversation,
        progress: Callable[[str], None],
        *,
        store: ThreadStore,
        chat: Chat,
    ) -> None:
        self._heard, self._conversation, self._progress = incoming, conversation, progress
        self._store, self._chat = store, chat
        self._since = conversation.known_since if conversation.is_known else incoming.id
        self._begun_at = self._until = conversation.read_until if conversation.is_known else ""
        self._is_first = self._until < self._since
        self._was_begun = bool(conversation.unread_until)
        before = conversation.messages if self._is_first else ()
        self._kept = deque(message for message in before if message.id and message.id <= self._until)
        self._size = sum(estimate_tokens(message.text) for message in self._kept)
        self._people = dict(conversation.people)
        self._left_out: list[str] = []
        self._in_order = True
        self.new = self.read_so_far = self.left_out = 0

    async def read(self) -> BotError | None:
        """Read and store pages; return the error that broke it off, or None. Raises `RevokedError`."""
        patience = Patience(LASTS)
        while True:
            before = self.new
            try:
                await self._read_on(patience)
            except RevokedError:
                raise
            except (ChatError, TimeoutError) as error:
                if isinstance(error, UnfinishedError) and self.new > before:
                    continue  # what the platform's pages do not lead to may be found after the last message
                log.warning("reading a thread broke off: %s", str(error) or type(error).__name__)
                broken = error if isinstance(error, ChatError) else SlowError()
                if (pause := patience.pause(broken)) is None:
                    await self._keep((), is_over=False)
                    return broken
                if pause >= LONG:
                    self._show(waits=round(pause))
                await asyncio.sleep(pause)
            else:
                await self._keep((), is_over=True)
                return None

    async def _read_on(self, patience: Patience) -> None:
        pages = self._chat.history.thread(self._heard.place, self._until, self._heard.id)
        async for page in patience.each(pages):
            if page:
                await self._keep(page, is_over=False)
            if self.new >= MANY:
                self._show()

    async def _keep(self, page: Sequence[HistoryMessage], *, is_over: bool) -> None:
        """Store a page and how far the thread has been read; after the last page, drop what did not fit."""
        messages = tuple(self._messages(page))
        if page:
            self._in_order = self._in_order and page[0].id > self._until
            # Unordered pages don't tell how far the thread has been read: then it stays where it began.
            self._until = max(self._until, page[-1].id) if self._in_order else self._begun_at
        kept = await self._store.keep(
            PageRead(
                self._heard.place,
                messages,
                read_until=max(self._heard.id, self._conversation.read_until) if is_over else self._until,
                unread_until="" if is_over else self._heard.id,
                known_since=self._since,
                began_with_bot=self._heard.answers_bot,
                people=dict(list(self._people.items())[-MOST_PEOPLE:]),
                left_out=tuple(self._left_out),
            )
        )
        self._left_out.clear()
        self.read_so_far = kept.read
        for message in messages:
            if message.id in kept.new:
                self._add(message)

    def _messages(self, page: Sequence[HistoryMessage]) -> Iterator[Message]:
        for said in page:
            if said.is_own and said.id > self._since:
                continue
            if not said.is_own:
                self._people[self._chat.names.mention(said.author)] = said.name
            self._people |= said.names
            role, author = (Role.ASSISTANT, "") if said.is_own else (Role.USER, said.author)
            text = said.words if said.is_own else "\n".join(filter(None, [said.words, said.votes]))
            yield Message(role, author, text, said.id, said.files, is_bot=said.is_bot and not said.is_own)

    def _add(self, message: Message) -> None:
        """Add the next message, and drop the oldest ones when there is no more room."""
        self.new += 1
        self._kept.append(message)
        self._size += estimate_tokens(message.text)
        while self._size > self._conversation.settings.context and len(self._kept) > 1:
            oldest = self._kept.popleft()
            self._size -= estimate_tokens(oldest.text)
            self._left_out.append(oldest.id)
            self.left_out += 1

    def _show(self, waits: int = 0) -> None:
        """Show how many messages were read, and for how many seconds it has to wait."""
        self._progress(
            ngettext(
                "Reading this thread: {n:,} message so far; I can continue in {seconds:,} seconds …",
                "Reading this thread: {n:,} messages so far; I can continue in {seconds:,} seconds …",
                self.read_so_far,
                seconds=waits,
            )
            if waits
            else ngettext(
                "Reading this thread: {n:,} message so far …",
                "Reading this thread: {n:,} messages so far …",
                self.read_so_far,
            )
        )

    def told(self, broken: BotError | None) -> str:
        """Return the line that says what was read, "" if nothing was."""
        if broken is None and not self.new:
            return ""
        sentence = self._all_read() if broken is None else self._broken_off(why(broken))
        return f"\n\n_{sentence}_"

    def _all_read(self) -> str:
        if not self._is_first:
            read = ngettext(
                "I read the message that I had missed here",
                "I read the {n:,} messages that I had missed here",
                self.new,
            )
        elif self._was_begun:
            read = ngettext(
                "I read the rest of this thread, {n:,} message in all",
                "I read the rest of this thread, {n:,} messages in all",
                self.read_so_far,
            )
        else:
            read = ngettext("I read the message before this one", "I read the {n:,} messages before this one", self.new)
        if not self.left_out:
            return f"{read}."
        return ngettext(
            "{read}; the oldest one did not fit.",
            "{read}; the oldest {n:,} did not fit.",
            self.left_out,
            read=read,
        )

    def _broken_off(self, reason: str) -> str:
        if self._is_first and self.read_so_far:
            told = ngettext(
                "I could read only the first message of this thread: {reason}.",
                "I could read only the first {n:,} messages of this thread: {reason}.",
                self.read_so_far,
                reason=reason,
            )
        elif self._is_first:
            told = _(
                "I could not read the earlier messages here: {reason}. I answered only this message.", reason=reason
            )
        elif self.new:
            told = ngettext(
                "I could not read everything I had missed here, only {n:,} message: {reason}.",
                "I could not read everything I had missed here, only {n:,} messages: {reason}.",
                self.new,
                reason=reason,
            )
        else:
            told = _("I could not read what I had missed here: {reason}.", reason=reason)
        again = _("Mention me again and I'll keep reading.")
        return f"{told} {again}"
