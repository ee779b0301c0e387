"""Downloads of posted files, from hosts that play Slack well and badly."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import ChatError, FileError
from bot.slack.client.api import web_client
from bot.slack.client.download import download, is_slacks, is_trusted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

API = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/cat.png", True),
        ("https://acme.slack.com/files/x", True),
        ("https://files.slack-gov.com/files-pri/x", True),
        ("https://files-origin.slack.com/files-pri/T1-F1/cat.png", True),
        ("https://acme.enterprise.slack.com/files/x", True),
        ("https://slack-files.com/files-pri-safe/T1-F1/report.pdf?c=1", True),
        ("https://downloads.slack-edge.com/x", True),
        ("https://slack-files.com.evil.example/x", False),
        ("https://xslack-files.com/x", False),
        ("https://user:pass@files.slack.com/x", False),
        ("http://files.slack.com/files-pri/x", False),
        ("https://files.slack.com.evil.example/x", False),
        ("https://evil.example/files.slack.com", False),
        ("https://evilslack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://user@evil.example/x", False),
        ("https://docs.google.com/document/x", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slack_only(url: str, is_ours: bool) -> None:  # noqa: FBT001 (a column)
    assert is_slacks(url, API) is is_ours


def test_a_stand_in_keeps_its_files_beside_its_api() -> None:
    assert is_slacks("http://127.0.0.1:4000/files/x", "http://127.0.0.1:4000/api/")
    assert is_slacks("http://localhost:4000/files/x", "http://127.0.0.1:4000/api/")
    assert not is_slacks("http://127.0.0.1:4001/files/x", "http://127.0.0.1:4000/api/")
    assert not is_slacks("http://127.0.0.1:4000/files/x", API)
    assert is_trusted("https://files-origin.slack.com/x", API)
    assert not is_trusted("https://downloads.slack-edge.com/x", API)  # its addresses are signed


@asynccontextmanager
async def serving(
    file: dict[str, Any], give: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> AsyncIterator[Callable[[int], Awaitable[bytes]]]:
    """Play Slack with one file, and yield how to download it."""

    async def info(request: web.Request) -> web.Response:
        url = f"{request.scheme}://{request.host}/file"
        return web.json_response({"ok": True, "file": {"url_private": url, **file}})

    app = web.Application()
    app.add_routes([web.route("*", "/api/files.info", info), web.get("/file", give)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            client = web_client(
                "xoxb-secret", f"{site.name}/api/".replace(":0/", f":{runner.addresses[0][1]}/"), session
            )
            yield lambda limit: download(client, session, "F1", limit)
    finally:
        await runner.cleanup()


async def test_a_file_comes_with_the_token() -> None:
    async def give(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xoxb-secret"
        return web.Response(body=b"pixels", content_type="image/png")

    async with serving({"mimetype": "image/png"}, give) as get:
        assert await get(6) == b"pixels"


async def test_a_login_page_is_no_file() -> None:
    async def give(_: web.Request) -> web.Response:
        return web.Response(text="<html>Sign in</html>", content_type="text/html")

    async with serving({"mimetype": "image/png"}, give) as get:
        with pytest.raises(FileError) as failure:
            await get(100)
    assert "files:read" in failure.value.sentence
    async with serving({"mimetype": "text/html", "size": 20}, give) as get:
        assert await get(100) == b"<html>Sign in</html>"
    async with serving({"mimetype": "text/html", "size": 2_000}, give) as get:
        with pytest.raises(FileError):
            await get(100)


async def test_redirects_stay_with_slack() -> None:
    hops: list[tuple[str, str]] = []

    def sent_on(*places: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def give(request: web.Request) -> web.StreamResponse:
            hops.append((request.url.host or "", request.headers.get("Authorization", "")))
            if len(hops) <= len(places):
                place = places[len(hops) - 1].format(port=request.url.port)
                return web.Response(status=302, headers={"Location": place})
            return web.Response(body=b"pixels", content_type="image/png")

        return give

    async with serving({"mimetype": "image/png"}, sent_on("http://localhost:{port}/file", "/file")) as get:
        assert await get(6) == b"pixels"
    assert hops == [(host, "Bearer xoxb-secret") for host in ("127.0.0.1", "localhost", "localhost")]
    for elsewhere in (
        "https://evil.example/login",
        "http://files.slack.com/x",
        "//evil.example/x",
        "http://[",
        "ftp://x",
    ):
        hops.clear()
        async with serving({"mimetype": "image/png"}, sent_on(elsewhere)) as get:
            with pytest.raises(FileError):
                await get(100)
        assert len(hops) == 1


async def test_more_bytes_than_allowed_are_refused() -> None:
    async def give(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_000):
            await response.write(bytes(65_536))
        return response

    async with serving({"mimetype": "image/png", "size": 10}, give) as get:
        with pytest.raises(FileError) as failure:
            await get(100_000)
    assert "larger than Slack said" in failure.value.sentence


async def test_a_file_elsewhere_is_not_fetched() -> None:
    async def give(_: web.Request) -> web.Response:
        raise AssertionError("nobody may ask for it")

    async with serving({"url_private": "https://drive.example.com/x"}, give) as get:
        with pytest.raises(FileError) as failure:
            await get(100)
    assert "outside Slack" in failure.value.about("plan.pdf")


async def test_an_outage_is_worth_another_try() -> None:
    async def give(_: web.Request) -> web.Response:
        return web.Response(status=503)

    async with serving({"mimetype": "image/png"}, give) as get:
        with pytest.raises(ChatError) as failure:
            await get(100)
    assert failure.value.is_transient
