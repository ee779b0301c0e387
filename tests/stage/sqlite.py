"""SQLite files with the bot's tables, made by the migrations once and copied for each test."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from bot.db.migrate import upgrade

if TYPE_CHECKING:
    from pathlib import Path


class SqliteFolder:
    """A folder of SQLite files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template: Path | None = None

    async def empty(self) -> str:
        """Return the URL of a new database without tables."""
        return f"sqlite:///{self._folder}/{secrets.token_hex(4)}.sqlite3"

    async def migrated(self) -> str:
        """Return the URL of a new database with the bot's tables."""
        if self._template is None:
            template = self._folder / "template.sqlite3"
            await upgrade(f"sqlite:///{template}")
            self._template = template
        url = await self.empty()
        shutil.copy(self._template, url.removeprefix("sqlite:///"))
        return url
