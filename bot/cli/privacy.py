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
    export = commands.add("export", "print everything stored about a person, one JSON line per row", _export)
    forget = commands.add(
        "forget", "count what is stored about a person, a channel or a workspace, or erase it", _forget
    )
    for command in (export, forget):
        command.add_argument("--workspace", type=_slack_id, required=True, help="its Slack id, such as T0123")
        is_required = command is export
        command.add_argument("--person", type=_slack_id, required=is_required, help="a Slack user id, such as U0123")
    forget.add_argument("--channel", type=_slack_id, help="a Slack channel id, such as C0123")
    forget.add_argument("--thread", type=_slack_id, help="the ts of its first message")
    forget.add_argument("--yes", action="store_true", help="erase it (without this, it is only counted)")
    purge = commands.add(
        "purge", "delete now what is older than RETENTION_DAYS and the channels' settings allow", _purge
    )
    purge.add_argument("--dry-run", action="store_true", help="only count it, by kind and channel")


def _slack_id(typed: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9]+|\d+\.\d+", typed):
        raise argparse.ArgumentTypeError(f"{typed} is not a Slack ID")
    return typed


def _export(options: argparse.Namespace) -> int:
    from bot.cli import personal_data

    asyncio.run(personal_data.write_export(configured().database_url, options.workspace, options.person, print))
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
