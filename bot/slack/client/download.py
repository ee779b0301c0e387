"""Downloads of files that people posted: from Slack's own hosts, bounded, and never a login page."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from yarl import URL

from bot.core.documents import refusal
from bot.errors import ChatError, FileError, RevokedError
from bot.language import N_, _
from bot.slack.client.api import call, translated
from bot.slack.client.file_ref import described, transcript, transcript_url

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import FileRef

log = logging.getLogger(__name__)

DEADLINE = 60.0  # seconds for one file, tries and redirects together
TRIES = 3
PAUSE = 1.0  # seconds before the second one, twice as long before each next
CHUNK = 65_536  # bytes
MOST_HOPS = 5
# Slack's own hosts of files, as bots have met them: files.slack.com sends on to files-origin.slack.com (organizations),
# to slack-files.com (PDFs), and to slack-edge.com, whose addresses are signed and need no token.
HOSTS = ("slack.com", "slack-gov.com", "slack-files.com", "slack-files-gov.com")
CDN = ("slack-edge.com",)
REDIRECTS = {301, 302, 303, 307, 308}

LOCKED_SENTENCE = N_("Slack does not let me open {name}: your administrator should check the scope `files:read`.")
OUTSIDE_SENTENCE = N_("{name} is kept outside Slack, where I can't open it: please post the file itself.")
GONE = {"file_not_found", "file_deleted", "not_visible", "channel_not_found", "not_in_channel"}
CLOSED = {"access_denied", "file_access_denied", "restricted_action", "team_not_found", "not_allowed"}


async def describe(client: AsyncWebClient, file: FileRef) -> FileRef:
    """Look up a file. Raises `FileError` if it is unavailable, otherwise `ChatError`."""
    return described(await _info(client, file.id))


async def download(client: AsyncWebClient, session: aiohttp.ClientSession, file_id: str, limit: int) -> bytes:
    """Return a file's bytes, `limit` at most; of a voice or video clip, what is said in it.

    Raises `FileError` if it is unavailable, otherwise `ChatError`. The request carries the bot's token, so it is sent
    only to Slack's hosts, wherever they redirect to.
    """
    file = await _info(client, file_id)
    if file.get("mode") == "tombstone":
        raise FileError(_(refusal.GONE))
    if (words := transcript(file)) and not transcript_url(file):
        return words.encode()
    url = transcript_url(file) or str(file.get("url_private_download") or file.get("url_private") or "")
    if not is_slacks(url, client.base_url):
        raise FileError(_(OUTSIDE_SENTENCE))
    with translated():
        async with asyncio.timeout(DEADLINE):
            return await _fetch_patiently(client, session, url, limit, file)


async def _info(client: AsyncWebClient, file_id: str) -> dict[str, Any]:
    try:
        found = (await call(client.files_info, file=file_id)).get("file")
    except RevokedError:
        raise
    except ChatError as error:
        if error.is_transient:
            raise
        if error.code in GONE:
            raise FileError(_(refusal.GONE)) from error
        raise FileError(_(refusal.NO_ACCESS if error.code in CLOSED else LOCKED_SENTENCE)) from error
    if not isinstance(found, dict):
        raise FileError(_(refusal.GONE))
    return found


async def _fetch_patiently(
    client: AsyncWebClient, session: aiohttp.ClientSession, url: str, limit: int, file: dict[str, Any]
) -> bytes:
    for number in range(TRIES):
        try:
            with translated():
                return await _fetch(client, session, url, limit, file)
        except ChatError as error:
            if number == TRIES - 1 or not error.is_transient:
                raise
            await asyncio.sleep(PAUSE * 2**number)
    raise AssertionError("the last try returns or raises")  # pragma: no cover


async def _fetch(
    client: AsyncWebClient, session: aiohttp.ClientSession, url: str, limit: int, file: dict[str, Any]
) -> bytes:
    """Follow redirects by hand: aiohttp would drop the token, or take it anywhere."""
    for _hop in range(MOST_HOPS + 1):
        headers = {"Authorization": f"Bearer {client.token}"} if is_trusted(url, client.base_url) else {}
        async with session.get(
            URL(url, encoded=True), headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(DEADLINE)
        ) as response:
            if response.status not in REDIRECTS:
                _check(response, file)
                return _whole(await _read(response, limit), response, file)
            url = _sent_on(url, response)
        if not is_slacks(url, client.base_url):
            log.warning("a download was sent on to a host that is not Slack's")
            raise FileError(_(OUTSIDE_SENTENCE))
    log.warning("a download was sent on more than %d times", MOST_HOPS)
    raise FileError(_(LOCKED_SENTENCE))


def _sent_on(url: str, response: aiohttp.ClientResponse) -> str:
    """Return where a response redirects to, "" if that is not an address."""
    try:
        return urljoin(url, response.headers.get("Location", ""))
    except ValueError:
        return ""


def is_slacks(url: str, api: str) -> bool:
    """Return whether an address is on one of Slack's own hosts, or on the API's, which can be a stand-in."""
    return is_trusted(url, api) or _is_on(url, CDN)


def is_trusted(url: str, api: str) -> bool:
    """Return whether the bot's token can be sent to an address."""
    if (there := _parts(url)) is None or (here := _parts(api)) is None or there.username or there.password:
        return False
    if (there.scheme, there.hostname) == (here.scheme, here.hostname) and there.port == here.port:
        return True
    if _is_loopback(here.hostname) and _is_loopback(there.hostname):
        return there.scheme == here.scheme and there.port == here.port
    return _is_on(url, HOSTS)


def _is_on(url: str, domains: tuple[str, ...]) -> bool:
    there = _parts(url)
    if there is None or there.scheme != "https" or there.port not in (None, 443) or there.username or there.password:
        return False
    host = there.hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _parts(url: str) -> SplitResult | None:
    """Parse an address; None if it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (reading it raises)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check(response: aiohttp.ClientResponse, file: dict[str, Any]) -> None:
    if response.status in (404, 410):
        raise FileError(_(refusal.GONE))
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        raise ChatError(f"http_{response.status}", is_transient=True)
    # Who may not see a file is sent to a page to sign in at, with 200.
    is_page = response.content_type == "text/html" and not _is_page(file)
    if response.status != 200 or is_page:  # noqa: PLR2004 - as above
        raise FileError(_(LOCKED_SENTENCE))


def _whole(data: bytes, response: aiohttp.ClientResponse, file: dict[str, Any]) -> bytes:
    """Return the body, if it is the file: Slack serves a sign-in page instead of an HTML file, too."""
    size = file.get("size")
    is_page = response.content_type == "text/html" or data[:200].lstrip().lower().startswith(
        (b"<!doctype html", b"<html")
    )
    if is_page and isinstance(size, int) and size > 0 and len(data) != size:
        raise FileError(_(LOCKED_SENTENCE))
    return data


def _is_page(file: dict[str, Any]) -> bool:
    return str(file.get("mimetype") or "").startswith("text/html")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > limit:
            raise FileError(_("{name} is larger than Slack said, and too big to read."))
    return bytes(data)
