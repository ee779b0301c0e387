"""What is stored of people's messages: `export`, `forget`, `purge`."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import TYPE_CHECKING

from bot.cli.shared import configured

if TYPE_CHECKING:
    from bot.cli.shared import Commands


def register(commands: Commands) -> None:
    """Register the commands."""
    export = commands.add(
        "export",
        "print everything stored about a person, one JSON line per row",
        _export,
        example="export --workspace T0123 --person U0123 > person.jsonl",
    )
    forget = commands.add(
        "forget",
        "count what is stored about a person, a channel or a workspace, or erase it",
        _forget,
        example="forget --workspace T0123 --channel C0123 --yes",
    )
    for command in (export, forget):
        command.add_argument("--workspace", type=_slack_id, required=True, help="its Slack ID, such as T0123")
        is_required = command is export
        person = "a Slack user ID, such as U0123" + ("" if is_required else " (default: everyone)")
        command.add_argument("--person", type=_slack_id, required=is_required, help=person)
    forget.add_argument("--channel", type=_slack_id, help="a Slack channel ID, such as C0123 (default: all channels)")
    forget.add_argument("--thread", type=_slack_id, help="the ts of its first message (default: all threads)")
    forget.add_argument("--yes", action="store_true", help="erase it (default: only count it)")
    purge = commands.add(
        "purge",
        "delete now what is older than RETENTION_DAYS and the channels' settings allow",
        _purge,
        example="purge --dry-run",
    )
    purge.add_argument("--dry-run", action="store_true", help="only count it, by kind and channel (default: delete it)")


def _slack_id(typed: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9]+|\d+\.\d+", typed):
        raise argparse.ArgumentTypeError(f"{typed} is not a Slack ID")
    return typed


def _export(options: argparse.Namespace) -> int:
    from bot.cli import personal_data

    url = configured().database_url
    if not asyncio.run(personal_data.write_export(url, options.workspace, options.person, print)):
        print(f"Nothing is stored about {options.person} in {options.workspace}.", file=sys.stderr)
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot.cli import personal_data
    from bot.core.privacy.forget import ErasureScope

    if options.thread and not options.channel:
        print("A --thread needs its --channel, too.", file=sys.stderr)
        return 2
    if options.person and options.channel:
        print("Give either a --person or a --channel.", file=sys.stderr)
        return 2
    scope = ErasureScope(options.workspace, options.channel or "", options.thread or "", options.person or "")
    print(asyncio.run(personal_data.forget(configured().database_url, scope, dry=not options.yes)))
    return 0


def _purge(options: argparse.Namespace) -> int:
    from bot.cli import personal_data

    read = configured()
    print(asyncio.run(personal_data.purge(read.database_url, read.retention_days, dry=options.dry_run)))
    return 0
