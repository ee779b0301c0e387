"""Durable work: where listeners hand it in. What is handed in twice counts once.

When a method returns, the work is durable; when it raises, nothing was taken and the platform will deliver again,
except after a `UsageError`, which is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.core.domain.people import Requester


class MessageIntake(Protocol):
    """Takes what people say, and what they change of it."""

    async def hear(self, incoming: IncomingMessage) -> None:
        """Accept a person's message."""

    async def change(self, changed: MessageEdit) -> None:
        """Accept an edit or a deletion of a message."""

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        """Accept the current state of a message; `changed`: where someone edited it."""

    async def stop(self, place: Place) -> None:
        """Stop what is being written in a thread."""


class InteractionIntake(Protocol):
    """Takes commands, actions, forms and visits."""

    async def speak_to(self, workspace: str, person: str) -> None:
        """Write to a person in their language from here on, as all others of these do by themselves."""

    async def take(self, command: Command) -> None:
        """Accept a slash command. Raises `UsageError`, with what the person should fix first."""

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens at once, None if it has to be accepted as work. Raises a `BotError`."""

    async def on_action(self, action: Action) -> Form | None:
        """Accept an action or a shortcut; return the form to open if it asks for more."""

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Accept a submitted form; return its faults by the field's name, none if it was accepted."""

    async def visit(self, workspace: str, asker: Requester, occasion: str) -> None:
        """Accept that a person opened their home; `occasion` is unique to it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """All that listeners hand work to."""

    messages: MessageIntake
    interactions: InteractionIntake
