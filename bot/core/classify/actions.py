"""Carry out what people decide about a run, by buttons and forms: start, cancel, resume, change categories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.access import check_member
from bot.core.actions import (
    CANCEL_RUN,
    CATEGORIES_FORM,
    CLASSIFY_FORM,
    CLASSIFY_MESSAGE,
    CONFIRM_READING,
    EDIT_CATEGORIES,
    EXPORT_RUN,
    RESUME_RUN,
    ROWS_FORM,
    START_BATCH,
    START_RUN,
)
from bot.core.classify import render, request_form
from bot.core.classify import start as begin
from bot.core.classify.context import answering
from bot.core.classify.how_file_was_read import CHANGES, changed
from bot.core.classify.message_batches import BATCH, COLLECTED
from bot.core.classify.render import MOST_LISTED
from bot.core.classify.sources import gather
from bot.core.domain import category
from bot.core.domain.classification import RunStatus
from bot.core.domain.control_value import RowsRef, RunRef
from bot.core.domain.interaction import Action, Field, Form
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.writing.notes import disclaimer
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.calls import Call
    from bot.core.classify.context import ClassifyContext
    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.interaction import Submission
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Checkpoint

MOST_CORRECTED = 20  # items in one form, by their numbers
ROW = "row"  # with a number: the field of a row
SHOWN_OF_ROW = 140  # characters

GONE = N_("This run no longer exists; please start it again.")
DECIDED = N_("That has already been decided.")


async def on_action(action: Action, *, checkpoint: Checkpoint, context: ClassifyContext) -> Record:
    """Carry out what a button says. Raises `ChatError`."""
    try:
        run = await _run(EXPORT_RUN.read(action).run, action.place.workspace, context)
        if action.name == EXPORT_RUN.name:
            await _check_sees(run, action, context)
            await _export(run, checkpoint=checkpoint, context=context)
        else:
            _check_may_decide(run, action.asker, context)
            if action.name in {one.name for one in CHANGES}:
                await _read_again(run, action, checkpoint=checkpoint, context=context)
            elif action.name == CONFIRM_READING.name:
                calls = await _read_right(run, checkpoint=checkpoint, context=context)
                return Record(action.place, action.asker.person, calls=calls)
            else:
                await _decide(run, action.name, checkpoint=checkpoint, context=context)
    except (NotAllowedError, UsageError) as error:
        return await send_ephemeral(action.place, action.asker, error.sentence, answers=context.chat.answers)
    return Record(action.place, action.asker.person)


async def _run(run: str, workspace: str, context: ClassifyContext) -> ClassifyRun:
    """Return a run of a workspace. Raises `UsageError` if it has none of that id."""
    found = await context.runs.find(workspace, run)
    if found is None:
        raise UsageError(_(GONE))
    return found


def _check_may_decide(run: ClassifyRun, asker: Requester, context: ClassifyContext) -> None:
    if asker.person != run.asker.person:
        who = context.chat.names.mention(run.asker.person)
        raise NotAllowedError(_("Only {person}, who asked for it, can do this.", person=who))


async def _decide(run: ClassifyRun, name: str, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    open_ = (RunStatus.ASKING, RunStatus.RUNNING, RunStatus.BATCHED)
    wanted = {CANCEL_RUN.name: open_, RESUME_RUN.name: (RunStatus.STOPPED,)}
    is_early = run.asked is not None and name in {START_RUN.name, START_BATCH.name}
    if run.status not in wanted.get(name, (RunStatus.ASKING,)) or not run.items or is_early:
        raise UsageError(_(DECIDED))
    if name == CANCEL_RUN.name:
        await _cancel(run, checkpoint=checkpoint, context=context)
        return
    await start(replace(run, is_batch=run.is_batch or name == START_BATCH.name), checkpoint=checkpoint, context=context)


async def _read_again(run: ClassifyRun, action: Action, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    """Read a run's file as its asker chose, and show that. Raises `UsageError`, `NotAllowedError`, `ChatError`."""
    if run.asked is None or run.status is not RunStatus.ASKING:
        raise UsageError(_(DECIDED))
    parsed = replace(run.asked.wish, reading=changed(run.asked.wish.reading, action.name, action.choice))
    asked = replace(run.asked, wish=parsed)
    gathered = await gather(asked, chat=context.chat, progress=lambda _text: None)
    async with answering(run, checkpoint, context) as visible:
        await begin.ask_how(asked, run, gathered, visible, context=context)


async def _read_right(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> tuple[Call, ...]:
    """Continue with a file that was read correctly; return the calls that took. Raises `UsageError`, `ChatError`."""
    if run.asked is None or run.status is not RunStatus.ASKING:
        raise UsageError(_(DECIDED))
    items = [one async for page in context.items.unsorted(run.id) for one in page]
    async with answering(run, checkpoint, context) as visible:
        _answer, calls = await begin.settle(run, items, visible, checkpoint=checkpoint, context=context, are_kept=True)
    return calls


async def start(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    """Start or resume a run."""
    waits = bool(run.state.get(BATCH)) and COLLECTED not in run.state
    run = replace(run, status=RunStatus.BATCHED if waits else RunStatus.RUNNING)
    await context.runs.change(run)
    async with answering(run, checkpoint, context) as visible:
        await visible.replace(f"_{begin.sorting(run)}_", for_now=True)
    await context.later(run, checkpoint)


async def _cancel(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    """Stop a run; a running one says so itself once its present batches are done."""
    await context.runs.change(replace(run, status=RunStatus.STOPPED))
    if run.status is RunStatus.ASKING:
        async with answering(run, checkpoint, context) as visible:
            await visible.replace(_("Canceled: nothing was sorted."))
    if run.status is RunStatus.BATCHED:
        await context.model.cancel(run.state[BATCH])
        async with answering(run, checkpoint, context) as visible:
            await visible.replace(
                _(
                    "Canceled. What Claude has sorted so far is already paid for: “Resume” fetches it and sorts the "
                    "rest."
                ),
                controls=(RESUME_RUN.button(RunRef(run=run.id)),),
            )


async def _export(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    settings = await context.store.settings.load(run.place)
    version = int(run.state.get("exports", "1")) + 1
    await context.runs.keep(run.id, "exports", str(version))
    await render.upload(run, settings, checkpoint=checkpoint, context=context, version=version)


async def open_form(action: Action, *, context: ClassifyContext) -> Form:
    """Build the form that a button opens. Raises `UsageError`, `NotAllowedError`."""
    if action.name == CLASSIFY_MESSAGE.name:
        return request_form.build(action, chat=context.chat)
    run = await _run(EXPORT_RUN.read(action).run, action.place.workspace, context)
    if action.name == EDIT_CATEGORIES.name:
        _check_may_decide(run, action.asker, context)
        if run.status is not RunStatus.ASKING or run.asked is not None:
            raise UsageError(_(DECIDED))
        text = category.written(run.categories)
        hint = _("One per line. Add a definition after a colon where the name says too little.")
        field = Field("categories", _("Categories"), "area", text, hint=hint)
        return CATEGORIES_FORM.form(_("Categories"), (field,), RunRef(run=run.id), _("Classify"))
    _check_may_correct(run, action.asker)
    await _check_sees(run, action, context)
    if run.items <= MOST_LISTED and (rows := await _rows_form(run, context)):
        return rows
    number = Field(
        "number", _("Number of the message"), hint=_("As in the file's first column; separate several with commas.")
    )
    chosen = Field("category", _("Category"), "choices" if run.several else "choice", options=_options(run))
    return ROWS_FORM.form(_("Change a category"), (number, chosen), RowsRef(run=run.id))


async def _rows_form(run: ClassifyRun, context: ClassifyContext) -> Form | None:
    """Build a form with a menu for each row of a short list.

    It carries the rows' categories, so that only this person's changes are saved: others may have it open, too.
    """
    results = [one async for page in context.items.results(run.id) for one in page]
    names = [one.name for one in run.categories]
    shown = {
        str(one.item.number): tuple(str(names.index(name)) for name in one.verdict.categories if name in names)
        for one in results
    }
    fields = tuple(
        Field(
            f"{ROW}{one.item.number}",
            f"{one.item.number}. {one.item.opening(SHOWN_OF_ROW)}",
            "choices" if run.several else "choice",
            shown[str(one.item.number)] if run.several else "".join(shown[str(one.item.number)][:1]),
            _options(run),
            optional=True,
        )
        for one in results
    )
    try:
        return ROWS_FORM.form(_("Change categories"), fields, RowsRef(run=run.id, shown=shown))
    except ValueError:
        return None


def _options(run: ClassifyRun) -> tuple[tuple[str, str], ...]:
    return tuple((str(n), one.name[:75]) for n, one in enumerate(run.categories))


async def _check_sees(run: ClassifyRun, acting: Action | Submission, context: ClassifyContext) -> None:
    """Raise `NotAllowedError` unless someone is where a run's results are shown. Raises `ChatError`."""
    is_there = isinstance(acting, Action) and acting.place.channel == run.place.channel
    if not is_there and acting.asker.person != run.asker.person:
        await check_member((run.place,), acting.asker.person, context.chat.directory)


def _check_may_correct(run: ClassifyRun, asker: Requester) -> None:
    """Raise `NotAllowedError` for people of other organizations: they can read along, but don't teach the bot."""
    if asker.home != run.place.workspace:
        raise NotAllowedError(_("Only people from this workspace can change categories."))


def run_of(submission: Submission) -> str:
    """Return the id of the run that a form is about."""
    return ROWS_FORM.read(submission).run


async def where(submission: Submission, *, context: ClassifyContext) -> Place | None:
    """Return the place that a form is about, None if its run is gone."""
    if submission.name == CLASSIFY_FORM.name:
        return CLASSIFY_FORM.read(submission).place
    run = await context.runs.find(submission.asker.home, run_of(submission))
    return run.place if run is not None else None


async def submit(submission: Submission, *, context: ClassifyContext) -> Mapping[str, str]:
    """Take in a filled-in form, except for what it shows; return its faults by field."""
    run = await _run(run_of(submission), submission.asker.home, context)
    if submission.name == CATEGORIES_FORM.name:
        _check_may_decide(run, submission.asker, context)
        return await _take_categories(run, str(submission.answers.get("categories", "")), context)
    _check_may_correct(run, submission.asker)
    await _check_sees(run, submission, context)
    if shown := ROWS_FORM.read(submission).shown:
        return await _take_rows(run, shown, submission, context)
    return await _take_correction(run, submission, context)


async def _take_categories(run: ClassifyRun, text: str, context: ClassifyContext) -> Mapping[str, str]:
    try:
        chosen = category.with_other(category.read(text))
    except UsageError as error:
        return {"categories": error.sentence}
    if run.status is not RunStatus.ASKING:
        return {"categories": _(DECIDED)}
    await context.runs.change(replace(run, categories=chosen))
    return {}


async def _take_rows(
    run: ClassifyRun, shown: Mapping[str, Sequence[str]], submission: Submission, context: ClassifyContext
) -> Mapping[str, str]:
    """Save the rows that were changed; one that was emptied stays as it is."""
    for number, before in shown.items():
        given = submission.answers.get(f"{ROW}{number}", ())
        chosen = (given,) if isinstance(given, str) and given else tuple(given)
        if chosen and set(chosen) != set(before):
            names = tuple(run.categories[int(n)].name for n in chosen)
            await context.items.correct(run.id, int(number), names, submission.asker.person)
    return {}


async def _take_correction(run: ClassifyRun, submission: Submission, context: ClassifyContext) -> Mapping[str, str]:
    given = submission.answers.get("category", ())
    names = tuple(run.categories[int(n)].name for n in ([given] if isinstance(given, str) else given))
    if not names:
        return {"category": _("Choose a category.")}
    typed = str(submission.answers.get("number", "")).replace(",", " ").split()
    if not typed or not all(one.isascii() and one.isdigit() for one in typed):
        return {"number": _("Enter numbers such as 3, or 3, 7, 12.")}
    if len(typed) > MOST_CORRECTED:
        return {"number": _("At most {n} at a time.", n=MOST_CORRECTED)}
    numbers = [int(one) for one in typed]
    if missing := [number for number in numbers if not 0 < number <= run.items]:
        said = _("There is no message {number}: the numbers go from 1 to {last:,}.", number=missing[0], last=run.items)
        return {"number": said}
    for number in numbers:
        await context.items.correct(run.id, number, names, submission.asker.person)
    return {}


async def show(run: ClassifyRun, *, checkpoint: Checkpoint, context: ClassifyContext) -> None:
    """Do what a form calls for: start with the categories, or show the list or the counts again."""
    if run.status is RunStatus.ASKING:
        await start(run, checkpoint=checkpoint, context=context)
        return
    if run.status is not RunStatus.DONE:
        return
    settings = await context.store.settings.load(run.place)
    text = await (render.short if run.items <= MOST_LISTED else render.summary)(run, settings, context)
    async with answering(run, checkpoint, context) as visible:
        await visible.replace(text, footer=disclaimer(settings), controls=render.controls(run))
