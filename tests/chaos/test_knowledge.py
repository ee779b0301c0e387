"""Sources whose bot dies while it reads them: they are read to the end, each page once, and what was there stays."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind, SourceState
from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.db.tables import KnowledgePageRow as PageRow
from bot.db.tables import KnowledgePassageRow as PassageRow
from bot.transaction import transact
from tests.chaos.instant import PATIENCE, strike
from tests.chaos.verdict import until_idle
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.domain.knowledge import KnowledgeSource
    from bot.core.ports.knowledge import KnowledgeStore
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica
    from tests.support.sqlite import SqliteFolder

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

PATHS = [f"/{number}" for number in range(6)]
VANISHED = "/vanished"


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Website, Website]]:
    """One that nobody has read, one that was read before; both have the same pages."""
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(website()) for _ in range(2)]
        for site in both:
            site.pages |= {path: page(f"Page {path[1:]}") for path in PATHS} | {"/": page("Start")}
            site.pages["/sitemap.xml"] = site.sitemap(*PATHS)
        yield both[0], both[1]


class TestKilled:
    @pytest.fixture
    async def database_url(self, sqlite_folder: SqliteFolder) -> str:
        """One with its tables, so that there are sources when the bot starts."""
        return await sqlite_folder.migrated()

    async def test_each_page_is_read_once(self, scene: Scene, sites: tuple[Website, Website]) -> None:
        """It dies as it asks for a robots.txt, for a page, and as it tells how the first reading went."""
        new, known = sites
        scene.environ["KNOWLEDGE_HOSTS"] = f"{new.host},{known.host}"
        replica, database = scene.replica(), Database.open(scene.environ["DATABASE_URL"])
        store = sql_knowledge_store(database)
        place = Place(scene.workspace.workspace.team_id, "")
        added = NewSource(place.workspace, "", SourceKind.SITE, new.url, "", scene.workspace.ada.id)
        first = await store.sources.add(added, datetime.now(UTC))
        again = await read_before(store, place, known)
        for path, site in (("/robots.txt", new), (PATHS[2], known)):
            await self.killed_at(path, site, replica)
            assert {VANISHED, *PATHS} <= set(await kept(database, again))
        await replica.start()
        await strike(scene.workspace, replica.kill, when=lambda message: "I read 7 pages" in message.shown)
        await replica.ended()
        await replica.start()
        await until_idle(database)
        for source, site in ((first, new), (again, known)):
            found = await store.sources.find(place.workspace, source.id)
            assert found
            assert (found.state, found.pages, found.skipped, found.fault) == (SourceState.READ, 7, 0, "")
            assert Counter(await kept(database, source)) == Counter([*PATHS, "/"])
            assert sum(site.counts(path) - 1 for path in PATHS) <= 2  # at most the one that it died at
        assert not await store.search.search(place, "outdated", 50)
        told = [one for one in messages_to(scene, scene.workspace.ada.id) if "I read" in one.shown]
        assert len(told) == 1
        assert await replica.stop() == 0
        await database.close()

    async def killed_at(self, path: str, site: Website, replica: Replica) -> None:
        """Start the bot, and kill it when it asks for a path."""
        is_dead, shown = asyncio.Event(), site.pages.get(path)

        async def strike_down(_: web.Request) -> web.Response:
            replica.kill()
            is_dead.set()
            return web.Response(status=404)

        site.pages[path] = strike_down
        await replica.start()
        async with asyncio.timeout(PATIENCE):
            await is_dead.wait()
        await replica.ended()
        if shown is None:
            del site.pages[path]
        else:
            site.pages[path] = shown


async def read_before(store: KnowledgeStore, place: Place, site: Website) -> KnowledgeSource:
    """Let a site have been read before, when its pages said something else, and one of them was still there."""
    now = datetime.now(UTC)
    added = await store.sources.add(NewSource(place.workspace, "", SourceKind.SITE, site.url, "", ""), now)
    addresses = [f"{site.url}{path[1:]}" for path in (*PATHS, VANISHED)]
    source = await store.pages.begin(added, addresses, now)
    assert source
    for one in addresses:
        await store.pages.keep(source, one, ReadPage(one, one, one, f"Outdated things about {one}."), now)
    await store.pages.finish(source, now, now)
    return source


async def kept(database: Database, source: KnowledgeSource) -> list[str]:
    """Return the path of the page of each passage that there is of a source."""
    of = PageRow.source_id == source.id
    query = select(PageRow.address).join(PassageRow, PassageRow.page_id == PageRow.id).where(of)
    found = await transact(database.reader, lambda connection: list(connection.execute(query).scalars()))
    return [urlsplit(one).path for one in found]


def messages_to(scene: Scene, person: str) -> list[MessageRecord]:
    channels = scene.workspace.workspace.channels.values()
    direct = next(one.id for one in channels if one.is_im and person in one.members)
    return scene.workspace.workspace.messages(direct)


class TestKilledOnPostgresql(TestKilled):
    pytestmark = pytest.mark.postgresql

    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url
