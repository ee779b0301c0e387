"""What people see of the bot beside messages: its home tab, and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.outbound import home, modal_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.interaction import Form, Section
    from bot.core.domain.message import Place
    from bot.slack.workspaces import WorkspaceClients


class SlackViews:
    """Implements `bot.core.ports.ChatViews`."""

    def __init__(self, workspaces: WorkspaceClients) -> None:
        self._workspaces = workspaces

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:
        """Replace a person's home tab. Raises `ChatError`."""
        await home.publish(self._workspaces.of(place.workspace).client, person, sections)

    async def show_form(self, place: Place, form_id: str, form: Form) -> None:
        """Replace an open form. Raises `ChatError`."""
        await modal_view.update(self._workspaces.of(place.workspace).client, form_id, form)
