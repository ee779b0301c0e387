"""Which reader reads which kind of source."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.core.domain.knowledge import SourceKind
from bot.core.knowledge.chat_sources import ChannelSource, FileSource
from bot.core.knowledge.repository import RepositoryReader
from bot.core.knowledge.site import SiteReader
from bot.integrations.folder import FolderReader
from bot.integrations.pages import WebPages
from bot.reader.pages import PooledPageReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from aiohttp import TraceConfig

    from bot.core.knowledge.reading import SourceReader
    from bot.core.ports import Chat
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.reader.pool import ReaderPool


@asynccontextmanager
async def source_readers(
    files: ReaderPool,
    *,
    chat: Chat,
    feedback: FeedbackStore,
    hosts: frozenset[str],
    folder: Path | None,
    traces: Sequence[TraceConfig] = (),
) -> AsyncIterator[Mapping[SourceKind, SourceReader]]:
    """Yield the readers by kind, for as long as the block is open. Articles are written, not read.

    `hosts` are those of the operator's own network that may be read; `folder` is the operator's, None for none.
    """
    reader = PooledPageReader(files)
    async with WebPages(hosts, traces=traces) as fetcher:
        yield {
            SourceKind.SITE: SiteReader(fetcher, reader),
            SourceKind.REPOSITORY: RepositoryReader(fetcher, reader),
            SourceKind.FOLDER: FolderReader(folder, reader),
            SourceKind.FILE: FileSource(chat, reader),
            SourceKind.CHANNEL: ChannelSource(chat, feedback),
        }
