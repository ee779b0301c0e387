"""Measure Stop: from the press to the end of the model call, on the replica that was told, and on another one."""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
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
    from collections.abc import AsyncGenerator, Callable

    from bot.playground.anthropic.reply import Event, ModelRequest

STOPS = 50
TOKEN_EVERY = 0.02  # seconds
PATIENCE = 20.0
LIMIT = 300  # milliseconds


class EndlessModel:
    """Writes until nobody listens any more; `ended` holds when that was."""

    def __init__(self) -> None:
        self.ended: asyncio.Queue[float] = asyncio.Queue()

    async def respond(self, _asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer a request."""
        try:
            while True:
                yield TextDelta("word ")
                await asyncio.sleep(TOKEN_EVERY)
        finally:
            self.ended.put_nowait(time.monotonic())


async def stops(database: str, replicas: int) -> list[float]:
    """Let answers begin on the first replica and stop them on the last; return how long each stop took, in ms."""
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
    model = EndlessModel()
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(ScriptedWorkspace(rules))
        server = await stack.enter_async_context(MessagesServer(model))
        environ = {"DATABASE_URL": database, "PORT": "0", "SLACK_RATE_FACTOR": "10000"}
        read = settings.read(environ | server.environment() | local.environment("http"), for_slack=True)
        await migrate.upgrade(read.database_url)
        urls = [f"{await stack.enter_async_context(app.running(read))}/slack/events" for _ in range(replicas)]
        room = local.channel("general")

        def is_begun(thread: str) -> Callable[[], bool]:
            return lambda: any("word" in message.shown for message in local.thread(room, thread)[1:])

        def is_over(thread: str) -> Callable[[], bool]:
            return lambda: any("Stopped" in message.shown for message in local.thread(room, thread)[1:])

        took = []
        for number in range(STOPS):
            local.deliver_to(urls[0])
            thread = local.say(room, f"<@{local.bot.id}> question {number}")
            await local.until(is_begun(thread), PATIENCE)
            local.deliver_to(urls[-1])
            pressed = time.monotonic()
            local.stop(room, thread)
            took.append((await asyncio.wait_for(model.ended.get(), PATIENCE) - pressed) * 1000)
            await local.until(is_over(thread), PATIENCE)
    return took


def row(name: str, took: list[float]) -> str:
    """Write a row of the table."""
    late = sum(one > LIMIT for one in took)
    return (
        f"| {name} | {median(took):.0f} | {quantiles(took, n=20)[-1]:.0f} | {max(took):.0f} | {late} of {len(took)} |"
    )


async def measure(postgresql: str) -> None:
    """Measure, and print the table."""
    print(f"| press → model call ended, ms | median | 95 % | slowest | above {LIMIT} ms |\n|---|---|---|---|---|")
    with TemporaryDirectory(prefix="stop-") as folder:
        print(row("one process, SQLite", await stops(f"sqlite:///{Path(folder) / 'parley.db'}", 1)), flush=True)
    if postgresql:
        print(row("told to another replica, PostgreSQL", await stops(postgresql, 2)), flush=True)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stop", description="Measure how soon Stop is obeyed.")
    parser.add_argument("--postgresql", default="", metavar="URL", help="an empty database: measure two replicas, too")
    asyncio.run(measure(parser.parse_args().postgresql))


if __name__ == "__main__":
    main()
