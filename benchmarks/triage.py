"""Measure triage: the bot's own work for a post among 50,000 earlier ones, and 500 posts in one minute.

`python -m benchmarks.triage`; `--postgresql URL` takes an empty database there instead of an SQLite file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from benchmarks.figures import processor
from bot import app, settings
from bot.core.domain.message import Place
from bot.db import migrate
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.db.tables import FeedbackRow
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from bot.playground.feedback import CHANNEL, POSTS
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.playground.anthropic.reply import Event, ModelRequest

EARLIER = 50_000
ALONE = 100  # posts, one after the other
BURST, SECONDS = 500, 60.0
MODEL = 2.0  # seconds a call takes in the burst
PATIENCE = 300.0
MOST_MS = 100.0  # of our own work for a post, at the median

PLACES = ("on the settings page", "in the export dialog", "on my phone", "in Firefox", "after the update", "at noon")
THINGS = ("invoice", "report", "chart", "password", "search", "upload", "calendar", "filter", "webhook", "printer")


@dataclass
class TimedModel:
    """The rehearsal model, which takes its time; keeps when it was asked and had answered, and about which posts."""

    seconds: float = 0.0
    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    about: list[list[int]] = field(default_factory=list)
    _rehearsal: Rehearsal = field(default_factory=lambda: Rehearsal(pace=0))

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer a request."""
        self.asked.append(time.time())
        messages = json.loads(asked.text.split("<messages>")[1].split("</messages>")[0])
        self.about.append([one["item"] for one in messages])
        answer = self._rehearsal.answer(asked)
        await asyncio.sleep(self.seconds)
        yield TextDelta(answer)
        self.answered.append(time.time())


def words(number: int) -> str:
    """Write a post that shares its words with some others."""
    chosen = random.Random(number)  # noqa: S311 (nothing here is a secret)
    ending = f"{chosen.choice(THINGS)} {chosen.choice(PLACES)}, case {chosen.randrange(20_000)}"
    return f"{chosen.choice(POSTS)} {ending}"


@dataclass
class Scene:
    """What a measurement works with."""

    local: ScriptedWorkspace
    model: TimedModel
    database: Database

    @property
    def channel(self) -> str:
        """The channel with triage on."""
        return self.local.channel(CHANNEL)

    async def rows(self) -> list[Any]:
        """Return the records that came in, in the order of their posts."""
        query = select(FeedbackRow.message, FeedbackRow.status, FeedbackRow.id).where(FeedbackRow.id > EARLIER)
        async with self.database.reader.connect() as connection:
            return list(await connection.execute(query.order_by(FeedbackRow.message)))


@asynccontextmanager
async def scene(url: str, *, tiers: bool, seconds: float) -> AsyncIterator[Scene]:
    """Run the bot on a database with 50,000 records in #support-feedback."""
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS), tiers=tiers)
    model = TimedModel(seconds)
    async with ScriptedWorkspace(rules) as local, MessagesServer(model) as server:
        environ = {"DATABASE_URL": url, "PORT": "0", "SLACK_RATE_FACTOR": "1" if tiers else "10000"}
        read = settings.read(environ | server.environment() | local.environment("http"), for_slack=True)
        await migrate.upgrade(url)
        database = Database.open(url)
        place = Place(local.workspace.team_id, local.channel(CHANNEL))
        await sql_store(database).settings.change(place, {"triage": True, "together": 0, "alert_from": 0}, "")
        await _fill(database, place)
        try:
            async with app.running(read) as address:
                local.deliver_to(f"{address}/slack/events")
                yield Scene(local, model, database)
        finally:
            await database.close()


async def _fill(database: Database, place: Place) -> None:
    now = datetime.now(UTC)
    for start in range(0, EARLIER, 1_000):
        values = [
            {
                "workspace": place.workspace,
                "channel": place.channel,
                "message": f"{number}.0",
                "person": "U1",
                "text": words(number),
                "said_at": now - timedelta(minutes=EARLIER - number),
                "is_bot": False,
                "permalink": "",
                "waits": False,
                "status": "open",
                "category": "Other",
                "changed_at": now,
            }
            for number in range(start, start + 1_000)
        ]
        async with database.writer.begin() as connection:
            await connection.execute(insert(FeedbackRow), values)


async def alone(url: str) -> list[float]:
    """Post one after the other, with a model that answers at once; return how long the bot's own work took, in ms."""
    took = []
    async with scene(url, tiers=False, seconds=0) as here:
        for number in range(ALONE + 5):
            begun = time.time()
            ts = here.local.say(here.channel, words(EARLIER + number), user=here.local.sam)

            def shown(ts: str = ts) -> float:
                return next((c.at for c in here.local.calls if c.arguments.get("timestamp") == ts), 0.0)

            await here.local.until(shown, PATIENCE)
            took.append(1_000 * (here.model.asked[-1] - begun + shown() - here.model.answered[-1]))
    return took[5:]  # the first ones load what is loaded once


async def burst(url: str) -> str:
    """Post 500 times in a minute within Slack's limits; return the row of the table."""
    async with scene(url, tiers=True, seconds=MODEL) as here:
        people = (here.local.sam, here.local.ada, here.local.gia)
        begun = time.monotonic()
        for number in range(BURST):
            await asyncio.sleep(max(0.0, begun + number * SECONDS / BURST - time.monotonic()))
            here.local.say(here.channel, words(EARLIER + number), user=people[number % len(people)])
        posted = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while sum(row.status != "waiting" for row in await here.rows()) < BURST:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.2)
        late = time.monotonic() - posted
        rows, calls = await here.rows(), Counter(call.method for call in here.local.calls)
        about = [item for items in here.model.about for item in items]
        in_order = about == sorted(about) and [row.id for row in rows] == about
        to_slack = ", ".join(f"{calls[name]} {name}" for name in ("reactions.add", "chat.postMessage"))
        return (
            f"| {len(rows)} | {'yes' if in_order else 'NO'} | {len(here.model.asked)} | {late:.1f} "
            f"| {to_slack} | {len(here.local.violations)} |"
        )


async def measure(postgresql: str) -> bool:
    """Measure both, print the tables; tell whether a post takes no longer than it may."""
    print(f"{datetime.now(UTC):%Y-%m-%d}; {processor()}; {'PostgreSQL' if postgresql else 'SQLite'}", flush=True)
    with TemporaryDirectory(prefix="triage-") as folder:
        took = await alone(postgresql or f"sqlite:///{Path(folder) / 'alone.db'}")
        print(f"\n| own work a post, among {EARLIER:,} | median ms | 99 % ms | slowest ms |\n|---|---|---|---|")
        print(
            f"| {ALONE} posts | {median(took):.0f} | {quantiles(took, n=100)[98]:.0f} | {max(took):.0f} |", flush=True
        )
        if not postgresql:
            print(
                f"\n| {BURST} posts in {SECONDS:.0f} s: recorded | in order | model calls | all sorted after, s "
                "| calls to Slack by then | refused |\n|---|---|---|---|---|---|"
            )
            print(await burst(f"sqlite:///{Path(folder) / 'burst.db'}"))
    return median(took) <= MOST_MS


def main() -> None:
    """Read the options, measure, and fail where our own work takes too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.triage", description="Measure triage.")
    parser.add_argument("--postgresql", default="", metavar="URL", help="an empty database to measure single posts on")
    if not asyncio.run(measure(parser.parse_args().postgresql)):
        raise SystemExit(f"Missed: {MOST_MS:.0f} ms of our own work a post.")


if __name__ == "__main__":
    main()
