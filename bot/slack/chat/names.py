"""What people, user groups and channels are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ChatError
from bot.slack.client.names import channel, ids_in, spelled
from bot.slack.client.people import mention

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.core.domain.message import Place
    from bot.slack.workspaces import WorkspaceClients


class SlackNames:
    """Implements `bot.core.ports.ChatNames`."""

    mention = staticmethod(mention)
    channel = staticmethod(channel)

    def __init__(self, workspaces: WorkspaceClients) -> None:
        self._workspaces = workspaces

    async def spell_out(self, place: Place, text: str) -> str:
        """Replace the ids of groups and channels in a text with their names. Never raises."""
        ids = [one for one in ids_in(text) if not one.startswith(("U", "W"))]
        return spelled(text, await self._workspaces.of(place.workspace).names.of(ids)) if ids else text

    async def of(self, place: Place, people: Collection[str], texts: Iterable[str] = ()) -> dict[str, str]:
        """Return the names of people, and of those whom texts mention, by their mentions. Never raises."""
        found = await self._workspaces.of(place.workspace).names.of(_wanted(people, texts))
        return {mention(one): name for one, name in found.items() if name != one}

    async def called(self, place: Place, people: Collection[str], texts: Iterable[str] = ()) -> Collection[str]:
        """Return the names that these people show, and their full names. Never raises."""
        workspace, wanted = self._workspaces.of(place.workspace), _wanted(people, texts)
        shown = await workspace.names.of(wanted)
        return {*(name for one, name in shown.items() if name != one), *workspace.people.full_names(wanted)}

    async def groups(self, place: Place) -> Collection[str]:
        """Return the names of the workspace's user groups, `@oncall`. Never raises."""
        return await self._workspaces.of(place.workspace).names.groups()

    async def own(self, place: Place) -> str:
        """Return the bot's name. Never raises."""
        try:
            us = (await self._workspaces.of(place.workspace).identity()).bot_user_id or ""
        except ChatError:
            return ""
        name = (await self._workspaces.of(place.workspace).names.of([us])).get(us, us)
        return name if name != us else ""


def _wanted(people: Collection[str], texts: Iterable[str]) -> list[str]:
    mentioned = (one for text in texts for one in ids_in(text) if one.startswith(("U", "W")))
    return list(dict.fromkeys([*people, *mentioned]))
