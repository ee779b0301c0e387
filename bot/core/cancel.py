"""Cancel work early, because a person stopped it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ModelStoppedError

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def unless(halt: asyncio.Event | None, work: Coroutine[Any, Any, T]) -> T:
    """Do some work, but stop it as soon as `halt` is set. Raises `ModelStoppedError` then.

    The work runs in the caller's own task, as it does below `asyncio.timeout`: what it does before it first waits is
    done at once.
    """
    task = asyncio.current_task()
    if halt is None or task is None:
        return await work
    others = task.cancelling()
    halting = asyncio.create_task(_cancel_when(halt, task), name="halt")
    try:
        return await work
    except asyncio.CancelledError:
        if _has_cancelled(halting) and task.cancelling() == others + 1:
            raise ModelStoppedError("stopped") from None
        raise
    finally:
        if _has_cancelled(halting):
            task.uncancel()
        halting.cancel()


def _has_cancelled(halting: asyncio.Task[None]) -> bool:
    return halting.done() and not halting.cancelled()


async def _cancel_when(halt: asyncio.Event, task: asyncio.Task[Any]) -> None:
    await halt.wait()
    task.cancel()


def check(halt: asyncio.Event | None) -> None:
    """Raise `ModelStoppedError` if `halt` is already set, before anything is spent."""
    if halt is not None and halt.is_set():
        raise ModelStoppedError("stopped before it started")
