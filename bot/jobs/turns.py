"""Turns: run the use case of an accepted message, command or action, and store its record."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core import command as commands
from bot.core.actions import ACTIONS, ANSWER_AGAIN, CONTINUE, CONTINUE_CODE, REGENERATE
from bot.core.answer import buttons
from bot.core.answer.answer import answer, refused
from bot.core.answer.merge_events import changes_answer, completed
from bot.core.answer.stop_or_continue import is_continue
from bot.core.answer.whom_to_answer import answer_to
from bot.core.domain.command import Command
from bot.core.domain.interaction import Action
from bot.core.domain.message import IncomingMessage, Message, MessageEdit, Role
from bot.core.domain.people import Requester
from bot.core.domain.thread import FinishedAnswer, Record
from bot.core.ephemeral import send_ephemeral
from bot.core.tools.progress import KEY as ROUNDS
from bot.core.writing import kept_answer
from bot.core.writing.notes import STOPPED_MARK, apology
from bot.db import threads as db_store
from bot.errors import (
    BotError,
    ChatError,
    ModelError,
    OverBudgetError,
    known,
)
from bot.jobs import call_ledger, try_again
from bot.jobs.deliveries import ACTION, COMMAND, COMPLETION, MESSAGE, charge_asker, charge_author, delivery_ids
from bot.jobs.discarded import unless_deleted
from bot.work import DeadlyError, accept_again, end_waiting

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Connection

    from bot.core.domain.thread import Conversation
    from bot.core.ports import Answer, Chat, Model, Store
    from bot.core.tools.toolbox import Toolbox
    from bot.jobs.commands import CommandJobs
    from bot.jobs.permissions import Permissions
    from bot.jobs.registry import Registry
    from bot.jobs.threads import Threads
    from bot.work import Finish, Inbox, Job

log = logging.getLogger(__name__)

REPLACING = {REGENERATE.name, ANSWER_AGAIN.name}

_MESSAGE = TypeAdapter(IncomingMessage)
_COMMAND = TypeAdapter(Command)
_ACTION = TypeAdapter(Action)


def is_transient(error: Exception) -> bool:
    """Return whether a turn that failed with an error may succeed when it is tried again."""
    return isinstance(error, BotError) and error.is_transient


class Turns:
    """Runs accepted work, and tells the asker when it failed for good."""

    def __init__(  # noqa: PLR0913 (what answers need)
        self,
        registry: Registry,
        *,
        store: Store,
        model: Model,
        chat: Chat,
        permissions: Permissions,
        threads: Threads,
        commands: CommandJobs,
        toolbox: Toolbox,
    ) -> None:
        self._registry, self._permissions, self._threads, self._commands = registry, permissions, threads, commands
        self._store, self._model, self._chat, self._toolbox = store, model, chat, toolbox

    def register(self, inbox: Inbox) -> None:
        """Register the jobs that people ask for."""
        # What was looked up stood in other places: erasing those must not leave it here.
        handle, whole = partial(inbox.handle, passing=[ROUNDS]), call_ledger.with_kept
        handle(MESSAGE, unless_deleted(self.run_message), whole(self.give_up_message), charge=charge_author)
        handle(COMPLETION, unless_deleted(self.run_completion), whole(self.give_up_completion), charge=charge_author)
        inbox.handle(COMMAND, unless_deleted(self.run_command), self.give_up_command, charge=charge_asker)
        handle(ACTION, unless_deleted(self.run_action), whole(self.give_up_action), charge=charge_asker)

    async def run_message(self, job: Job) -> Finish | None:
        """Answer a message."""
        incoming = _MESSAGE.validate_python(job.payload)
        try:
            record = await self._answer(incoming, job)
        except OverBudgetError as error:
            return await self.give_up_message(job, error)
        await self._threads.follow_up(record, incoming)
        if record.messages and is_continue(incoming.text):
            await self._remove_continue(incoming, job)
        return _finish(record, job)

    async def _answer(self, incoming: IncomingMessage, job: Job) -> Record:
        return await answer(
            incoming,
            checkpoint=job,
            store=self._store,
            model=self._model,
            chat=self._chat,
            judge=self._permissions.judge,
            commands=self._commands,
            toolbox=self._toolbox,
            controls=buttons.below,
        )

    async def run_completion(self, job: Job) -> Finish | None:
        """Complete a message whose turn did not see all of it; answer it again if that changes the answer."""
        incoming = _MESSAGE.validate_python(job.payload)
        incoming = replace(incoming, text=await self._chat.names.spell_out(incoming.place, incoming.text))
        conversation = await self._store.threads.load(incoming.place)
        stored = next((message for message in conversation.messages if message.id == incoming.id), None)
        if stored is None:
            return partial(db_store.change, changed=_as_changed(incoming)) if incoming.revision else None
        whole = completed(stored, incoming)
        if whole is None:
            return None
        record = Record(incoming.place, incoming.author)
        if changes_answer(stored, whole, incoming):
            try:
                record = await self._answer_whole(incoming, whole, conversation, job)
            except OverBudgetError as error:
                log.info("a message was completed, but not answered again: %s", error)
        return _finish(replace(record, rewritten=(whole, *record.rewritten)), job)

    async def _answer_whole(
        self, incoming: IncomingMessage, whole: Message, conversation: Conversation, job: Job
    ) -> Record:
        """Answer a message that came in parts, replacing the answer that did not see all of it."""
        incoming = replace(incoming, text=whole.text, files=whole.files)
        command = self._commands.find(incoming, whole, conversation)
        if command is not None and not await refused(command, incoming, conversation, self._permissions.judge):
            record = await self._commands.run(command, incoming, whole, conversation, checkpoint=job)
            if record is not None:
                return record
        answered = answer_to(incoming.id, conversation)
        if answered is None:
            return await self._answer(incoming, job)
        if answered.text.endswith(STOPPED_MARK) or await self._permissions.judge(incoming, conversation.settings):
            return Record(incoming.place, incoming.author)
        at = next(number for number, message in enumerate(conversation.messages) if message.id == incoming.id)
        earlier = replace(conversation, messages=conversation.messages[:at])
        version = int(job.reference, 16)  # other than those of answers that people ask for again, which count from 1
        written = await buttons.rewrite(
            incoming,
            whole,
            answered,
            earlier,
            version=version,
            checkpoint=job,
            model=self._model,
            chat=self._chat,
            toolbox=self._toolbox,
        )
        return buttons.rewritten(Record(incoming.place, incoming.author), answered, written)

    async def give_up_completion(self, job: Job, error: Exception) -> Finish | None:
        """At least save what came for a message; its answer, which people have seen, stays."""
        log.warning("a message was completed, but not answered again: %s", type(error).__name__)
        incoming = _MESSAGE.validate_python(job.payload)
        conversation = await self._store.threads.load(incoming.place)
        stored = next((message for message in conversation.messages if message.id == incoming.id), None)
        whole = completed(stored, incoming) if stored else None
        return _finish(Record(incoming.place, incoming.author, rewritten=(whole,)), job) if whole else None

    async def run_command(self, job: Job) -> Finish | None:
        """Open a command's thread and accept it there, or run it in its thread or in private."""
        command = _COMMAND.validate_python(job.payload)
        try:
            record = await self._commands.carry_out(command, job)
        except OverBudgetError as error:
            return await self.give_up_command(job, error)
        return _finish(record, job) if record else None

    async def run_action(self, job: Job) -> Finish | None:
        """Run an action. One that is refused, also by a budget, does not count: it can be used again."""
        action = _ACTION.validate_python(job.payload)
        try:
            if refusal := await self._permissions.refusal_of_action(action):
                refused = await send_ephemeral(action.place, action.asker, refusal, answers=self._chat.answers)
                return _unused(refused, job)
            record = await self._registry.actions[action.name](action, checkpoint=job)
            await self._remove_used_up(action, job)
        except OverBudgetError as error:
            answering = self._chat.answers.ephemeral(action.place, action.asker)
            written = await _report_failure(error, job, action.asker, answering)
            return _unused(Record(action.place, action.asker.person, calls=written.calls), job)
        return _finish(record, job)

    async def _remove_used_up(self, action: Action, job: Job) -> None:
        """Remove a control that did its work, which counts as well where that fails."""
        used_up = ACTIONS[action.name].used_up
        if not used_up or (used_up == "note" and action.message):
            return
        try:
            await self._chat.posts.remove_control(action, job)
        except ChatError as error:
            log.warning("%s stays where it was used: %s", action.name, error)

    async def _remove_continue(self, incoming: IncomingMessage, job: Job) -> None:
        """Remove the buttons for what a word has asked for: to continue the answer before it."""
        conversation = await self._store.threads.load(incoming.place)
        answers = [one.id for one in conversation.messages if one.role is Role.ASSISTANT and "" < one.id < incoming.id]
        asker = Requester(incoming.author, incoming.home)
        for spec in (CONTINUE, CONTINUE_CODE) if answers else ():
            action = Action(incoming.id, spec.name, "", "", incoming.place, incoming.id, asker)
            try:
                await self._chat.posts.remove_control(action, job, since=answers[-1])
            except ChatError as error:
                log.warning("%s stays where it was used: %s", spec.name, error)

    async def give_up_action(self, job: Job, error: Exception) -> Finish | None:
        """Tell who acted that it failed for good; where an answer was to be replaced, that is told there."""
        action = _ACTION.validate_python(job.payload)
        calls = (error.call,) if isinstance(error, ModelError) and error.call else ()
        if action.name in REPLACING:
            reason = apology(known(error), job.reference)
            record = await buttons.keep_earlier(action, reason, checkpoint=job, store=self._store, chat=self._chat)
            if record:
                return _finish(replace(record, calls=calls), job)
        answering = self._chat.answers.ephemeral(action.place, action.asker)
        written = await _report_failure(error, job, action.asker, answering)
        return _finish(Record(action.place, action.asker.person, calls=written.calls), job)

    async def give_up_message(self, job: Job, error: Exception) -> Finish | None:
        """Tell a message's author that its turn failed for good; the thread remembers the question."""
        incoming = _MESSAGE.validate_python(job.payload)
        asker = Requester(incoming.author, incoming.home)
        if isinstance(error, OverBudgetError):
            answering = self._chat.answers.ephemeral(incoming.private_place, asker)
        else:
            answering = self._chat.answers.begin(incoming.place, asker, job, to=incoming.id)
        written = await _report_failure(error, job, asker, answering)
        question = Message(
            Role.USER, incoming.author, incoming.text, incoming.id, incoming.files, is_bot=incoming.is_bot
        )
        return _finish(written.record(incoming.place, question, began_with_bot=incoming.opens_thread), job)

    async def give_up_command(self, job: Job, error: Exception) -> Finish | None:
        """Tell a command's author that it failed for good."""
        command = _COMMAND.validate_python(job.payload)
        if not command.place.thread or command.is_private or isinstance(error, OverBudgetError):
            is_ours = command.opened_thread and not command.is_private
            place = replace(command.place, thread="") if is_ours else command.place
            answering = self._chat.answers.ephemeral(place, command.asker)
            written = await _report_failure(error, job, command.asker, answering)
            if is_ours:
                await self._take_back(command, job)
            return _finish(Record(command.place, command.asker.person, calls=written.calls), job)
        answering = commands.answering(command, answers=self._chat.answers, checkpoint=job)
        return _finish(command.record(await _report_failure(error, job, command.asker, answering)), job)

    async def _take_back(self, command: Command, job: Job) -> None:
        """Delete the message that says what was asked, where nothing is answered and only the asker knows why."""
        try:
            await self._chat.posts.delete(command.place, command.place.thread, job)
        except ChatError as error:
            log.warning("the thread of a refused command stays: %s", error)


def _as_changed(incoming: IncomingMessage) -> MessageEdit:
    return MessageEdit(
        incoming.place,
        incoming.id,
        incoming.author,
        incoming.home,
        incoming.text,
        incoming.revision,
        incoming.files,
        concerns_bot=incoming.mentions_bot or incoming.is_direct,
        is_bot=incoming.is_bot,
    )


def _finish(record: Record, job: Job) -> Finish:
    """Store a record, and end what waits for a turn that it no longer needs; what was deleted meanwhile isn't kept."""
    store = partial(db_store.record, is_repeat=job.was_begun)
    whole = call_ledger.whole(record)
    if not record.joined:
        return partial(store, record=whole)
    deliveries = {one: joined for joined in record.joined for one in delivery_ids(record.place, joined)}

    def finish(connection: Connection) -> None:
        deleted = {deliveries[one] for one in end_waiting(connection, tuple(deliveries))}
        store(connection, record=replace(whole, messages=tuple(one for one in whole.messages if one.id not in deleted)))

    return finish


def _unused(record: Record, job: Job) -> Finish:
    """Store a record, and forget that the job's action was used."""

    def finish(connection: Connection) -> None:
        _finish(record, job)(connection)
        accept_again(connection, job.id)

    return finish


async def _report_failure(
    error: Exception, job: Job, asker: Requester, answering: AbstractAsyncContextManager[Answer]
) -> FinishedAnswer:
    """Report that a turn failed for good, and return its record. Raises a transient `ChatError`.

    If its result is stored and only could not be shown so far, it is shown. Otherwise its asker can try it
    again, unless that is no use.
    """
    calls = (error.call,) if isinstance(error, ModelError) and error.call else ()
    try:
        async with answering as visible:
            if (before := kept_answer.kept(job)) is not None and not isinstance(error, OverBudgetError):
                return await kept_answer.show(before, visible)
            if isinstance(error, OverBudgetError):
                return FinishedAnswer("", await visible.replace(error.sentence), calls)
            controls = () if isinstance(error, DeadlyError) else try_again.below(job, asker.person)
            sentence = apology(known(error), job.reference)
            return FinishedAnswer("", await visible.replace(sentence, controls=controls), calls)
    except ChatError as unheard:
        if unheard.may_pass:
            raise
        log.warning("no one could be told: %s", unheard)
        return FinishedAnswer("", "", calls)
