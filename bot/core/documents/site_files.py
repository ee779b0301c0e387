"""Read what a site says about itself: its sitemaps and its robots.txt."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from lxml import etree

from bot.core.domain.page import RobotRules, Sitemap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST_SITEMAP = 50_000_000  # bytes, unpacked: https://www.sitemaps.org/protocol.html
MOST_LISTED = 50_000  # addresses of one
LARGEST_ROBOTS = 500_000  # bytes that count: https://www.rfc-editor.org/rfc/rfc9309#section-2.5
PIECE = 65_536  # bytes that are parsed at a time
LONGEST_LINE = 2_000  # characters of one of their addresses
NAME = "Parley"  # by which a robots.txt speaks of this bot
_GZIP = b"\x1f\x8b"


def read_sitemap(data: bytes) -> Sitemap:
    """Read a sitemap, packed or not: pages, or further sitemaps. One that is no XML is a list of lines.

    It accepts anything and may take any time and memory, so call it where both are bounded.
    """
    data = _unpacked(data)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = data.decode("utf-8", "replace").splitlines()[:MOST_LISTED]
        return Sitemap(tuple(line.strip() for line in lines if line.strip().startswith(("http://", "https://"))))
    pages: list[str] = []
    further: list[str] = []
    for kind, address in _locations(data):
        (further if kind == "sitemap" else pages).append(address)
        if len(pages) + len(further) >= MOST_LISTED:
            break
    return Sitemap(tuple(pages), tuple(further))


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data[:LARGEST_SITEMAP]
    return zlib.decompressobj(wbits=31).decompress(data, LARGEST_SITEMAP)


def _locations(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield what each `<loc>` is in, and its address. Entities are not resolved, a broken end is left out."""
    parser = etree.XMLPullParser(
        events=("end",), resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    for start in range(0, len(data), PIECE):
        parser.feed(data[start : start + PIECE])
        for _event, element in parser.read_events():
            if not isinstance(element, etree._Element) or not isinstance(element.tag, str):  # noqa: SLF001 (its public class)
                continue
            tag = etree.QName(element).localname
            if tag == "loc" and element.text and (parent := element.getparent()) is not None:
                yield etree.QName(parent).localname, element.text.strip()[:LONGEST_LINE]
            elif tag in ("url", "sitemap"):
                element.clear()


def read_robots(data: bytes, addresses: Sequence[str]) -> RobotRules:
    """Apply a robots.txt to some addresses. May take any time, so call it where that is bounded."""
    from protego import Protego  # noqa: PLC0415 (a child loads what it needs)

    lines = data[:LARGEST_ROBOTS].decode("utf-8", "replace").splitlines()
    rules = Protego.parse("\n".join(line[:LONGEST_LINE] for line in lines))
    return RobotRules(
        allowed=frozenset(one for one in addresses if rules.can_fetch(one, NAME)),
        delay=float(rules.crawl_delay(NAME) or 0.0),
        sitemaps=tuple(one for one in rules.sitemaps if re.match(r"https?://", one)),
    )
