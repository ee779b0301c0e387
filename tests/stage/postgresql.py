"""A private PostgreSQL server on loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from bot.db.migrate import upgrade
from tests.stage.memory import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT = 30  # seconds, for a server to come up or go down
KEPT = 20  # databases: more than any test makes
FIRST_TO_LOG = 15  # the version from which on a copy is written to the log, unless told otherwise


class PostgresqlServer:
    """A server with its files in `folder`; `programs` are where Debian keeps them, out of PATH."""

    def __init__(self, folder: str, programs: Path, port: int) -> None:
        self._folder, self._programs, self._port = folder, programs, port
        self._template: str | None = None
        self._made: list[str] = []

    def url(self, name: str) -> str:
        """Return the URL of a database. Without sslmode each connection would be made twice: the server has no TLS."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}?sslmode=disable"

    async def empty(self) -> str:
        """Return the URL of a new database without tables."""
        return await self._create("template1")

    async def migrated(self) -> str:
        """Return the URL of a new database with the bot's tables."""
        if self._template is None:
            await upgrade(await self.empty())
            self._template = self._made.pop()
        return await self._create(self._template)

    def initialise(self) -> None:
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
        """Make a database, and drop an old one that no test can be using any more."""
        name = f"parley_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.url("postgres"), timeout=WAIT)
        try:
            way = "STRATEGY file_copy" if connection.get_server_version().major >= FIRST_TO_LOG else ""
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {way}", timeout=WAIT)
            for old in self._made[:-KEPT]:
                await connection.execute(f"DROP DATABASE {old} WITH (FORCE)", timeout=WAIT)
        finally:
            await connection.close()
        self._made = [*self._made[-KEPT:], name]
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._folder}/data", *arguments]
        subprocess.run(  # noqa: S603 (all of it is ours)
            command, check=True, user=_user(), cwd=self._folder, stdout=subprocess.DEVNULL, timeout=WAIT
        )


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
        server.initialise()
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
