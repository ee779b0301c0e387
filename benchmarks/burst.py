"""Measure a burst: 200 answers in one minute in one workspace, with and without Slack's documented rate limits."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot import app, settings
from bot.db import migrate
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.reply import Event, ModelRequest

ANSWERS = 200
SECONDS = 60.0
CHANNELS = 20
FIRST_TOKEN = 0.3  # seconds
TOKENS = 150
TOKEN_EVERY = 0.02
PATIENCE = 180.0


class SteadyModel:
    """Writes the same words at a steady pace."""

    async def respond(self, _asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer a request."""
        await asyncio.sleep(FIRST_TOKEN)
        for number in range(TOKENS):
            yield TextDelta(f"word{number} ")
            await asyncio.sleep(TOKEN_EVERY)


async def burst(*, tiers: bool) -> tuple[list[float], Counter[str], Counter[str]]:
    """Ask 200 times in a minute; return how long each whole answer took, the calls, and those that were refused."""
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS), tiers=tiers)
    whole = f"word{TOKENS - 1}"
    with TemporaryDirectory(prefix="burst-") as folder:
        async with ScriptedWorkspace(rules) as local, MessagesServer(SteadyModel()) as model:
            environ = {"DATABASE_URL": f"sqlite:///{Path(folder) / 'parley.db'}", "PORT": "0"}
            environ |= {"SLACK_RATE_FACTOR": "1" if tiers else "10000"}
            read = settings.read(environ | model.environment() | local.environment("http"), for_slack=True)
            await migrate.upgrade(read.database_url)
            members = [local.me.id, local.bot.id]
            rooms = [local.workspace.add_channel(f"room-{n}", members=members).id for n in range(CHANNELS)]
            async with app.running(read) as address:
                local.deliver_to(f"{address}/slack/events")
                asked: dict[tuple[str, str], float] = {}
                took: dict[tuple[str, str], float] = {}

                def look() -> bool:
                    for place in asked.keys() - took.keys():
                        if any(whole in message.shown for message in local.thread(*place)[1:]):
                            took[place] = time.monotonic() - asked[place]
                    return len(took) == ANSWERS

                watching = asyncio.create_task(local.until(look, PATIENCE))
                for number in range(ANSWERS):
                    room = rooms[number % CHANNELS]
                    asked[room, local.say(room, f"<@{local.bot.id}> question {number}")] = time.monotonic()
                    await asyncio.sleep(SECONDS / ANSWERS)
                await watching
            calls = Counter(call.method for call in local.calls)
            refused = Counter(call.method for call in local.calls if call.status == 429)  # noqa: PLR2004 (HTTP's own)
    return list(took.values()), calls, refused


async def measure() -> None:
    """Measure both, and print the table."""
    print(
        "| 200 answers in 60 s | whole answer, median s | slowest s | streams | refused calls |\n|---|---|---|---|---|"
    )
    for name, tiers in (("no limits", False), ("Slack's documented limits", True)):
        took, calls, refused = await burst(tiers=tiers)
        streams = calls["chat.startStream"]
        print(f"| {name} | {median(took):.2f} | {max(took):.2f} | {streams} | {sum(refused.values())} |", flush=True)


if __name__ == "__main__":
    asyncio.run(measure())
