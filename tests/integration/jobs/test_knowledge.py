"""Sources read by durable jobs: from real sites, folders and threads into real databases."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.domain.knowledge import SourceKind, SourceState
from bot.core.domain.message import Place
from bot.core.knowledge import faults
from bot.db.engine import Database
from bot.jobs import knowledge
from tests.support import learning as support
from tests.support.bot_process import FORK_SERVER
from tests.support.learning import learning
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SITE = SourceKind.SITE


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """The store has tests of its own on both; here, only what is killed runs on both."""
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


@pytest.mark.parametrize("number", [1, 3, 8])
async def test_no_kill_loses_a_page(site: Website, url: str, number: int) -> None:
    """Killed while a request is under way, a reading goes on where it was: at most one page is read twice."""
    paths = [f"/{path}" for path in range(6)]
    site.pages |= {"/": page("Start", *paths), **{path: page(f"Page {path[1:]}") for path in paths}}
    shown, victim = dict(site.pages), dict[str, int]()

    async def show(request: web.Request) -> web.StreamResponse:
        if len(site.asked) == number and "pid" in victim:
            os.kill(victim.pop("pid"), signal.SIGKILL)
        found = shown.get(request.path)
        return (
            web.Response(text=found, content_type="text/html") if isinstance(found, str) else web.Response(status=404)
        )

    site.pages = dict.fromkeys(["/robots.txt", "/sitemap.xml", *shown], show)
    process = FORK_SERVER.Process(target=support.live, args=(url, site.host, site.url), daemon=True)
    await asyncio.to_thread(process.start)
    assert process.pid is not None
    victim["pid"] = process.pid
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL
    database = Database.open(url)
    async with learning(database, site.host, lease=1.0) as here, asyncio.timeout(60):
        (source,) = await here.store.sources.serving(_place())
        while source.state is not SourceState.READ:
            await asyncio.sleep(0.05)
            (source,) = await here.store.sources.serving(_place())
        assert (source.pages, source.state, source.skipped) == (7, SourceState.READ, 0)
        assert len(await here.found("thing used")) == 7
        titles = [one.title for one in await here.store.search.search(_place(), "thing used", 50)]
        assert len(titles) == len(set(titles))
    await database.close()
    assert sum(site.counts(path) - 1 for path in paths) <= 1
