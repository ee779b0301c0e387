"""Turns: what listeners hand in becomes durable work, and work goes to its use case."""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from bot.core import command as commands
from bot.core.answer import answer
from bot.core.classify import classify
from bot.core.code import code
from bot.core.command import Command
from bot.core.conversation import Heard, Message, Place, Record
from bot.core.instructions import instruct
from bot.core.ports import Asker, Role
from bot.core.reply import Written, apology
from bot.core.summarize import summarize
from bot.db import store as db_store
from bot.errors import BotError, ChatError, NotInChannelError
from bot.work import Delivery

if TYPE_CHECKING:
    from bot.core.ports import Bookmark, Chat, Model, Store
    from bot.work import Finish, Inbox, Job

log = logging.getLogger(__name__)

MESSAGE, COMMAND = "message", "command"

_MESSAGE = TypeAdapter(Heard)
_COMMAND = TypeAdapter(Command)


class Produce(Protocol):
    """A command's use case."""

    async def __call__(self, command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
        """Carry the command out."""


PRODUCE: dict[str, Produce] = {"summarize": summarize, "classify": classify, "code": code}


def is_transient(error: Exception) -> bool:
    """Tell whether a turn that failed so may succeed when it is tried again."""
    return isinstance(error, ChatError) and error.is_transient


def _lane(place: Place) -> str:
    """Name the lane in which turns go one at a time: the thread."""
    return f"{place.workspace}:{place.channel}:{place.thread}"


def message_delivery(heard: Heard) -> Delivery:
    """Wrap a message. A mention in a thread arrives as two events, which are one message: its place and id tell."""
    message = f"message:{heard.place.workspace}:{heard.place.channel}:{heard.id}"
    return Delivery(message, _lane(heard.place), MESSAGE, asdict(heard))


def command_delivery(command: Command) -> Delivery:
    """Wrap a command: first on its own, to open its thread, then in that thread's lane, before any follow-up there."""
    if command.place.thread:
        return Delivery(f"command:{command.id}:answer", _lane(command.place), COMMAND, asdict(command))
    return Delivery(f"command:{command.id}", f"command:{command.id}", COMMAND, asdict(command))


class Turns:
    """Implements `core.ports.Reception`, and runs what was taken in."""

    def __init__(self, inbox: Inbox, *, store: Store, model: Model, chat: Chat, admins: frozenset[str]) -> None:
        self._inbox, self._store, self._model, self._chat, self._admins = inbox, store, model, chat, admins
        inbox.handle(MESSAGE, self.run_message, self.give_up_message)
        inbox.handle(COMMAND, self.run_command, self.give_up_command)

    async def hear(self, heard: Heard) -> None:
        """Take in a person's message."""
        await self._inbox.accept(message_delivery(heard))

    async def take(self, command: Command) -> None:
        """Take in a slash command."""
        await self._inbox.accept(command_delivery(command))

    async def run_message(self, job: Job) -> Finish:
        """Answer a message."""
        heard = _MESSAGE.validate_python(job.payload)
        record = await answer(heard, bookmark=job, store=self._store, model=self._model, chat=self._chat)
        return _finish(record)

    async def run_command(self, job: Job) -> Finish | None:
        """Open a command's thread and hand it on, or carry it out in there or in private."""
        command = _COMMAND.validate_python(job.payload)
        if command.name == "parley":
            record = await instruct(command, admins=self._admins, store=self._store, chat=self._chat, bookmark=job)
        elif command.is_private or command.place.thread:
            record = await PRODUCE[command.name](
                command, bookmark=job, store=self._store, model=self._model, chat=self._chat
            )
        else:
            await self._open(command, job)
            return None
        return _finish(record)

    async def _open(self, command: Command, job: Job) -> None:
        try:
            opened = await commands.open_thread(command, chat=self._chat, bookmark=job)
        except NotInChannelError as error:
            async with self._chat.whisper(command.place, command.asker) as visible:
                await visible.replace(error.sentence)
        else:
            await self._inbox.accept(command_delivery(opened))

    async def give_up_message(self, job: Job, error: Exception) -> Finish | None:
        """Tell a message's author that its turn failed for good; the thread remembers the question."""
        heard = _MESSAGE.validate_python(job.payload)
        _log_failure(error)
        try:
            async with self._chat.answer(heard.place, Asker(heard.author, heard.home), job, to=heard.id) as visible:
                shown = await visible.replace(_apology(error, job))
        except ChatError as unheard:
            log.warning("nobody could be told: %s", unheard)
            shown = ""
        question = Message(Role.USER, heard.author, heard.text, heard.id)
        return _finish(Written("", shown).record(heard.place, question, began_with_bot=heard.opens_thread))

    async def give_up_command(self, job: Job, error: Exception) -> Finish | None:
        """Tell a command's author that it failed for good."""
        command = _COMMAND.validate_python(job.payload)
        _log_failure(error)
        is_public = command.place.thread and not command.is_private
        try:
            async with (
                self._chat.answer(command.place, command.asker, job, to=command.place.thread)
                if is_public
                else self._chat.whisper(command.place, command.asker)
            ) as visible:
                await visible.replace(_apology(error, job))
        except ChatError as unheard:
            log.warning("nobody could be told: %s", unheard)
        return None


def _finish(record: Record) -> Finish:
    return partial(db_store.record, record=record)


def _apology(error: Exception, job: Job) -> str:
    return apology(error if isinstance(error, BotError) else BotError(), job.reference)


def _log_failure(error: Exception) -> None:
    """Log the cause: our own errors hold no message text; of a foreign one only the place where it arose is certain."""
    if isinstance(error, BotError):
        log.error("turn given up: %s: %s", type(error).__name__, error)
    else:
        log.error("turn given up: %s", type(error).__name__, exc_info=error)
