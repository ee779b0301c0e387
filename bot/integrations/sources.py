"""Which reader reads which kind of source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.knowledge import SourceKind
from bot.core.knowledge.chat_sources import ChannelSource, FileSource
from bot.core.knowledge.repository import RepositoryReader
from bot.core.knowledge.site import SiteReader
from bot.integrations.folder import FolderReader
from bot.reader.pages import PooledPageReader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.core.knowledge.reading import SourceReader
    from bot.core.ports import Chat
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.ports.pages import PageFetcher
    from bot.reader.pool import ReaderPool


def source_readers(
    fetcher: PageFetcher, files: ReaderPool, *, chat: Chat, feedback: FeedbackStore, folder: Path | None
) -> Mapping[SourceKind, SourceReader]:
    """Return the readers by kind. Articles are written, not read. `folder`: the operator's, None for none."""
    reader = PooledPageReader(files)
    return {
        SourceKind.SITE: SiteReader(fetcher, reader),
        SourceKind.REPOSITORY: RepositoryReader(fetcher, reader),
        SourceKind.FOLDER: FolderReader(folder, reader),
        SourceKind.FILE: FileSource(chat, reader),
        SourceKind.CHANNEL: ChannelSource(chat, feedback),
    }
