"""What a control or a form carries back when it is used: a type for each, and the one way to write and read them.

Values come back from the platform. Who may do what must not hang on them: they only say what is meant. A value stays
under a message for years, so a field may be added with a default, but never removed or renamed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from bot.core.domain.message import Place
from bot.core.domain.summary import Length  # noqa: TC001 (pydantic reads the annotation)
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 2_000  # characters; https://docs.slack.dev/reference/block-kit/block-elements/button-element
FOREIGN = N_(
    "I don't understand this button or form: it is not one of mine, or from another version. Please ask again."
)


class ControlValue(BaseModel):
    """A value, as JSON on the wire. The first format was the fields in their order, with blanks between."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    longest: ClassVar[int] = LONGEST

    def encode(self) -> str:
        """Write it, "" where everything has its default. Raises `ValueError` where it is too long for the platform."""
        values = self.model_dump(mode="json", exclude_defaults=True)
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else ""
        if len(text) > self.longest:
            fault = f"a control's value has {len(text)} characters, more than {self.longest}"  # not for people: a bug
            raise ValueError(fault)
        return text

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read it. Raises `UsageError` for anything that `encode` has not written, in this format or the first."""
        try:
            if text.startswith("{"):
                return cls.model_validate_json(text)
            return cls.model_validate(cls.former(text) if text else {})
        except ValueError:
            raise UsageError(_(FOREIGN)) from None

    @classmethod
    def former(cls, text: str) -> Mapping[str, Any]:
        """Read the first format, in which "-" stood for nothing. Raises `ValueError` for too many."""
        words = text.split(" ")
        names = [*cls.model_fields][: len(words)]
        return {name: word for name, word in zip(names, words, strict=True) if word not in {"", "-"}}


class NoValue(ControlValue):
    """Of a control whose name says it all."""


class Person(ControlValue):
    """Who may use it."""

    person: str


class JobRef(ControlValue):
    """A job that failed for good, by its reference, and how often it had been claimed by then; `person`: who asked."""

    reference: str
    claims: int
    person: str


class AnswerRef(ControlValue):
    """The answer to a question, by the id of either; `version` counts how often it was answered again."""

    message: str
    version: int = 0


class Rating(ControlValue):
    """A person's rating of the answer to a question."""

    rating: Literal["good", "bad"]
    question: str


class InChannel(ControlValue):
    """Of something in a channel; "" for what is the workspace's."""

    workspace: str
    channel: str = ""

    @property
    def place(self) -> Place:
        """Return where it is."""
        return Place(self.workspace, self.channel)


class InThread(InChannel):
    """Of something in a thread, or in a channel where that is ""."""

    thread: str = ""

    @property
    def place(self) -> Place:
        """Return where it is."""
        return Place(self.workspace, self.channel, self.thread)


class RatingComment(InThread):
    """The rated answer that a comment is about."""

    question: str


class SettingsRef(InThread):
    """Whose settings a form shows, in which version, and on which page.

    `seen_in`: the channel where the form was opened, for a reply. `draft`: what was entered on all pages and is not
    saved yet.
    """

    longest: ClassVar[int] = 3_000  # https://docs.slack.dev/reference/views/modal-views

    version: int
    seen_in: str = ""
    page: str = ""
    draft: dict[str, str] = {}


class SettingsRefOrHere(SettingsRef):
    """The same where a form has it; nothing below a message of the channel that is meant."""

    workspace: str = ""
    version: int = 0


class BudgetsRef(InChannel):
    """The channel whose budgets a form shows with its workspace's, and the versions of the settings of both."""

    version: int = 0
    workspace_version: int = 0
    seen_in: str = ""


class TriageSettingsRef(InChannel):
    """The channel whose settings of triage a form shows, and in which version."""

    version: int


class TeamRef(InChannel):
    """A team of a channel, "" for a new one. `version`: of the settings as the form below shows them."""

    team: str = ""
    version: int = 0

    @classmethod
    def former(cls, text: str) -> Mapping[str, Any]:
        """Read three words; the third may have blanks."""
        workspace, channel, team = text.split(" ", 2)
        return {"workspace": workspace, "channel": channel, "team": team}


class ChannelRef(ControlValue):
    """A channel of the workspace, "" for the one where the control is."""

    channel: str = ""


class ForgetRef(ControlValue):
    """Whose words to forget, as `bot.core.privacy.forget.ErasureScope`."""

    channel: str = ""
    thread: str = ""
    person: str = ""


class MemoryRef(InChannel):
    """The place whose notes a form shows."""


class KnowledgeRef(InChannel):
    """The channel whose sources a form shows, or the workspace."""


class NoteRef(ControlValue):
    """A note, by its id."""

    note: int


class SummaryRef(ControlValue):
    """A summary as it stands above its buttons. `reference` makes a button new that counts once."""

    run: str
    length: Length
    reference: str = ""
    only_actions: bool = False

    @classmethod
    def former(cls, text: str) -> Mapping[str, Any]:
        """Read up to four words, the last of which was a name."""
        *words, last = text.split(" ")
        if last != "summary_actions":
            return super().former(text)
        return {**super().former(" ".join(words)), "only_actions": True}


class CodeFiles(ControlValue):
    """Files of a thread, by name."""

    names: tuple[str, ...] = ()

    @classmethod
    def former(cls, text: str) -> Mapping[str, Any]:
        """Read a word a name."""
        return {"names": text.split()}


class RunRef(ControlValue):
    """A run of /classify."""

    run: str


class RowsRef(ControlValue):
    """A run of /classify, with the categories of each row as a form shows them, None for one that shows no rows."""

    run: str
    shown: dict[str, tuple[str, ...]] | None = None

    @classmethod
    def former(cls, text: str) -> Mapping[str, Any]:
        """Read a word, and JSON."""
        run, _, shown = text.partition(" ")
        return {"run": run, "shown": from_json(shown) if shown else None}


class ClassifyTarget(ControlValue):
    """The message whose file, thread or text is to be classified."""

    place: Place
    message: str
    link: str


class FeedbackRef(ControlValue):
    """A record of feedback; None where a menu's choice says which."""

    id: int | None = None


class FeedbackFormRef(ControlValue):
    """The record of feedback that a form changes."""

    workspace: str
    id: int


class DraftRef(ControlValue):
    """A draft of an answer to feedback."""

    id: int


class DraftFormRef(ControlValue):
    """The draft that a form is about, in the version that it shows, and the thread where it was opened."""

    workspace: str
    id: int
    version: int
    seen_in: Place


class WriteUpRef(ControlValue):
    """The thread that is to be written up, "" for that of the control."""

    thread: str = ""


class ArticleRef(ControlValue):
    """An article, in the version that people see."""

    id: int
    version: int


class ArticleFormRef(ControlValue):
    """The article that a form is about, in the version that it shows."""

    workspace: str
    id: int
    version: int
