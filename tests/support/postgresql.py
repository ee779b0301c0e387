"""A private PostgreSQL server on loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections import deque
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from bot.db.migrate import upgrade
from tests.support.memory import in_memory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

WAIT = 30  # seconds, for a server to come up or go down
KEPT = 5  # databases: more than any test makes
FIRST_TO_LOG = 15  # the version from which on a copy is written to the log, unless told otherwise

# What a database consists of, what was set for it, and which tables have been written to.
LEFT_BEHIND = """
    SELECT
        (SELECT string_agg(format('%s %s', relname, relnatts), ' ' ORDER BY relname) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace) AS shape,
        EXISTS (SELECT FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
                WHERE datname = current_database()) AS is_set,
        (SELECT string_agg(relname, ', ') FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
         AND pg_relation_size(oid) > 0) AS used
"""
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class PostgresqlServer:
    """A server with its files in `folder`; `programs` are where Debian keeps them, out of PATH."""

    def __init__(self, folder: str, programs: Path, port: int) -> None:
        self._folder, self._programs, self._port = folder, programs, port
        self._template: str | None = None
        self._shape: str = ""  # the template's
        self._made: deque[str] = deque()  # those without tables at first
        self._lent: deque[str] = deque()  # those with the bot's tables

    def url(self, name: str) -> str:
        """Return the URL of a database. Without sslmode each connection would be made twice: the server has no TLS."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}?sslmode=disable"

    async def empty(self) -> str:
        """Return the URL of a new database without tables."""
        self._made.append(await self._create("template1"))
        if len(self._made) > KEPT:
            await self._drop(self._made.popleft())
        return self.url(self._made[-1])

    async def migrated(self, *, lasting: bool = False) -> str:
        """Return the URL of a database with the bot's tables, all empty: one that no test can be using any more.

        A `lasting` one stays for the session.
        """
        if self._template is None:
            await upgrade(await self.empty())
            self._template = self._made.pop()
            async with self._connected(self._template) as connection:
                self._shape = (await _left_behind(connection))["shape"]
        if lasting:
            return self.url(await self._create(self._template))
        name = self._lent.popleft() if len(self._lent) == KEPT else None
        if name and not await self._emptied(name):
            await self._drop(name)
            name = None
        self._lent.append(name or await self._create(self._template))
        return self.url(self._lent[-1])

    def initialize(self) -> None:
        """Lay the files out; nothing in them is worth waiting for the disk."""
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "max_connections": "200"}
        settings |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        place = f"-p {self._port} -k {self._folder} {options}"
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder}/log", f"--options={place}")

    def crash(self) -> None:
        """Stop without a goodbye: what was not committed is gone, and `start` has to recover the rest."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    async def _create(self, template: str) -> str:
        name = f"parley_{secrets.token_hex(4)}"
        async with self._connected("postgres") as connection:
            way = "STRATEGY file_copy" if connection.get_server_version().major >= FIRST_TO_LOG else ""
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {way}", timeout=WAIT)
        return name

    async def _drop(self, name: str) -> None:
        async with self._connected("postgres") as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)", timeout=WAIT)

    async def _emptied(self, name: str) -> bool:
        """Empty the tables, unless more than rows has been changed."""
        async with self._connected(name) as connection:
            await connection.execute(END_OTHERS, timeout=WAIT)
            left = await _left_behind(connection)
            if left["shape"] != self._shape or left["is_set"]:
                return False
            if left["used"]:
                await connection.execute(f"TRUNCATE {left['used']} RESTART IDENTITY CASCADE", timeout=WAIT)
            return True

    @asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url(name), timeout=WAIT)
        try:
            yield connection
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._folder}/data", *arguments]
        subprocess.run(  # noqa: S603 (all of it is ours)
            command, check=True, user=_user(), cwd=self._folder, stdout=subprocess.DEVNULL, timeout=WAIT
        )


async def _left_behind(connection: asyncpg.Connection) -> asyncpg.Record:
    row = await connection.fetchrow(LEFT_BEHIND, timeout=WAIT)
    assert row is not None
    return row


@contextmanager
def private_postgresql() -> Iterator[PostgresqlServer]:
    """Run a server; where there is none on the machine the test is skipped, in CI it fails."""
    programs = _programs()
    if programs is None:
        missing = "no PostgreSQL on this machine: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with tempfile.TemporaryDirectory(prefix="parley-", dir=in_memory()) as folder:
        if (user := _user()) is not None:
            shutil.chown(folder, user)
        server = PostgresqlServer(folder, programs, free_port())
        server.initialize()
        server.start()
        try:
            yield server
        finally:
            server.crash()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path | None:
    found = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")] or [shutil.which("initdb") or ""]
    return Path(found[0]).resolve().parent if found[0] else None


def _user() -> str | None:
    """The server refuses to run as root, and as another user it can't reach pytest's own folders."""
    return "postgres" if os.geteuid() == 0 else None
