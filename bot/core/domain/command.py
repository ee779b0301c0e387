"""Slash commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.people import Requester
from bot.core.domain.thread import Record

if TYPE_CHECKING:
    from bot.core.domain.thread import FinishedAnswer


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as it was typed, `--private` taken off. `id` is unique; `name` has no slash.

    `channels` are those that `text` names, each as its name without # and its id.
    """

    id: str
    name: str
    text: str
    place: Place
    asker: Requester
    is_private: bool
    channels: tuple[tuple[str, str], ...] = ()

    def in_thread(self, place: Place) -> Command:
        """Return the command with the thread that its answer goes to."""
        return replace(self, place=place)

    def record(self, written: FinishedAnswer) -> Record:
        """Return what the command leaves behind: a thread to follow up in, or only its cost where it was private."""
        if self.is_private:
            return Record(self.place, self.asker.person, calls=written.calls)
        question = Message(Role.USER, self.asker.person, f"/{self.name} {self.text}", self.place.thread)
        return written.record(self.place, question, began_with_bot=True)
