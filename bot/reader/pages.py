"""The bot's side of reading pages: what is wrong with one, in words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter

from bot.core.documents.refusal import HEAVY
from bot.core.domain.page import FetchedFile, PageText, RobotRules, Sitemap
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.errors import FileError, HeavyFileError, ReaderUnavailableError, UsageError
from bot.reader import page_task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from bot.reader.frame import Frame
    from bot.reader.pool import ReaderPool

T = TypeVar("T")
LARGE = 200_000  # bytes of a result that are decoded on the event loop
_PAGE, _SITEMAP, _RULES = TypeAdapter(PageText), TypeAdapter(Sitemap), TypeAdapter(RobotRules)


class PooledPageReader:
    """Implements `core.ports.pages.PageReader` with the children that read people's files, too."""

    def __init__(self, pool: ReaderPool) -> None:
        self._pool = pool

    async def read_page(self, file: FetchedFile) -> PageText:
        """Read a page. Raises `PageError`."""
        asked = {
            "task": page_task.PAGE,
            "address": file.address,
            "media_type": file.media_type,
            "charset": file.charset,
        }
        return await self._read(asked, file.data, _PAGE)

    async def read_sitemap(self, data: bytes) -> Sitemap:
        """Read a sitemap. Raises `PageError`."""
        return await self._read({"task": page_task.SITEMAP}, data, _SITEMAP)

    async def read_robots(self, data: bytes, addresses: Sequence[str]) -> RobotRules:
        """Apply a robots.txt to some addresses. Raises `PageError`."""
        return await self._read({"task": page_task.ROBOTS, "addresses": list(addresses)}, data, _RULES)

    async def _read(self, asked: Mapping[str, object], data: bytes, form: TypeAdapter[T]) -> T:
        async def put_together(frames: AsyncIterator[Frame]) -> T:
            sent = bytearray()
            async for frame in frames:
                sent += frame.body
            if len(sent) > LARGE:
                return await asyncio.to_thread(form.validate_json, bytes(sent))
            return form.validate_json(bytes(sent))

        try:
            return await self._pool.read(asked, data, put_together, HEAVY)
        except ReaderUnavailableError:
            raise PageError(faults.NO_READER, is_transient=True) from None
        except HeavyFileError:
            raise PageError(faults.HEAVY) from None
        except (FileError, UsageError):
            raise PageError(faults.UNREADABLE) from None
