"""Real databases: SQLite files, and a PostgreSQL of our own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from bot.db.engine import Database
from bot.db.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

WAIT = 30  # seconds, for a server to come up or go down


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


class PostgresqlServer:
    """A private PostgreSQL server on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._template: str | None = None

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    async def empty(self) -> str:
        """Return the URL of a new database without tables."""
        return await self._create("template1")

    async def migrated(self) -> str:
        """Return the URL of a new database with the bot's tables."""
        if self._template is None:
            url = await self.empty()
            await upgrade(url)
            self._template = url.rpartition("/")[2]
        return await self._create(self._template)

    async def _create(self, template: str) -> str:
        name = f"parley_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.url("postgres"), timeout=WAIT)
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}", timeout=WAIT)
        finally:
            await connection.close()
        return self.url(name)


def programs() -> Path | None:
    """Find the folder of the server's programs, which Debian keeps out of PATH."""
    found = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")] or [shutil.which("initdb") or ""]
    return Path(found[0]).resolve().parent if found[0] else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    bin_folder = programs()
    if bin_folder is None:
        missing = "no PostgreSQL on this machine: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # The server refuses to run as root, and as another user it can't reach pytest's own folders.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        if user is not None:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            command = [str(bin_folder / program), f"--pgdata={folder}/data", *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=WAIT)  # noqa: S603 (all of it is ours)

        run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        port = free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        run("pg_ctl", "start", "--wait", f"--log={folder}/log", f"--options={options}")
        try:
            yield PostgresqlServer(port)
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")


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
