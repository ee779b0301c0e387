"""Files of ours: uploaded to a thread or a channel, once."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import aiohttp

from bot.errors import ChatError, GoneError
from bot.slack.client.api import call, translated
from bot.slack.outbound.snippet_types import snippet_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place, Upload
    from bot.core.ports import Checkpoint

DEADLINE = 60.0  # seconds for the bytes of one file
FILES_PER_MESSAGE = 10  # as many as a person can post at once
UNWANTED = {"unknown_snippet_type", "snippet_too_large"}


class Files:
    """Uploads, by Slack's three steps: files' ids have to be kept before they are shared, as a file bears no mark."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session

    async def upload(self, place: Place, files: Sequence[Upload], checkpoint: Checkpoint) -> Sequence[str]:
        """Upload files to a thread or a channel as one message, ten at most in each, once; return their ids.

        Raises `ChatError`.
        """
        if checkpoint.turn.is_discarded:
            raise GoneError("question_deleted")
        ids: list[str] = []
        for first in range(0, len(files), FILES_PER_MESSAGE):
            ids += await self._upload_together(place, files[first : first + FILES_PER_MESSAGE], checkpoint)
        return ids

    async def _upload_together(self, place: Place, files: Sequence[Upload], checkpoint: Checkpoint) -> list[str]:
        key = " ".join(("files", *(file.name for file in files)))
        if (kept := (checkpoint.get(key) or "").split()) and await self._is_shared(kept[0]):
            return kept
        shared = [{"id": await self._announce(file), "title": file.name} for file in files]
        ids = [one["id"] for one in shared]
        await checkpoint.keep(key, " ".join(ids))
        checkpoint.turn.check()
        await call(
            self._client.files_completeUploadExternal,
            files=shared,
            channel_id=place.channel,
            thread_ts=place.thread or None,
        )
        return ids

    async def _announce(self, file: Upload) -> str:
        """Bring a file's bytes to Slack, where no one sees them yet; return its id."""
        # Folders stand in the title, as a name with a slash is cut or refused where the file is saved.
        wanted = {"filename": PurePosixPath(file.name).name, "length": len(file.content)}
        kind = snippet_type(file)
        try:
            target = await call(self._client.files_getUploadURLExternal, **wanted, snippet_type=kind)
        except ChatError as error:
            if kind is None or error.code not in UNWANTED:
                raise
            target = await call(self._client.files_getUploadURLExternal, **wanted)
        await self._send(urljoin(self._client.base_url, str(target["upload_url"])), file.content)
        return str(target["file_id"])

    async def _send(self, url: str, data: bytes) -> None:
        with translated():
            async with self._session.post(url, data=data, timeout=aiohttp.ClientTimeout(DEADLINE)) as response:
                response.raise_for_status()

    async def _is_shared(self, file: str) -> bool:
        """Return whether a file that was announced has been shared, too; until then Slack does not know it."""
        try:
            return bool((await call(self._client.files_info, file=file))["file"].get("shares"))
        except ChatError as error:
            if error.code != "file_not_found":
                raise
            return False
