"""Cancel work early, because a person stopped it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ModelStoppedError

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def cancel_on(cancelled: asyncio.Event | None, work: Coroutine[Any, Any, T]) -> T:
    """Do some work, but stop it as soon as `cancelled` is set. Raises `ModelStoppedError` then.

    The work runs in the caller's own task, as it does below `asyncio.timeout`: what it does before it first waits is
    done at once.
    """
    task = asyncio.current_task()
    if cancelled is None or task is None:
        return await work
    others = task.cancelling()
    watcher = asyncio.create_task(_cancel_when(cancelled, task), name="cancellation")
    try:
        return await work
    except asyncio.CancelledError:
        if _has_cancelled(watcher) and task.cancelling() == others + 1:
            raise ModelStoppedError("stopped") from None
        raise
    finally:
        if _has_cancelled(watcher):
            task.uncancel()
        watcher.cancel()


def _has_cancelled(watcher: asyncio.Task[None]) -> bool:
    return watcher.done() and not watcher.cancelled()


async def _cancel_when(cancelled: asyncio.Event, task: asyncio.Task[Any]) -> None:
    await cancelled.wait()
    task.cancel()


def check(cancelled: asyncio.Event | None) -> None:
    """Raise `ModelStoppedError` if `cancelled` is already set, before anything is spent."""
    if cancelled is not None and cancelled.is_set():
        raise ModelStoppedError("stopped before it started")  # not for people: the log's
