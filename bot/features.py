"""What people can ask for, by name: each feature enters itself here once, and a turn looks up whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.core.conversation import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.command import Command
    from bot.core.control import Form, Press, Submission
    from bot.core.conversation import Record
    from bot.core.ports import Bookmark


class Commanded(Protocol):
    """Carries a slash command out, as a turn of its own, in its thread or for its asker alone."""

    async def __call__(self, command: Command, /, *, bookmark: Bookmark) -> Record:
        """Raise `ChatError`, and what else may pass, to be tried again."""


class ThreadOpened(Protocol):
    """Opens the thread that a command's answer goes to; returns the command with it."""

    async def __call__(self, command: Command, /, *, bookmark: Bookmark) -> Command:
        """Raise `UsageError` or `NotAllowedError`, before anything is posted, with what its asker alone is told."""


class Pressed(Protocol):
    """Carries out what a press sets off, as a turn in the lane of the thread that the control stands in."""

    async def __call__(self, press: Press, /, *, bookmark: Bookmark) -> Record:
        """Raise as `Commanded` does."""


class PressedNow(Protocol):
    """Does what a press sets off while the platform waits for it; returns the form that it opens, if any."""

    async def __call__(self, press: Press, /) -> Form | None:
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
