"""Read a folder of a public repository at GitHub: its texts, as they are, with the addresses where people read them.

No token is sent, so nobody reads through the bot what they could not open themselves.
https://docs.github.com/en/rest/git/trees
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.core.domain.knowledge import ReadPage
from bot.core.domain.site_scope import MOST_PAGES, SiteScope
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory, PageReading

if TYPE_CHECKING:
    from bot.core.domain.knowledge import KnowledgeSource, KnownPage
    from bot.core.ports.pages import PageFetcher, PageReader

API, RAW, PAGES = "https://api.github.com", "https://raw.githubusercontent.com", "https://github.com"
READ = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".asciidoc", ".html", ".htm", ".pdf")
HEAD = "HEAD"  # the newest of a repository's main branch
_FILE = ("100644", "100755")
_ADDRESS = re.compile(
    r"(?P<owner>[\w.-]{1,100})/(?P<name>[\w.-]{1,100})(?:/(?P<folder>[^@]{0,300}))?(?:@(?P<ref>.{1,200}))?"
)


@dataclass(frozen=True, slots=True)
class RepositoryFolder:
    """A folder of a repository, "" for all of it, at a branch, a tag or a commit."""

    owner: str
    name: str
    folder: str = ""
    ref: str = HEAD

    @classmethod
    def of(cls, address: str) -> RepositoryFolder | None:
        """Read a source's address, None for one that is none."""
        match = _ADDRESS.fullmatch(address)
        if match is None:
            return None
        return cls(match["owner"], match["name"], (match["folder"] or "").strip("/"), match["ref"] or HEAD)

    def holds(self, path: str) -> bool:
        """Return whether a file is one to read."""
        return path.lower().endswith(READ) and (not self.folder or path.startswith(f"{self.folder}/"))


class RepositoryReader:
    """Implements `SourceReader` for repositories. `api` and `raw` are where GitHub is."""

    def __init__(self, fetcher: PageFetcher, reader: PageReader, *, api: str = API, raw: str = RAW) -> None:
        self._fetcher, self._reader, self._api, self._raw = fetcher, reader, api, raw

    async def find(self, source: KnowledgeSource) -> Inventory:
        """List the folder's texts. Raises `PageError`."""
        folder = _folder(source)
        ref = quote(folder.ref, safe="")
        address = f"{self._api}/repos/{folder.owner}/{folder.name}/git/trees/{ref}?recursive=1"
        try:
            data = await self._fetcher.download(address, SiteScope.of(address))
        except PageError as error:
            if error.fault == faults.GONE:
                raise PageError(faults.NO_REPOSITORY, is_whole=True) from None
            raise
        try:
            tree = await asyncio.to_thread(json.loads, data)
            paths = [path for path in map(_path, tree["tree"]) if folder.holds(path)]
        except (ValueError, KeyError, TypeError):
            raise PageError(faults.UNREADABLE, is_whole=True) from None
        if tree.get("truncated"):
            raise PageError(faults.LARGE_REPOSITORY, is_whole=True)
        if not paths:
            raise PageError(faults.EMPTY_FOLDER, is_whole=True)
        return Inventory(sorted(paths)[:MOST_PAGES], len(paths[MOST_PAGES:]))

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:  # noqa: ARG002 (of sites)
        """Read a file. Raises `PageError`."""
        folder = _folder(source)
        where, path = f"{folder.owner}/{folder.name}", quote(known.address)
        ref = quote(folder.ref)
        address = f"{self._raw}/{where}/{ref}/{path}"
        file = await self._fetcher.fetch(address, SiteScope.of(address), known)
        if file is None:
            return PageReading(None, known.address)
        page = await self._reader.read_page(file)
        kept = ReadPage(
            address=known.address,
            link=f"{PAGES}/{where}/blob/{ref}/{path}",
            title=page.title,
            text=page.text,
            language=page.language,
            etag=file.etag,
            last_modified=file.last_modified,
        )
        return PageReading(kept, known.address)


def _folder(source: KnowledgeSource) -> RepositoryFolder:
    if (folder := RepositoryFolder.of(source.address)) is None:
        raise PageError(faults.NO_REPOSITORY, is_whole=True)
    return folder


def _path(entry: dict[str, Any]) -> str:
    """Return the path of a file in a tree, "" for what is no file, such as a link."""
    return str(entry["path"]) if entry.get("mode") in _FILE else ""
