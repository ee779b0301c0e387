"""Real databases: SQLite files, and a PostgreSQL of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.db.engine import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.postgresql import PostgresqlServer
    from tests.support.sqlite import SqliteFolder


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
