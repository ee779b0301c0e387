"""A child's tasks for pages of knowledge: a page, a sitemap, a robots.txt. As in `task`, this runs in the child."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bot.core.domain.page import PageText
from bot.reader.frame import PIECE, Frame, FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PAGE, SITEMAP, ROBOTS = "page", "sitemap", "robots"


def read_page(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Read a page of any kind."""
    yield from _sent(asdict(_page(asked["address"], asked["media_type"], asked["charset"], data)))


def _page(address: str, media_type: str, charset: str, data: bytes) -> PageText:
    from bot.core.decoding.text import decode  # noqa: PLC0415 (as below: a child loads what it needs)
    from bot.core.documents import identify, kinds, main_text, pdf_text, read  # noqa: PLC0415
    from bot.core.domain.message import FileRef  # noqa: PLC0415

    name = PurePath(unquote(urlsplit(address).path)).name or "page"
    file = FileRef(address, name, media_type, len(data))
    if media_type != kinds.PAGE:
        file = identify.with_content_type(identify.with_type(file), data)
    if file.media_type == kinds.PDF:
        title, text = pdf_text.read(data)
        return PageText(title or name, text)
    if file.media_type == kinds.PAGE:
        return main_text.read(_decoded(name, data, charset), address)
    if file.media_type in kinds.READ:
        return PageText(name, read.read(name, name, file.media_type, data).text)
    text = decode(name, data).text
    return PageText(_heading(text) or name, text[: main_text.LONGEST_TEXT])


def _decoded(name: str, data: bytes, charset: str) -> str:
    """Decode a page by what its server says, where that fits, or by what the page says."""
    from bot.core.decoding.text import decode  # noqa: PLC0415
    from bot.errors import UsageError  # noqa: PLC0415

    if charset:
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return decode(name, data).text
    except (UsageError, ValueError):
        return data.decode("utf-8", "replace")


def _heading(text: str) -> str:
    """Return a Markdown text's first heading of the first level, "" for none."""
    found = next((line for line in text[:10_000].splitlines() if line.startswith("# ")), "")
    return found.removeprefix("# ").strip()[:200]


def read_sitemap(_asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Read a sitemap."""
    from bot.core.documents import site_files  # noqa: PLC0415

    yield from _sent(asdict(site_files.read_sitemap(data)))


def read_robots(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Apply a robots.txt to addresses."""
    from bot.core.documents import site_files  # noqa: PLC0415

    found = asdict(site_files.read_robots(data, asked["addresses"]))
    yield from _sent(found | {"allowed": sorted(found["allowed"])})


TASKS: Mapping[str, Callable[[Mapping[str, Any], bytes], Iterator[Frame]]] = {
    PAGE: read_page,
    SITEMAP: read_sitemap,
    ROBOTS: read_robots,
}


def _sent(value: object) -> Iterator[Frame]:
    """Send a value of any length as JSON in pieces."""
    body = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")
    for start in range(0, len(body), PIECE):
        yield Frame(FrameKind.BYTES, body[start : start + PIECE])
