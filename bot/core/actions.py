"""Every button, menu, shortcut and form, declared once: its name, its label, what it carries, and who may use it.

`bot.jobs.registry` says what runs each. Names and values are under messages that were posted long ago: they stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from bot.core.commands import CLASSIFY, CODE, PARLEY, SUMMARIZE, CommandSpec
from bot.core.domain import control_value as values
from bot.core.domain.interaction import Button, Field, Form, Select
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action, Submission

TRY_AGAIN_LABEL = N_("Try again")  # of what writes an answer again that failed before any text came

USED = N_("This button was already used.")

Value = TypeVar("Value", bound=values.ControlValue)


@dataclass(frozen=True, slots=True)
class ActionSpec(Generic[Value]):
    """A button, a menu, or a shortcut in a message's menu. `label` is in English, as the platform has a shortcut's."""

    name: str
    label: str
    value: type[Value]
    part_of: CommandSpec | None = None  # where this command is switched off, the action is, too
    once: Literal["", "all", "person"] = ""  # counts once for its value, for all or for each person
    # What goes once it was used: the control, or only a note that no one else sees. A note goes as a whole.
    used_up: Literal["", "control", "note"] = ""
    is_immediate: bool = False  # done while the platform waits; such a one may open a form
    is_for_anyone: bool = False  # no one is refused it
    description: str = ""  # of a shortcut

    def button(
        self,
        value: Value | None = None,
        *,
        label: str = "",
        style: Literal["", "primary", "danger"] = "",
        confirm: str = "",
        spoken: str = "",
    ) -> Button:
        """Return the button that is below a message."""
        return Button(self.name, label or _(self.label), value.encode() if value else "", style, confirm, spoken)

    def menu(self, options: tuple[tuple[str, str], ...], value: Value | None = None, *, label: str = "") -> Select:
        """Return the menu that is below a message."""
        return Select(self.name, label or _(self.label), options, value.encode() if value else "")

    def in_form(self) -> Field:
        """Return the button that is in a form, and comes back with the form's own value."""
        return Field(self.name, _(self.label), "button")

    def read(self, action: Action) -> Value:
        """Return what it carries. Raises `UsageError`."""
        return self.value.decode(action.value)


@dataclass(frozen=True, slots=True)
class FormSpec(Generic[Value]):
    """A form."""

    name: str
    value: type[Value]
    part_of: CommandSpec | None = None

    def form(self, title: str, fields: tuple[Field, ...], value: Value, submit: str = "") -> Form:
        """Return the form to show; without `submit`, its button says “Save”. Raises `ValueError` for a long value."""
        return Form(self.name, title, fields, value.encode(), submit or _("Save"))

    def read(self, submission: Submission) -> Value:
        """Return what it carries. Raises `UsageError`."""
        return self.value.decode(submission.value)


# Below answers
TRY_AGAIN = ActionSpec("try_again", TRY_AGAIN_LABEL, values.JobRef, once="person", used_up="control")
STOP = ActionSpec("stop", N_("Stop"), values.Person, is_immediate=True, is_for_anyone=True)
REGENERATE = ActionSpec("regenerate", N_("Regenerate"), values.AnswerRef, once="person")
ANSWER_AGAIN = ActionSpec("answer_again", N_("Answer again"), values.AnswerRef, once="person", used_up="note")
CONTINUE = ActionSpec("continue", N_("Continue"), values.AnswerRef, once="all", used_up="control")
RATE = ActionSpec("rate", "", values.Rating, is_immediate=True)
RATING_COMMENT = FormSpec("rating_comment", values.RatingComment)


def thumbs(question: str) -> tuple[Button, Button]:
    """Return the buttons that rate the answer to a question."""
    good, bad = (values.Rating(rating=rating, question=question) for rating in ("good", "bad"))
    return RATE.button(good, label="👍", spoken=_("Good answer")), RATE.button(bad, label="👎", spoken=_("Bad answer"))


# Summaries
SUMMARIZE_THREAD = ActionSpec(  # not for people: in Slack's manifest, which is in English
    "summarize_thread",
    "Summarize thread",
    values.NoValue,
    SUMMARIZE,
    is_immediate=True,
    description="Summarize this message's thread, only for you",
)
RESUME_SUMMARY = ActionSpec("summary_resume", N_("Resume"), values.SummaryRef, SUMMARIZE, once="person")
SHARE_SUMMARY = ActionSpec("summary_share", N_("Share to channel"), values.SummaryRef)
REGENERATE_SUMMARY = ActionSpec("summary_again", N_("Regenerate"), values.SummaryRef, SUMMARIZE, once="person")
SHORTER_SUMMARY = ActionSpec("summary_shorter", N_("Shorter"), values.SummaryRef, SUMMARIZE)
LONGER_SUMMARY = ActionSpec("summary_longer", N_("Longer"), values.SummaryRef, SUMMARIZE)
ONLY_ACTIONS = ActionSpec("summary_actions", N_("Only actions"), values.SummaryRef, SUMMARIZE)

# Code
TEST_CODE = ActionSpec("code_tests", N_("Write tests"), values.CodeFiles, CODE)
EXPLAIN_CODE = ActionSpec("code_explain", N_("Explain"), values.CodeFiles, CODE)
TRANSLATE_CODE = ActionSpec("code_translate", N_("Translate to…"), values.CodeFiles, CODE)
SAVE_CODE = ActionSpec("code_save", N_("Save again"), values.CodeFiles)
CONTINUE_CODE = ActionSpec("code_continue", N_("Continue"), values.AnswerRef, once="all", used_up="control")
REGENERATE_CODE = ActionSpec("code_anew", N_("Regenerate"), values.AnswerRef, once="all", used_up="control")

# Runs of /classify
START_RUN = ActionSpec("classify_go", N_("Go on"), values.RunRef, CLASSIFY, used_up="note")
START_BATCH = ActionSpec("classify_batched", N_("As a batch"), values.RunRef, CLASSIFY, used_up="note")
CANCEL_RUN = ActionSpec("classify_cancel", N_("Cancel"), values.RunRef, CLASSIFY, used_up="note")
RESUME_RUN = ActionSpec("classify_resume", N_("Resume"), values.RunRef, CLASSIFY, used_up="note")
EXPORT_RUN = ActionSpec("classify_export", N_("Download updated files"), values.RunRef, CLASSIFY)
CONFIRM_READING = ActionSpec("classify_read", N_("That's right"), values.RunRef, CLASSIFY, used_up="note")
READ_COLUMN = ActionSpec("classify_by_column", N_("Another column…"), values.RunRef, CLASSIFY, used_up="note")
READ_SHEET = ActionSpec("classify_by_sheet", N_("Another sheet…"), values.RunRef, CLASSIFY, used_up="note")
READ_HEADING = ActionSpec("classify_by_heading", N_("Another heading row…"), values.RunRef, CLASSIFY, used_up="note")
READ_ENCODING = ActionSpec("classify_by_encoding", N_("Another encoding…"), values.RunRef, CLASSIFY, used_up="note")
EDIT_CATEGORIES = ActionSpec("classify_edit", N_("Change categories"), values.RunRef, CLASSIFY, is_immediate=True)
CORRECT_ROWS = ActionSpec("classify_correct", N_("Change a category"), values.RunRef, CLASSIFY, is_immediate=True)
CLASSIFY_MESSAGE = ActionSpec(  # not for people: in Slack's manifest, which is in English
    "classify_file",
    "Classify",
    values.NoValue,
    CLASSIFY,
    is_immediate=True,
    description="Sort this file, thread or message into categories",
)
CATEGORIES_FORM = FormSpec("classify_edit", values.RunRef, CLASSIFY)
ROWS_FORM = FormSpec("classify_correct", values.RowsRef, CLASSIFY)
CLASSIFY_FORM = FormSpec("classify_file", values.ClassifyTarget, CLASSIFY)

# Records of feedback
TAKE_FEEDBACK = ActionSpec("feedback_take", N_("Take it"), values.FeedbackRef)
RESOLVE_FEEDBACK = ActionSpec("feedback_resolve", N_("Resolve"), values.FeedbackRef)
REOPEN_FEEDBACK = ActionSpec("feedback_reopen", N_("Reopen"), values.FeedbackRef)
DISMISS_FEEDBACK = ActionSpec("feedback_dismiss", N_("Not feedback"), values.FeedbackRef)
CHANGE_FEEDBACK = ActionSpec("feedback_change", N_("Change…"), values.FeedbackRef, is_immediate=True)
JOIN_FEEDBACK = ActionSpec("feedback_join", N_("One thing"), values.FeedbackRef)
FEEDBACK_FORM = FormSpec("feedback_change", values.FeedbackFormRef)

# Drafts of answers to feedback
SEND_DRAFT = ActionSpec("draft_send", N_("Send"), values.DraftRef)
EDIT_DRAFT = ActionSpec("draft_edit", N_("Edit…"), values.DraftRef, is_immediate=True)
DISCARD_DRAFT = ActionSpec("draft_discard", N_("Discard…"), values.DraftRef, is_immediate=True)
REVIEW_DRAFT = ActionSpec("draft_review", N_("Draft…"), values.DraftRef, is_immediate=True)
ASK_PERSON = ActionSpec(
    "draft_ask_person", N_("Ask a person"), values.DraftRef, once="all", used_up="control", is_for_anyone=True
)
DRAFT_FORM = FormSpec("draft", values.DraftFormRef)

# Articles for the knowledge
WRITE_UP = ActionSpec(  # not for people: in Slack's manifest, which is in English
    "write_up",
    "Write it up",
    values.WriteUpRef,
    description="Draft an article for the knowledge from this thread",
)
APPROVE_ARTICLE = ActionSpec("article_approve", N_("Approve"), values.ArticleRef)
EDIT_ARTICLE = ActionSpec("article_edit", N_("Edit…"), values.ArticleRef, is_immediate=True)
DISCARD_ARTICLE = ActionSpec("article_discard", N_("Discard"), values.ArticleRef)
ARTICLE_FORM = FormSpec("article", values.ArticleFormRef)

# Settings
EDIT_SETTINGS = ActionSpec("edit_settings", N_("Settings…"), values.ChannelRef, PARLEY, is_immediate=True)
EDIT_WORKSPACE = ActionSpec(
    "edit_workspace_settings", N_("Workspace settings…"), values.NoValue, PARLEY, is_immediate=True
)
EDIT_THREAD = ActionSpec(  # not for people: in Slack's manifest, which is in English
    "thread_settings",
    "Thread settings",
    values.NoValue,
    PARLEY,
    is_immediate=True,
    description="Another model, prompt or length for this thread only",
)
SETTINGS_PAGE = ActionSpec("settings_page", "", values.SettingsRef, PARLEY, is_immediate=True)
TRY_SETTINGS = ActionSpec("try_settings", N_("Try it"), values.SettingsRef, PARLEY, is_immediate=True)
EXPLAIN_SETTINGS = ActionSpec("why_settings", N_("Why these settings?"), values.SettingsRef, PARLEY, is_immediate=True)
EDIT_BUDGETS = ActionSpec("edit_budgets", N_("Budgets…"), values.SettingsRefOrHere, PARLEY, is_immediate=True)
EDIT_TRIAGE = ActionSpec("edit_triage_settings", N_("Triage…"), values.SettingsRefOrHere, PARLEY, is_immediate=True)
EDIT_TEAM = ActionSpec("edit_triage_team", N_("Add or edit team…"), values.TriageSettingsRef, PARLEY, is_immediate=True)
SETTINGS_FORM = FormSpec("settings", values.SettingsRef, PARLEY)
BUDGET_FORM = FormSpec("budgets", values.BudgetsRef, PARLEY)
TRIAGE_FORM = FormSpec("triage_settings", values.TriageSettingsRef, PARLEY)
TEAM_FORM = FormSpec("triage_team", values.TeamRef, PARLEY)

# Notes
KEEP_NOTE = ActionSpec("note_keep", N_("Keep"), values.NoteRef)
EDIT_MEMORY = ActionSpec("edit_memory", N_("Memory…"), values.SettingsRefOrHere, PARLEY, is_immediate=True)
MEMORY_FORM = FormSpec("memory", values.MemoryRef, PARLEY)
DELETE_NOTE = ActionSpec("note_delete", N_("Delete a note…"), values.NoValue, PARLEY, used_up="note")
DISCARD_NOTE = ActionSpec("note_discard", N_("Discard"), values.NoteRef)

# Knowledge
EDIT_KNOWLEDGE = ActionSpec("edit_knowledge", N_("Knowledge…"), values.SettingsRefOrHere, PARLEY, is_immediate=True)
KNOWLEDGE_FORM = FormSpec("knowledge", values.KnowledgeRef, PARLEY)

FORGET = ActionSpec("forget", N_("Erase it"), values.ForgetRef, used_up="control", is_for_anyone=True)

ACTIONS = {one.name: one for one in list(globals().values()) if isinstance(one, ActionSpec)}
FORMS = {one.name: one for one in list(globals().values()) if isinstance(one, FormSpec)}
SHORTCUTS = tuple(one for one in ACTIONS.values() if one.description)
