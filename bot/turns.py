"""Turns: what listeners hand in becomes durable work, and work goes to its use case."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from bot import ledger, triaging
from bot.classifying import Classifying
from bot.core import again, configure, forget, impersonate, parley, settings_form, usage
from bot.core import command as commands
from bot.core.answer import answer
from bot.core.classify.press import FORMS
from bot.core.classify.press import PRESSED as DECIDED
from bot.core.code import wording
from bot.core.code.follow_up import press_code
from bot.core.code.write import code
from bot.core.command import Command
from bot.core.configure_budget import configure_budget
from bot.core.control import STOP, Press
from bot.core.conversation import Heard, Message, Place, Record, is_stop, wants_answer
from bot.core.ports import Asker, Role
from bot.core.reply import Written, apology
from bot.core.revise import REGENERATE
from bot.core.settings_form import Desk
from bot.core.summarize import answer as summary
from bot.core.summarize import source as summary_source
from bot.core.triage.act import PRESSED as TRIAGED
from bot.core.triage.card import CHANGE
from bot.db import store as db_store
from bot.errors import (
    BotError,
    ChatError,
    ModelError,
    NotAllowedError,
    NotInChannelError,
    OverBudgetError,
    SlowError,
    UsageError,
)
from bot.home_tab import HomeTab
from bot.threads import Threads, lane, share
from bot.triaging import Triaging
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from bot.core.classify.run import Runs
    from bot.core.control import Form, Submission
    from bot.core.conversation import Changed
    from bot.core.ports import Answer, Bookmark, Chat, Model, Store
    from bot.core.triage.item import Board
    from bot.work import Finish, Inbox, Job

log = logging.getLogger(__name__)

MESSAGE, COMMAND, PRESS = "message", "command", "press"

MOST_NOTICES = 20  # at once; more people than that are not told that the bot is busy
NOTICE_DEADLINE = 10.0  # seconds

_MESSAGE = TypeAdapter(Heard)
_COMMAND = TypeAdapter(Command)
_PRESS = TypeAdapter(Press)


class Produce(Protocol):
    """A command's use case."""

    async def __call__(self, command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
        """Carry the command out."""


class Pressed(Protocol):
    """What a press of a control sets off. Its turn waits in the lane of the thread that the control stands in."""

    async def __call__(self, press: Press, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
        """Carry it out."""


PRESSED: dict[str, Pressed] = {
    REGENERATE: again.regenerate,
    again.CONTINUE: again.go_on,
    summary.SHARE: summary.share,
    summary.SHORTER: summary.again,
    summary.LONGER: summary.again,
    summary.ACTIONS: summary.again,
    settings_form.TRY: settings_form.try_out,
    **dict.fromkeys((wording.TESTS, wording.EXPLAIN, wording.TRANSLATE, wording.SAVE), press_code),
}

PRODUCE: dict[str, Produce] = {"summarize": summary.summarize, "code": code}


def is_transient(error: Exception) -> bool:
    """Tell whether a turn that failed so may succeed when it is tried again."""
    return isinstance(error, BotError) and error.is_transient


def message_delivery(heard: Heard) -> Delivery:
    """Wrap a message. A mention in a thread arrives as two events, which are one message: its place and id tell."""
    message = f"message:{heard.place.workspace}:{heard.place.channel}:{heard.id}"
    return Delivery(message, lane(heard.place), MESSAGE, asdict(heard), share(heard.place))


def command_delivery(command: Command) -> Delivery:
    """Wrap a command: first on its own, to open its thread, then in that thread's lane, before any follow-up there."""
    name = f"command:{command.id}"
    if command.place.thread:
        return Delivery(f"{name}:answer", lane(command.place), COMMAND, asdict(command), share(command.place))
    return Delivery(name, name, COMMAND, asdict(command), share(command.place))


def press_delivery(press: Press) -> Delivery:
    """Wrap a press. One that replaces an answer, or goes on with it, counts once, however often it is pressed."""
    is_once = press.name in {REGENERATE, again.CONTINUE}
    what = f"{press.place.channel}:{press.name}:{press.value}" if is_once else press.id
    name = f"press:{press.place.workspace}:{what}"
    return Delivery(name, lane(press.place), PRESS, asdict(press), share(press.place))


class Turns:
    """Implements `core.ports.Reception`, and runs what was taken in.

    Who asks while as much runs as may is told how many come before, by tasks that `close` ends.
    """

    def __init__(  # noqa: PLR0913 (all that its use cases ask for)
        self,
        inbox: Inbox,
        *,
        store: Store,
        runs: Runs,
        board: Board,
        model: Model,
        chat: Chat,
        admins: frozenset[str],
        eraser: forget.Eraser,
    ) -> None:
        self._inbox, self._store, self._model, self._chat, self._admins = inbox, store, model, chat, admins
        self._eraser = eraser
        self._threads = Threads(inbox, store=store, model=model, chat=chat, controls=PRESSED)
        self._classifying = Classifying(inbox, runs=runs, store=store, model=model, chat=chat)
        self._triaging = Triaging(
            inbox, board=board, runs=runs, store=store, model=model, chat=chat, settings_of=self._threads.settings_of
        )
        self._home = HomeTab(inbox, store=store, board=board, chat=chat, admins=admins)
        self._desk = Desk(store, model, chat, admins)
        self._notices: set[asyncio.Task[None]] = set()
        inbox.handle(MESSAGE, self.run_message, self.give_up_message)
        inbox.handle(COMMAND, self.run_command, self.give_up_command)
        inbox.handle(PRESS, self.run_press, self.give_up_press)

    async def hear(self, heard: Heard) -> None:
        """Take in a person's message."""
        await self._triaging.hear(heard)
        if not await self._threads.is_worth_hearing(heard):
            return
        if is_stop(heard.text):
            await self.stop(heard.place)
        delivery = message_delivery(heard)
        if await self._inbox.accept(delivery):
            # In a thread without an answer yet, the platform would not show what only one person may see.
            place = replace(heard.place, thread="") if heard.opens_thread else heard.place
            self._notify(delivery, place, Asker(heard.author, heard.home), heard)

    async def change(self, changed: Changed) -> None:
        """Take in that a message was edited or deleted."""
        await self._triaging.change(changed)
        await self._threads.change(changed)

    async def stop(self, place: Place) -> None:
        """Stop what is being written in a thread; not in its lane, where it would wait for what it is to end."""
        await self._inbox.halt(lane(place))
        await self._classifying.stop(place)

    async def take(self, command: Command) -> None:
        """Take in a slash command."""
        delivery = command_delivery(command)
        if await self._inbox.accept(delivery):
            self._notify(delivery, command.place, command.asker)

    async def press(self, press: Press) -> Form | None:
        """Take in a press, or return the form that it opens. One that nobody knows any more is left."""
        if press.name in settings_form.PRESSES:
            form = await settings_form.press(press, self._desk)
            if press.name == settings_form.TRY:
                await self._inbox.accept(press_delivery(settings_form.for_trial(press)))
            return form
        if press.name in FORMS:
            return await self._classifying.open_form(press)
        if press.name == CHANGE:
            return await self._triaging.open_form(press)
        if press.name == summary_source.SHORTCUT:
            await self.take(summary_source.from_shortcut(press, chat=self._chat))
        elif press.name == summary.CANCEL:
            # Not in the lane of its thread, where it would wait for what it is to end.
            await summary.cancel(press, store=self._store)
        elif press.name == STOP:
            await again.allow_stop(press, self._chat)
            await self.stop(press.place)
        elif press.name == again.RATE:
            return await again.rate(press, store=self._store)
        elif press.name in PRESSED or press.name in {*DECIDED, forget.FORGET} or press.name in TRIAGED:
            await self._inbox.accept(press_delivery(press))
        else:
            log.warning("nobody knows the control %s", press.name)
        return None

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take in a filled form; return what is wrong, by the field."""
        if submission.name == settings_form.FORM:
            faults = await settings_form.save(submission, self._desk)
            if not faults:
                place = settings_form.place_of(submission.value)
                self._threads.forget_settings(place)
                await self.visit(place.workspace, submission.asker, submission.id)
            return faults
        if submission.name in FORMS:
            return await self._classifying.submit(submission)
        if submission.name == again.COMMENT:
            await again.comment(submission, store=self._store)
            return {}
        if submission.name == CHANGE:
            return await self._triaging.submit(submission)
        log.warning("nobody knows the form %s", submission.name)
        return {}

    async def visit(self, workspace: str, asker: Asker, occasion: str) -> None:
        """Take in that somebody looks at their home, or should see a change there."""
        await self._home.visit(workspace, asker, occasion)

    async def close(self) -> None:
        """End the notices that are under way."""
        for task in self._notices:
            task.cancel()
        await asyncio.gather(*self._notices, return_exceptions=True)

    def _notify(self, delivery: Delivery, place: Place, asker: Asker, heard: Heard | None = None) -> None:
        """Tell who asked that it will take its time, if so, while the platform gets its acknowledgement."""
        if self._inbox.is_full and len(self._notices) < MOST_NOTICES:
            task = asyncio.create_task(self._tell_busy(delivery, place, asker, heard), name="notice")
            self._notices.add(task)
            task.add_done_callback(self._notices.discard)

    async def _tell_busy(self, delivery: Delivery, place: Place, asker: Asker, heard: Heard | None) -> None:
        try:
            async with asyncio.timeout(NOTICE_DEADLINE):
                if heard is not None and not wants_answer(heard, await self._store.conversation(heard.place)):
                    return
                if others := await self._inbox.count_before(delivery.id):
                    async with self._chat.whisper(place, asker) as visible:
                        await visible.replace(busy(others))
        except Exception as error:  # noqa: BLE001 (whatever it was, the answer comes without a notice)
            log.warning("nobody was told to wait: %s", type(error).__name__)

    async def run_message(self, job: Job) -> Finish | None:
        """Answer a message."""
        heard = _MESSAGE.validate_python(job.payload)
        ledger.gather(job, heard.place, heard.author)
        if record := await self._classifying.hear(heard, bookmark=job):
            return _finish(record, job)
        try:
            record = await answer(
                heard, bookmark=job, store=self._store, model=self._model, chat=self._chat, controls=again.below
            )
        except OverBudgetError as error:
            return await self.give_up_message(job, error)
        await self._threads.follow_up(record, heard)
        return _finish(record, job)

    async def run_command(self, job: Job) -> Finish | None:
        """Open a command's thread and hand it on, or carry it out in there or in private."""
        command = _COMMAND.validate_python(job.payload)
        ledger.gather(job, command.place, command.asker.person)
        try:
            record = await self._carry_out(command, job)
        except OverBudgetError as error:
            return await self.give_up_command(job, error)
        return _finish(record, job) if record else None

    async def _carry_out(self, command: Command, job: Job) -> Record | None:
        if command.name == "parley":
            return await self._parley(command, job)
        if command.name == "classify" and (command.is_private or command.place.thread):
            return await self._classifying.command(command, bookmark=job)
        if command.place.thread or (command.is_private and not summary_source.is_request(command)):
            return await PRODUCE[command.name](
                command, bookmark=job, store=self._store, model=self._model, chat=self._chat
            )
        await self._open(command, job)
        return None

    async def _parley(self, command: Command, job: Job) -> Record:
        if triaging.is_for(command):
            return await self._triaging.command(command, bookmark=job)
        admins, store, chat = self._admins, self._store, self._chat
        match parley.word(command.text):
            case "usage":
                now = datetime.now(UTC)
                return await usage.usage(command, admins=admins, bookmark=job, store=store, chat=chat, now=now)
            case "forget":
                return await forget.forget(command, admins=admins, bookmark=job, eraser=self._eraser, chat=chat)
            case "budget":
                record = await configure_budget(command, admins=admins, bookmark=job, store=store, chat=chat)
            case "persona":
                record = await impersonate.impersonate(command, admins=admins, bookmark=job, store=store, chat=chat)
            case _:
                record = await configure.configure(
                    command, admins=admins, bookmark=job, store=store, model=self._model, chat=chat
                )
                await self._triaging.configured(command)
        self._threads.forget_settings(command.place)
        return record

    async def _open(self, command: Command, job: Job) -> None:
        try:
            if command.name == "summarize":
                opened = await summary_source.open_thread(command, bookmark=job, store=self._store, chat=self._chat)
            else:
                opened = await commands.open_thread(command, chat=self._chat, bookmark=job)
        except (NotAllowedError, NotInChannelError, UsageError) as error:
            async with self._chat.whisper(command.place, command.asker) as visible:
                await visible.replace(error.sentence)
        else:
            await self._inbox.accept(command_delivery(opened))

    async def run_press(self, job: Job) -> Finish | None:
        """Carry out what a press sets off."""
        press = _PRESS.validate_python(job.payload)
        ledger.gather(job, press.place, press.asker.person)
        if press.name in TRIAGED:
            await self._triaging.pressed(press)
            return _finish(Record(press.place, press.asker.person), job)
        try:
            if press.name == forget.FORGET:
                record = await forget.press_forget(press, admins=self._admins, eraser=self._eraser, chat=self._chat)
                return _finish(record, job)
            if press.name in DECIDED:
                return _finish(await self._classifying.pressed(press, bookmark=job), job)
            record = await PRESSED[press.name](
                press, bookmark=job, store=self._store, model=self._model, chat=self._chat
            )
        except OverBudgetError as error:
            return await self.give_up_press(job, error)
        return _finish(record, job)

    async def give_up_press(self, job: Job, error: Exception) -> Finish | None:
        """Tell who pressed that it failed for good."""
        press = _PRESS.validate_python(job.payload)
        written = await _own_up(error, job, self._chat.whisper(press.place, press.asker))
        return _finish(Record(press.place, press.asker.person, calls=written.calls), job)

    async def give_up_message(self, job: Job, error: Exception) -> Finish | None:
        """Tell a message's author that its turn failed for good; the thread remembers the question."""
        heard = _MESSAGE.validate_python(job.payload)
        asker = Asker(heard.author, heard.home)
        if isinstance(error, OverBudgetError):
            # In a thread without an answer, the platform would not show what only one person may see.
            answering = self._chat.whisper(
                replace(heard.place, thread="") if heard.opens_thread else heard.place, asker
            )
        else:
            answering = self._chat.answer(heard.place, asker, job, to=heard.id)
        written = await _own_up(error, job, answering)
        question = Message(Role.USER, heard.author, heard.text, heard.id, heard.files, is_bot=heard.is_bot)
        return _finish(written.record(heard.place, question, began_with_bot=heard.opens_thread), job)

    async def give_up_command(self, job: Job, error: Exception) -> Finish | None:
        """Tell a command's author that it failed for good."""
        command = _COMMAND.validate_python(job.payload)
        if not command.place.thread or command.is_private or isinstance(error, OverBudgetError):
            written = await _own_up(error, job, self._chat.whisper(command.place, command.asker))
            return _finish(Record(command.place, command.asker.person, calls=written.calls), job)
        answering = commands.answering(command, chat=self._chat, bookmark=job)
        return _finish(command.record(await _own_up(error, job, answering)), job)


def busy(others: int) -> str:
    """Tell a person how many wait before them."""
    behind = f"{others} others" if others > 1 else "1 other"
    return f"I am busy: your question is queued behind {behind} and will be answered in order."


def _finish(record: Record, job: Job) -> Finish:
    return partial(db_store.record, record=ledger.whole(record), is_repeat=job.was_begun)


async def _own_up(error: Exception, job: Job, answering: AbstractAsyncContextManager[Answer]) -> Written:
    """Tell that a turn failed for good, and return what it leaves. Raises a `ChatError` that may pass."""
    known = error if isinstance(error, BotError) else SlowError() if isinstance(error, TimeoutError) else BotError()
    calls = (error.call,) if isinstance(error, ModelError) and error.call else ()
    try:
        async with answering as visible:
            sentence = known.sentence if isinstance(known, OverBudgetError) else apology(known, job.reference)
            return Written("", await visible.replace(sentence), calls)
    except ChatError as unheard:
        if unheard.is_transient:
            raise
        log.warning("nobody could be told: %s", unheard)
        return Written("", "", calls)
