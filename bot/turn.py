"""The turn that this task works on: its job, who pays for it, and the calls to the model that it has made.

The inbox's runner sets it around each job, whose kind says who pays when it is registered. So a task knows what it
works for, and no function on the way passes it on. It is at the base, beside `calls`, and imports nothing else:
the inbox sets it; budgets, Claude's client, Slack's requests and the log read it; and none of these may know another.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bot.calls import Call

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator


class RunningTurn(Protocol):
    """A turn as its work sees it: what it is called, and whether it goes on. `reference` is for people and the log."""

    @property
    def reference(self) -> str:
        """Return the turn's reference."""

    @property
    def was_begun(self) -> bool:
        """Return whether an earlier attempt may have left something behind, even one interrupted by a stop."""

    @property
    def cancelled(self) -> asyncio.Event:
        """Return the event that is set when the turn is cancelled."""

    @property
    def is_discarded(self) -> bool:
        """Return whether the turn's result should be discarded, as when the message that it answers was deleted."""

    def check(self) -> None:
        """Raise if the turn may no longer be ours to run. Call it before each effect outside."""


class Checkpoint(Protocol):
    """What a turn has already made visible, kept durably, so that a second attempt continues instead of starting over.

    `reference` identifies the work to people and in the log; it may take several turns.
    """

    @property
    def reference(self) -> str:
        """Return the work's reference."""

    @property
    def turn(self) -> RunningTurn:
        """Return the turn that does the work."""

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises when the turn is no longer ours to run."""


@dataclass(frozen=True, slots=True)
class CostCenter:
    """Whose budgets a turn's calls count against, by the platform's ids."""

    workspace: str
    channel: str = ""
    thread: str = ""  # which sets the model, where a retired one is replaced
    person: str = ""  # who asked; "" where no one did
    request: str = ""  # what they asked for, where that takes more than this turn


NO_ONE = CostCenter("")
"""Pays for periodic work: it finds what is due, asks no model, and accepts jobs that are paid for."""


@dataclass(slots=True)
class Spending:
    """What a turn spends, shared by all of its tasks."""

    cost_center: CostCenter = NO_ONE
    was_counted: bool = False  # among the person's turns of this minute
    calls: list[Call] = field(default_factory=list)  # those that no record tells of so far


@dataclass(frozen=True, slots=True)
class TurnContext:
    """A turn under way."""

    job: Checkpoint
    spending: Spending = field(default_factory=Spending)
    metered: list[Call] | None = None  # the calls of the request that this task makes, each attempt of it
    notes: list[str] | None = None  # what is to be said below the answer that this task asks for


_current: ContextVar[TurnContext | None] = ContextVar("turn", default=None)


def begin(job: Checkpoint) -> TurnContext:
    """Let this task, and those that it starts, work on a job."""
    context = TurnContext(job)
    _current.set(context)
    return context


def current() -> TurnContext | None:
    """Return the turn that this task works on, None outside of one."""
    return _current.get()


def reference() -> str:
    """Return what names the turn to people and in the log, "" outside of one."""
    context = _current.get()
    return context.job.reference if context else ""


def check() -> None:
    """Raise where the turn may no longer be ours.

    For where bytes leave: a process can be frozen between its own check and them, and goes on there when it thaws.
    """
    if context := _current.get():
        context.job.turn.check()


def charge(cost_center: CostCenter) -> None:
    """Charge the turn to what is known only now, such as the person whose run it carries on."""
    if context := _current.get():
        context.spending.cost_center = cost_center


def spending() -> Spending:
    """Return what the turn spends. Raises `RuntimeError` where no one pays: no call is made on no account."""
    context = _current.get()
    if context is None or not context.spending.cost_center.workspace:
        raise RuntimeError("a call to the model outside of a turn that is paid for")
    return context.spending


def request() -> str:
    """Return what a person asked for, the same for all turns that it takes; "" where no one did."""
    context = _current.get()
    if context is None or not context.spending.cost_center.person:
        return ""
    return context.spending.cost_center.request or context.job.reference


def note(call: Call) -> None:
    """Record a call that ended, successfully or not."""
    if context := _current.get():
        context.spending.calls.append(call)
        if context.metered is not None:
            context.metered.append(call)


@contextmanager
def metered() -> Iterator[list[Call]]:
    """Collect the calls that the block makes: a request may take several, and each of them costs."""
    calls: list[Call] = []
    context = _current.get()
    token = _current.set(replace(context, metered=calls) if context else None)
    try:
        yield calls
    finally:
        _current.reset(token)


def noting() -> list[str]:
    """Return a list that collects notes to put below the answer that this task is about to request."""
    notes: list[str] = []
    if context := _current.get():
        _current.set(replace(context, notes=notes))
    return notes
