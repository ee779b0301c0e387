"""The database in trouble: nothing is acknowledged that is not stored, /readyz says why, and it passes by itself."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
import tempfile
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import pytest

from tests.support import bot_process
from tests.support.postgresql import free_port
from tests.support.sqlite import SqliteFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.acceptance.conftest import Dialogue
    from tests.support.postgresql import PostgresqlServer
    from tests.support.scripted import ScriptedModel


def file_of(stage: Dialogue) -> Path:
    return Path(stage.environ["DATABASE_URL"].removeprefix("sqlite:///"))


def chattr(flag: str, *files: Path) -> None:
    """Let files take no writes, or let them take writes again."""
    subprocess.run(["chattr", flag, *files], check=True, capture_output=True)  # noqa: S603, S607 (found on the path)


def written(folder: Path) -> list[Path]:
    """Return a database's files but for the index in shared memory, which SQLite writes without a system call."""
    return [path for path in folder.iterdir() if not path.name.endswith(("-shm", ".lock"))]


def may_be_fixed() -> bool:
    """Return whether files can be made read-only while they are open."""
    with tempfile.NamedTemporaryFile(prefix="parley-") as file:
        try:
            chattr("+i", Path(file.name))
        except (OSError, subprocess.CalledProcessError):
            return False
        try:
            file.write(b"x")
            file.flush()
        except OSError:
            return True
        finally:
            chattr("-i", Path(file.name))
        return False


@asynccontextmanager
async def locked(stage: Dialogue) -> AsyncIterator[None]:
    with closing(sqlite3.connect(file_of(stage), isolation_level=None, check_same_thread=False)) as other:
        # And never an end, as by a program that hangs.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield


async def readiness(url: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/readyz") as response:
        return response.status, await response.json()


async def survive(stage: Dialogue, model: ScriptedModel, trouble: AbstractAsyncContextManager[None]) -> str:
    """Ask in the trouble, and let it pass; return what /readyz said of the database meanwhile."""
    stage.workspace.workspace.rules = replace(stage.workspace.workspace.rules, retry_delays=(0.0, *[0.3] * 200))
    model.answer("Before.")
    model.answer("Here.")
    await stage.answer(stage.general, stage.mention("Are you well?"))
    async with trouble:
        before = len(stage.workspace.deliveries.log)
        ts = stage.mention("Are you there?")
        deliveries = stage.workspace.deliveries.log[before:]
        await stage.workspace.until(lambda: all(delivery.tries for delivery in deliveries))
        assert [(one.tries[0].ok, one.tries[0].status) for one in deliveries] == [(False, 500)] * len(deliveries)
        status, found = await readiness(stage.url)
        assert status == 503
    await stage.workspace.until(lambda: all(delivery.is_over for delivery in deliveries), 20)
    assert await stage.answer(stage.general, ts) == "Here."
    assert (await readiness(stage.url))[0] == 200
    assert len(model.requests) == 2
    return str(found["database"])


async def finish_in(stage: Dialogue, model: ScriptedModel, trouble: AbstractAsyncContextManager[None]) -> None:
    """Let a turn come to its end in the trouble, and the trouble pass: the answer is there once, and remembered."""
    gate = asyncio.Event()
    model.answer("The beginning ", gate, "and the end.")
    ts = stage.mention("Tell me.")
    await stage.workspace.until(lambda: "The beginning" in str(stage.workspace.thread(stage.general, ts)))
    async with trouble:
        gate.set()
        assert (await readiness(stage.url))[0] == 503
    await stage.answer(stage.general, ts)
    await stage.until_idle()
    assert [one.shown for one in stage.answers(stage.general, ts)] == ["The beginning and the end."]
    model.answer("I did.")
    stage.workspace.say(stage.general, "Did you?", thread_ts=ts)
    assert await stage.answer(stage.general, ts, 2) == "I did."
    assert "The beginning and the end." in str(model.requests[-1].body["messages"])
    assert len(model.requests) == 2


async def test_a_locked_file_is_waited_for(stage: Dialogue, model: ScriptedModel) -> None:
    async with stage.bot(accept_within=1):
        assert await survive(stage, model, locked(stage)) == "TimeoutError"


async def test_a_turn_ends_with_a_locked_file(stage: Dialogue, model: ScriptedModel) -> None:
    async with stage.bot():
        await finish_in(stage, model, locked(stage))


async def test_a_full_disk_is_waited_for(stage: Dialogue, model: ScriptedModel, tmp_path: Path) -> None:
    async with disk(stage, tmp_path) as full:
        assert "SQLITE_" in await survive(stage, model, full())


async def test_a_turn_ends_with_a_full_disk(stage: Dialogue, model: ScriptedModel, tmp_path: Path) -> None:
    async with disk(stage, tmp_path) as full:
        await finish_in(stage, model, full())


@pytest.mark.skipif(not may_be_fixed(), reason="no file can be made read-only here: root and a disk that knows chattr")
@pytest.mark.parametrize("meet", [survive, finish_in])
async def test_a_read_only_file_is_waited_for(
    stage: Dialogue, model: ScriptedModel, meet: Callable[..., Awaitable[object]]
) -> None:
    """Like a disk that the kernel has mounted read-only after an error: files that are open take no more writes."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        stage.environ["DATABASE_URL"] = await SqliteFolder(Path(folder)).migrated()

        @asynccontextmanager
        async def read_only() -> AsyncIterator[None]:
            files = await asyncio.to_thread(written, Path(folder))
            await asyncio.to_thread(chattr, "+i", *files)
            try:
                yield
            finally:
                await asyncio.to_thread(chattr, "-i", *files)

        async with stage.bot(accept_within=1):
            await meet(stage, model, read_only())


@asynccontextmanager
async def disk(stage: Dialogue, tmp_path: Path) -> AsyncIterator[Callable[[], AbstractAsyncContextManager[None]]]:
    """Run the bot on a disk that can be full.

    No file of the process may grow any more then: to SQLite that is the same.
    """
    port = free_port()
    environ = stage.environ | stage.workspace.environment("http") | {"PORT": str(port)}
    log = tmp_path / "log"
    process, output = await asyncio.to_thread(bot_process.fork, ("serve", "--migrate"), environ, tmp_path, log)
    assert process.pid is not None
    pid, limit = process.pid, resource.RLIMIT_FSIZE
    _, most = resource.prlimit(pid, limit)

    @asynccontextmanager
    async def full() -> AsyncIterator[None]:
        resource.prlimit(pid, limit, (0, most))
        yield
        resource.prlimit(pid, limit, (most, most))

    try:
        assert b"ready" in await asyncio.to_thread(os.read, output.fileno(), 1000)
        stage.url = f"http://127.0.0.1:{port}"
        stage.workspace.deliver_to(f"{stage.url}/slack/events")
        yield full
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.to_thread(process.join, bot_process.ENDING)
        output.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_database_gone_is_waited_for(
    stage: Dialogue, model: ScriptedModel, postgresql_server: PostgresqlServer
) -> None:
    @asynccontextmanager
    async def gone(_: Dialogue) -> AsyncIterator[None]:
        await asyncio.to_thread(postgresql_server.crash)
        try:
            yield
        finally:
            await asyncio.to_thread(postgresql_server.start)

    async with stage.bot(accept_within=1):
        assert await survive(stage, model, gone(stage)) == "ConnectionRefusedError"


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_read_only_database_is_waited_for(stage: Dialogue, model: ScriptedModel) -> None:
    url = urlsplit(stage.environ["DATABASE_URL"])
    name = url.path.removeprefix("/")

    async def switch(state: str) -> None:
        connection = await asyncpg.connect(url._replace(path="/postgres").geturl())
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await connection.close()

    @asynccontextmanager
    async def read_only(_: Dialogue) -> AsyncIterator[None]:
        await switch("on")
        try:
            yield
        finally:
            await switch("off")

    async with stage.bot(accept_within=1):
        assert "25006" in await survive(stage, model, read_only(stage))
