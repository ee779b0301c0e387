"""The operator's side of privacy: `python -m bot export` and `python -m bot forget`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.db import migrate
from bot.db.engine import Database
from bot.db.export import export
from bot.forgetting import Forgetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.forget import Reach


async def write_export(url: str, workspace: str, person: str, write: Callable[[str], None]) -> None:
    """Write all that is kept of a person, a line of JSON a row. Raises `SettingsError`, and as the database does."""
    await migrate.check(url)
    database = Database.open(url)
    try:
        async for row in export(database, workspace, person):
            write(json.dumps(row, default=str, ensure_ascii=False))
    finally:
        await database.close()


async def forget(url: str, reach: Reach, *, dry: bool) -> str:
    """Erase words, or only count them; tell how many rows that is. Raises as `write_export` does."""
    await migrate.check(url)
    database = Database.open(url)
    try:
        counts = await Forgetting(database).erase(reach, dry=dry)
    finally:
        await database.close()
    end = "Nothing was erased: add --yes to do it." if dry else "Erased."
    lines = (f"{table:<16} {count:>9,}" for table, count in sorted(counts.items()))
    return "\n".join((*lines, f"{end} What calls cost stays."))
