"""Try the bot without any account: `playground`; and `start`, which serves Slack if its tokens are set."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import secrets
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from bot import PROGRAM, settings
from bot.cli.serve import TAKEN, serve
from bot.cli.shared import configured

if TYPE_CHECKING:
    from bot.cli.shared import Commands
    from bot.playground.page.content import OfferedCommand, OfferedShortcut

PORT = 3900
HIGHEST_PORT = 65_535


def register(commands: Commands) -> None:
    """Register the commands."""
    start = commands.add(
        "start",
        "serve Slack if its tokens are set, migrating the database first; otherwise open the playground",
        _start,
    )
    playground = commands.add(
        "playground", "try the bot in the browser, without any account", _playground, example="playground --port 0"
    )
    for command in (start, playground):
        command.add_argument(
            "--port",
            type=_port,
            default=PORT,
            help=f"the port of the playground's page; 0 for any free one (default: {PORT})",
        )
        command.add_argument(
            "--no-browser",
            action="store_true",
            help="don't open the playground's page (default: open it where there is a browser)",
        )
        command.add_argument(
            "--transport",
            choices=("socket", "http"),
            default="socket",
            help="how events reach the bot in the playground (default: socket)",
        )


def _port(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and int(typed) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {HIGHEST_PORT}, not {typed}")
    return int(typed)


def _start(options: argparse.Namespace) -> int:
    if settings.has_slack_tokens(settings.environment()):
        print(
            f"Slack tokens are set, so Parley joins Slack. (`{PROGRAM} playground` starts the playground.)", flush=True
        )
        return serve(with_migration=True)
    print("No Slack tokens are set in .env, so this is the playground. The README says how to join Slack.", flush=True)
    return _playground(options)


def _playground(options: argparse.Namespace) -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="parley-playground-") as folder:
            asyncio.run(_play(options, Path(folder)))
    except OSError as error:
        if error.errno not in TAKEN:
            raise
        why = "is in use, perhaps by another playground" if error.errno == errno.EADDRINUSE else "can't be used"
        print(f"Port {options.port} {why}: choose another with --port, or any free one with --port 0.", file=sys.stderr)
        return 1
    return 0


async def _play(options: argparse.Namespace, folder: Path) -> None:
    """Run the local workspace, with the real bot in it. All data is deleted at the end."""
    from bot.cli import playground_channel, playground_tracker, process
    from bot.db import migrate
    from bot.integrations.tracker_events import GITHUB_PATH
    from bot.playground import feedback
    from bot.playground.playground import Playground

    environ = settings.environment()
    is_rehearsal = "ANTHROPIC_API_KEY" not in environ
    if is_rehearsal:
        _bypass_proxies()
    async with Playground(*_offered(), port=options.port, with_rehearsal=is_rehearsal) as playground:
        # No other app is here to share names with, so that the commands keep theirs.
        ours = {name for name in environ if name.startswith("SLACK_")} | {"PARLEY_COMMAND_PREFIX"}
        told = {name: value for name, value in environ.items() if name not in ours}
        has_help = "KNOWLEDGE_FOLDER" not in told  # a folder of one's own can be tried instead
        told |= {"KNOWLEDGE_FOLDER": str(playground_channel.FOLDER)} if has_help else {}
        secret = "" if told.get("TRIAGE_WEBHOOK_SECRET") else secrets.token_hex(16)
        told |= {"TRIAGE_WEBHOOK_SECRET": secret} if secret else {}
        told |= {"DATABASE_URL": f"sqlite:///{folder / 'parley.db'}", "HOST": "127.0.0.1", "PORT": "0"}
        read = configured(told | playground.environment(options.transport), for_slack=True)
        settings.hide_from_libraries()
        await migrate.upgrade(read.database_url)
        await playground_channel.prepare(read.database_url, playground.workspace, with_knowledge=has_help)

        def announce(address: str, _: object) -> None:
            if options.transport == "http":
                playground.deliver_to(f"{address}/slack/events")
            feedback.post(playground.workspace, tell=is_rehearsal)
            print(f"Playground: {playground.url}", flush=True)
            print("Open it, and type in any channel: @Parley hello", flush=True)
            if read.triage_github_webhook_secret:
                print(f"GitHub can send events to {address}{GITHUB_PATH}", flush=True)
            print("To see a post closed by a tracker, as the first one's ticket in Jira, run in another terminal:")
            print(playground_tracker.command(address, playground.workspace.team_id, secret), flush=True)
            if not options.no_browser and _has_browser():
                webbrowser.open(playground.url)

        await process.serve(read, announce)


def _offered() -> tuple[list[OfferedCommand], list[OfferedShortcut]]:
    """Return the commands and shortcuts of the bot's manifest, for the page to offer."""
    from bot.core.commands import COMMANDS
    from bot.playground.page.content import OfferedCommand, OfferedShortcut
    from bot.slack.manifest import manifest

    commands = [OfferedCommand(f"/{spec.name}", spec.usage_hint, spec.description) for spec in COMMANDS]
    shortcuts = [
        OfferedShortcut(shortcut["callback_id"], shortcut["name"], shortcut["type"])
        for shortcut in manifest()["features"].get("shortcuts", ())
    ]
    return commands, shortcuts


def _bypass_proxies() -> None:
    """Drop the proxies from this process: nothing here leaves the machine, and a proxy could not reach it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


def _has_browser() -> bool:
    """Return whether a page would open where a person sees it: not on a server, where a text browser might start."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
