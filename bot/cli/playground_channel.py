"""What #support-feedback of the playground has from the start: triage, drafts, and the help of a small product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import playground

if TYPE_CHECKING:
    from bot.core.domain.message import Place
    from bot.db.engine import Database
    from bot.playground.slack.workspace import Workspace

FOLDER = Path(playground.__file__).parent / "knowledge"
PRODUCT = "lumenpad"  # the folder in it
_AGAIN = timedelta(days=1)


async def prepare(database_url: str, workspace: Workspace, *, with_knowledge: bool) -> None:
    """Turn triage and drafts on, route bugs to #engineering, and read the help. Posts are too quick to be joined."""
    from bot.core.domain.message import Place
    from bot.core.domain.typed_setting import read
    from bot.db.opened import opened
    from bot.db.settings import SqlSettingsStore
    from bot.playground.feedback import CHANNEL

    typed = {
        "triage": "true",
        "together": "0",
        "drafts": "on" if with_knowledge else "off",
        "teams": f"Apps: #{workspace.channel('#engineering').id}",
        "routes": "Bug report -> Apps; Performance issue -> Apps",
    }
    place = Place(workspace.team_id, workspace.channel(f"#{CHANNEL}").id)
    changes = {name: read(name, value, {}) for name, value in typed.items()}
    async with opened(database_url) as database:
        await SqlSettingsStore(database).change(place, changes, workspace.me.id)
        if with_knowledge:
            await _learn(database, place, workspace.me.id)


async def _learn(database: Database, place: Place, person: str) -> None:
    """Read the help at once, so that the first posts get their drafts from it."""
    from bot.core.domain.knowledge import NewSource, SourceKind
    from bot.db.knowledge import sql_knowledge_store
    from bot.integrations.folder import FolderReader
    from bot.reader.pages import PooledPageReader
    from bot.reader.pool import ReaderPool

    store, now = sql_knowledge_store(database), datetime.now(UTC)
    new = NewSource(place.workspace, place.channel, SourceKind.FOLDER, PRODUCT, PRODUCT, person)
    source = await store.sources.add(new, now)
    async with ReaderPool() as files:
        reader = FolderReader(FOLDER, PooledPageReader(files))
        inventory = await reader.find(source)
        begun = await store.pages.begin(source, inventory.addresses, now)
        if begun is None:
            return
        for known in await store.pages.waiting(begun, len(inventory.addresses)):
            reading = await reader.read(begun, known, inventory)
            if reading.page is not None:
                await store.pages.keep(begun, known.address, reading.page, now)
    await store.pages.finish(begun, now, now + _AGAIN)
