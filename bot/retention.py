"""Retention: what is older than the operator wants to keep is forgotten, hour by hour."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.work import FAILED_KEPT

if TYPE_CHECKING:
    from bot.core.triage.item import Board
    from bot.db.classify import SqlRuns
    from bot.db.store import SqlStore
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86_400.0  # seconds


def register(inbox: Inbox, store: SqlStore, days: int) -> None:
    """Let messages go once they are `days` days old; 0 keeps them for ever. What calls cost stays in the ledger."""
    inbox.every("retention", HOUR, partial(forget, store=store, days=days))


def register_runs(inbox: Inbox, runs: SqlRuns, days: int) -> None:
    """Let runs of /classify go, with their messages and corrections, once they are `days` days old; 0 keeps them."""
    inbox.every("classify retention", HOUR, partial(forget_runs, runs=runs, days=days))


def register_feedback(inbox: Inbox, board: Board, days: int) -> None:
    """Let the words of feedback go once they are `days` days old; 0 keeps them. What it was sorted as stays."""
    inbox.every("feedback retention", HOUR, partial(forget_feedback, board=board, days=days))


async def forget_feedback(job: Job, *, board: Board, days: int) -> None:
    """Forget old feedback's words, in short transactions. Raises what the database raises."""
    while days and await board.forget(datetime.now(UTC) - timedelta(days=days)):
        job.check()


async def forget_runs(job: Job, *, runs: SqlRuns, days: int) -> None:
    """Forget old runs, in short transactions. Raises what the database raises."""
    while days and await runs.forget(datetime.now(UTC) - timedelta(days=days)):
        job.check()


async def forget(job: Job, *, store: SqlStore, days: int) -> None:
    """Forget what is old, in short transactions, so that turns go on in between. Raises what the database raises."""
    if not days:
        return
    before = datetime.now(UTC) - timedelta(days=days)
    messages = threads = 0
    forgotten = await store.forget(before)
    while forgotten[0]:
        messages, threads = messages + forgotten[0], threads + forgotten[1]
        job.check()
        forgotten = await store.forget(before)
    while await store.forget_runs(before):
        job.check()
    if messages:
        log.info("forgot %d messages of %d days ago or earlier, and %d threads", messages, days, threads)


def failed_kept(days: int) -> float:
    """Tell for how many seconds failed work, which holds somebody's words, may be kept: never for more than `days`."""
    return min(FAILED_KEPT, days * DAY) if days else FAILED_KEPT
