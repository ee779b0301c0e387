"""Serve Slack: `serve`; and `migrate`, which it needs first."""

from __future__ import annotations

import asyncio
import errno
import gc
import sys
from typing import TYPE_CHECKING

from bot import PROGRAM, settings
from bot.cli.shared import configured

if TYPE_CHECKING:
    import argparse

    from bot.cli.shared import Commands
    from bot.settings import Settings
    from bot.workspaces import JoinedAs

TAKEN = {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}
"""How a system refuses to let a process listen."""


def register(commands: Commands) -> None:
    """Register the commands."""
    serving = commands.add("serve", "serve Slack", _serve, example="serve --migrate")
    serving.add_argument(
        "--migrate",
        action="store_true",
        help="migrate the database to this version first (default: refuse to start on a database of another version)",
    )
    commands.add("migrate", "migrate the database to this version", _migrate)


def _serve(options: argparse.Namespace) -> int:
    return serve(with_migration=options.migrate)


def serve(*, with_migration: bool) -> int:
    """Run the bot until it is told to stop; return the exit status. Raises as `bot.app.running`."""
    gc.disable()  # nothing of what the imports make is garbage: looking through it is a fifth of the start
    from bot.cli import process
    from bot.db import migrate

    read = configured(for_slack=True)
    settings.hide_from_libraries()

    async def run() -> None:
        if with_migration:
            await migrate.upgrade(read.database_url)
        await process.serve(read, lambda address, joined: print(ready(read, address, joined), flush=True))

    try:
        asyncio.run(run())
    except OSError as error:
        if error.errno not in TAKEN:
            raise
        print(_cant_listen(read, error), file=sys.stderr)
        return 1
    return 0


def ready(read: Settings, address: str, joined: JoinedAs | None) -> str:
    """Say that the bot is ready, where, and what to type first."""
    how = "Socket Mode" if read.transport == "socket" else f"HTTP at {address}/slack/events"
    lines = [f"Parley is ready: Slack over {how}, {read.claude_model}, health at {address}/healthz"]
    if read.serves_many:
        lines.append(f"Workspaces install it at {address}/slack/install")
    elif joined:
        bot = f"@{joined.name}"
        lines.append(f"In {joined.workspace}, it is {bot}: in a channel there, type /invite {bot}, then {bot} hello")
    else:
        lines.append(f"Slack does not answer yet; the bot waits for it. `{PROGRAM} doctor` shows more.")
    return "\n".join(lines)


def _cant_listen(read: Settings, error: OSError) -> str:
    """Say why the bot's own port can't be used, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {read.port} is in use, perhaps by another Parley: stop that one, or set PORT to another number."
    if error.errno == errno.EACCES:
        return f"Port {read.port} is only for the system's own services: set PORT to a number above 1023."
    return f"This machine has no address {read.host}: set HOST to one of its own, or to 0.0.0.0 for all."


def _migrate(_: argparse.Namespace) -> int:
    from bot.db import migrate

    read = configured()
    asyncio.run(migrate.upgrade(read.database_url))
    print(f"The database is at version {migrate.head()}.")
    return 0
