"""End work early, because somebody wants no more of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ModelStoppedError

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def unless(halt: asyncio.Event | None, work: Coroutine[Any, Any, T]) -> T:
    """Do some work, or leave it as soon as `halt` is set. Raises `ModelStoppedError` then."""
    if halt is None:
        return await work
    tasks = asyncio.create_task(work, name="work"), asyncio.create_task(halt.wait(), name="halt")
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not tasks[0].done():
            raise ModelStoppedError("stopped")
        return await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def check(halt: asyncio.Event | None) -> None:
    """Raise `ModelStoppedError` where `halt` is set already, before anything is spent."""
    if halt is not None and halt.is_set():
        raise ModelStoppedError("stopped before it began")
