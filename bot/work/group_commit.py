"""Group commit: while one commit is in progress, writes gather for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from bot.transaction import transact
from bot.work.retry import is_away

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Write = Callable[[Connection], T]

MOST_IN_ONE_COMMIT = 50  # writes: the first of them waits for the last


@dataclass(slots=True, eq=False)
class Shared:
    """A pending write, what is called on the loop before it runs, and who waits for its result."""

    write: Write[Any]
    prepare: Callable[[], None]
    outcome: asyncio.Future[Any]

    def settle(self, outcome: object) -> None:
        """Resolve the waiting future."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Commits:
    """The writes of one inbox, several per transaction. Each commit costs an `fsync`, whatever is in it.

    `is_sharing`: writes of its jobs share transactions, too.
    """

    def __init__(self, writer: AsyncEngine) -> None:
        self._writer = writer
        self.is_sharing = writer.dialect.name == "sqlite"
        self._waiting: list[Shared] = []
        self._committing: asyncio.Task[None] | None = None

    async def share(self, write: Write[T], prepare: Callable[[], None] = lambda: None) -> T:
        """Run a write after those that already wait, perhaps in one transaction with them; return its result.

        `prepare` is called on the loop when its transaction is about to start, and must not raise. Raises what the
        write raises, or what the database raises, and then nothing of it is stored. Both can run twice: when one write
        in a transaction fails, each gets its own.
        """
        shared: Shared = Shared(write, prepare, asyncio.get_running_loop().create_future())
        self._waiting.append(shared)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all(), name="commit")
        outcome: T = await shared.outcome
        return outcome

    async def write(self, write: Write[T]) -> T:
        """Run a write of a job. Raises as `share` does.

        On SQLite, which has one writer, it shares a transaction. PostgreSQL has many, and groups commits by itself:
        sharing would only make jobs hold locks for each other, and wait for them.
        """
        if self.is_sharing:
            return await self.share(write)
        return await transact(self._writer, write)

    async def close(self) -> None:
        """Wait for what is in progress."""
        if self._committing is not None:
            await self._committing

    async def _commit_all(self) -> None:
        """Commit until no write waits."""
        while self._waiting:
            batch = [one for one in self._waiting[:MOST_IN_ONE_COMMIT] if not one.outcome.done()]
            del self._waiting[:MOST_IN_ONE_COMMIT]
            if batch:
                await self._commit(batch)
            await asyncio.sleep(0)  # who was waiting for this one may have more for the next

    async def _commit(self, batch: Sequence[Shared]) -> None:
        """Run a batch in order in one transaction; if one write fails, run each in its own."""
        for one in batch:
            one.prepare()
        try:
            outcomes = await transact(self._writer, lambda connection: [one.write(connection) for one in batch])
        except Exception as error:  # noqa: BLE001 (it goes to those who wait)
            if len(batch) > 1 and not is_away(error):
                for one in batch:
                    await self._commit([one])
                return
            outcomes = [error] * len(batch)
        for one, outcome in zip(batch, outcomes, strict=True):
            one.settle(outcome)
