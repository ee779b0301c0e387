"""Runs of /classify as durable work: requests, turns, and people's decisions."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot import turn
from bot.core import command as commands
from bot.core.access import check_member
from bot.core.actions import CLASSIFY_FORM
from bot.core.attachments.attach import looked_up
from bot.core.classify import actions, parse, request_form
from bot.core.classify.advance import proceed, stop, withdraw
from bot.core.classify.context import ClassifyContext, answering
from bot.core.classify.message_batches import LOOK_EVERY, collect, submit
from bot.core.classify.model_calls import CALLS_AT_ONCE
from bot.core.classify.sources import is_sheet, look
from bot.core.classify.start import afford, begin
from bot.core.domain.classification import ClassifyRequest, RunStatus
from bot.core.ephemeral import send_ephemeral
from bot.core.writing.notes import apology
from bot.db import threads as db_store
from bot.errors import NotAllowedError, OverBudgetError, UsageError, known
from bot.jobs import call_ledger
from bot.jobs.deliveries import charge_asker, charge_place, charged_to, fairness_group, queue_key
from bot.jobs.discarded import unless_deleted
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.classification import ClassifyOptions, ClassifyRun
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import FileRef, Message, Place
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.core.ports.classify_store import ClassifyItemStore, ClassifyRunStore
    from bot.jobs.languages import Languages
    from bot.turn import CostCenter
    from bot.work import Finish, Inbox, Job

log = logging.getLogger(__name__)

ASKED = "classify"
RUN, SHOW = "classify run", "classify show"  # not for people: names of jobs

_ASKED = TypeAdapter(ClassifyRequest)


class ClassifyJobs:
    """Runs classifications. All runs share a limit of concurrent calls to the model."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        runs: ClassifyRunStore,
        items: ClassifyItemStore,
        store: Store,
        model: Model,
        chat: Chat,
        languages: Languages,
    ) -> None:
        self._inbox, self._languages = inbox, languages
        self._context = ClassifyContext(runs, items, store, model, chat, self._later, call_ledger.leave_out)
        self._gate = asyncio.Semaphore(CALLS_AT_ONCE)

    def register(self, inbox: Inbox) -> None:
        """Register the jobs of runs."""
        inbox.handle(ASKED, unless_deleted(self.run_asked), self.give_up_asked, charge=_charge_asked)
        inbox.handle(RUN, unless_deleted(self.run_turn, goes_on=True), self.give_up_turn, charge=charge_place)
        inbox.handle(SHOW, self.run_show, self.give_up_show, charge=charge_place)
        inbox.every("classify batches", LOOK_EVERY, self.look_after_batches)  # not for people: the name of a job

    async def command(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Carry `/classify` out, in its thread or in private. Raises `ChatError`."""
        return await begin(_asked(command, parse.parse(command.text)), checkpoint=checkpoint, context=self._context)

    async def open_thread(self, command: Command, *, checkpoint: Checkpoint) -> Command:
        """Open the thread of `/classify`, if its source can be read, a first look finds no fault, and a budget is left.

        Raises `UsageError`, `NotAllowedError` or `OverBudgetError` before anything is posted; `ChatError`.
        """
        asked = _asked(command, parse.parse(command.text))
        await look(asked, chat=self._context.chat)
        await afford(asked, self._context)
        return await commands.open_thread(command, chat=self._context.chat, checkpoint=checkpoint)

    async def said(self, command: Command, said: Message, *, checkpoint: Checkpoint) -> Record:
        """Start a run that a message asks for, of its files if it has any.

        Raises `UsageError` or `NotAllowedError` before anything is posted; `ChatError`.
        """
        files = tuple(await looked_up(said.files, command.place, self._context.chat))
        options = _of_files(command.text, files) if files else parse.parse(command.text)
        asked = replace(_asked(command, options), text=said.text, files=files)
        if not files:
            await look(asked, chat=self._context.chat)
        return await begin(asked, checkpoint=checkpoint, context=self._context)

    async def open_form(self, action: Action) -> Form | None:
        """Open a form. Raises `UsageError`, `NotAllowedError`."""
        return await actions.open_form(action, context=self._context)

    async def on_action(self, action: Action, *, checkpoint: Checkpoint) -> Record:
        """Run a button's action. Raises `ChatError`."""
        return await actions.on_action(action, checkpoint=checkpoint, context=self._context)

    async def where(self, submission: Submission) -> Place | None:
        """Return the place that a form is about, None if its run is gone."""
        return await actions.where(submission, context=self._context)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Accept a submitted form; return its faults by the field.

        Raises `UsageError`, `NotAllowedError`, `ChatError`.
        """
        if submission.name == CLASSIFY_FORM.name:
            try:
                asked = request_form.read(submission, _id(f"{submission.asker.home} {submission.id}"))
            except UsageError as error:
                return {"categories": error.sentence}
            await check_member((asked.place,), asked.asker.person, self._context.chat.directory)
            payload = _ASKED.dump_python(asked, mode="json")
            await self._inbox.accept(Delivery(f"classify:{asked.id}", queue_key(asked.place), ASKED, payload))
            return {}
        if faults := await actions.submit(submission, context=self._context):
            return faults
        run = actions.run_of(submission)
        await self._inbox.accept(
            Delivery(
                f"classify-show:{_id(f'{submission.asker.home} {submission.id}')}",
                f"classify-show:{run}",
                SHOW,
                _payload(submission.asker.home, run),
            )
        )
        return {}

    async def run_asked(self, job: Job) -> Finish:
        """Start a run that a form asked for; say who asked, where others will see the result."""
        asked, chat = _ASKED.validate_python(job.payload), self._context.chat
        try:
            await look(asked, chat=chat)
            await afford(asked, self._context)
        except (NotAllowedError, OverBudgetError, UsageError) as error:
            return _finish(await send_ephemeral(asked.place, asked.asker, error.sentence, answers=chat.answers))
        if not asked.is_private:
            told = request_form.announcement(asked, chat.names.mention(asked.asker.person))
            asked = replace(asked, opening=await chat.posts.post(asked.place, told, job, key="asked"))
        return _finish(await begin(asked, checkpoint=job, context=self._context))

    async def give_up_asked(self, job: Job, error: Exception) -> None:
        """Tell the asker that the run could not start."""
        asked = _ASKED.validate_python(job.payload)
        async with self._context.chat.answers.ephemeral(asked.place, asked.asker) as visible:
            await visible.replace(apology(known(error), job.reference))

    async def run_turn(self, job: Job) -> Finish | None:
        """Advance a run for a while, or remove what it has shown if it is to be discarded."""
        run = await self._run_of(job)
        if run is None:
            return None
        if job.is_discarded:
            await withdraw(run, checkpoint=job, context=self._context)
            return None
        turn.charge(charged_to(run.place, run.asker.person, run.id))
        if run.status is RunStatus.BATCHED:
            run = await collect(run, context=self._context)
        if (
            run.is_batch
            and run.status is RunStatus.RUNNING
            and (record := await submit(run, checkpoint=job, context=self._context))
        ):
            return _finish(record)
        return _finish(await proceed(run, checkpoint=job, context=self._context, gate=self._gate))

    async def give_up_turn(self, job: Job, error: Exception) -> Finish | None:
        """Say that a run stopped, and save it so that a button can continue it."""
        run = await self._run_of(job)
        if run is None or not run.is_open:
            return None
        async with answering(run, job, self._context) as visible:
            return _finish(await stop(run, known(error), visible, checkpoint=job, context=self._context))

    async def run_show(self, job: Job) -> None:
        """Show a run after a form has changed it."""
        if (run := await self._run_of(job)) is not None:
            await actions.show(run, checkpoint=job, context=self._context)

    async def give_up_show(self, _job: Job, error: Exception) -> None:
        """Do nothing: the change is saved, and the next one shows it, too."""
        log.warning("a changed run could not be shown: %s", type(error).__name__)

    async def _run_of(self, job: Job) -> ClassifyRun | None:
        """Return the run that a job is about, None if it is gone; write to its asker from here on."""
        run = await self._context.runs.find(str(job.payload["workspace"]), str(job.payload["run"]))
        if run is not None:
            await self._languages.of_person(run.place.workspace, run.asker.person)
        return run

    async def stop(self, place: Place, said: str = "") -> None:
        """Stop the active runs in a thread, on any replica: all, or those asked for before the message `said`."""
        for id_ in await self._context.runs.running(place):
            run = await self._context.runs.find(place.workspace, id_) if said else None
            if run is None or run.to < said:
                await self._inbox.cancel(_queue_key_of(place, id_))

    async def drop(self, place: Place, message: str) -> None:
        """Discard the runs for a deleted message of a thread."""
        await self._inbox.drop(queue_key(place), lambda kind, payload: kind == ASKED and payload["to"] == message)
        for id_ in await self._context.runs.running(place):
            run = await self._context.runs.find(place.workspace, id_)
            if run is not None and run.to == message:
                await self._inbox.drop(_queue_key_of(place, id_), lambda *_: True)

    async def look_after_batches(self, job: Job) -> None:
        """Continue the runs whose batches may be done."""
        for workspace, id_ in await self._context.runs.batched():
            if (run := await self._context.runs.find(workspace, id_)) is not None:
                await self._later(run, job)

    async def _later(self, run: ClassifyRun, turn: Checkpoint) -> None:
        id_ = f"classify:{run.id}:{turn.reference}"
        payload = _payload(run.place.workspace, run.id)
        await self._inbox.accept(
            Delivery(id_, _queue_key_of(run.place, run.id), RUN, payload, fairness_group(run.place))
        )


def _of_files(words: str, files: Sequence[FileRef]) -> ClassifyOptions:
    """Read what is said with files. Raises `UsageError`."""
    if any(is_sheet(file) and file.is_shared for file in files):
        words = words.partition("\n\n")[0]  # after these, the message that is forwarded begins
    options = parse.parse_options(words)
    return (
        replace(options, lines=()) if any(map(is_sheet, files)) else options
    )  # what else is said with a table is about it


def _asked(command: Command, options: ClassifyOptions) -> ClassifyRequest:
    return ClassifyRequest(
        id=_id(command.id),
        place=command.place,
        asker=command.asker,
        to=command.answered,
        text=f"/classify {command.text}",
        wish=options,
        is_private=command.is_private,
        channels=command.channels,
        opening=command.place.thread if command.opened_thread else "",
    )


def _charge_asked(payload: Mapping[str, Any]) -> CostCenter:
    return replace(charge_asker(payload), request=str(payload["id"]))


def _id(name: str) -> str:
    """Return a run's id, from what asked for it: unique, printable, short enough for a button's value."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _payload(workspace: str, run: str) -> dict[str, str]:
    return {"workspace": workspace, "run": run}


def _queue_key_of(place: Place, run: str) -> str:
    return f"{place.workspace}:classify:{run}"


def _finish(record: Record) -> Finish:
    return partial(db_store.record, record=call_ledger.whole(record))
