"""Durable work: where it is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.core.domain.people import Requester


class Intake(Protocol):
    """Where a listener hands in what calls for work. What is handed in twice counts once.

    When a method returns, the work is durable; when it raises, nothing was taken and the platform will deliver again,
    except after a `UsageError`, which is the answer.
    """

    async def hear(self, heard: IncomingMessage) -> None:
        """Take in a person's message."""

    async def change(self, changed: MessageEdit) -> None:
        """Take in that a message was edited or deleted."""

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        """Take in how a message stands now; `changed`: where someone edited it."""

    async def take(self, command: Command) -> None:
        """Take in a slash command. Raises `UsageError`, with what the person should mend first."""

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens at once, None where it has to be taken in. Raises a `BotError`."""

    async def stop(self, place: Place) -> None:
        """Take in that somebody stopped what is being written in a thread."""

    async def press(self, press: Action) -> Form | None:
        """Take in a press of a control or a shortcut; return the form to open where it asks for more."""

    async def visit(self, workspace: str, asker: Requester, occasion: str) -> None:
        """Take in that somebody looks at their home; `occasion` is unique to it."""

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take in a filled form; return what is wrong by the field's name, nothing where it was taken."""
