"""Everything that people can ask for, by name, and what runs it: commands, actions and forms.

`core.commands` and `core.settings.subcommands` declare what there is; here each gets its handler, in one table per
kind.
"""

# not for people: what is typed

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.core import actions
from bot.core import command as commands
from bot.core.answer import buttons
from bot.core.answer.code_buttons import on_cut_code_action
from bot.core.classify import parse as classify_parse
from bot.core.code import command as code_command
from bot.core.code import parse as code_parse
from bot.core.code.revise import on_code_action
from bot.core.commands import CLASSIFY, CODE, PARLEY, SUMMARIZE
from bot.core.domain.command import Command
from bot.core.domain.control_value import InChannel
from bot.core.domain.interaction import Action, Form, Submission
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.find import command as find
from bot.core.knowledge.form import KnowledgeForm
from bot.core.memory import card
from bot.core.memory import command as memory_command
from bot.core.memory.form import MemoryForm
from bot.core.privacy import forget
from bot.core.settings import form, subcommands
from bot.core.settings import help as help_
from bot.core.settings import parse as settings_parse
from bot.core.spend import usage
from bot.core.summarize import answer as summary
from bot.core.summarize import parse as summarize_parse
from bot.core.summarize import sources as summary_source
from bot.core.triage import webhook_secret
from bot.jobs.memory import MemoryJobs

if TYPE_CHECKING:
    from bot.core.actions import ActionSpec, FormSpec
    from bot.core.knowledge.command import KnowledgeCommands
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.core.tools.toolbox import Toolbox
    from bot.jobs.articles import ArticleJobs
    from bot.jobs.classify import ClassifyJobs
    from bot.jobs.drafts import DraftJobs
    from bot.jobs.feedback_records import FeedbackRecordJobs
    from bot.jobs.home import HomeTab
    from bot.jobs.private_notes import PrivateNotes
    from bot.jobs.settings import SettingsJobs
    from bot.jobs.triage import TriageJobs

Asked_contra = TypeVar("Asked_contra", contravariant=True)
Left_co = TypeVar("Left_co", covariant=True)
Case = TypeVar("Case")
Placed = TypeVar("Placed", bound=InChannel)


class Handler(Protocol[Asked_contra, Left_co]):
    """Runs a request, as a turn of its own."""

    async def __call__(self, asked: Asked_contra, /, *, checkpoint: Checkpoint) -> Left_co:
        """Return the turn's record. Raise `ChatError`, or other transient errors, to be tried again."""


RunCommand = Handler[Command, Record]
RunAction = Handler[Action, Record]
# Done while the platform waits: they raise a `BotError`, whose sentence the person gets.
OpenForm = Callable[[Action], Awaitable[Form | None]]
OpenFormOfCommand = Callable[[Command], Awaitable[Form | None]]
SubmitForm = Callable[[Submission], Awaitable[Mapping[str, str]]]  # what is wrong, by the field
LocateForm = Callable[[Submission], Awaitable[Place | None]]  # None where what it is about is gone


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """How a command is read and run. `parse` raises `UsageError` for what the person should fix first.

    `open_thread` opens the thread that the answer goes to. It raises `UsageError` or `NotAllowedError` before anything
    is posted, with what only the asker sees.
    """

    parse: Callable[[str], object]
    run: RunCommand
    open_thread: Handler[Command, Command]


@dataclass(frozen=True, slots=True)
class FormCase:
    """What runs a submitted form, and for which place: permissions are checked again when it is submitted."""

    submit: SubmitForm
    where: LocateForm


@dataclass(frozen=True, slots=True)
class Registry:
    """The tables. `immediate_actions` run while the platform waits, `actions` as turns."""

    commands: Mapping[str, SlashCommand]
    subcommands: Mapping[str, RunCommand]
    opening: Mapping[str, OpenFormOfCommand]  # by the subcommands that may open a form at once
    actions: Mapping[str, RunAction]
    immediate_actions: Mapping[str, OpenForm]
    forms: Mapping[str, FormCase]


def where(spec: FormSpec[Placed]) -> LocateForm:
    """Return what finds the place of a form whose value has one."""

    async def where_told(submission: Submission) -> Place:
        return spec.read(submission).place

    return where_told


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
    drafts: DraftJobs,
    articles: ArticleJobs,
    records: FeedbackRecordJobs,
    settings: SettingsJobs,
    home: HomeTab,
    notes: PrivateNotes,
    stop: OpenForm,
    summarize_thread: OpenForm,
    try_again: RunAction,
    toolbox: Toolbox,
    knowledge: KnowledgeCommands,
) -> Registry:
    """Return the table of handlers for everything declared."""
    open_thread = partial(commands.open_thread, chat=chat)
    regenerate = partial(buttons.regenerate, store=store, model=model, chat=chat, toolbox=toolbox)
    again = partial(summary.again, store=store, model=model, chat=chat)
    on_code = partial(on_code_action, store=store, model=model, chat=chat)
    on_cut_code = partial(on_cut_code_action, store=store, model=model, chat=chat)
    memory = MemoryJobs(MemoryForm(store, chat, admins), home)
    sources = KnowledgeForm(knowledge.adding, knowledge.start, chat, admins)
    subcommand_handlers: Mapping[str, RunCommand] = {
        **dict.fromkeys((*settings_parse.WORDS, "workspace settings"), settings.configure),
        "help": partial(help_.explain, chat=chat),
        "triage report": triage.command,
        "triage secret": partial(webhook_secret.tell, secret_of=secret_of, admins=admins, chat=chat),
        "trends": triage.command,
        "open": triage.command,
        "feedback": records.command,
        "find": partial(find.find, store=store, chat=chat),
        "usage": partial(usage.usage, admins=admins, store=store, chat=chat, clock=partial(datetime.now, UTC)),
        "budget": settings.configure_budget,
        "persona": settings.configure_persona,
        **dict.fromkeys(
            ("memory", "memory delete"),
            partial(memory_command.memory, admins=admins, store=store, chat=chat),
        ),
        "knowledge": knowledge.run,
        "forget": partial(forget.forget, admins=admins, eraser=eraser, chat=chat),
    }
    return Registry(
        commands={
            SUMMARIZE.name: SlashCommand(
                summarize_parse.parse,
                partial(summary.summarize, store=store, model=model, chat=chat),
                partial(summary_source.open_thread, store=store, model=model, chat=chat),
            ),
            CLASSIFY.name: SlashCommand(classify_parse.parse, classify.command, classify.open_thread),
            CODE.name: SlashCommand(
                code_parse.parse,
                partial(code_command.code, store=store, model=model, chat=chat),
                partial(code_command.open_thread, store=store, model=model, chat=chat),
            ),
            PARLEY.name: SlashCommand(subcommands.parse, partial(run_subcommand, subcommand_handlers), open_thread),
        },
        subcommands=subcommand_handlers,
        opening={
            **dict.fromkeys(("settings", "workspace settings", "triage"), settings.open),
            "budget": settings.open_budgets,
        },
        actions=by_name(
            {
                actions.TRY_AGAIN: try_again,
                actions.REGENERATE: regenerate,
                actions.ANSWER_AGAIN: regenerate,
                actions.CONTINUE: partial(buttons.go_on, store=store, model=model, chat=chat, toolbox=toolbox),
                actions.RESUME_SUMMARY: partial(summary.resume, store=store, model=model, chat=chat),
                actions.SHARE_SUMMARY: partial(summary.share, store=store, model=model, chat=chat),
                actions.REGENERATE_SUMMARY: again,
                actions.SHORTER_SUMMARY: again,
                actions.LONGER_SUMMARY: again,
                actions.ONLY_ACTIONS: again,
                actions.TEST_CODE: on_code,
                actions.EXPLAIN_CODE: on_code,
                actions.TRANSLATE_CODE: on_code,
                actions.SAVE_CODE: on_code,
                actions.CONTINUE_CODE: on_cut_code,
                actions.REGENERATE_CODE: on_cut_code,
                actions.START_RUN: classify.on_action,
                actions.START_BATCH: classify.on_action,
                actions.CANCEL_RUN: classify.on_action,
                actions.RESUME_RUN: classify.on_action,
                actions.EXPORT_RUN: classify.on_action,
                actions.CONFIRM_READING: classify.on_action,
                actions.READ_COLUMN: classify.on_action,
                actions.READ_SHEET: classify.on_action,
                actions.READ_HEADING: classify.on_action,
                actions.READ_ENCODING: classify.on_action,
                actions.TAKE_FEEDBACK: triage.on_action,
                actions.RESOLVE_FEEDBACK: triage.on_action,
                actions.REOPEN_FEEDBACK: triage.on_action,
                actions.DISMISS_FEEDBACK: triage.on_action,
                actions.JOIN_FEEDBACK: records.join,
                actions.SEND_DRAFT: drafts.on_action,
                actions.ASK_PERSON: drafts.ask_person,
                actions.WRITE_UP: articles.want,
                actions.APPROVE_ARTICLE: articles.decide,
                actions.DISCARD_ARTICLE: articles.decide,
                actions.TRY_SETTINGS: partial(form.try_out, store=store, model=model, chat=chat),
                actions.KEEP_NOTE: partial(card.on_action, store=store, chat=chat),
                actions.DISCARD_NOTE: partial(card.on_action, store=store, chat=chat),
                actions.DELETE_NOTE: partial(memory_command.on_delete, admins=admins, store=store, chat=chat),
                actions.FORGET: partial(forget.on_forget, admins=admins, eraser=eraser, chat=chat),
            }
        ),
        immediate_actions=by_name(
            {
                actions.STOP: stop,
                actions.RATE: partial(buttons.rate, store=store, send_later=notes.accept),
                actions.SUMMARIZE_THREAD: summarize_thread,
                actions.EDIT_CATEGORIES: classify.open_form,
                actions.CORRECT_ROWS: classify.open_form,
                actions.CLASSIFY_MESSAGE: classify.open_form,
                actions.CHANGE_FEEDBACK: triage.open_form,
                **dict.fromkeys((actions.EDIT_DRAFT, actions.DISCARD_DRAFT, actions.REVIEW_DRAFT), drafts.open_form),
                actions.EDIT_ARTICLE: articles.open_form,
                actions.EDIT_SETTINGS: settings.open_form,
                actions.EDIT_WORKSPACE: settings.open_form,
                actions.EDIT_THREAD: settings.open_form,
                actions.SETTINGS_PAGE: settings.open_form,
                actions.TRY_SETTINGS: settings.open_form,  # shows that it is tried; then it is, as a turn
                actions.EXPLAIN_SETTINGS: settings.open_form,
                actions.EDIT_BUDGETS: settings.open_budget_form,
                actions.EDIT_TRIAGE: settings.open_triage_form,
                actions.EDIT_TEAM: settings.open_triage_form,
                actions.EDIT_MEMORY: memory.open_form,
                actions.EDIT_KNOWLEDGE: sources.open,
            }
        ),
        forms=by_name(
            {
                actions.RATING_COMMENT: FormCase(
                    partial(buttons.comment, store=store, directory=chat.directory, send_later=notes.accept),
                    where(actions.RATING_COMMENT),
                ),
                actions.CATEGORIES_FORM: FormCase(classify.submit, classify.where),
                actions.ROWS_FORM: FormCase(classify.submit, classify.where),
                actions.CLASSIFY_FORM: FormCase(classify.submit, classify.where),
                actions.FEEDBACK_FORM: FormCase(triage.submit, triage.where),
                actions.DRAFT_FORM: FormCase(drafts.submit, drafts.where),
                actions.ARTICLE_FORM: FormCase(articles.submit, articles.where),
                actions.SETTINGS_FORM: FormCase(settings.submit, where(actions.SETTINGS_FORM)),
                actions.BUDGET_FORM: FormCase(settings.submit_budgets, where(actions.BUDGET_FORM)),
                actions.TRIAGE_FORM: FormCase(settings.submit_triage, where(actions.TRIAGE_FORM)),
                actions.TEAM_FORM: FormCase(settings.submit_team, where(actions.TEAM_FORM)),
                actions.MEMORY_FORM: FormCase(memory.submit, where(actions.MEMORY_FORM)),
                actions.KNOWLEDGE_FORM: FormCase(sources.save, where(actions.KNOWLEDGE_FORM)),
            }
        ),
    )


def by_name(table: Mapping[ActionSpec[Any] | FormSpec[Any], Case]) -> Mapping[str, Case]:
    """Return a table by the names under which the platform knows what is in it."""
    return {spec.name: case for spec, case in table.items()}


async def run_subcommand(handlers: Mapping[str, RunCommand], command: Command, /, *, checkpoint: Checkpoint) -> Record:
    """Run what was typed after `/parley`."""
    return await handlers[subcommands.find(command.text).words](command, checkpoint=checkpoint)
