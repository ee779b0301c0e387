"""Sources read by durable jobs: from real sites, folders and threads into real databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.domain.knowledge import NewSource, SourceKind, SourceState
from bot.core.domain.message import Place
from bot.core.knowledge import faults
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.jobs import knowledge
from tests.support import learning as support
from tests.support.learning import learning
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SITE = SourceKind.SITE


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database.open(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website() as opened:
        yield opened


async def test_a_sitemap_says_what_is_read(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start"), "/a": page("Export"), "/b": page("Import"), "/c": page("Unlisted")}
    site.pages["/sitemap.xml"] = site.sitemap("/", "/a", "/b", "/lost", "//elsewhere.example.com/d")
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert (source.state, source.pages, source.skipped, source.fault) == (SourceState.READ, 3, 0, "")
        assert await here.found("thing used") == ["Export", "Import", "Start"]
    assert site.counts("/a") == site.counts("/robots.txt") == 1
    assert source.next_at is not None
    assert timedelta(hours=23) < source.next_at - datetime.now(UTC) < timedelta(hours=25)


async def test_links_lead_where_no_sitemap_does(site: Website, database: Database) -> None:
    site.pages |= {
        "/guide/": page("Guide", "a", "b?utm_source=menu", "/blog/news", "a#part", "https://example.com/guide/x"),
        "/guide/a": page("Export", "/guide/c/", "/guide/loop?page=1"),
        "/guide/b": page("Import", "/guide/"),
        "/guide/c/": page("Deep"),
        "/blog/news": page("News"),
        "/guide/loop": page("Loop", *(f"/guide/cal?year={year}&month=1" for year in range(2_020, 2_090))),
    }
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, f"{site.url}guide/"))
        assert await here.found("thing used") == ["Deep", "Export", "Guide", "Import", "Loop"]
    assert source.pages == 5
    assert not any("cal" in asked or "blog" in asked or "utm" in asked for asked in site.asked)


async def test_what_vanished_there_vanishes_here(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start", "/a", "/b", "/c"), "/a": page("A"), "/b": page("B"), "/c": page("C")}
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert await here.found("thing used") == ["A", "B", "C", "Start"]
        del site.pages["/a"]
        site.pages |= {"/b": web.Response(status=500), "/": page("Start", "/a", "/b")}
        source = await here.read(source)
        assert await here.found("thing used") == ["B", "Start"]
        assert (source.pages, source.skipped) == (2, 1)


async def test_a_site_that_is_away_keeps_its_pages(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start", "/a"), "/a": page("A")}
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        site.pages["/"] = web.Response(status=503)
        source = await here.read(source)
        assert (source.state, source.fault, source.pages) == (SourceState.FAILED, faults.AWAY, 2)
        assert await here.found("thing used") == ["A", "Start"]
        assert source.next_at is not None
        assert source.next_at - datetime.now(UTC) < timedelta(hours=2)
        site.pages["/"] = page("Start", "/a")
        assert (await here.read(source)).fault == ""


async def test_pages_in_a_row_that_fail_end_a_run(site: Website, database: Database) -> None:
    paths = [f"/{number}" for number in range(50)]
    site.pages |= {"/": page("Start"), **{path: web.Response(status=500) for path in paths}}
    site.pages["/sitemap.xml"] = site.sitemap("/", *paths)
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
    assert (source.state, source.fault) == (SourceState.FAILED, faults.AWAY)
    assert sum(asked in paths for asked in site.asked) == knowledge.MOST_FAILURES


async def test_a_site_behind_a_login_is_dropped(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start", "/a"), "/a": page("A"), "/login": page("Log in")}
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert await here.found("thing used")
        site.pages["/"] = web.Response(status=302, headers={"Location": "/login?next=/"})
        source = await here.read(source)
        assert (source.state, source.fault, source.pages) == (SourceState.FAILED, faults.LOGIN, 0)
        assert await here.found("thing used") == []


async def test_robots_txt_decides(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start", "/a", "/private/b"), "/a": page("A"), "/private/b": page("B")}
    site.pages["/robots.txt"] = web.Response(text="User-agent: *\nDisallow: /private/\n")
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert await here.found("thing used") == ["A", "Start"]
        assert (source.pages, source.skipped) == (2, 1)
    assert not site.counts("/private/b")


async def test_a_site_that_forbids_all_is_not_read(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start"), "/robots.txt": web.Response(text="User-agent: *\nDisallow: /")}
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
    assert (source.state, source.fault, site.counts("/")) == (SourceState.FAILED, faults.NOT_ALLOWED, 0)


async def test_one_page_under_five_addresses_is_one(site: Website, database: Database) -> None:
    canonical = f'<link rel="canonical" href="{site.url}a">'
    same = page("Export", head=canonical)
    links = ("/a", "/a?view=1", "/a?view=2", "/a/", "/old")
    site.pages |= {"/": page("Start", *links), "/a": same, "/a/": same}
    site.pages["/old"] = web.Response(status=301, headers={"Location": "/a"})
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert source.pages == 2
        (passage,) = [one for one in await here.store.search.search(_place(), "export", 9) if one.title == "Export"]
        assert passage.link == f"{site.url}a"


def _place() -> Place:
    return Place(support.WORKSPACE, "")


async def test_a_large_site_is_cut(site: Website, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.knowledge.site.MOST_PAGES", 5)
    site.pages |= {"/": page("Start"), **{f"/{number}": page(f"Page {number}") for number in range(40)}}
    site.pages["/sitemap.xml"] = site.sitemap("/", *(f"/{number}" for number in range(40)))
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert source.pages == 5


async def test_many_pages_are_read_in_slices(
    site: Website, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "SLICE", 3)
    paths = [f"/{number}" for number in range(10)]
    site.pages |= {path: page(f"Page {path[1:]}") for path in ["/", *paths]}
    site.pages["/sitemap.xml"] = site.sitemap(*paths)
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert (source.pages, source.state) == (11, SourceState.READ)
    assert all(site.counts(path) == 1 for path in paths)


async def test_what_is_due_is_read_by_itself(site: Website, database: Database) -> None:
    """Two sources of one host follow each other; one that is not due is not read."""
    busy, most = 0, 0

    async def show(_: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.01)
        busy -= 1
        return web.Response(text=page("Start"), content_type="text/html")

    site.pages |= dict.fromkeys(("/", "/a", "/b"), show) | {"/sitemap.xml": site.sitemap("/a", "/b")}
    sources, now = sql_knowledge_store(database).sources, datetime.now(UTC)
    for channel, moment in (("", now), ("C1", now), ("C2", now + timedelta(hours=1))):
        await sources.add(NewSource(support.WORKSPACE, channel, SITE, site.url, "", ""), moment)
    async with learning(database, site.host) as here, asyncio.timeout(60):
        own = Place(here.workspace, "C1")
        while {one.state for one in await sources.serving(own)} != {SourceState.READ}:  # noqa: ASYNC110 (a table tells nobody)
            await asyncio.sleep(0.02)
        later = [one.state for one in await sources.serving(Place(here.workspace, "C2"))]
        assert later == [SourceState.READ, SourceState.NEW]
    assert (most, site.counts("/a"), site.counts("/robots.txt")) == (1, 2, 1)


async def test_a_busy_site_is_gone_on_with(site: Website, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.integrations.pages.SHORTEST_REST", 0.01)
    is_busy = iter([True, False])

    async def show(_: web.Request) -> web.Response:
        if next(is_busy):
            return web.Response(status=429, headers={"Retry-After": "0"})
        return web.Response(text=page("B"), content_type="text/html")

    site.pages |= {"/": page("Start"), "/a": page("A"), "/b": show, "/c": page("C")}
    site.pages["/sitemap.xml"] = site.sitemap("/a", "/b", "/c")
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert (source.state, source.pages, source.skipped) == (SourceState.READ, 4, 0)
    assert [site.counts(path) for path in ("/a", "/b", "/c")] == [1, 2, 1]


async def test_a_page_asks_not_to_be_kept(site: Website, database: Database) -> None:
    site.pages |= {"/": page("Start", "/a"), "/a": page("A", head='<meta name="robots" content="noindex">')}
    async with learning(database, site.host) as here:
        await here.read(await here.add(SITE, site.url))
        assert await here.found("thing used") == ["Start"]


async def test_a_site_may_change_its_language(site: Website, database: Database) -> None:
    site.pages["/"] = page("Start", said="Words about exporting your files to another place. " * 9)
    async with learning(database, site.host) as here:
        source = await here.read(await here.add(SITE, site.url))
        assert [one.language for one in await here.store.search.search(_place(), "export", 1)] == ["en"]
        site.pages["/"] = page("Anfang", said="Wörter über das Exportieren deiner Dateien. " * 9, language="de-DE")
        await here.read(source)
        assert [one.language for one in await here.store.search.search(_place(), "Dateien", 1)] == ["de"]
        assert await here.found("another place") == []


async def test_a_folder_is_read(database: Database, tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "export.md").write_text("# Export\n\nHow to export a thing.\n")
    (tmp_path / "docs" / "deep" / "import.html").write_text(page("Import"))
    (tmp_path / "docs" / ".hidden.md").write_text("# Hidden\n\nA secret thing.\n")
    (tmp_path / "secret.md").write_text("# Secret\n\nA secret thing.\n")
    (tmp_path / "docs" / "link.md").symlink_to(tmp_path / "secret.md")
    async with learning(database, folder=tmp_path) as here:
        source = await here.read(await here.add(SourceKind.FOLDER, "docs"))
        assert (source.pages, source.fault) == (2, "")
        assert await here.found("thing") == ["Export", "Import"]
        (tmp_path / "docs" / "export.md").unlink()
        await here.read(source)
        assert await here.found("thing") == ["Import"]
        for other in ("../", "..", "/etc", "missing", "docs/../.."):
            assert (await here.read(await here.add(SourceKind.FOLDER, other))).fault == faults.NO_FOLDER
