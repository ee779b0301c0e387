"""The ledger's other half: calls to the model that a turn's record does not tell of, such as tries that failed.

They are gathered while a turn runs, and written however its job is left: done, to be tried again, failed for good,
handed back at a stop, or lost to another replica.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.thread import Record
from bot.core.spend import caps, paid_model
from bot.db import threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from bot.calls import Call
    from bot.core.domain.message import Place
    from bot.work import Job

_gathered: ContextVar[list[Call] | None] = ContextVar("gathered", default=None)

job: ContextVar[Job | None] = ContextVar("job", default=None)
"""The job whose calls this task makes, None outside of one."""


def gather(work: Job, place: Place, person: str, turn: str = "") -> None:
    """Gather the calls of this task, and of those that it starts, for the job to write down; let them be paid for.

    `turn` names what was asked for, where it takes more than this job.
    """
    caps.charge(place, person, turn or work.reference)
    job.set(work)
    calls: list[Call] = []
    _gathered.set(calls)

    def write(connection: Connection) -> None:
        if calls:
            threads.record(connection, Record(place, person, calls=tuple(calls)), is_repeat=True)

    work.aside = write


def note(call: Call) -> None:
    """Take in a call that came to its end, well or not."""
    paid_model.note(call)
    if (calls := _gathered.get()) is not None:
        calls.append(call)


def whole(record: Record) -> Record:
    """Add what was gathered to a record that does not tell of it: a call is known by when it began."""
    told = {call.started_at for call in record.calls}
    others = [call for call in _gathered.get() or () if call.started_at not in told]
    return replace(record, calls=(*record.calls, *others))


def leave_out(recorded: Sequence[Call]) -> None:
    """Drop those that are in the ledger already."""
    if (calls := _gathered.get()) is not None:
        begun = {call.started_at for call in recorded}
        calls[:] = [call for call in calls if call.started_at not in begun]
