"""Fetching pages over real connections: from which addresses, how much of them, and how often."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.domain.knowledge import KnownPage
from bot.core.domain.site_scope import SiteScope
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.integrations import pages
from bot.integrations.pages import WebPages
from bot.integrations.public_addresses import is_public
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website() as opened:
        yield opened


@pytest.fixture
async def fetcher(site: Website) -> AsyncIterator[WebPages]:
    async with WebPages(frozenset({site.host})) as opened:
        yield opened


async def fault_of(fetcher: WebPages, address: str, scope: SiteScope | None = None) -> PageError:
    with pytest.raises(PageError) as caught:
        await fetcher.fetch(address, scope or SiteScope.of(address))
    return caught.value


def moved(there: str) -> web.Response:
    return web.Response(status=302, headers={"Location": there})


async def test_a_page_comes_with_its_marks(site: Website, fetcher: WebPages) -> None:
    site.pages["/guide"] = web.Response(
        body=page("Guide").encode(),
        headers={"Content-Type": "text/html; charset=latin-1", "ETag": '"1"', "Last-Modified": "yesterday"},
    )
    found = await fetcher.fetch(f"{site.url}guide", SiteScope.of(site.url))
    assert found is not None
    assert (found.media_type, found.charset, found.etag, found.last_modified) == (
        "text/html",
        "latin-1",
        '"1"',
        "yesterday",
    )
    assert b"<h1>Guide</h1>" in found.data
    assert site.headers[0]["User-Agent"].startswith("Parley/")
    assert "markdown" not in site.headers[0]["Accept"]


async def test_a_known_page_is_not_sent_again(site: Website, fetcher: WebPages) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=304 if request.headers.get("If-None-Match") == '"1"' else 500)

    site.pages["/guide"] = answer
    known = KnownPage(f"{site.url}guide", '"1"', "yesterday")
    assert await fetcher.fetch(known.address, SiteScope.of(site.url), known) is None
    assert site.headers[0]["If-Modified-Since"] == "yesterday"


PRIVATE = (
    *("http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/"),
    *("http://127.1:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://0.0.0.0:{port}/"),
    "http://169.254.169.254/latest/meta-data/",
)


@pytest.mark.parametrize("address", PRIVATE)
async def test_private_addresses_are_never_asked(site: Website, address: str) -> None:
    site.pages["/"] = page("Inside")
    async with WebPages() as fetcher:
        error = await fault_of(fetcher, address.format(port=site.url.rstrip("/").rpartition(":")[2]))
    is_odd = "2130706433" in address or "127.1" in address  # which are not taken for hosts at all
    assert error.fault == (faults.UNREACHABLE if is_odd else faults.PRIVATE_ADDRESS)
    assert site.asked == []


async def test_a_name_that_leads_inside_is_not_asked(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the address of the connection itself, so that a name can't lead elsewhere after a look."""
    port = int(site.host.rpartition(":")[2])
    looked_up: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    site.pages["/"] = page("Inside")
    async with WebPages() as fetcher:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        error = await fault_of(fetcher, f"http://docs.example.com:{port}/")
    assert (error.fault, error.is_gone, error.is_whole) == (faults.PRIVATE_ADDRESS, True, True)
    assert (looked_up, site.asked) == (["docs.example.com"], [])


@pytest.mark.parametrize(
    "host",
    [
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "64:ff9b:1::1", "ff02::1"),
        *("224.0.0.1", "168.63.129.16", "fd00:ec2::254", "fec0::1", "not an address"),
    ],
)
def test_translated_addresses_count_as_private(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    ("there", "fault"),
    [
        ("http://169.254.169.254/latest/meta-data/", faults.ELSEWHERE),
        ("http://[::1]/", faults.ELSEWHERE),
        ("file:///etc/passwd", faults.ELSEWHERE),
        ("//elsewhere.example.com/", faults.ELSEWHERE),
        ("http://user:secret@{host}/", faults.ELSEWHERE),
        ("https://accounts.example.com/login?next=/", faults.LOGIN),
        ("/users/sign_in", faults.LOGIN),
        ("/around", faults.CIRCLE),
    ],
)
async def test_a_redirect_stays_on_the_site(site: Website, fetcher: WebPages, there: str, fault: str) -> None:
    site.pages["/around"] = moved(there.format(host=site.host))
    error = await fault_of(fetcher, f"{site.url}around")
    assert error.fault == fault
    assert set(site.asked) == {"/around"}
    assert len(site.asked) <= pages.HOPS + 1


async def test_a_redirect_leads_to_its_page(site: Website, fetcher: WebPages) -> None:
    site.pages |= {"/old": moved("/new?utm_source=old"), "/new": page("New")}
    found = await fetcher.fetch(f"{site.url}old", SiteScope.of(site.url))
    assert found is not None
    assert found.address == f"{site.url}new"


async def test_a_redirect_after_the_first_is_checked(site: Website) -> None:
    async with website() as inside, WebPages(frozenset({site.host})) as fetcher:
        site.pages["/start"] = moved(inside.url)
        inside.pages["/"] = page("Inside")
        assert (await fault_of(fetcher, f"{site.url}start")).fault == faults.ELSEWHERE
        assert inside.asked == []


@pytest.mark.parametrize(
    ("status", "fault", "is_gone", "is_transient"),
    [
        (404, faults.GONE, True, False),
        (410, faults.GONE, True, False),
        (401, faults.LOGIN, True, False),
        (403, faults.FORBIDDEN, False, False),
        (500, faults.AWAY, False, True),
        (502, faults.AWAY, False, True),
        (418, faults.REFUSED, False, False),
    ],
)
async def test_a_status_tells_what_is_wrong(
    site: Website, fetcher: WebPages, status: int, fault: str, *, is_gone: bool, is_transient: bool
) -> None:
    site.pages["/page"] = web.Response(status=status)
    error = await fault_of(fetcher, f"{site.url}page")
    assert (error.fault, error.is_gone, error.is_transient) == (fault, is_gone, is_transient)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("120", 120, 120),
        ("0", 30, 30),
        ("9" * 30, 3_600, 3_600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 30, 30),
        ("soon", 30, 30),
    ],
)
async def test_a_busy_host_says_when(site: Website, fetcher: WebPages, said: str, least: float, most: float) -> None:
    site.pages["/page"] = web.Response(status=429, headers={"Retry-After": said})
    error = await fault_of(fetcher, f"{site.url}page")
    assert error.fault == faults.BUSY
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


async def test_a_large_page_is_not_read(site: Website, fetcher: WebPages) -> None:
    site.pages["/page"] = web.Response(body=b"x" * 10_000_000, content_type="text/html")
    assert (await fault_of(fetcher, f"{site.url}page")).fault == faults.TOO_LARGE


async def test_a_packed_bomb_is_not_unpacked(site: Website, fetcher: WebPages) -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    site.pages["/page"] = web.Response(body=bomb, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})
    assert (await fault_of(fetcher, f"{site.url}page")).fault == faults.TOO_LARGE


async def test_a_trickle_ends_in_time(site: Website, fetcher: WebPages, monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = asyncio.Event()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while not is_over.is_set():
            await response.write(b"a")
            await asyncio.sleep(0.01)
        return response

    monkeypatch.setattr(pages, "TIMEOUT", 0.2)
    site.pages["/page"] = trickle
    async with WebPages(frozenset({site.host})) as impatient:
        error = await fault_of(impatient, f"{site.url}page")
    is_over.set()
    assert (error.fault, error.is_transient) == (faults.TOO_SLOW, True)
    assert fetcher is not impatient


@pytest.mark.parametrize("kind", ["image/png", "application/zip", "text/css", "application/octet-stream"])
async def test_other_kinds_are_not_read(site: Website, fetcher: WebPages, kind: str) -> None:
    site.pages["/page"] = web.Response(body=b"x", content_type=kind)
    assert (await fault_of(fetcher, f"{site.url}page")).fault == faults.KIND


async def test_a_header_keeps_a_page_private(site: Website, fetcher: WebPages) -> None:
    for said, is_private in {"noindex, nofollow": True, "googlebot: noindex": False, "parley: none": True}.items():
        site.pages["/page"] = web.Response(text="hi", headers={"X-Robots-Tag": said})
        found = await fetcher.fetch(f"{site.url}page", SiteScope.of(site.url))
        assert found is not None
        assert found.is_private == is_private


async def test_robots_are_asked_for_once(site: Website, fetcher: WebPages) -> None:
    site.pages["/robots.txt"] = web.Response(body=b"User-agent: *\n" + b"#" * 40_000_000, content_type="text/plain")
    scope = SiteScope.of(site.url)
    for _ in range(2):
        assert (await fetcher.robots(f"{site.url}a", scope)).startswith(b"User-agent")
    assert len(await fetcher.robots(f"{site.url}a", scope)) == pages.LARGEST_ROBOTS
    assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize("status", [404, 403, 401])
async def test_missing_robots_allow_everything(site: Website, fetcher: WebPages, status: int) -> None:
    site.pages["/robots.txt"] = web.Response(status=status)
    assert await fetcher.robots(f"{site.url}a", SiteScope.of(site.url)) == b""


async def test_broken_robots_forbid_everything(site: Website, fetcher: WebPages) -> None:
    site.pages["/robots.txt"] = web.Response(status=500)
    with pytest.raises(PageError) as caught:
        await fetcher.robots(f"{site.url}a", SiteScope.of(site.url))
    assert (caught.value.fault, caught.value.is_whole) == (faults.ROBOTS_AWAY, True)


async def test_one_host_is_asked_in_turn(site: Website, fetcher: WebPages) -> None:
    busy, most = 0, 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        return web.Response(text="hi")

    site.pages |= {f"/{number}": answer for number in range(6)}
    fetcher.slow_down(site.url, 0.1)
    began = time.monotonic()
    await asyncio.gather(*(fetcher.fetch(f"{site.url}{number}", SiteScope.of(site.url)) for number in range(6)))
    assert most == 1
    assert time.monotonic() - began >= 0.5


async def test_a_host_that_is_away_is_said(fetcher: WebPages) -> None:
    async with WebPages(frozenset({"127.0.0.1:1"})) as own:
        assert (await fault_of(own, "http://127.0.0.1:1/")).fault == faults.UNREACHABLE
    error = await fault_of(fetcher, "http://no-such-host.invalid/")
    assert (error.fault, error.is_transient) == (faults.UNREACHABLE, True)


async def test_robots_may_be_kept_elsewhere(site: Website) -> None:
    """https://github.com/apache/stormcrawler/issues/1058, as https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1.2."""
    rules = "User-agent: *\nDisallow: /"
    async with website() as other, WebPages(frozenset({site.host, other.host})) as opened:
        path = ["/robots.txt", "/1", "/2", "/3", "/4"]
        site.pages |= {one: moved(there) for one, there in pairwise([*path, f"{other.url}rules"])}
        other.pages["/rules"] = web.Response(text=rules)
        assert await opened.robots(f"{site.url}a", SiteScope.of(site.url)) == rules.encode()
        assert other.counts("/robots.txt") == 0
        other.pages |= {"/robots.txt": moved(f"{site.url}1"), "/page": moved(f"{site.url}page")}
        assert await opened.robots(f"{other.url}a", SiteScope.of(other.url)) == rules.encode()
        assert (await fault_of(opened, f"{other.url}page")).fault == faults.ELSEWHERE


async def test_robots_lead_to_no_private_address(site: Website, fetcher: WebPages) -> None:
    async with website() as inside:
        site.pages["/robots.txt"] = moved(f"{inside.url}rules")
        with pytest.raises(PageError) as caught:
            await fetcher.robots(f"{site.url}a", SiteScope.of(site.url))
    assert (caught.value.fault, inside.asked) == (faults.PRIVATE_ADDRESS, [])


async def test_robots_behind_a_login_are_none(site: Website, fetcher: WebPages) -> None:
    site.pages["/robots.txt"] = moved("https://accounts.example.com/login")
    assert await fetcher.robots(f"{site.url}a", SiteScope.of(site.url)) == b""
