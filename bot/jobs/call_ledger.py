"""The ledger's other half: calls to the model that a turn's record does not tell of, such as attempts that failed.

They are written however the turn's job is left: done, to be tried again, failed for good, handed back at a stop, or
lost to another replica.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import turn
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.tools.progress import kept
from bot.db import threads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy import Connection

    from bot.calls import Call
    from bot.work import Finish, Job


def write(connection: Connection, spending: turn.Spending) -> None:
    """Write down the calls of a turn that ended without a record of them."""
    paid_by = spending.cost_center
    place = Place(paid_by.workspace, paid_by.channel, paid_by.thread)
    record = Record(place, paid_by.person, calls=tuple(spending.calls))
    threads.record(connection, record, is_repeat=True)


def whole(record: Record) -> Record:
    """Add the turn's calls to a record that does not tell of them: a call is known by when it began."""
    told = {call.started_at for call in record.calls}
    others = [call for call in _calls() if call.started_at not in told]
    return replace(record, calls=(*record.calls, *others))


def with_kept(
    give_up: Callable[[Job, Exception], Awaitable[Finish | None]],
) -> Callable[[Job, Exception], Awaitable[Finish | None]]:
    """Return what gives a job up, and writes down the calls of its finished rounds: those of a try that was killed."""

    async def give_up_whole(job: Job, error: Exception) -> Finish | None:
        with suppress(ValueError):  # kept by another version
            known = {call.started_at for call in _calls()}
            _calls().extend(call for call in kept(job).calls if call.started_at not in known)
        return await give_up(job, error)

    return give_up_whole


def leave_out(recorded: Sequence[Call]) -> None:
    """Drop those that are already in the ledger."""
    begun = {call.started_at for call in recorded}
    calls = _calls()
    calls[:] = [call for call in calls if call.started_at not in begun]


def _calls() -> list[Call]:
    context = turn.current()
    return context.spending.calls if context else []
