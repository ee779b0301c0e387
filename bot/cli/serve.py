"""Serve Slack: `serve`; and `migrate`, which it needs first."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from bot import settings
from bot.cli.shared import configured

if TYPE_CHECKING:
    import argparse

    from bot.cli.shared import Commands


def register(commands: Commands) -> None:
    """Register the commands."""
    serving = commands.add("serve", "serve Slack", _serve)
    serving.add_argument("--migrate", action="store_true", help="migrate the database to this version first")
    commands.add("migrate", "migrate the database to this version", _migrate)


def _serve(options: argparse.Namespace) -> int:
    return serve(with_migration=options.migrate)


def serve(*, with_migration: bool) -> int:
    """Run the bot until it is told to stop; return the exit status. Raises as `bot.app.running`."""
    gc.disable()  # nothing of what the imports make is garbage: looking through it is a fifth of the start
    from bot import app
    from bot.db import migrate

    read = configured(for_slack=True)
    settings.hide_from_libraries()

    async def run() -> None:
        if with_migration:
            await migrate.upgrade(read.database_url)
        await app.serve(read, announce)

    def announce(address: str) -> None:
        how = "Socket Mode" if read.transport == "socket" else f"HTTP at {address}/slack/events"
        print(f"Parley is ready: Slack over {how}, {read.claude_model}, health at {address}/healthz", flush=True)
        if read.serves_many:
            print(f"Workspaces install it at {address}/slack/install", flush=True)

    asyncio.run(run())
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from bot.db import migrate

    read = configured()
    asyncio.run(migrate.upgrade(read.database_url))
    print(f"The database is at version {migrate.head()}.")
    return 0
