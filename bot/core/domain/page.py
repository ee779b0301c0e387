"""A page of a source: as it was fetched, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that was fetched, not yet read. `address` is where it was found after redirects.

    `is_private`: its server asks that no one keeps it.
    """

    address: str
    media_type: str
    data: bytes
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """What a file says, as Markdown. `links` are the absolute addresses that it leads to.

    `stands_for` is the address of the page that it is a copy of, or leads on to, "" for none. `is_private`: it asks
    that no one keeps it. `needs_script`: without JavaScript, it shows nothing.
    """

    title: str
    text: str
    language: str = ""
    changed_at: datetime | None = None
    links: tuple[str, ...] = ()
    stands_for: str = ""
    is_private: bool = False
    needs_script: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap lists: pages, and further sitemaps."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RobotRules:
    """What a robots.txt says: which of some addresses may be read, how many seconds apart, and where sitemaps are."""

    allowed: frozenset[str]
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
