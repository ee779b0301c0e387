"""Files that people posted: what they are, where they were shared, and their bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.message import FileState, Place
from bot.core.domain.people import SharedFile
from bot.errors import ChatError
from bot.slack.client.api import call
from bot.slack.client.download import describe, download
from bot.slack.client.file_ref import described

if TYPE_CHECKING:
    import aiohttp

    from bot.core.domain.message import FileRef
    from bot.slack.workspaces import WorkspaceClients


class SlackFiles:
    """Implements `bot.core.ports.ChatFiles`."""

    def __init__(self, workspaces: WorkspaceClients, session: aiohttp.ClientSession) -> None:
        self._workspaces, self._session = workspaces, session

    async def shared(self, place: Place, file_id: str) -> SharedFile:
        """Look up a file, and where it was shared. Raises `ChatError` with `file_not_found`."""
        file = (await call(self._workspaces.of(place.workspace).client.files_info, file=file_id))["file"]
        found = described(file)
        if not found.id or found.state is FileState.GONE:
            raise ChatError("file_not_found")
        channels = [str(one) for kind in ("channels", "groups", "ims") for one in file.get(kind) or ()]
        places = tuple(Place(place.workspace, one) for one in channels)
        return SharedFile(found, str(file.get("user") or ""), places, is_public=bool(file.get("is_public")))

    async def link(self, place: Place, shared: SharedFile) -> str:
        """Write the address where people open a file. Raises `ChatError`."""
        identity = self._workspaces.of(place.workspace).identity
        await identity()  # only then is its address known
        return f"{identity.url}files/{shared.owner}/{shared.file.id}"

    async def describe(self, place: Place, file: FileRef) -> FileRef:
        """Look up what a file is. Raises `FileError`, `ChatError`."""
        return replace(await describe(self._workspaces.of(place.workspace).client, file), is_shared=file.is_shared)

    async def download(self, place: Place, file_id: str, limit: int) -> bytes:
        """Return a posted file's bytes, `limit` at most. Raises `FileError`, `ChatError`."""
        return await download(self._workspaces.of(place.workspace).client, self._session, file_id, limit)
