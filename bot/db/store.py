"""What the bot remembers, in a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ports import Store
from bot.db.code_files import SqlCodeFileStore
from bot.db.message_search import SqlMessageSearch
from bot.db.notes import SqlNoteStore
from bot.db.settings import SqlSettingsStore
from bot.db.summary_runs import SqlSummaryRunStore
from bot.db.threads import SqlThreadStore
from bot.db.usage import SqlUsageStore

if TYPE_CHECKING:
    from bot.db.engine import Database


def sql_store(database: Database) -> Store:
    """Return the store on a database."""
    return Store(
        threads=SqlThreadStore(database),
        settings=SqlSettingsStore(database),
        code_files=SqlCodeFileStore(database),
        summary_runs=SqlSummaryRunStore(database),
        usage=SqlUsageStore(database),
        search=SqlMessageSearch(database),
        notes=SqlNoteStore(database),
    )
