"""Everything that people can ask for, by name, and what runs it: commands, actions and forms.

`core.commands` and `core.settings.subcommands` declare what there is; here each gets its handler, in one table a kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.core import command as commands
from bot.core.answer import buttons
from bot.core.answer.code_buttons import anew
from bot.core.answer.edits import REGENERATE
from bot.core.classify import actions as classify_actions
from bot.core.classify import parse as classify_parse
from bot.core.code import parse as code_parse
from bot.core.code import render
from bot.core.code.revise import press_code
from bot.core.code.write import code
from bot.core.commands import CLASSIFY, CODE, PARLEY, SUMMARIZE
from bot.core.domain.command import Command
from bot.core.domain.interaction import STOP, Action, Form, Submission
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.privacy import forget
from bot.core.settings import command as settings_command
from bot.core.settings import form, subcommands
from bot.core.spend import usage
from bot.core.summarize import answer as summary
from bot.core.summarize import parse as summarize_parse
from bot.core.summarize import sources as summary_source
from bot.core.triage import actions as triage_actions
from bot.core.triage import settings_form as triage_form
from bot.core.triage import webhook_secret
from bot.core.triage.card import CHANGE

if TYPE_CHECKING:
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.jobs.classify import ClassifyJobs
    from bot.jobs.settings import SettingsJobs
    from bot.jobs.triage import TriageJobs

Asked_contra = TypeVar("Asked_contra", contravariant=True)
Left_co = TypeVar("Left_co", covariant=True)


class Handler(Protocol[Asked_contra, Left_co]):
    """Does what was asked for, as a turn of its own."""

    async def __call__(self, asked: Asked_contra, /, *, checkpoint: Checkpoint) -> Left_co:
        """Return what the turn leaves. Raise `ChatError`, and what else may pass, to be tried again."""


RunCommand = Handler[Command, Record]
RunAction = Handler[Action, Record]
# Done while the platform waits: they raise a `BotError`, whose sentence the person gets.
OpenForm = Callable[[Action], Awaitable[Form | None]]
OpenFormOfCommand = Callable[[Command], Awaitable[Form | None]]
SubmitForm = Callable[[Submission], Awaitable[Mapping[str, str]]]  # what is wrong, by the field
LocateForm = Callable[[Submission], Awaitable[Place | None]]  # None where what it is about is gone


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """How a command is read and run. `parse` raises `UsageError` for what the person should mend first.

    `open_thread` opens the thread that the answer goes to. It raises `UsageError` or `NotAllowedError` before anything
    is posted, with what the asker alone is told.
    """

    parse: Callable[[str], object]
    run: RunCommand
    open_thread: Handler[Command, Command]


@dataclass(frozen=True, slots=True)
class FormCase:
    """What is done with a filled form, and where: whether a person may is asked again when it is submitted."""

    submit: SubmitForm
    where: LocateForm


@dataclass(frozen=True, slots=True)
class Registry:
    """The tables. `immediate_actions` are done while the platform waits, `actions` as turns."""

    commands: Mapping[str, SlashCommand]
    subcommands: Mapping[str, RunCommand]
    opening: Mapping[str, OpenFormOfCommand]  # by the subcommands that may open a form at once
    actions: Mapping[str, RunAction]
    immediate_actions: Mapping[str, OpenForm]
    forms: Mapping[str, FormCase]


async def where_told(submission: Submission) -> Place:
    """Return the place of a form whose value begins with its workspace and channel, "-" for none."""
    workspace, channel, *_ = submission.value.split(" ")
    return Place(workspace, channel.strip("-"))


def registry(  # noqa: PLR0913 (what the use cases ask for, and the jobs that have work of their own)
    *,
    store: Store,
    model: Model,
    chat: Chat,
    admins: frozenset[str],
    eraser: forget.Eraser,
    secret_of: Callable[[str], str] | None,
    classify: ClassifyJobs,
    triage: TriageJobs,
    settings: SettingsJobs,
    stop: OpenForm,
    summarize_thread: OpenForm,
) -> Registry:
    """Give everything that is declared its handler."""
    open_thread = partial(commands.open_thread, chat=chat)
    again = partial(summary.again, store=store, model=model, chat=chat)
    on_code = partial(press_code, store=store, model=model, chat=chat)
    on_cut_code = partial(anew, store=store, model=model, chat=chat)
    subcommand_handlers: Mapping[str, RunCommand] = {
        **dict.fromkeys((*settings_command.WORDS, "workspace settings"), settings.configure),
        "triage report": triage.command,
        "triage secret": partial(webhook_secret.tell, secret_of=secret_of, admins=admins, chat=chat),
        "trends": triage.command,
        "usage": partial(usage.usage, admins=admins, store=store, chat=chat, clock=partial(datetime.now, UTC)),
        "budget": settings.configure_budget,
        "persona": settings.configure_persona,
        "forget": partial(forget.forget, admins=admins, eraser=eraser, chat=chat),
    }
    return Registry(
        commands={
            SUMMARIZE.name: SlashCommand(
                summarize_parse.parse,
                partial(summary.summarize, store=store, model=model, chat=chat),
                partial(summary_source.open_thread, store=store, chat=chat),
            ),
            CLASSIFY.name: SlashCommand(classify_parse.parse, classify.command, classify.open_thread),
            CODE.name: SlashCommand(code_parse.parse, partial(code, store=store, model=model, chat=chat), open_thread),
            PARLEY.name: SlashCommand(subcommands.parse, partial(run_subcommand, subcommand_handlers), open_thread),
        },
        subcommands=subcommand_handlers,
        opening={"settings": settings.open, "workspace settings": settings.open},
        actions={
            REGENERATE: partial(buttons.regenerate, store=store, model=model, chat=chat),
            buttons.CONTINUE: partial(buttons.go_on, store=store, model=model, chat=chat),
            summary.RESUME: partial(summary.resume, store=store, model=model, chat=chat),
            summary.SHARE: partial(summary.share, store=store, model=model, chat=chat),
            **dict.fromkeys((summary.SHORTER, summary.LONGER, summary.ACTIONS), again),
            **dict.fromkeys((render.TESTS, render.EXPLAIN, render.TRANSLATE, render.SAVE), on_code),
            **dict.fromkeys((render.CONTINUE, render.ANEW), on_cut_code),
            **dict.fromkeys(classify_actions.PRESSED, classify.pressed),
            **dict.fromkeys(triage_actions.PRESSED, triage.pressed),
            form.TRY: partial(form.try_out, store=store, model=model, chat=chat),
            forget.FORGET: partial(forget.press_forget, admins=admins, eraser=eraser, chat=chat),
        },
        immediate_actions={
            STOP: stop,
            buttons.RATE: partial(buttons.rate, store=store),
            summary_source.SHORTCUT: summarize_thread,
            **dict.fromkeys(classify_actions.FORMS, classify.open_form),
            CHANGE: triage.open_form,
            **dict.fromkeys(form.PRESSES, settings.press),
            **dict.fromkeys(triage_form.PRESSES, settings.press_triage),
        },
        forms={
            buttons.COMMENT: FormCase(partial(buttons.comment, store=store, chat=chat), where_told),
            **dict.fromkeys(classify_actions.FORMS, FormCase(classify.submit, classify.where)),
            CHANGE: FormCase(triage.submit, triage.where),
            form.FORM: FormCase(settings.submit, where_told),
            triage_form.FORM: FormCase(settings.submit_triage, where_told),
            triage_form.TEAM_FORM: FormCase(settings.submit_team, where_told),
        },
    )


async def run_subcommand(handlers: Mapping[str, RunCommand], command: Command, /, *, checkpoint: Checkpoint) -> Record:
    """Carry out what was typed behind `/parley`."""
    return await handlers[subcommands.find(command.text).words](command, checkpoint=checkpoint)
