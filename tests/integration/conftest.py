"""Real databases: SQLite files, and a PostgreSQL of our own."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.db.engine import Database
from bot.db.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.stage.postgresql import PostgresqlServer


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


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> SqliteFolder:
    return SqliteFolder(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> SqliteFolder | PostgresqlServer:
    """Each test that asks for a database runs on both."""
    fixture = {"sqlite": "sqlite_folder", "postgresql": "postgresql_server"}[request.param]
    found: SqliteFolder | PostgresqlServer = request.getfixturevalue(fixture)
    return found


@pytest.fixture
async def empty_url(backend: SqliteFolder | PostgresqlServer) -> str:
    return await backend.empty()


@pytest.fixture
async def url(backend: SqliteFolder | PostgresqlServer) -> str:
    return await backend.migrated()


@pytest.fixture
async def postgresql_url(postgresql_server: PostgresqlServer) -> str:
    return await postgresql_server.migrated()


@pytest.fixture
async def sqlite_url(sqlite_folder: SqliteFolder) -> str:
    return await sqlite_folder.migrated()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database.open(url)
    yield database
    await database.close()
