"""Periodic work: one delivery per time slot, accepted once, by whichever replica comes first."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.delivery import Delivery
from bot.work.retry import cause
from bot.work.table import Now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

# Seconds after the bot's start for which rare work waits: first comes what has piled up, and Claude's SDK has to load.
STARTUP_DELAY = 10.0
# In seconds: how long to sleep at most, as the database's clock may be set again, how long after an error, and what
# comes so often that no one may wait longer for it.
LONGEST_SLEEP = 60.0
AWAY_PAUSE = 5.0
OFTEN = 60.0


@dataclass(frozen=True, slots=True)
class Period:
    """Work that is due every so many seconds, counted from 1970: a day begins at midnight UTC."""

    name: str
    seconds: float

    @property
    def kind(self) -> str:
        """Return the kind of its jobs."""
        return f"every:{self.name}"

    def delivery(self, now: float) -> Delivery:
        """Return the delivery of the slot that `now` is in; missed slots have none."""
        return Delivery(id=f"{self.kind}:{int(now // self.seconds)}", key=self.kind, kind=self.kind, payload={})

    def wait(self, now: float) -> float:
        """Return how many seconds are left of the slot."""
        return self.seconds - now % self.seconds


async def keep_time(
    periods: Sequence[Period],
    writer: AsyncEngine,
    accept: Callable[[Delivery], Awaitable[bool]],
    startup_delay: float = 0,
) -> None:
    """Accept each period's delivery as soon as its slot begins, forever; rare ones after `startup_delay` seconds."""
    end = time.monotonic() + startup_delay
    while True:
        left = end - time.monotonic()
        due = [period for period in periods if left <= 0 or period.seconds <= OFTEN]
        try:
            async with writer.begin() as connection:
                now = (await connection.execute(sa.select(Now()))).scalar_one()
            for period in due:
                await accept(period.delivery(now))
            pause = min([LONGEST_SLEEP, *(period.wait(now) for period in due), *([left] if left > 0 else [])])
        except Exception as error:  # noqa: BLE001 (whatever it was, the next slot comes)
            log.warning("periodic work has to wait: %s", cause(error))
            pause = AWAY_PAUSE
        await asyncio.sleep(pause)
