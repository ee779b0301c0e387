"""Documents of ours beside messages: canvases, where a workspace has them, and files that were uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ChatError
from bot.slack.client.api import call, call_again
from bot.slack.outbound.canvas_markdown import canvas_markdown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.domain.message import Place
    from bot.core.ports import Checkpoint
    from bot.slack.workspaces import WorkspaceClients

# Codes by which Slack says that a document is gone.
GONE = {"canvas_not_found", "file_not_found", "file_deleted"}


class SlackDocuments:
    """Implements `bot.core.ports.ChatDocuments`.

    A canvas is never put into a channel's tabs: there, anyone could change it, and a free plan has one tab alone.
    """

    def __init__(self, workspaces: WorkspaceClients) -> None:
        self._workspaces = workspaces

    async def create(self, place: Place, title: str, text: str, checkpoint: Checkpoint) -> str:
        """Create a canvas of the bot's own, which no one else can open so far; return its id. Raises `ChatError`."""
        checkpoint.turn.check()
        content = {"type": "markdown", "markdown": canvas_markdown(text)}
        client = self._workspaces.of(place.workspace).client
        return str((await call(client.canvases_create, title=title, document_content=content))["canvas_id"])

    async def link(self, place: Place, canvas: str) -> str:
        """Write the address where people open a canvas. Raises `ChatError`."""
        identity = self._workspaces.of(place.workspace).identity
        await identity()  # only then is its address known
        return f"{identity.url}docs/{place.workspace}/{canvas}"

    async def share(self, place: Place, canvas: str, checkpoint: Checkpoint) -> None:
        """Let those who read a channel read a canvas, and no one else. Raises `ChatError`.

        Slack wants its address to be in the channel already.
        """
        checkpoint.turn.check()
        method = self._workspaces.of(place.workspace).client.canvases_access_set
        told = await call_again(method, canvas_id=canvas, access_level="read", channel_ids=[place.channel])
        if told.get("failed_to_update_channel_ids"):
            raise ChatError("failed_to_update_channel_ids")

    async def delete(self, place: Place, canvas: str, checkpoint: Checkpoint) -> None:
        """Delete a canvas of ours; it may be gone already. Raises `ChatError`."""
        client = self._workspaces.of(place.workspace).client
        await self._delete(client.canvases_delete, checkpoint, canvas_id=canvas)

    async def delete_file(self, place: Place, file: str, checkpoint: Checkpoint) -> None:
        """Delete a file of ours; it may be gone already. Raises `ChatError`."""
        await self._delete(self._workspaces.of(place.workspace).client.files_delete, checkpoint, file=file)

    async def _delete(self, method: Callable[..., Awaitable[object]], checkpoint: Checkpoint, **which: str) -> None:
        checkpoint.turn.check()
        try:
            await call_again(method, **which)
        except ChatError as error:
            if error.code not in GONE:
                raise
