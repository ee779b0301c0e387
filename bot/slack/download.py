"""Downloads of files that people posted: from Slack's own hosts, bounded, and never a login page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from bot.errors import ChatError, FileError
from bot.slack.api import call, translated

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

DEADLINE = 60.0  # seconds for one file
CHUNK = 65_536  # bytes
HOSTS = (".slack.com", ".slack-gov.com")

GONE_SENTENCE = "{name} is gone, or I may not see it: please post it again."
LOCKED_SENTENCE = "Slack does not let me open {name}: whoever runs me should check the scope `files:read`."
GONE = {"file_not_found", "file_deleted", "not_visible", "channel_not_found", "not_in_channel"}


async def download(client: AsyncWebClient, session: aiohttp.ClientSession, file_id: str, limit: int) -> bytes:
    """Return a file's bytes, `limit` at most. Raises `FileError` for one that can't be had, else `ChatError`.

    The bot's token goes with the request, so it goes to Slack's hosts only, and no redirect is followed.
    """
    try:
        file = (await call(client.files_info, file=file_id))["file"]
    except ChatError as error:
        if error.is_transient:
            raise
        raise FileError(GONE_SENTENCE if error.code in GONE else LOCKED_SENTENCE) from error
    if file.get("mode") == "tombstone":
        raise FileError(GONE_SENTENCE)
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if not is_slacks(url, client.base_url):
        raise FileError("{name} is kept outside of Slack, where I can't open it: please post the file itself.")
    is_page = str(file.get("mimetype") or "").startswith("text/html")
    with translated():
        async with (
            asyncio.timeout(DEADLINE),
            session.get(
                url,
                headers={"Authorization": f"Bearer {client.token}"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(DEADLINE),
            ) as response,
        ):
            _check(response, is_page=is_page)
            return await _read(response, limit)


def is_slacks(url: str, api: str) -> bool:
    """Tell whether an address is on one of Slack's own hosts, or where the API is: there may be a stand-in for it."""
    try:
        there, here = urlsplit(url), urlsplit(api)
        if (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port):
            return bool(there.hostname)
        return there.scheme == "https" and there.port in (None, 443) and (there.hostname or "").endswith(HOSTS)
    except ValueError:
        return False


def _check(response: aiohttp.ClientResponse, *, is_page: bool) -> None:
    if response.status in (404, 410):
        raise FileError(GONE_SENTENCE)
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        raise ChatError(f"http_{response.status}", is_transient=True)
    # Who may not see a file is sent to a page to sign in at, with 200 or a redirect.
    if response.status != 200 or (response.content_type == "text/html" and not is_page):  # noqa: PLR2004 - as above
        raise FileError(LOCKED_SENTENCE)


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > limit:
            raise FileError("{name} is larger than it said, and too big to read.")
    return bytes(data)
