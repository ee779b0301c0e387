"""File uploads and downloads over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from bot.playground.slack.records import File
    from bot.playground.slack.workspace import Workspace

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to see this file.</body></html>"


class FileExchange:
    """Handles the URLs of uploads and downloads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def upload(self, request: web.Request) -> web.Response:
        """Receive the bytes of a file, once."""
        file = self._workspace.files.get(request.match_info["place"].partition("-")[2])
        if file is None or file.content is not None:
            return web.Response(status=404, text="file_not_found")
        file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")

    async def download(self, request: web.Request) -> web.Response:
        """Send a file to the bot. Requests without its token or scope get a login page, as from Slack."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            self._workspace.tokens.check(token)
        except ApiError:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if "files:read" not in self._workspace.rules.scopes:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        try:
            file = self._workspace.file(request.match_info["place"].partition("-")[2])
        except ApiError:
            return web.Response(status=404)
        if file.is_deleted:
            return web.Response(status=404)
        hop = int(request.query.get("hop", "0"))
        if hop < file.hops:
            # An organization's files are on another host, which needs the token, too.
            other = request.url.with_host("localhost" if request.url.host != "localhost" else "127.0.0.1")
            raise web.HTTPFound(other.with_query(hop=hop + 1))
        return attachment(file)


def attachment(file: File) -> web.Response:
    """Respond with a file's bytes as a download, so that no browser shows them as a page."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=file.content or b"", content_type=file.mimetype, headers=headers)
