"""Pages that harm those that read them: read or refused, and the next one is read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.core.domain.page import FetchedFile
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.reader.pages import PooledPageReader
from bot.reader.pool import ReaderPool
from tests.support import bombs
from tests.support.website import WORDS, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADDRESS = "https://docs.example.com/page"
HARMFUL = {
    "deep": b"<div>" * 500_000,
    "unclosed": b"<table><tr><td>" * 200_000,
    "wide": b"<p>word " * 10_000,
    "attributes": b"<a " + b"x='y' " * 500_000 + b">word</a>",
    "entities": b"&amp;" * 900_000,
    "scripts": b"<script>" + b"x" * 4_000_000 + b"</script>",
    "links": b"".join(b"<a href='/%d'>%d</a>" % (number, number) for number in range(20_000)),
    "zeros": b"\0" * 500_000,
    "no text": bytes(range(256)) * 2_000,
}
PDFS = {"fan": bombs.fan_out(), "loop": bombs.loop(), "streams": bombs.many_streams(), "table": bombs.growing_xref()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[PooledPageReader]:
    async with ReaderPool(seconds=60) as pool:
        yield PooledPageReader(pool)


@pytest.mark.parametrize("name", [*HARMFUL, *PDFS])
async def test_the_page_after_a_harmful_one_is_read(reader: PooledPageReader, name: str) -> None:
    data, kind = (PDFS[name], "application/pdf") if name in PDFS else (HARMFUL[name], "text/html")
    with suppress(PageError):
        found = await reader.read_page(FetchedFile(ADDRESS, kind, data))
        assert len(found.text) <= 500_000
        assert len(found.links) <= 5_000
    after = await reader.read_page(FetchedFile(ADDRESS, "text/html", page("After").encode()))
    assert (after.title, WORDS in after.text) == ("After", True)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("application/pdf", b"%PDF-1.7 and no more"), ("application/pdf", b"no PDF"), ("application/zip", b"PK\3\4zip")],
)
async def test_what_is_damaged_is_refused(reader: PooledPageReader, kind: str, data: bytes) -> None:
    with pytest.raises(PageError) as caught:
        await reader.read_page(FetchedFile(f"{ADDRESS}.pdf", kind, data))
    assert caught.value.fault == faults.UNREADABLE


async def test_a_page_says_how_it_is_written(reader: PooledPageReader) -> None:
    said = "Größe, größer, am größten. " * 9
    for charset in ("latin-1", "utf-8", "nonsense", ""):
        data = page("Maße", said=said, head='<meta charset="utf-8">').encode(
            "latin-1" if charset == "latin-1" else "utf-8"
        )
        found = await reader.read_page(FetchedFile(ADDRESS, "text/html", data, charset))
        assert (found.title, "am größten" in found.text) == ("Maße", True)
