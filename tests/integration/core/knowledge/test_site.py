"""Which pages a site has, by sitemaps of any size and shape."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.domain.knowledge import KnowledgeSource, SourceKind
from bot.core.domain.site_scope import MOST_PAGES
from bot.core.knowledge import faults, site
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.site import SiteReader
from bot.integrations.pages import WebPages
from bot.reader.pages import PooledPageReader
from bot.reader.pool import ReaderPool
from tests.support.loop import LoopWatch
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELD = 0.5  # seconds for which a busy machine may hold the loop; 40,000 addresses take three


@pytest.fixture
async def there() -> AsyncIterator[Website]:
    async with website() as opened:
        opened.pages["/"] = page("Start")
        yield opened


@pytest.fixture
async def reader(there: Website) -> AsyncIterator[SiteReader]:
    async with WebPages(frozenset({there.host})) as fetcher, ReaderPool(seconds=60) as pool:
        yield SiteReader(fetcher, PooledPageReader(pool))


def source(address: str) -> KnowledgeSource:
    return KnowledgeSource(1, "T1", "", SourceKind.SITE, address, "", "U1", datetime.now(UTC))


def index(there: Website, *paths: str) -> str:
    """Write a sitemap of sitemaps."""
    listed = "".join(f"<sitemap><loc>{there.url.rstrip('/')}{path}</loc></sitemap>" for path in paths)
    return f"<sitemapindex>{listed}</sitemapindex>"


async def test_a_site_of_40000_pages_is_cut(there: Website, reader: SiteReader) -> None:
    there.pages["/sitemap.xml"] = there.sitemap(*(f"/guide/page-{number}.html" for number in range(40_000)))
    async with LoopWatch() as watch:
        found = await reader.find(source(there.url))
        assert watch.take() < HELD
    assert (len(found.addresses), found.left_out, found.is_whole) == (MOST_PAGES, 30_001, True)
    assert found.addresses[0] == there.url


async def test_sitemaps_without_end_are_bounded(there: Website, reader: SiteReader) -> None:
    asked: list[str] = []

    async def endless(request: web.Request) -> web.Response:
        asked.append(request.path)
        number = len(asked)
        there.pages |= {f"/{number}-{at}.xml": endless for at in range(3)}
        return web.Response(text=index(there, *(f"/{number}-{at}.xml" for at in range(3))), content_type="text/xml")

    there.pages["/sitemap.xml"] = endless
    found = await reader.find(source(there.url))
    assert (found.addresses, found.is_whole) == ([there.url], False)  # as of a site without one
    assert len(asked) == site.MOST_SITEMAPS


async def test_a_site_may_ask_for_pauses(there: Website, reader: SiteReader) -> None:
    there.pages["/robots.txt"] = web.Response(text="User-agent: *\nCrawl-delay: 0.4")
    began = time.monotonic()
    await reader.find(source(there.url))
    assert there.asked == ["/robots.txt", "/", "/sitemap.xml"]
    assert time.monotonic() - began >= 0.4


async def test_a_sitemap_that_is_away_is_no_empty_one(there: Website, reader: SiteReader) -> None:
    there.pages["/sitemap.xml"] = index(there, "/a.xml", "/b.xml")
    there.pages["/a.xml"] = there.sitemap("/one")
    there.pages["/b.xml"] = web.Response(status=502)
    with pytest.raises(PageError) as caught:
        await reader.find(source(there.url))
    assert caught.value.fault == faults.AWAY


async def test_a_sitemap_may_be_the_source(there: Website, reader: SiteReader) -> None:
    listed = there.sitemap("/one", "/docs/two")
    there.pages["/docs/sitemap.xml"] = listed.replace("<url>", "<url><loc>https://example.com/</loc></url><url>", 1)
    found = await reader.find(source(f"{there.url}docs/sitemap.xml"))
    assert found.addresses == [f"{there.url}one", f"{there.url}docs/two"]
    there.pages["/docs/sitemap.xml"] = there.sitemap()
    with pytest.raises(PageError) as caught:
        await reader.find(source(f"{there.url}docs/sitemap.xml"))
    assert (caught.value.fault, caught.value.is_whole) == (faults.EMPTY, True)
