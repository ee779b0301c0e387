"""Reading sources as the bot does it, without the rest of the bot: an inbox, the store, and what reads pages."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from bot.core.domain.knowledge import KnowledgeSource, NewSource, SourceKind
from bot.core.domain.message import Place
from bot.core.ports.knowledge import KnowledgeStore
from bot.db.feedback import sql_feedback_store
from bot.db.knowledge import sql_knowledge_store
from bot.integrations.sources import source_readers
from bot.jobs.knowledge import KnowledgeJobs
from bot.jobs.turns import is_transient
from bot.reader.pool import ReaderPool
from bot.work import Inbox, InboxLimits
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.core.ports import Chat
    from bot.db.engine import Database

WORKSPACE = "T1"
LONG = 60.0  # seconds, which reading a page does not take on however busy a machine


@dataclass
class Learning:
    """What a test works with."""

    inbox: Inbox
    jobs: KnowledgeJobs
    store: KnowledgeStore
    workspace: str

    @property
    def place(self) -> Place:
        """The workspace."""
        return Place(self.workspace, "")

    async def add(self, kind: SourceKind, address: str, *, channel: str = "", person: str = "") -> KnowledgeSource:
        """Add a source, or find it."""
        new = NewSource(self.workspace, channel, kind, address, "", person)
        return await self.store.sources.add(new, datetime.now(UTC))

    async def read(self, source: KnowledgeSource) -> KnowledgeSource:
        """Read a source now, to the end."""
        due = await self.store.sources.refresh(source.workspace, source.id, datetime.now(UTC))
        assert due
        await self.jobs.start(due)
        await self.inbox.idle()
        found = await self.store.sources.find(source.workspace, source.id)
        assert found
        return found

    async def found(self, words: str, channel: str = "") -> list[str]:
        """Search, and return the titles of the pages that were found."""
        passages = await self.store.search.search(Place(self.workspace, channel), words, 50)
        return sorted({one.title for one in passages})


@asynccontextmanager
async def learning(
    database: Database,
    *hosts: str,
    chat: Chat | None = None,
    workspace: str = WORKSPACE,
    folder: Path | None = None,
) -> AsyncIterator[Learning]:
    """Read sources until the block exits, with a chat of nobody's unless there is one."""
    async with AsyncExitStack() as stack:
        if chat is None:
            local = await stack.enter_async_context(ScriptedWorkspace())
            chat = chat_in(local, await stack.enter_async_context(aiohttp.ClientSession()))
        inbox = Inbox(database.writer, InboxLimits(), is_transient=is_transient)
        pool = await stack.enter_async_context(ReaderPool(seconds=LONG))
        feedback, store = sql_feedback_store(database), sql_knowledge_store(database)
        sources = source_readers(pool, chat=chat, feedback=feedback, hosts=frozenset(hosts), folder=folder)
        jobs = KnowledgeJobs(inbox, store, await stack.enter_async_context(sources), chat)
        jobs.register(inbox)
        await inbox.start()
        stack.push_async_callback(inbox.stop, 0)
        yield Learning(inbox, jobs, store, workspace)
