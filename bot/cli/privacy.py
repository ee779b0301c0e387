"""What is stored of people's messages: `python -m bot export`, `forget` and `purge`."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from typing import TYPE_CHECKING

from bot.cli.shared import configured

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cli.shared import Commands
    from bot.core.privacy.forget import ErasureScope

NOTHING = "Nothing is older than that."
KINDS = {
    "alerts": "alerts of feedback",
    "articles": "drafts of articles",
    "budget_accounts": "spending of a person or a channel",
    "calls": "calls to Claude that name a person",
    "classify_items": "classified messages",
    "classify_runs": "runs of /classify",
    "code_files": "files of code",
    "drafts": "drafts of answers",
    "feedback": "posts of feedback",
    "feedback_clocks": "times by which feedback is due",
    "feedback_questions": "what posts of feedback lack",
    "inbox": "waiting or failed jobs",
    "knowledge_gaps": "questions that knowledge had no answer to",
    "knowledge_pages": "pages of knowledge",
    "knowledge_sources": "sources of knowledge",
    "messages": "messages",
    "notes": "notes",
    "ratings": "ratings",
    "settings": "places with settings",
    "settings_changes": "changes of settings",
    "summary_runs": "summaries",
    "threads": "threads",
    "tool_calls": "calls of tools",
    "tracker_issues": "what trackers said about issues",
}
"""What the rows of each table are, in an operator's words."""


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
    url = configured().database_url
    if not asyncio.run(_write_export(url, options.workspace, options.person, print)):
        print(f"Nothing is stored about {options.person} in {options.workspace}.", file=sys.stderr)
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot.core.privacy.forget import ErasureScope

    if options.thread and not options.channel:
        print("A --thread needs its --channel, too.", file=sys.stderr)
        return 2
    if options.person and options.channel:
        print("Give either a --person or a --channel.", file=sys.stderr)
        return 2
    scope = ErasureScope(options.workspace, options.channel or "", options.thread or "", options.person or "")
    print(asyncio.run(_erase_or_count(configured().database_url, scope, dry=not options.yes)))
    return 0


def _purge(options: argparse.Namespace) -> int:
    read = configured()
    print(asyncio.run(_purge_or_count(read.database_url, read.retention_days, dry=options.dry_run)))
    return 0


async def _write_export(url: str, workspace: str, person: str, write: Callable[[str], None]) -> int:
    """Write all data about a person, one JSON line per row; return how many.

    Raises `SettingsError`, and as the database does.
    """
    from bot.db.export import export
    from bot.db.opened import opened

    count = 0
    async with opened(url) as database:
        async for row in export(database, workspace, person):
            write(json.dumps(row, default=str, ensure_ascii=False))
            count += 1
    return count


async def _erase_or_count(url: str, scope: ErasureScope, *, dry: bool) -> str:
    """Erase words, or only count them; report how many rows that is. Raises as `_write_export` does."""
    from bot.db.opened import opened
    from bot.jobs.erasure import Erasure

    async with opened(url) as database:
        counts = await Erasure(database).erase(scope, dry=dry)
    if not counts:
        return "Nothing is stored about that."
    end = "Nothing was erased. Add --yes to erase it." if dry else "Erased."
    lines = [_counted(count, kind) for kind, count in sorted(counts.items())]
    return "\n".join((*lines, f"{end} The costs of calls are kept."))


async def _purge_or_count(url: str, days: int, *, dry: bool) -> str:
    """Delete what is older than allowed, or only count it; report the rows of each kind. Raises as `_write_export`."""
    from bot.db.opened import opened
    from bot.jobs.retention import Retention

    async with opened(url) as database:
        retention = Retention(database, days)
        counted = await retention.count() if dry else {}
        gone = {} if dry else await retention.purge()
    lines = [_counted(count, *kind) for kind, count in sorted(counted.items())]
    lines += [_counted(count, kind) for kind, count in sorted(gone.items())]
    kept = f"Messages are kept for {days:,} days" if days else "Messages are kept forever"
    end = "This would be deleted now." if dry else "This was deleted."
    return "\n".join(
        (*lines, f"{kept}, or less where a channel's or a workspace's settings say so. {end if lines else NOTHING}")
    )


def _counted(count: int, kind: str, *place: str) -> str:
    """Write a line for a kind, or for a kind in a channel."""
    return f"{count:>9,}  {KINDS[kind]:<34} {' '.join(place)}".rstrip()
