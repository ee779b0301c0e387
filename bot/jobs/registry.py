"""What people can ask for, by name: each feature enters itself here once, and a turn looks up whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.core.answer import buttons
from bot.core.answer.code_buttons import anew
from bot.core.answer.edits import REGENERATE
from bot.core.code import render
from bot.core.code.revise import press_code
from bot.core.code.write import code
from bot.core.domain.message import Place
from bot.core.privacy import forget
from bot.core.settings import form
from bot.core.spend import usage
from bot.core.summarize import answer as summary
from bot.core.summarize import sources as summary_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint, Model, Store


class Commanded(Protocol):
    """Carries a slash command out, as a turn of its own, in its thread or for its asker alone."""

    async def __call__(self, command: Command, /, *, checkpoint: Checkpoint) -> Record:
        """Raise `ChatError`, and what else may pass, to be tried again."""


class ThreadOpened(Protocol):
    """Opens the thread that a command's answer goes to; returns the command with it."""

    async def __call__(self, command: Command, /, *, checkpoint: Checkpoint) -> Command:
        """Raise `UsageError` or `NotAllowedError`, before anything is posted, with what its asker alone is told."""


class Pressed(Protocol):
    """Carries out what a press sets off, as a turn in the lane of the thread that the control stands in."""

    async def __call__(self, press: Action, /, *, checkpoint: Checkpoint) -> Record:
        """Raise as `Commanded` does."""


class PressedNow(Protocol):
    """Does what a press sets off while the platform waits for it; returns the form that it opens, if any."""

    async def __call__(self, press: Action, /) -> Form | None:
        """Raise a `BotError`, whose sentence the person gets."""


class Opened(Protocol):
    """Returns the form that a word behind `/parley` opens for its asker, None where it opens none."""

    async def __call__(self, command: Command, /) -> Form | None:
        """Raise a `BotError` where it opens none for them."""


class Submitted(Protocol):
    """Takes a filled form in; returns what is wrong with it, by the field."""

    async def __call__(self, submission: Submission, /) -> Mapping[str, str]:
        """Raise as `PressedNow` does."""


class Located(Protocol):
    """Returns the place that a filled form is about, None where that is not there any more."""

    async def __call__(self, submission: Submission, /) -> Place | None:
        """Raise what the database raises."""


@dataclass(frozen=True, slots=True)
class FormCase:
    """What is done with a filled form, and where: whether somebody may is asked anew when it is submitted."""

    submit: Submitted
    where: Located


async def where_told(submission: Submission) -> Place:
    """Return the place of a form whose value begins with its workspace and channel, "-" for none."""
    workspace, channel, *_ = submission.value.split(" ")
    return Place(workspace, channel.strip("-"))


@dataclass(slots=True)
class Features:
    """The tables. `words` are what is typed behind `/parley`, `opened` those that may open a form: one word, or two.

    `threads` are of the commands that open theirs in a way of their own. `parts_of` are the commands that presses and
    forms belong to: where the command is switched off, they are, too. `for_anyone` are the words and presses that
    nobody is refused.
    """

    commands: dict[str, Commanded] = field(default_factory=dict)
    threads: dict[str, ThreadOpened] = field(default_factory=dict)
    words: dict[str, Commanded] = field(default_factory=dict)
    opened: dict[str, Opened] = field(default_factory=dict)
    presses: dict[str, Pressed] = field(default_factory=dict)
    presses_now: dict[str, PressedNow] = field(default_factory=dict)
    forms: dict[str, FormCase] = field(default_factory=dict)
    parts_of: dict[str, str] = field(default_factory=dict)
    for_anyone: set[str] = field(default_factory=set)


class PressedInCore(Protocol):
    """A press's use case in `core`, which gets its ports with each press."""

    async def __call__(
        self, press: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat
    ) -> Record:
        """Raise as `Commanded` does."""


PRESSES: dict[str, PressedInCore] = {
    REGENERATE: buttons.regenerate,
    buttons.CONTINUE: buttons.go_on,
    summary.RESUME: summary.resume,
    summary.SHARE: summary.share,
    summary.SHORTER: summary.again,
    summary.LONGER: summary.again,
    summary.ACTIONS: summary.again,
    form.TRY: form.try_out,
    **dict.fromkeys((render.TESTS, render.EXPLAIN, render.TRANSLATE, render.SAVE), press_code),
    **dict.fromkeys((render.CONTINUE, render.ANEW), anew),
}


def enter_core(
    features: Features, *, store: Store, model: Model, chat: Chat, admins: frozenset[str], eraser: forget.Eraser
) -> None:
    """Enter what `core` carries out alone: it needs no work of its own."""
    features.commands |= {
        "summarize": partial(summary.summarize, store=store, model=model, chat=chat),
        "code": partial(code, store=store, model=model, chat=chat),
    }
    features.threads["summarize"] = partial(summary_source.open_thread, store=store, chat=chat)
    features.words |= {
        "usage": partial(usage.usage, admins=admins, store=store, chat=chat, clock=partial(datetime.now, UTC)),
        "forget": partial(forget.forget, admins=admins, eraser=eraser, chat=chat),
    }
    features.presses |= {name: partial(case, store=store, model=model, chat=chat) for name, case in PRESSES.items()}
    features.presses[forget.FORGET] = partial(forget.press_forget, admins=admins, eraser=eraser, chat=chat)
    features.presses_now[buttons.RATE] = partial(buttons.rate, store=store)
    features.forms[buttons.COMMENT] = FormCase(partial(buttons.comment, store=store, chat=chat), where_told)
    features.parts_of |= {
        **dict.fromkeys((summary.RESUME, summary.SHORTER, summary.LONGER, summary.ACTIONS), "summarize"),
        **dict.fromkeys((render.TESTS, render.EXPLAIN, render.TRANSLATE), "code"),
    }
    features.for_anyone |= {"forget", forget.FORGET}
