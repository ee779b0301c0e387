"""Read a website: the pages of its sitemap, or those that its links lead to."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.domain.knowledge import ReadPage
from bot.core.domain.site_scope import MOST_PAGES, SiteScope
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory, PageReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.knowledge import KnowledgeSource, KnownPage
    from bot.core.domain.page import FetchedFile, PageText
    from bot.core.ports.pages import PageFetcher, PageReader

MOST_SITEMAPS = 50  # files of a site
MOST_FOUND = 100_000  # pages of its sitemaps, after which no further ones are asked for
_INDEX = re.compile(r"(?:index\.(?:html?|php))?$", re.IGNORECASE)


class SiteReader:
    """Implements `SourceReader` for websites."""

    def __init__(self, fetcher: PageFetcher, reader: PageReader) -> None:
        self._fetcher, self._reader = fetcher, reader

    async def find(self, source: KnowledgeSource) -> Inventory:
        """Find the pages of a site. Raises `PageError`."""
        start, scope = source.address, SiteScope.of(source.address)
        if is_sitemap(start):
            scope, maps = scope.whole, await self._allowed(start, scope)
            return await self._listed([start, *maps][:1], scope, start) or _nothing()
        maps = await self._allowed(start, scope)
        file = await self._fetcher.fetch(start, scope)
        base = file.address if file else start
        scope = SiteScope.of(base)
        guess = f"{scope.scheme}://{scope.host}/sitemap.xml"
        found = await self._listed(maps or [guess], scope, base)
        return found or Inventory([base], base=base, is_whole=False)

    async def _allowed(self, address: str, scope: SiteScope) -> list[str]:
        """Make sure that an address may be read; return the sitemaps that the site names. Raises `PageError`."""
        robots = await self._fetcher.robots(address, scope)
        rules = await self._reader.read_robots(robots, [address])
        if rules.delay:
            self._fetcher.slow_down(address, rules.delay)
        if address not in rules.allowed:
            raise PageError(faults.NOT_ALLOWED)
        return _own(scope, rules.sitemaps[:MOST_SITEMAPS], address)

    async def _listed(self, maps: list[str], scope: SiteScope, base: str) -> Inventory | None:
        """Return the pages that sitemaps list, None if they list none of the scope. Raises `PageError`.

        A sitemap that can't be read for now fails the run: its pages must not look as if they were gone.
        """
        asked, waiting, pages = set[str](), list(maps), dict[str, None]()
        while waiting and len(asked) < MOST_SITEMAPS and len(pages) < MOST_FOUND:
            address = waiting.pop(0)
            if address in asked:
                continue
            asked.add(address)
            try:
                listed = await self._reader.read_sitemap(await self._fetcher.download(address, scope))
            except PageError as error:
                if error.is_transient or error.is_whole or address == base:
                    raise
                continue
            waiting += await asyncio.to_thread(_own, scope, listed.sitemaps[:MOST_SITEMAPS], address)
            pages |= dict.fromkeys(await asyncio.to_thread(_pages, scope, listed.pages, address))
        if not pages.keys() - {base}:
            return None
        first = [] if is_sitemap(base) else [base]
        addresses = list(dict.fromkeys([*first, *pages]))
        return Inventory(addresses[:MOST_PAGES], len(addresses[MOST_PAGES:]), base)

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:
        """Read a page of a site. Raises `PageError`."""
        address = known.address
        scope = SiteScope.of(source.address).whole if is_sitemap(source.address) else SiteScope.of(inventory.base)
        await self._allowed(address, scope)
        # The links of a page that is as it was are not known: where they lead to the others, it is read anew.
        file = await self._fetcher.fetch(address, scope, known if inventory.is_whole else None)
        if file is None:
            return PageReading(None, address)
        if not scope.holds(file.address):
            raise PageError(faults.ELSEWHERE, is_gone=True)
        page = await self._reader.read_page(file)
        if file.is_private or page.is_private:
            raise PageError(faults.NOT_INDEXED, is_gone=True)
        linked = () if inventory.is_whole else (*page.links, page.stands_for)
        links = await asyncio.to_thread(_pages, scope, linked, file.address)
        own = self._kept_at(file, page, scope)
        if not page.text.strip():
            if page.needs_script:
                raise PageError(faults.NEEDS_SCRIPT)
            return PageReading(_page(own, file, page), own, links)
        return PageReading(_page(own, file, page), own, links)

    def _kept_at(self, file: FetchedFile, page: PageText, scope: SiteScope) -> str:
        """Return the address to keep a page at: the one it names, if that differs in what shows the same page."""
        named = scope.page(page.stands_for, file.address) if page.stands_for else ""
        return named if named and _bare(named) == _bare(file.address) else file.address


def _own(scope: SiteScope, addresses: Sequence[str], base: str) -> list[str]:
    """Return those of a site."""
    return [found for one in addresses if (found := scope.own(one, base))]


def _pages(scope: SiteScope, addresses: Sequence[str], base: str) -> list[str]:
    """Return those that are pages of a scope. Thousands take seconds, so call it in a thread."""
    return [found for one in addresses if (found := scope.page(one, base))]


def is_sitemap(address: str) -> bool:
    """Return whether an address is that of a sitemap."""
    name = urlsplit(address).path.rpartition("/")[2].lower()
    return name.endswith((".xml", ".xml.gz")) or (name.endswith(".txt") and "sitemap" in name)


def _bare(address: str) -> str:
    """Return an address without what leaves a page the same."""
    parts = urlsplit(address)
    return f"{parts.netloc.removeprefix('www.')}{_INDEX.sub('', parts.path).rstrip('/')}"


def _page(address: str, file: FetchedFile, page: PageText) -> ReadPage:
    return ReadPage(
        address=address,
        link=file.address,
        title=page.title,
        text=page.text,
        language=page.language,
        changed_at=page.changed_at,
        etag=file.etag,
        last_modified=file.last_modified,
    )


def _nothing() -> Inventory:
    raise PageError(faults.EMPTY, is_whole=True)
