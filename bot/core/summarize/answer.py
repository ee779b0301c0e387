"""Answer `/summarize`, and the buttons below a summary."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import (
    ONLY_ACTIONS,
    REGENERATE_SUMMARY,
    RESUME_SUMMARY,
    SHORTER_SUMMARY,
)
from bot.core.answer.buttons import rewritten
from bot.core.cancel import cancel_on
from bot.core.channel_reader import allow
from bot.core.command import answering
from bot.core.domain.message import Message, Role
from bot.core.domain.summary import Source, SummaryRun
from bot.core.domain.thread import FinishedAnswer, Record
from bot.core.ephemeral import send_ephemeral
from bot.core.privacy.redaction.carry import carried
from bot.core.summarize import buttons
from bot.core.summarize.context import SummaryContext
from bot.core.summarize.conversation import Summary
from bot.core.summarize.file import give_files
from bot.core.summarize.parse import parse
from bot.core.summarize.paste import give_text
from bot.core.summarize.run import SharedCheckpoint, SummaryCheckpoint
from bot.core.summarize.sources import allow_again
from bot.core.writing.kept_answer import PreparedAnswer, kept, show
from bot.core.writing.kept_answer import give as give_outcome
from bot.core.writing.notes import DISCLAIMER, disclaimer, unapplied
from bot.core.writing.stream import report_failure
from bot.errors import ModelError, ModelStoppedError, NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, Checkpoint, Model, Store

log = logging.getLogger(__name__)

# Characters of a summary that is shared as one message: the 12,000 that a platform shows in one, less what links and
# names take when they are spelled in its own way.
LONGEST_SHARED = 11_000

STOPPED = N_("Stopped: {how_far}. I kept that much: “Resume” pays only for the rest.")
STOPPED_IN_PRIVATE = N_("Stopped: {how_far}.")
NOT_SHARED = N_("Stopped: nothing was shared.")
NOT_YOURS = N_("Only the person who asked for this summary can do this.")
FORGOTTEN = N_("I no longer have what this summary was based on. Please ask for it again.")


async def summarize(command: Command, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Summarize what was asked for, and return what the thread's history should keep. Raises `ChatError`."""
    ask = parse(command.text)
    if ask.is_text:
        source = Source(command.place, _("your text"), is_text=True)
        own = SummaryRun(command.id, command.asker.person, command.place, source, ask.options)
        async with answering(command, answers=chat.answers, checkpoint=checkpoint, once=True) as visible:
            context = SummaryContext(own, visible, checkpoint, store, model, chat, command.is_private)
            written = await give(context, ask.text)
        return command.record(written)
    run = await store.summary_runs.find(command.place.workspace, command.id)
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        if run is None:
            return command.record(FinishedAnswer(_(FORGOTTEN), await visible.replace(_(FORGOTTEN))))
        return command.record(await give(SummaryContext(run, visible, checkpoint, store, model, chat)))


async def again(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Write a summary again: shorter, longer, only its actions, or anew; only then, its source is read again."""
    run = await _run_of(action, store)
    if run is None and await _is_someone_elses(action, store):
        return await send_ephemeral(action.place, action.asker, _(NOT_YOURS), answers=chat.answers)
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message) as visible:
        if run is None:
            written = FinishedAnswer("", await visible.replace(_(FORGOTTEN)))
        else:
            context = SummaryContext(_changed(run, action), visible, checkpoint, store, model, chat)
            written = await (_read_again(context, action.id) if _reads_again(action) else give(context))
    messages = (Message(Role.ASSISTANT, "", written.text, written.message_id),) if written.text else ()
    return Record(action.place, action.asker.person, True, messages, written.calls)  # noqa: FBT003 (as in a table)


async def _read_again(context: SummaryContext, new: str) -> FinishedAnswer:
    """Write a summary from its source as that is now, as a run with a `new` id. Raises as `give` does."""
    run, runs = context.run, context.store.summary_runs
    try:
        await allow_again(run, chat=context.chat)
    except (UsageError, NotAllowedError) as error:
        return FinishedAnswer("", await context.visible.replace(error.sentence))
    text = await SummaryCheckpoint(run, runs).text() or ""
    context.run = replace(run, id=new)
    await runs.begin(context.run)
    return await give(context, text)


async def share(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Post a summary where the messages it summarizes are, once, for everyone there."""
    run = await _run_of(action, store)
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message) as visible:
        if run is None:
            await visible.replace(_(FORGOTTEN))
        else:
            try:
                await allow(run.source.place, run.person, directory=chat.directory)
            except (UsageError, NotAllowedError) as error:
                await visible.replace(error.sentence)
            else:
                summary = Summary(run, store=store, model=model, chat=chat, progress=visible.progress)
                try:
                    link = await _share(run, summary, action.asker, checkpoint=checkpoint, store=store, chat=chat)
                    await visible.replace(_("[Shared]({link}) to {place}.", link=link, place=run.source.title))
                except ModelStoppedError:
                    await visible.replace(f"_{_(NOT_SHARED)}_")
    return Record(action.place, action.asker.person)


async def resume(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Resume a summary that was stopped, in its place; nothing is paid for twice."""
    run = await _run_of(action, store)
    if run is None:
        sentence = _(NOT_YOURS) if await _is_someone_elses(action, store) else _(FORGOTTEN)
        return await send_ephemeral(action.place, action.asker, sentence, answers=chat.answers)
    async with chat.answers.begin(
        action.place, action.asker, checkpoint, to=action.message, instead=action.message
    ) as visible:
        written = await give(SummaryContext(run, visible, checkpoint, store, model, chat))
    before = Message(Role.ASSISTANT, "", "", action.message)
    return rewritten(Record(action.place, action.asker.person), before, written)


async def give(context: SummaryContext, text: str = "") -> FinishedAnswer:
    """Write a run's summary into an answer. `text` is what was typed, if that is to be summarized.

    If it was stopped before anything was written, it says how far it came and can be resumed. Raises `ChatError`, and a
    transient `ModelError`.
    """
    run, visible, checkpoint = context.run, context.visible, context.checkpoint
    if (before := kept(checkpoint)) is not None:
        return await show(before, visible)
    try:
        return await _give(text, context)
    except (UsageError, NotAllowedError) as error:
        return FinishedAnswer("", await visible.replace(error.sentence))
    except ModelStoppedError as error:
        more = () if context.is_private else (buttons.resume(run, checkpoint.reference),)
        how_far = context.how_far or _("nothing has been read yet")
        sentence = _(STOPPED_IN_PRIVATE if context.is_private else STOPPED, how_far=how_far)
        message_id = await visible.replace(sentence, controls=more)
        return FinishedAnswer("", message_id, (error.call,) if error.call else ())
    except ModelError as error:
        controls = None if context.is_private else buttons.of_text(run, checkpoint.reference)
        return await report_failure(error, visible, checkpoint, controls=controls)


async def _give(typed: str, context: SummaryContext) -> FinishedAnswer:
    run, visible, store, model, cancelled = (
        context.run,
        context.visible,
        context.store,
        context.model,
        context.checkpoint.turn.cancelled,
    )
    await carried(store.settings, run.source.place, run.place, run.person)
    if run.source.is_text:
        text = typed or await SummaryCheckpoint(run, store.summary_runs).text()
        if not text:
            raise UsageError(_(FORGOTTEN))
        return await give_text(text, context)
    if run.source.file:
        return await give_files((run.source.file,), context)
    summary = Summary(run, store=store, model=model, chat=context.chat, progress=context.progress)
    read = await cancel_on(cancelled, summary.read())
    if read.files:
        return await give_files(read.files, context)
    text = await cancel_on(cancelled, summary.make(read))
    settings = await store.settings.load(run.source.place)
    notes = unapplied(settings, model)
    heading = run.source.heading
    text = f"**{heading[:1].upper()}{heading[1:]}**\n{text}{notes}"
    controls = tuple(buttons.of_conversation(run))
    outcome = PreparedAnswer(text, footer=disclaimer(settings), controls=controls, history=text, is_instead=True)
    return await give_outcome(outcome, visible, context.checkpoint)


def _reads_again(action: Action) -> bool:
    return action.name == REGENERATE_SUMMARY.name


def _changed(run: SummaryRun, action: Action) -> SummaryRun:
    """Return the run as the button asks for it."""
    if action.name == ONLY_ACTIONS.name:
        return replace(run, wishes=replace(run.wishes, only_actions=True))
    if _reads_again(action):
        return run
    step = -1 if action.name == SHORTER_SUMMARY.name else 1
    number = buttons.LENGTHS.index(run.wishes.length) + step
    length = buttons.LENGTHS[min(max(number, 0), len(buttons.LENGTHS) - 1)]
    return replace(run, wishes=replace(run.wishes, length=length, only_actions=False))


async def _run_of(action: Action, store: Store) -> SummaryRun | None:
    """Return a button's run, at the length of the summary above it; None if it is someone else's."""
    ref = RESUME_SUMMARY.read(action)
    run = await store.summary_runs.find(action.place.workspace, ref.run)
    if run is None or run.person != action.asker.person:
        return None
    only_actions = run.wishes.only_actions or ref.only_actions
    return replace(run, wishes=replace(run.wishes, length=ref.length, only_actions=only_actions))


async def _is_someone_elses(action: Action, store: Store) -> bool:
    """Return whether a button's run that its presser can't have is still there."""
    return await store.summary_runs.find(action.place.workspace, RESUME_SUMMARY.read(action).run) is not None


async def _share(
    run: SummaryRun, summary: Summary, asker: Requester, *, checkpoint: Checkpoint, store: Store, chat: Chat
) -> str:
    """Post the summary, unless it was posted before, and return its link."""
    stored = SummaryCheckpoint(run, store.summary_runs)
    message = await stored.shared()
    if not message:
        read = await cancel_on(checkpoint.turn.cancelled, summary.read())
        page = await cancel_on(checkpoint.turn.cancelled, summary.make(read))
        heading = _(
            "**Summary of {source}**, shared by {person}",
            source=run.source.heading,
            person=chat.names.mention(run.person),
        )
        page = f"{page}\n_{_(DISCLAIMER)}_"
        place, text = run.source.place, f"{heading}\n{page}"
        if place.thread or len(text) > LONGEST_SHARED:
            # A summary of several messages belongs in a thread.
            thread = place if place.thread else await chat.answers.open_thread(place, heading, checkpoint)
            async with chat.answers.begin(thread, asker, SharedCheckpoint(checkpoint), to=thread.thread) as visible:
                message = await visible.replace(text if place.thread else page)
            message = message if place.thread else thread.thread
        else:
            message = (await chat.answers.open_thread(place, text, checkpoint)).thread
        await stored.keep_shared(message)
    return chat.history.permalink(run.source.place, message)
