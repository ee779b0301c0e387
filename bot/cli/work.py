"""What failed for good: `work list|retry|discard`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from bot import PROGRAM
from bot.cli.shared import Commands, configured

if TYPE_CHECKING:
    import argparse

    from sqlalchemy.ext.asyncio import AsyncEngine


def register(commands: Commands) -> None:
    """Register the command."""
    work = commands.add("work", "list, retry or discard jobs that failed for good", _work, example="work list")
    acts = Commands(work, "act")
    acts.add("list", "list failed jobs, and count waiting and running ones", example="work list")
    for act in (
        acts.add("retry", "retry failed jobs, each in its original place in the queue", example="work retry 1a2b3c4d"),
        acts.add("discard", "discard failed jobs and erase their content", example="work discard --all"),
    ):
        which = act.add_mutually_exclusive_group(required=True)
        which.add_argument("reference", nargs="?", help="the reference that the user was given and `work list` shows")
        which.add_argument("--all", action="store_true", help="all failed jobs")


def _work(options: argparse.Namespace) -> int:
    from bot.db.opened import opened

    url = configured().database_url

    async def run() -> int:
        async with opened(url) as database:
            if options.act == "list":
                return await _list(database.reader)
            return await _change(database.writer, options.act, options.reference)

    return asyncio.run(run())


async def _change(writer: AsyncEngine, act: str, reference: str | None) -> int:
    from bot.work import dead_letters

    count = await (dead_letters.retry if act == "retry" else dead_letters.discard)(writer, reference)
    if reference and not count:
        print(f"No failed job has the reference {reference}. See `{PROGRAM} work list`.", file=sys.stderr)
        return 1
    if not count:
        print("No job has failed for good.")
    else:
        print(f"{count} will be tried again." if act == "retry" else f"{count} discarded.")
    return 0


async def _list(reader: AsyncEngine) -> int:
    """Print a line for each failure, and the number of jobs under way; no message text."""
    from bot.work import counts, dead_letters

    form = "{:<10} {:<16} {:<17} {:>8}  {}"
    failures = await dead_letters.failures(reader)
    if failures:
        print(form.format("reference", "kind", "failed at (UTC)", "attempts", "cause"))
    for one in failures:
        print(form.format(one.reference, one.kind, f"{one.failed_at:%Y-%m-%d %H:%M}", one.attempts, one.cause))
    all_of_it = await counts.count(reader)
    suspects = await counts.count_suspects(reader)
    apart = f" {suspects} of them in quarantine because the bot died twice while they ran." if suspects else ""
    print(f"{all_of_it.failed} failed, {all_of_it.ready} waiting, {all_of_it.running} running.{apart}")
    return 0
