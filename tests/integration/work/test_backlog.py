"""A burst on PostgreSQL, which plans by statistics from before it: a claim reads what waits a few times at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.db.engine import Database
from bot.work.claim import Cell, claim_rows
from bot.work.table import inbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.postgresql

WAITING = 600
READ = sa.text(
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
    "FROM pg_stat_xact_user_tables WHERE relname = 'inbox'"
)


@pytest.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    database = Database.open(postgresql_url)
    yield database
    await database.close()


async def fill(database: Database, threads: int) -> None:
    """Let jobs wait in so many threads, and no others."""
    rows = [
        {"delivery": f"E{n}", "key": f"K{n % threads}", "share": "S", "round": n, "kind": "turn", "payload": "{}"}
        for n in range(WAITING)
    ]
    async with database.writer.begin() as connection:
        await connection.execute(sa.delete(inbox))
        await connection.execute(sa.insert(inbox).values(accepted_at=0), rows)


async def analyze(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(sa.text("ANALYZE inbox"))


async def claimed(database: Database) -> tuple[int, int]:
    """Claim in a transaction that is then taken back; tell how many jobs, and how many rows were read for it."""
    parameters = {"by": "me", "room": 200, "seconds": 15}
    async with database.writer.connect() as connection:
        rows = await connection.run_sync(claim_rows, Cell.OPEN, ("turn",), parameters)
        read: int = (await connection.execute(READ)).scalar_one()
        return len(rows), read


async def test_a_kept_plan_outlasts_no_burst(database: Database) -> None:
    await analyze(database)
    for _ in range(10):
        assert await claimed(database) == (0, 0)
    await fill(database, threads=300)
    jobs, read = await claimed(database)
    assert jobs == 200
    assert read < 10 * WAITING


async def test_many_threads_after_a_long_one(database: Database) -> None:
    await fill(database, threads=1)
    await analyze(database)
    await fill(database, threads=WAITING)
    jobs, read = await claimed(database)
    assert jobs == 200
    assert read < 10 * WAITING


async def test_a_long_thread_holds_up_no_other(database: Database) -> None:
    await fill(database, threads=1)
    async with database.writer.begin() as connection:
        late = {"delivery": "late", "key": "K", "share": "S", "round": WAITING, "kind": "turn", "payload": "{}"}
        await connection.execute(sa.insert(inbox).values(accepted_at=0), [late])
    jobs, read = await claimed(database)
    assert jobs == 2
    assert read < 10 * WAITING
