"""Leases: claims, renews, takes over and completes jobs, each in one short transaction."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.work.claim import Cell, Claim, claim_rows
from bot.work.crashes import SUSPECT
from bot.work.retry import cause, is_away, jittered
from bot.work.table import DISCARDED, DONE, FAILED, READY, RUNNING, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.work.delivery import Finish
    from bot.work.group_commit import Commits

log = logging.getLogger(__name__)

RENEWED_AFTER, USED_UNTIL = 1 / 3, 2 / 3  # of a lease; what is left after that is for what comes next
CLAIM_TRIES = 5
CLAIM_PAUSE = 0.02  # seconds, as the next
AWAY_PAUSE = 1.0


# PostgreSQL's own limit on idle transactions does not see a session whose statement was parsed and never executed.
END_FROZEN = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND usename = current_user AND application_name = current_setting('application_name') AND state = 'active' "
    "AND wait_event = 'ClientRead' AND xact_start IS NOT NULL "
    "AND state_change < clock_timestamp() - interval '10 seconds'"
)


def new_owner() -> str:
    """Return a new name for a process that claims jobs."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


class LeaseLostError(Exception):
    """The job may no longer be ours to run. Not a `BotError`: no one has to be told, another replica continues."""


class Leases:
    """The leases of one running inbox, `length` seconds each, on jobs of one cell.

    `on_leave` is called when a job leaves its key to the next, so that the next can be claimed in the same commit.
    """

    def __init__(
        self,
        writer: AsyncEngine,
        commits: Commits,
        length: float,
        on_leave: Callable[[], None],
        *,
        cell: Cell = Cell.OPEN,
        owner: str = "",
    ) -> None:
        self.length = length
        self._on_leave = on_leave
        self._writer = writer
        self._commits = commits
        self._cell = cell
        self._owner = owner or new_owner()
        self._renewed_at: float | None = None  # by the loop's clock

    async def claim(self, kinds: Collection[str], limit: int) -> list[Claim]:
        """Claim up to `limit` jobs; fairness groups take turns, and within a group the first comes first.

        Raises what the database or the driver raises.
        """
        parameters = {"by": self._owner, "room": limit, "seconds": self.length}
        claiming = partial(claim_rows, cell=self._cell, kinds=tuple(kinds), parameters=parameters)
        for tries_left in reversed(range(CLAIM_TRIES)):
            sent = asyncio.get_running_loop().time()
            try:
                rows = await self._commits.share(claiming)
            except IntegrityError:
                # Another replica has claimed the same key since our statement began: the index let one through.
                if not tries_left:
                    raise
                await asyncio.sleep(jittered(CLAIM_PAUSE))
            else:
                self._renewed_at = self._renewed_at or sent
                claims = [Claim(**row._asdict(), claimed_at=sent, renewed_at=sent) for row in rows]
                return sorted(claims, key=lambda claim: (claim.round, claim.id))
        return []

    async def renew(self, claims: Collection[Claim]) -> int:
        """Renew the leases of `claims`, mark those that are no longer ours as lost, and free expired ones.

        Returns how many were freed. Their owner counts as dead, unless an outage of the database kept everyone from
        renewing. Raises what the database or the driver raises.
        """
        sent = asyncio.get_running_loop().time()
        was_away = self._renewed_at is not None and sent - self._renewed_at > self.length
        mine = inbox.c.id.in_([claim.id for claim in claims]), inbox.c.owner == self._owner, inbox.c.status == RUNNING
        renew = sa.update(inbox).where(*mine).values(lease_until=Now() + self.length)
        await self._end_frozen()
        async with self._writer.begin() as connection:
            held = await connection.execute(renew.returning(inbox.c.id, inbox.c.token))
            tokens: dict[int, int] = {row.id: row.token for row in held}
            if not was_away and (await connection.execute(HAS_DEAD)).scalar_one():
                await connection.execute(ACQUIT)
            freed = await connection.execute(FREE if was_away else TAKE_OVER)
        self._renewed_at = sent
        for claim in claims:
            if tokens.get(claim.id) == claim.token:
                claim.renewed_at = sent
            elif not claim.is_leaving:  # one that has left in the meantime is no one's
                claim.is_lost = True
        return freed.rowcount

    async def _end_frozen(self) -> None:
        """Release a frozen replica's locks, which its sessions hold in the middle of a transaction."""
        async with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(END_FROZEN)

    async def take_leftovers(self, *, has_died: bool) -> None:
        """Free all jobs that seem to run. Only if no other process can be running them."""
        async with self._writer.begin() as connection:
            if has_died:
                await connection.execute(ACQUIT)
            await connection.execute(sa.update(inbox).where(inbox.c.status == RUNNING).values(**LEFT))

    async def hand_back(self) -> int:
        """Release what is still ours, as if it had not been attempted. Only when none of it runs any more."""
        mine = inbox.c.status == RUNNING, inbox.c.owner == self._owner
        async with self._writer.begin() as connection:
            return (await connection.execute(sa.update(inbox).where(*mine).values(**FREED))).rowcount

    async def suspects(self, kinds: Collection[str]) -> Cell | None:
        """Return the cell of the suspects to run next, None if there are none."""
        async with self._writer.begin() as connection:
            crashes = (await connection.execute(FEWEST_CRASHES)).scalar_one()
            if crashes is not None:  # hardly ever, and the names of all kinds make a long statement
                crashes = (await connection.execute(FEWEST_CRASHES.where(inbox.c.kind.in_(kinds)))).scalar_one()
        return None if crashes is None else Cell.ALONE if crashes else Cell.SHARED

    async def bury(self, owner: str, *, is_crash: bool) -> int:
        """Free what a dead process was running, even if its lease expired before; return how many.

        `is_crash`: the death counts against each of these jobs.
        """
        its = inbox.c.owner == owner
        crashed: dict[str, Any] = {"crashes": inbox.c.crashes + 1, "deaths": SUSPECT} if is_crash else {}
        async with self._writer.begin() as connection:
            freed = sa.update(inbox).where(its, inbox.c.status == READY).values(owner=None, **crashed)
            killed = sa.update(inbox).where(its, inbox.c.status == RUNNING).values(**FREED, **crashed)
            return (await connection.execute(freed)).rowcount + (await connection.execute(killed)).rowcount

    async def has_work(self, kinds: Collection[str]) -> bool:
        """Return whether a job of these kinds is ready or waits for its next attempt, or any job is ours."""
        ready = sa.exists().where(inbox.c.status == READY, inbox.c.kind.in_(kinds), self._cell.holds(inbox))
        mine = sa.exists().where(inbox.c.status == RUNNING, inbox.c.owner == self._owner)
        async with self._writer.begin() as connection:
            return bool((await connection.execute(sa.select(ready | mine))).scalar_one())

    async def cancel(self, key: str, is_meant: Callable[[str, Mapping[str, Any]], bool]) -> bool:
        """Mark the job that runs under a key as cancelled, on any replica; return whether there is one.

        `is_meant` is asked with its kind and payload.
        """
        running = inbox.c.status == RUNNING, inbox.c.key == key
        async with self._writer.begin() as connection:
            rows = await connection.execute(sa.select(inbox.c.id, inbox.c.kind, inbox.c.payload).where(*running))
            ids = {row.id for row in rows if is_meant(row.kind, json.loads(row.payload))}
            marked = sa.update(inbox).where(inbox.c.id.in_(ids), inbox.c.halted < DISCARDED).values(halted=1)
            return bool(ids) and (await connection.execute(marked)).rowcount > 0

    async def drop(self, key: str, is_meant: Callable[[str, Mapping[str, Any]], bool]) -> set[int]:
        """Mark as discarded a key's jobs that `is_meant` selects by kind and payload; return their ids."""
        columns = inbox.c.id, inbox.c.kind, inbox.c.payload
        # Apart, as with an IN neither partial index would be used.
        of_key = (sa.select(*columns).where(inbox.c.key == key, inbox.c.status == one) for one in (READY, RUNNING))
        async with self._writer.begin() as connection:
            rows = await connection.execute(sa.union_all(*of_key))
            ids = {row.id for row in rows if is_meant(row.kind, json.loads(row.payload))}
            if ids:
                await connection.execute(sa.update(inbox).where(inbox.c.id.in_(ids)).values(halted=DISCARDED))
        return ids

    async def cancelled(self) -> dict[int, int]:
        """Return the marks of our jobs to cancel, by their ids."""
        async with self._writer.begin() as connection:
            rows = await connection.execute(HALTED, {"by": self._owner})
            return {row.id: row.halted for row in rows}

    async def other_kinds(self, kinds: Collection[str]) -> set[str]:
        """Return the kinds of ready jobs that are none of `kinds`."""
        async with self._writer.begin() as connection:
            return set(await connection.scalars(READY_KINDS)).difference(kinds)

    def is_over(self, claim: Claim) -> bool:
        """Return whether, by our own clock, a lease has expired."""
        return asyncio.get_running_loop().time() - claim.renewed_at >= self.length

    def check(self, claim: Claim) -> None:
        """Raise `LeaseLostError` unless a third of the lease is left for what comes next."""
        age = asyncio.get_running_loop().time() - claim.renewed_at
        if claim.is_lost or age >= self.length * USED_UNTIL:
            claim.is_lost = True
            raise LeaseLostError

    async def keep(self, claim: Claim, state: str) -> None:
        """Store a job's state, retrying while the lease lasts. Raises `LeaseLostError`."""
        while True:
            self.check(claim)
            try:
                await self._write(claim, KEEP, new_state=state)
                claim.state = state
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("the database is unavailable, trying again: %s", cause(error))
            else:
                return
            await asyncio.sleep(jittered(AWAY_PAUSE))

    async def done(self, claim: Claim, finish: Finish | None) -> None:
        """Mark a job as done and erase its content, in one transaction with `finish`. Raises what that raises."""
        await self._leave(claim, DONE_WITH, finish)

    async def failed(self, claim: Claim, cause: str, finish: Finish | None, *, passing: Collection[str] = ()) -> None:
        """Mark a job as failed for good, in one transaction with `finish`, and delete what it kept under `passing`.

        Raises what `finish` raises.
        """
        lasting = {key: value for key, value in json.loads(claim.state).items() if key not in passing}
        await self._leave(claim, GIVEN_UP, finish, new_cause=cause, new_state=json.dumps(lasting))

    async def again(self, claim: Claim, finish: Finish | None, cause: str, pause: float, attempts: int) -> None:
        """Schedule a job's next attempt in `pause` seconds, after `attempts` attempts.

        In one transaction with `finish`. Raises what that raises.
        """
        values = {"pause": pause, "has_tried": claim.tried() + pause, "has_attempted": attempts}
        await self._leave(claim, TO_TRY_AGAIN, finish, new_cause=cause, **values)

    async def _leave(self, claim: Claim, change: sa.Update, finish: Finish | None, **values: object) -> None:
        """Change a row for the last time, retrying through an outage of the database: the work must not be lost.

        This may outlast the lease. Nothing happens outside the database any more, and there the token decides.
        """
        claim.is_leaving = True
        try:
            while True:
                try:
                    if self._commits.is_sharing:
                        self._on_leave()
                    await self._write(claim, change, finish, **values)
                except Exception as error:
                    if not is_away(error):
                        raise
                    log.warning("the database is unavailable, trying again: %s", cause(error))
                else:
                    if not self._commits.is_sharing:
                        self._on_leave()
                    return
                await asyncio.sleep(jittered(AWAY_PAUSE))
        finally:
            claim.is_leaving = False

    async def _write(self, claim: Claim, change: sa.Update, finish: Finish | None = None, **values: object) -> None:
        """Change a row, and run `finish`, if the job is still ours. Raises `LeaseLostError`."""
        parameters = values | {"its_id": claim.id, "its_token": claim.token}

        def write(connection: sa.Connection) -> bool:
            is_ours = connection.execute(change, parameters).rowcount == 1
            if is_ours and finish is not None:
                finish(connection)
            return is_ours

        if not await self._commits.write(write):
            claim.is_lost = True
            raise LeaseLostError


# What to set on a job that goes back to those who wait as if it had not been attempted, and on one whose process died.
FREED: dict[str, Any] = {"status": READY, "owner": None, "lease_until": None, "attempts": inbox.c.attempts - 1}
# A suspect was not in the bot's own process when that died: the next death in there makes it one again.
ONCE = SUSPECT - 1
LEFT = {name: value for name, value in FREED.items() if name != "owner"} | {
    "deaths": sa.case(
        (Cell.OPEN.holds(inbox), inbox.c.deaths + 1), (Cell.SHARED.holds(inbox), ONCE), else_=inbox.c.deaths
    )
}
ACQUIT = sa.update(inbox).where(inbox.c.status == READY, Cell.SHARED.holds(inbox)).values(deaths=ONCE)

# Built once: these run every second or few.
EXPIRED = sa.select(inbox.c.id).where(inbox.c.status == RUNNING, inbox.c.lease_until < Now())
HAS_DEAD = sa.select(sa.exists().where(inbox.c.id.in_(EXPIRED), Cell.OPEN.holds(inbox)))
# One that someone else is at must not keep us from renewing what is ours.
EXPIRED_AND_FREE = sa.update(inbox).where(inbox.c.id.in_(EXPIRED.with_for_update(skip_locked=True)))
FREE, TAKE_OVER = EXPIRED_AND_FREE.values(**FREED), EXPIRED_AND_FREE.values(**LEFT)
HALTED = sa.select(inbox.c.id, inbox.c.halted).where(
    inbox.c.status == RUNNING, inbox.c.owner == sa.bindparam("by"), inbox.c.halted > 0
)
READY_KINDS = sa.select(inbox.c.kind).distinct().where(inbox.c.status == READY)
FEWEST_CRASHES = sa.select(sa.func.min(inbox.c.crashes)).where(
    inbox.c.status == READY, Cell.SHARED.holds(inbox) | Cell.ALONE.holds(inbox)
)


# Built once: these run for each job. The row has to be the claim's still.
OURS = (
    inbox.c.id == sa.bindparam("its_id"),
    inbox.c.token == sa.bindparam("its_token"),
    inbox.c.status == RUNNING,
)
KEEP = sa.update(inbox).where(*OURS).values(state=sa.bindparam("new_state"))
LEAVE = sa.update(inbox).where(*OURS).values(owner=None, lease_until=None, cause=sa.bindparam("new_cause", None))
DONE_WITH = LEAVE.values(status=DONE, finished_at=Now(), payload="{}", state="{}")
GIVEN_UP = LEAVE.values(status=FAILED, finished_at=Now(), state=sa.bindparam("new_state"))
TO_TRY_AGAIN = LEAVE.values(
    status=READY,
    run_after=Now() + sa.bindparam("pause", type_=sa.Float(53)),
    tried=sa.bindparam("has_tried"),
    attempts=sa.bindparam("has_attempted"),
)
