"""Where the pages of knowledge come from, and what reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.knowledge import KnownPage
    from bot.core.domain.page import FetchedFile, PageText, RobotRules, Sitemap
    from bot.core.domain.site_scope import SiteScope


class PageFetcher(Protocol):
    """Fetches pages of the web, one at a time from each host, with pauses. All of it raises `PageError`."""

    async def fetch(self, address: str, scope: SiteScope, known: KnownPage | None = None) -> FetchedFile | None:
        """Return a page within a scope; None if it is as it was when it was `known`."""

    async def robots(self, address: str, scope: SiteScope) -> bytes:
        """Return the robots.txt that holds for an address, b"" if there is none."""

    async def download(self, address: str, scope: SiteScope) -> bytes:
        """Return what is at an address of a site, of any kind."""

    def slow_down(self, address: str, seconds: float) -> None:
        """Leave at least so many seconds between requests to an address's host from now on."""


class PageReader(Protocol):
    """Reads fetched files where their content can't harm the bot. All of it raises `PageError`."""

    async def read_page(self, file: FetchedFile) -> PageText:
        """Read a page."""

    async def read_sitemap(self, data: bytes) -> Sitemap:
        """Read a sitemap, or a list of addresses, a line each."""

    async def read_robots(self, data: bytes, addresses: Sequence[str]) -> RobotRules:
        """Apply a robots.txt to some addresses."""
