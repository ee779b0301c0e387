"""Jobs that kill their process: set aside, told of, and no harm to those beside them."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import func, select

from bot.db import tables
from bot.db.engine import Database
from bot.work import Delivery, Inbox
from bot.work.table import inbox as table
from tests.chaos import deadly
from tests.support.bot_process import FORK_SERVER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from multiprocessing.context import ForkServerProcess

    from tests.support.postgresql import PostgresqlServer
    from tests.support.sqlite import SqliteFolder

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

BOTH_DATABASES = pytest.mark.parametrize(
    "crashes", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
LEASE = 3.0  # seconds
FAILED = 3


class Crashes(NamedTuple):
    """A database, and what came of it: how each process ended, in its order."""

    url: str
    database: Database

    async def fill(self, *deliveries: Delivery) -> None:
        inbox = Inbox(self.database.writer, is_transient=lambda _: False)
        for delivery in deliveries:
            assert await inbox.accept(delivery)

    async def start(self) -> ForkServerProcess:
        process = FORK_SERVER.Process(target=deadly.live, args=(self.url, LEASE), daemon=True)
        await asyncio.to_thread(process.start)
        return process

    async def supervise(self) -> list[int]:
        """Start a process again whenever it dies, as a supervisor does; return how each ended."""
        ends: list[int] = []
        while not ends or ends[-1] != 0:
            ends.append(await end_of(await self.start()))
            assert len(ends) < 10, ends
        return ends

    async def told(self) -> Counter[tuple[str, str]]:
        """Count what came of each job."""
        query = select(tables.MessageRow.external_id, tables.MessageRow.text)
        async with self.database.reader.connect() as connection:
            return Counter((row.external_id or "", row.text) for row in await connection.execute(query))

    async def order(self, key: str) -> list[str]:
        query = select(tables.MessageRow.external_id).join(tables.ThreadRow).where(tables.ThreadRow.thread == key)
        async with self.database.reader.connect() as connection:
            return [str(one) for one in await connection.scalars(query.order_by(tables.MessageRow.id))]

    async def claims(self) -> int:
        async with self.database.reader.connect() as connection:
            return int((await connection.execute(select(func.sum(table.c.token)))).scalar_one())

    async def failed(self) -> list[tuple[str, str | None]]:
        query = select(table.c.delivery, table.c.cause).where(table.c.status == FAILED)
        async with self.database.reader.connect() as connection:
            return [(row.delivery, row.cause) for row in await connection.execute(query)]


async def end_of(process: ForkServerProcess) -> int:
    """Wait for the end of a process; return its exit status, negative for a signal."""
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


@pytest.fixture
async def crashes(request: pytest.FixtureRequest) -> AsyncIterator[Crashes]:
    fixture = "postgresql_server" if getattr(request, "param", "") == "postgresql" else "sqlite_folder"
    backend: PostgresqlServer | SqliteFolder = request.getfixturevalue(fixture)
    url = await backend.migrated()
    database = Database.open(url)
    yield Crashes(url, database)
    await database.close()


def innocents(number: int, keys: int, seconds: float) -> list[Delivery]:
    return [Delivery(f"I{n}", f"K{n % keys}", "innocent", {"seconds": seconds}) for n in range(number)]


@BOTH_DATABASES
async def test_a_killer_harms_only_itself(crashes: Crashes) -> None:
    """Beside fifty others, on two replicas where there can be two; its own thread goes on after it."""
    killer = Delivery("killer", "K3", "deadly", {"how": "kill", "seconds": 0.1})
    jobs = innocents(50, 40, 0.2)
    await crashes.fill(*jobs[:25], killer, *jobs[25:])
    replicas = 2 if crashes.url.startswith("postgresql") else 1
    ends = await asyncio.gather(*(crashes.supervise() for _ in range(replicas)))
    deaths = [end for replica in ends for end in replica if end]
    assert deaths == [-signal.SIGKILL] * 2
    assert await crashes.told() == Counter([("killer", "DeadlyError"), *((job.id, "done") for job in jobs)])
    assert await crashes.order("K3") == ["I3", "killer", "I43"]
    assert await crashes.failed() == [("killer", "DeadlyError")]


async def test_a_start_outlives_what_was_left(crashes: Crashes) -> None:
    """Two were left that have killed twice, one of them by holding the loop; no start dies of them any more."""
    hows = ("exit", "hang")
    killers = [Delivery(how, how, "deadly", {"how": how, "seconds": 0}) for how in hows]
    jobs = innocents(5, 5, 0.3)
    await crashes.fill(*killers, *jobs)
    async with crashes.database.writer.begin() as connection:
        await connection.execute(table.update().where(table.c.kind == "deadly").values(deaths=2))
    assert await crashes.supervise() == [0]
    expected = [*((how, "DeadlyError") for how in hows), *((job.id, "done") for job in jobs)]
    assert await crashes.told() == Counter(expected)


async def test_kills_from_outside_convict_nobody(crashes: Crashes) -> None:
    """However often it dies with them, and its quarantine with it."""
    jobs = innocents(12, 12, 0.4)
    await crashes.fill(*jobs)
    for _ in range(3):
        before = await crashes.claims()
        process = await crashes.start()
        while await crashes.claims() == before:  # noqa: ASYNC110 (a database tells nobody of its changes)
            await asyncio.sleep(0.02)
        process.kill()
        await end_of(process)
    assert await crashes.supervise() == [0]
    assert await crashes.told() == Counter((job.id, "done") for job in jobs)
    assert await crashes.failed() == []
