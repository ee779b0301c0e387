"""The clock of the event loop that a test runs on, by which all limits of time are kept.

A test that turns it gives what has to succeed a limit that no machine reaches, and lets what has to be late be so at
once.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def turn_clock(seconds: float) -> None:
    """Let so many seconds pass at once, for all that waits on the running loop."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign] # the loop ends with the test


@contextmanager
def stopped_clock() -> Iterator[Callable[[float], None]]:
    """Stop the running loop's clock, so that what is waited for by time never comes; yield what moves it on."""
    loop, passed = asyncio.get_running_loop(), 0.0
    going, stopped_at = loop.time, loop.time()

    def turn(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    loop.time = lambda: stopped_at + passed  # type: ignore[method-assign]
    try:
        yield turn
    finally:
        behind = going() - loop.time()
        loop.time = lambda: going() - behind  # type: ignore[method-assign]


async def around_the_loop() -> None:
    """Let whatever is under way between sockets of this loop arrive."""
    for _ in range(50):
        await asyncio.sleep(0)
