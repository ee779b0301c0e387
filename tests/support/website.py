"""A website on this machine: its pages, its robots.txt and its sitemaps, as a test wants them to be."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORDS = " ".join(["Words that tell how the thing is to be used."] * 8)


def page(title: str, *links: str, said: str = WORDS, head: str = "", language: str = "en") -> str:
    """Write a page of documentation, with links to others; its text has its title, so that no two say the same."""
    menu = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f'<!doctype html><html lang="{language}"><head><title>{title} - Docs</title>{head}</head><body><nav><ul>'
        f"{menu}</ul></nav><main><h1>{title}</h1><p>{title}: {said}</p></main>"
        "<footer>All rights reserved</footer></body></html>"
    )


@dataclass
class Website:
    """What it shows: HTML or whole answers by their paths, or what a handler makes of them; what it was `asked`."""

    pages: dict[str, str | web.Response | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        """Return its host with its port."""
        return self.url.partition("//")[2].rstrip("/")

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        self.asked.append(request.path_qs)
        self.headers.append(dict(request.headers))
        found = self.pages.get(request.path_qs, self.pages.get(request.path))
        if found is None:
            return web.Response(status=404, text="not here")
        if callable(found):
            return await found(request)
        if isinstance(found, str):
            return web.Response(text=found, content_type="text/html")
        return web.Response(body=found.body, status=found.status, headers=found.headers)

    def counts(self, path: str) -> int:
        """Return how often a path was asked for."""
        return self.asked.count(path)

    def sitemap(self, *paths: str) -> str:
        """Write a sitemap of these pages."""
        listed = "".join(f"<url><loc>{self.url.rstrip('/')}{path}</loc></url>" for path in paths)
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'


@asynccontextmanager
async def website() -> AsyncIterator[Website]:
    """Run a website until the block exits."""
    site = Website()
    application = web.Application()
    application.router.add_get("/{path:.*}", site.show)
    async with TestServer(application) as server:
        site.url = str(server.make_url("/"))
        yield site
