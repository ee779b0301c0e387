"""Commands: typed after a slash, or said to the bot."""

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
    """A command as it was typed, `--private` taken off. `id` is unique; `name` has no slash.

    `channels` are those that `text` names, each as its name without # and its id. `to`: the message that it was said
    in, "" for a slash command.
    """

    id: str
    name: str
    text: str
    place: Place
    asker: Requester
    is_private: bool
    channels: tuple[tuple[str, str], ...] = ()
    to: str = ""

    @property
    def answered(self) -> str:
        """The message that the answer is to: the one that says it, or the thread's first."""
        return self.to or self.place.thread

    @property
    def is_in_thread(self) -> bool:
        """Return whether it was said in a thread, below its first message."""
        return self.to not in {"", self.place.thread} and bool(self.place.thread)

    @property
    def opened_thread(self) -> bool:
        """Return whether its thread was opened for its answer."""
        return bool(self.place.thread) and not self.to

    def in_thread(self, place: Place) -> Command:
        """Return the command with the thread that was opened for its answer."""
        return replace(self, place=place, to="")

    def record(self, written: FinishedAnswer) -> Record:
        """Return what the command leaves behind: a thread to follow up in, or only its cost where it was private."""
        if self.is_private:
            return Record(self.place, self.asker.person, calls=written.calls)
        question = Message(Role.USER, self.asker.person, f"/{self.name} {self.text}", self.answered)
        return written.record(self.place, question, began_with_bot=True)


@dataclass(frozen=True, slots=True)
class MentionCommand:
    """A message that is a command: `text` is what would be typed after its name.

    `is_for_anyone`: no one is refused it.
    """

    name: str
    text: str
    is_private: bool = False
    is_for_anyone: bool = False
