"""Turns: what listeners hand in becomes durable work, and work goes to its use case."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from bot import ledger
from bot.classifying import Classifying
from bot.configuring import Configuring
from bot.core import again, forget, once, parley, settings_form, usage
from bot.core import command as commands
from bot.core.answer import answer
from bot.core.code import wording
from bot.core.code.anew import anew
from bot.core.code.follow_up import press_code
from bot.core.code.write import code
from bot.core.command import Command
from bot.core.control import STOP, Press
from bot.core.conversation import Heard, Message, Place, Record, is_stop
from bot.core.ports import Asker, Role
from bot.core.reply import Written, apology
from bot.core.revise import REGENERATE
from bot.core.settings_form import Desk
from bot.core.summarize import answer as summary
from bot.core.summarize import source as summary_source
from bot.db import store as db_store
from bot.deliveries import COMMAND, MESSAGE, PRESS, answers, command_delivery, message_delivery, press_delivery
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
from bot.features import Features, FormCase, where_told
from bot.gate import Gate
from bot.gone import unless_gone
from bot.home_tab import HomeTab
from bot.notices import Notices
from bot.threads import Threads, lane
from bot.triaging import Triaging

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

_MESSAGE = TypeAdapter(Heard)
_COMMAND = TypeAdapter(Command)
_PRESS = TypeAdapter(Press)


class Pressed(Protocol):
    """A press's use case."""

    async def __call__(self, press: Press, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
        """Carry it out."""


PRESSES: dict[str, Pressed] = {
    REGENERATE: again.regenerate,
    again.CONTINUE: again.go_on,
    summary.SHARE: summary.share,
    summary.SHORTER: summary.again,
    summary.LONGER: summary.again,
    summary.ACTIONS: summary.again,
    settings_form.TRY: settings_form.try_out,
    **dict.fromkeys((wording.TESTS, wording.EXPLAIN, wording.TRANSLATE, wording.SAVE), press_code),
    **dict.fromkeys((wording.CONTINUE, wording.ANEW), anew),
}


def is_transient(error: Exception) -> bool:
    """Tell whether a turn that failed so may succeed when it is tried again."""
    return isinstance(error, BotError) and error.is_transient


class Turns:
    """Implements `core.ports.Reception`, and runs what was taken in."""

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
        self._inbox, self._store, self._model, self._chat = inbox, store, model, chat
        self._features = features = Features()
        self._threads = Threads(inbox, store=store, model=model, chat=chat, controls=features.presses)
        self._gate = Gate(store=store, chat=chat, admins=admins)
        self._classifying = Classifying(inbox, runs=runs, store=store, model=model, chat=chat, judge=self._gate.judge)
        self._triaging = Triaging(
            inbox, board=board, runs=runs, store=store, model=model, chat=chat, settings_of=self._threads.settings_of
        )
        self._home = HomeTab(inbox, store=store, board=board, chat=chat, gate=self._gate, admins=admins)
        self._notices = Notices(inbox, store=store, chat=chat)
        self._configuring = Configuring(
            inbox,
            Desk(store, model, chat, admins),
            threads=self._threads,
            home=self._home,
            changed=self._triaging.configured,
            retry=self._triaging.retry_teams,
        )
        for feature in (self, self._classifying, self._triaging, self._configuring):
            feature.register(features)
        features.words |= {
            "usage": partial(usage.usage, admins=admins, store=store, chat=chat, clock=partial(datetime.now, UTC)),
            "forget": partial(forget.forget, admins=admins, eraser=eraser, chat=chat),
        }
        features.presses[forget.FORGET] = partial(forget.press_forget, admins=admins, eraser=eraser, chat=chat)
        inbox.handle(MESSAGE, unless_gone(self.run_message), self.give_up_message)
        inbox.handle(COMMAND, unless_gone(self.run_command), self.give_up_command)
        inbox.handle(PRESS, unless_gone(self.run_press), self.give_up_press)

    def register(self, features: Features) -> None:
        """Enter what is done here and in `core`."""
        store, model, chat = self._store, self._model, self._chat
        features.commands |= {
            "parley": self._parley,
            "summarize": partial(summary.summarize, store=store, model=model, chat=chat),
            "code": partial(code, store=store, model=model, chat=chat),
        }
        features.threads["summarize"] = partial(summary_source.open_thread, store=store, chat=chat)
        features.presses |= {name: partial(case, store=store, model=model, chat=chat) for name, case in PRESSES.items()}
        features.presses_now |= {
            STOP: self._press_stop,
            again.RATE: partial(again.rate, store=store),
            summary.CANCEL: partial(summary.cancel, store=store),
            summary_source.SHORTCUT: self._summarize_thread,
        }
        features.parts_of |= {
            **dict.fromkeys((summary.SHORTER, summary.LONGER, summary.ACTIONS, summary_source.SHORTCUT), "summarize"),
            **dict.fromkeys((wording.TESTS, wording.EXPLAIN, wording.TRANSLATE), "code"),
        }
        features.forms[again.COMMENT] = FormCase(partial(again.comment, store=store), where_told)
        features.for_anyone |= {"forget", forget.FORGET, STOP}

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
            self._notices.notify(delivery, place, Asker(heard.author, heard.home), heard)

    async def change(self, changed: Changed) -> None:
        """Take in that a message was edited or deleted; answers to one that is deleted end, as nobody wants them."""
        await self._triaging.change(changed)
        await self._threads.change(changed)
        if changed.is_deleted:
            await self._inbox.drop(lane(changed.place), answers(changed.id))
            await self._classifying.drop(changed.place, changed.id)

    async def stop(self, place: Place) -> None:
        """Stop what is being written in a thread; not in its lane, where it would wait for what it is to end."""
        await self._inbox.halt(lane(place))
        await self._classifying.stop(place)

    async def _press_stop(self, press: Press) -> None:
        await again.allow_stop(press, self._chat)
        await self.stop(press.place)

    async def _summarize_thread(self, press: Press) -> None:
        await self.take(summary_source.from_shortcut(press, chat=self._chat))

    async def take(self, command: Command) -> None:
        """Take in a slash command."""
        delivery = command_delivery(command)
        if await self._inbox.accept(delivery):
            self._notices.notify(delivery, command.place, command.asker)

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens, None where there is none, or not for its asker."""
        opening = parley.find(command.text, self._features.opened) if command.name == "parley" else None
        if opening is None or await self._refusal_of_command(command):
            return None
        return await opening(command)

    async def press(self, press: Press) -> Form | None:
        """Take in a press, or return the form that it opens. One that nobody knows any more is left."""
        if at_once := self._features.presses_now.get(press.name):
            if refusal := await self._refusal_of_press(press):
                raise NotAllowedError(refusal)
            return await at_once(press)
        if press.name in self._features.presses:
            await self._inbox.accept(press_delivery(press))
        else:
            log.warning("nobody knows the control %s", press.name)
        return None

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take in a filled form; return what is wrong, by the field. Who may is asked anew: settings change."""
        form = self._features.forms.get(submission.name)
        if form is None:
            log.warning("nobody knows the form %s", submission.name)
            return {}
        command = self._features.parts_of.get(submission.name, "")
        place = await form.where(submission)
        if place and (refusal := await self._gate.refusal(place, submission.asker, command=command)):
            raise NotAllowedError(refusal)
        return await form.submit(submission)

    async def visit(self, workspace: str, asker: Asker, occasion: str) -> None:
        """Take in that somebody looks at their home, or should see a change there."""
        await self._home.visit(workspace, asker, occasion)

    async def close(self) -> None:
        """End the notices that are under way."""
        await self._notices.close()

    async def run_message(self, job: Job) -> Finish | None:
        """Answer a message."""
        heard = _MESSAGE.validate_python(job.payload)
        ledger.gather(job, heard.place, heard.author)
        if record := await self._classifying.hear(heard, bookmark=job):
            await self._threads.follow_up(record, heard)
            return _finish(record, job)
        try:
            record = await answer(
                heard,
                bookmark=job,
                store=self._store,
                model=self._model,
                chat=self._chat,
                judge=self._gate.judge,
                controls=again.below,
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
        if told := await once.shown_before(command, bookmark=job, chat=self._chat):
            return told
        if refusal := await self._refusal_of_command(command):
            return await self._whisper(command.place, command.asker, refusal)
        if command.place.thread or (command.is_private and not summary_source.is_request(command)):
            return await self._features.commands[command.name](command, bookmark=job)
        await self._open(command, job)
        return None

    async def _parley(self, command: Command, *, bookmark: Bookmark) -> Record:
        carry_out = parley.find(command.text, self._features.words) or self._configuring.configure
        return await carry_out(command, bookmark=bookmark)

    async def _open(self, command: Command, job: Job) -> None:
        open_thread = self._features.threads.get(command.name, partial(commands.open_thread, chat=self._chat))
        try:
            opened = await open_thread(command, bookmark=job)
        except (NotAllowedError, NotInChannelError, UsageError) as error:
            await self._whisper(command.place, command.asker, error.sentence)
        else:
            await self._inbox.accept(command_delivery(opened))

    async def _refusal_of_command(self, command: Command) -> str:
        if command.name == "parley" and parley.word(command.text) in self._features.for_anyone:
            return ""
        return await self._gate.refusal(command.place, command.asker, command=command.name)

    async def _refusal_of_press(self, press: Press) -> str:
        if press.name in self._features.for_anyone:
            return ""
        return await self._gate.refusal(press.place, press.asker, command=self._features.parts_of.get(press.name, ""))

    async def _whisper(self, place: Place, asker: Asker, sentence: str) -> Record:
        async with self._chat.whisper(place, asker) as visible:
            await visible.replace(sentence)
        return Record(place, asker.person)

    async def run_press(self, job: Job) -> Finish | None:
        """Carry out what a press sets off."""
        press = _PRESS.validate_python(job.payload)
        ledger.gather(job, press.place, press.asker.person)
        try:
            if refusal := await self._refusal_of_press(press):
                record = await self._whisper(press.place, press.asker, refusal)
            else:
                record = await self._features.presses[press.name](press, bookmark=job)
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
