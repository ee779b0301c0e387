"""Permissions: asks `core.access` what a person can do, with their rank and the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import access
from bot.core.actions import ACTIONS, FORMS
from bot.core.admin import is_named
from bot.core.commands import PARLEY
from bot.core.domain.people import Participant, Requester
from bot.core.settings import subcommands

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Submission
    from bot.core.domain.message import IncomingMessage, Place
    from bot.core.ports import Chat, Store


class Permissions:
    """Checks everything that people ask for. A known person costs no call to the platform."""

    def __init__(self, *, store: Store, chat: Chat, admins: frozenset[str]) -> None:
        self._store, self._chat, self._admins = store, chat, admins

    async def judge(self, incoming: IncomingMessage, settings: ChannelSettings, *, command: str = "") -> str:
        """Return why a message is not answered, "" where it is; see `core.access.Judge`. Raises `ChatError`."""
        if incoming.is_bot:  # another setting says whether those are answered
            participant = Participant(incoming.author, is_admin=True)
            return self._refusal(participant, incoming.place, settings, command)
        participant = await self._participant(incoming.place, Requester(incoming.author, incoming.home))
        participant = replace(participant, is_outsider=incoming.is_outsider, is_direct=incoming.is_direct)
        return self._refusal(participant, incoming.place, settings, command)

    async def refusal(self, place: Place, asker: Requester, *, command: str = "") -> str:
        """Return why a person is refused an action or a command there, "" if they are not. Raises `ChatError`."""
        settings = await self._store.settings.load(replace(place, thread=""))
        participant = await self._participant(place, asker)
        return self._refusal(participant, place, settings, command)

    async def refusal_of_command(self, command: Command) -> str:
        """Return why a command is refused, as `refusal` does."""
        if command.name == PARLEY.name and subcommands.find(command.text).is_for_anyone:
            return ""
        return await self.refusal(command.place, command.asker, command=command.name)

    async def refusal_of_action(self, action: Action) -> str:
        """Return why an action is refused, as `refusal` does."""
        spec = ACTIONS[action.name]
        if spec.is_for_anyone:
            return ""
        return await self.refusal(action.place, action.asker, command=spec.part_of.name if spec.part_of else "")

    async def refusal_of_form(self, submission: Submission, place: Place) -> str:
        """Return why a form about a place is refused, as `refusal` does."""
        command = FORMS[submission.name].part_of
        return await self.refusal(place, submission.asker, command=command.name if command else "")

    def _refusal(self, participant: Participant, place: Place, settings: ChannelSettings, command: str) -> str:
        helpers = access.helpers(self._admins, self._chat.names.mention)
        return access.refusal(participant, place.channel, settings, helpers, command=command)

    async def _participant(self, place: Place, asker: Requester) -> Participant:
        participant = await self._chat.directory.participant(place, asker.person)
        return (
            replace(participant, is_admin=True)
            if is_named(self._admins, place.workspace, asker.person)
            else participant
        )
