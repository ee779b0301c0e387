"""The operator's side of privacy: `python -m bot export`, `forget` and `purge`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.db.export import export
from bot.db.opened import opened
from bot.jobs.erasure import Erasure
from bot.jobs.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.privacy.forget import ErasureScope

NOTHING = "Nothing is older."
KINDS = {
    "alerts": "alerts of feedback",
    "budget_accounts": "spending of a person or a channel",
    "calls": "calls to Claude that name a person",
    "classify_items": "classified messages",
    "classify_runs": "runs of /classify",
    "code_files": "files of code",
    "feedback": "posts of feedback",
    "inbox": "waiting or failed jobs",
    "messages": "messages",
    "ratings": "ratings",
    "settings": "places with settings",
    "settings_changes": "changes of settings",
    "summary_runs": "summaries",
    "threads": "threads",
}
"""What the rows of each table are, in an operator's words."""


async def write_export(url: str, workspace: str, person: str, write: Callable[[str], None]) -> int:
    """Write all data about a person, one JSON line per row; return how many.

    Raises `SettingsError`, and as the database does.
    """
    count = 0
    async with opened(url) as database:
        async for row in export(database, workspace, person):
            write(json.dumps(row, default=str, ensure_ascii=False))
            count += 1
    return count


async def forget(url: str, scope: ErasureScope, *, dry: bool) -> str:
    """Erase words, or only count them; report how many rows that is. Raises as `write_export` does."""
    async with opened(url) as database:
        counts = await Erasure(database).erase(scope, dry=dry)
    if not counts:
        return "Nothing is stored about that."
    end = "Nothing was erased. Add --yes to erase it." if dry else "Erased."
    lines = [_counted(count, kind) for kind, count in sorted(counts.items())]
    return "\n".join((*lines, f"{end} The costs of calls are kept."))


async def purge(url: str, days: int, *, dry: bool) -> str:
    """Delete what is older than allowed, or only count it; report the rows of each kind. Raises as `write_export`."""
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
