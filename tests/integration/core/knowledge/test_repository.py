"""Folders of repositories, as GitHub's API lists them and its raw files are."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.domain.knowledge import KnowledgeSource, KnownPage, SourceKind
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory
from bot.core.knowledge.repository import RepositoryFolder, RepositoryReader
from bot.integrations.pages import WebPages
from bot.reader.pages import PooledPageReader
from bot.reader.pool import ReaderPool
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TREE = "/repos/acme/app/git/trees/v1.2"
WHOLE = Inventory(())


@pytest.fixture
async def github() -> AsyncIterator[Website]:
    async with website() as opened:
        yield opened


@pytest.fixture
async def reader(github: Website) -> AsyncIterator[RepositoryReader]:
    async with WebPages(frozenset({github.host})) as fetcher, ReaderPool(seconds=60) as pool:
        url = github.url.rstrip("/")
        yield RepositoryReader(fetcher, PooledPageReader(pool), api=url, raw=f"{url}/raw")


def source(address: str) -> KnowledgeSource:
    return KnowledgeSource(1, "T1", "", SourceKind.REPOSITORY, address, "", "U1", datetime.now(UTC))


def tree(*entries: tuple[str, str], truncated: bool = False) -> web.Response:
    return web.json_response({"tree": [{"mode": mode, "path": path} for mode, path in entries], "truncated": truncated})


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("acme/app", RepositoryFolder("acme", "app")),
        ("acme/app/docs/guide@v1.2", RepositoryFolder("acme", "app", "docs/guide", "v1.2")),
        ("acme/app@feature/x", RepositoryFolder("acme", "app", "", "feature/x")),
        ("acme", None),
        ("https://github.com/acme/app", None),
    ],
)
def test_an_address_names_a_folder(address: str, folder: RepositoryFolder | None) -> None:
    assert RepositoryFolder.of(address) == folder


async def test_a_folder_is_listed_and_read(github: Website, reader: RepositoryReader) -> None:
    listed = ("docs/b.md", "docs/deep/a.HTML", "docs/logo.png", "docs-old/c.md", "readme.md")
    github.pages[f"{TREE}?recursive=1"] = tree(*(("100644", path) for path in listed), ("120000", "docs/link.md"))
    github.pages["/raw/acme/app/v1.2/docs/b.md"] = web.Response(
        text="# Export\n\nHow to export.", headers={"ETag": "1"}
    )
    github.pages["/raw/acme/app/v1.2/docs/deep/a.HTML"] = web.Response(text=page("Import"))
    found = await reader.find(source("acme/app/docs@v1.2"))
    assert found == Inventory(["docs/b.md", "docs/deep/a.HTML"])
    first, second = [
        (await reader.read(source("acme/app/docs@v1.2"), KnownPage(one), WHOLE)).page for one in found.addresses
    ]
    assert first is not None
    assert second is not None
    assert (first.title, first.link, first.etag) == (
        "Export",
        "https://github.com/acme/app/blob/v1.2/docs/b.md",
        "1",
    )
    assert (second.title, "All rights" in second.text) == ("Import", False)
    assert not any("Authorization" in headers for headers in github.headers)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (web.Response(status=404), faults.NO_REPOSITORY),
        (tree(("100644", "docs/a.md"), truncated=True), faults.LARGE_REPOSITORY),
        (tree(("100644", "src/a.md")), faults.EMPTY_FOLDER),
        (web.json_response({"message": "?"}), faults.UNREADABLE),
        (web.Response(text="<html>"), faults.UNREADABLE),
    ],
)
async def test_what_github_lacks_is_said(
    github: Website, reader: RepositoryReader, answer: web.Response, fault: str
) -> None:
    github.pages[f"{TREE}?recursive=1"] = answer
    with pytest.raises(PageError) as caught:
        await reader.find(source("acme/app/docs@v1.2"))
    assert (caught.value.fault, caught.value.is_whole) == (fault, True)
    assert (fault in faults.WITHDRAWN) == (answer.status == 404)  # it may have become private


async def test_its_limit_is_waited_out(github: Website, reader: RepositoryReader) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 600)}
    github.pages[f"{TREE}?recursive=1"] = web.Response(status=403, headers=limits)
    with pytest.raises(PageError) as caught:
        await reader.find(source("acme/app/docs@v1.2"))
    assert caught.value.fault == faults.BUSY
    assert caught.value.retry_after is not None
    assert 500 < caught.value.retry_after <= 600
