"""The bot as a process of its own: until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from bot import app
from bot.claude import lazy_client
from bot.core import chart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.settings import Settings
    from bot.workspaces import JoinedAs

log = logging.getLogger(__name__)

# Objects between two collections. A turn makes some thousand, nearly all of which go without one, so that more often is
# a waste; but each look stops everything, for some milliseconds with so many.
YOUNG = 5_000


async def serve(settings: Settings, announce: Callable[[str, JoinedAs | None], None]) -> None:
    """Run the bot until SIGTERM or SIGINT; a second signal ends the process at once, and loses nothing either."""
    stop = stop_signal()
    async with app.running(settings, announce=announce):
        await lazy_client.load()  # while it takes in what Slack delivers
        collect_garbage()
        async with listing_fonts():
            await stop.wait()
        log.info("stopping: waiting up to %s s for running jobs", settings.shutdown_grace)


def collect_garbage() -> None:
    """Begin to collect garbage, of what comes from now on: a start runs without."""
    # The libraries' 230,000 objects never go; a collection that looks through them stops all turns for 0.1 s.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()


@asynccontextmanager
async def listing_fonts() -> AsyncIterator[None]:
    """Have matplotlib list the machine's fonts meanwhile, if it never has: else the first chart would wait for it."""
    if chart.has_listed_fonts():
        yield
        return
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", chart.LIST_FONTS), stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended
            process.kill()
        await process.wait()


def stop_signal() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop
