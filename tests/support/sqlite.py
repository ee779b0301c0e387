"""SQLite files with the bot's tables, made by the migrations once and copied for each test."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from bot.db.migrate import upgrade

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 20  # more than any test makes


class SqliteFolder:
    """A folder of SQLite files, of which the newest stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template: Path | None = None
        self._made: list[Path] = []

    async def empty(self) -> str:
        """Return the URL of a new database without tables."""
        self._made.append(self._folder / f"{secrets.token_hex(4)}.sqlite3")
        for old in self._made[:-KEPT]:
            for file in self._folder.glob(f"{old.name}*"):
                file.unlink()
        del self._made[:-KEPT]
        return f"sqlite:///{self._made[-1]}"

    async def migrated(self, *, lasting: bool = False) -> str:
        """Return the URL of a new database with the bot's tables; a `lasting` one stays for the session."""
        if self._template is None:
            template = self._folder / "template.sqlite3"
            await upgrade(f"sqlite:///{template}")
            self._template = template
        url = await self.empty()
        shutil.copy(self._template, url.removeprefix("sqlite:///"))
        if lasting:
            self._made.pop()
        return url
