"""A small web for the server's tools: a handful of pages about invented products and well-known facts.

Each page is a file in `web/`: fields, an empty line, and the text, which is `repeat`ed for a huge one. `error` is what
a fetch of it fails with. One page holds instructions to whoever reads it, as pages on the real web do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FOLDER = Path(__file__).parent / "web"
MAX_RESULTS = 5
SNIPPET = 600  # characters of a page that a search brings
FEWEST_LETTERS = 3  # of a word that is searched for
COMMON = re.compile(r"th(?:e|is|at|ese|ose)|wh(?:at|ich|o|en|ere|y)|how|are|was|does|did|for|and|from|with|about")

_WORD = re.compile(r"[^\W_]+")
_URL = re.compile(r"https?://[^\s<>|\"'`()\[\]{}]+")


@dataclass(frozen=True, slots=True)
class WebPage:
    """One page, whose text is repeated so many `times`. `error` is what fetching it fails with, "" for nothing."""

    url: str
    title: str
    text: str
    age: str | None = None
    error: str = ""
    times: int = 1

    @property
    def size(self) -> int:
        """How many characters the whole page has."""
        return len(self.text) * self.times

    def read(self, most: int | None) -> str:
        """Return the page's text, at most so many characters of it."""
        most = self.size if most is None else most
        return (self.text * min(self.times, most // max(1, len(self.text)) + 1))[:most]


@cache
def pages() -> tuple[WebPage, ...]:
    """Read the web's pages."""
    return tuple(_page(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.md")))


def search(query: str, domains: Domains, among: Sequence[WebPage] | None = None) -> list[WebPage]:
    """Return the pages that share words with the query, those that share most first."""
    asked = set(_words(query))
    found = [(len(asked & set(_words(f"{page.title} {page.text[:SNIPPET]}"))), page) for page in among or pages()]
    ranked = sorted(found, key=lambda one: -one[0])
    best = ranked[0][0] if ranked else 0
    # What shares but one of many words is no answer.
    return [page for shared, page in ranked if shared * 2 > best > 0 and domains.allow(page.url)][:MAX_RESULTS]


def find(url: str, among: Sequence[WebPage] | None = None) -> WebPage | None:
    """Return the page at an address, None if there is none."""
    return next((page for page in among or pages() if same(page.url, url)), None)


def urls(text: str) -> list[str]:
    """Return the addresses that stand in a text, in their order, without the punctuation behind them."""
    return list(dict.fromkeys(found.rstrip(".,;:!?*_~") for found in _URL.findall(text)))


def same(one: str, other: str) -> bool:
    """Return whether two addresses are the same but for the last slash and what follows `#`."""
    return one.partition("#")[0].rstrip("/") == other.partition("#")[0].rstrip("/")


@dataclass(frozen=True, slots=True)
class Domains:
    """Which domains a tool may reach: only those allowed, if any are named, and never those blocked.

    Where `paths` don't count, an entry that has one never matches.
    """

    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    paths: bool = True

    def allow(self, url: str) -> bool:
        """Return whether an address is within them. Subdomains count; a path may end in `*`."""
        if any(self._covers(entry, url) for entry in self.blocked):
            return False
        return not self.allowed or any(self._covers(entry, url) for entry in self.allowed)

    def _covers(self, entry: str, url: str) -> bool:
        parts = urlsplit(url)
        domain, has_path, path = entry.partition("/")
        host = parts.hostname or ""
        if has_path and not self.paths:
            return False
        return (host == domain or host.endswith(f".{domain}")) and parts.path.lstrip("/").startswith(path.rstrip("*"))


def _words(text: str) -> Iterable[str]:
    found = _WORD.findall(text.casefold())
    return (word.removesuffix("s") for word in found if len(word) >= FEWEST_LETTERS and not COMMON.fullmatch(word))


def _page(written: str) -> WebPage:
    head, _, text = written.partition("\n\n")
    fields = dict(_fields(head))
    times = int(fields.get("repeat", "1"))
    return WebPage(fields["url"], fields["title"], text, fields.get("age"), fields.get("error", ""), times)


def _fields(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        name, _, value = line.partition(": ")
        yield name, value
