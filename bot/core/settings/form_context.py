"""What the forms with settings work with, and the check of who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.access import ELSEWHERE
from bot.core.domain.interaction import Submission
from bot.core.ports import Chat, Model, Store
from bot.core.settings import command
from bot.errors import NotAllowedError, NotInChannelError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action
    from bot.core.domain.message import Place

CLOSED = N_("This channel no longer exists, or I'm no longer in it. Nothing was saved.")


@dataclass(frozen=True, slots=True)
class SettingsFormContext:
    """What the form works with. `most_days`: the longest that the operator keeps messages, 0 for forever."""

    store: Store
    model: Model
    chat: Chat
    admins: frozenset[str]
    most_days: int = 0

    async def check(self, place: Place, action: Action | Submission) -> None:
        """Raise `NotAllowedError` unless someone may change a place's settings, `UsageError` where it is gone.

        Which place, a form's value says; it has to be in the workspace of the action.
        """
        acted_in = action.workspace if isinstance(action, Submission) else action.place.workspace
        if place.workspace != acted_in:
            raise NotAllowedError(_(ELSEWHERE))
        try:
            await command.check_may_change(place, action.asker, admins=self.admins, directory=self.chat.directory)
        except NotInChannelError:
            raise UsageError(_(CLOSED)) from None
