"""Retention: every hour, delete what is older than the operator, a workspace or a channel keeps."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.privacy.retention import Limits
from bot.db.engine import Database
from bot.db.notes import expire
from bot.db.purge import SqlPurger
from bot.db.scrub import is_stale, settle
from bot.db.settings import SqlSettingsStore
from bot.work import FAILED_KEPT
from bot.work import erase as work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86_400.0  # seconds
EXPIRED = "notes"  # whose time is over, by the name of their table
FAILED = "inbox"  # work that failed for good, by the name of its table


@dataclass(frozen=True, slots=True)
class Retention:
    """Deletes messages that are older than their retention. Counts are kept."""

    database: Database
    days: int  # that the operator keeps words; 0: forever

    def register(self, inbox: Inbox) -> None:
        """Register the hourly job that deletes what is old."""
        inbox.every("retention", HOUR, self.run)

    async def run(self, job: Job) -> None:
        """Delete what is old, in short transactions: turns run in between. Raises what the database raises."""
        gone = await self.purge(job)
        if gone:
            log.info("retention deleted %s", ", ".join(f"{count} {kind}" for kind, count in gone.items()))

    async def count(self) -> Mapping[tuple[str, str, str], int]:
        """Count what would be deleted now, by kind, workspace and channel ("" for those without their own limit)."""
        limits = await self._limits()
        found = dict(await SqlPurger(self.database).count(limits))
        for (workspace, channel), ids, others, before in _own(limits):
            count = await work.erase_failed(self.database.writer, ids, before, others=others, dry=True)
            if count:
                found[FAILED, workspace, channel] = count
        if count := await expire(self.database, dry=True):
            found[EXPIRED, "", ""] = found.get((EXPIRED, "", ""), 0) + count
        return found

    async def purge(self, job: Job | None = None) -> Mapping[str, int]:
        """Delete it; return how many rows of each kind. `job`: the one that does it, while it is ours."""
        limits = await self._limits()
        gone = dict(await SqlPurger(self.database).purge(limits, job.check if job else lambda: None))
        for _, ids, others, before in _own(limits):
            if count := await work.erase_failed(self.database.writer, ids, before, others=others):
                gone[FAILED] = gone.get(FAILED, 0) + count
        if count := await expire(self.database):
            gone[EXPIRED] = gone.get(EXPIRED, 0) + count
        if gone or await is_stale(self.database):  # what people edited or deleted since is to go as well
            await settle(self.database)
        return gone

    async def _limits(self) -> Limits:
        return Limits.of(self.days, await SqlSettingsStore(self.database).all_overrides(), datetime.now(UTC))


def _own(limits: Limits) -> Iterator[tuple[tuple[str, str], Sequence[str], Sequence[str], float]]:
    """Tell of each place with a limit of its own: which ids its work names, which it does not, before when it is old.

    Elsewhere, the inbox itself deletes what failed.
    """
    for (workspace, channel), time in limits.channels.items():
        yield (workspace, channel), (workspace, channel), (), time.timestamp()
    for workspace, time in limits.workspaces.items():
        others = [channel for there, channel in limits.channels if there == workspace]
        yield (workspace, ""), (workspace,), others, time.timestamp()


def failed_kept(days: int) -> float:
    """Return for how many seconds failed work, which holds someone's words, may be kept: never for more than `days`."""
    return min(FAILED_KEPT, days * DAY) if days else FAILED_KEPT
