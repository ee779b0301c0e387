"""`python -m bot knowledge list`: all sources, when each was read, and what failed; for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.shared import counted
from bot.core.domain.knowledge import SourceState
from bot.core.knowledge.source_text import written
from bot.db.knowledge.sources import SqlKnowledgeSources
from bot.db.opened import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.domain.knowledge import KnowledgeSource
    from bot.settings import Settings

NOTHING = "There are no sources yet. Admins add them with `/parley knowledge add`, or you in a settings file."
MOST_FAULTS = 5  # pages of a source that are named


async def listed(settings: Settings) -> tuple[str, bool]:
    """Return all sources as text, and whether the last reading of each has worked. Raises as the database does."""
    async with opened(settings.database_url) as database:
        store = SqlKnowledgeSources(database)
        sources = await store.all()
        told = [_block(one, await store.faults(one, MOST_FAULTS) if one.skipped else ()) for one in sources]
    return "\n".join(told) or NOTHING, all(one.state is not SourceState.FAILED for one in sources)


def _block(source: KnowledgeSource, faults: Sequence[tuple[str, str]]) -> str:
    place = f"{source.workspace}/{source.channel or 'workspace'}"
    lines = [f"{source.id:>4} {place:<24} {source.kind:<10} {written(source)}", f"     {_state(source)}"]
    lines += [f"     {address}: {fault}" for address, fault in faults]
    if (more := source.skipped - len(faults)) > 0 and faults:
        lines.append(f"     and {more:,} more")
    return "\n".join(lines)


def _state(source: KnowledgeSource) -> str:
    told = [f"{counted(source.pages, 'page')}, read {_moment(source.read_at)}" if source.read_at else "not read yet"]
    if source.state is SourceState.READING:
        told.append("being read now")
    if source.fault:
        told.append(f"failed: {source.fault}")
    if source.skipped:
        told.append(f"{counted(source.skipped, 'page')} could not be read")
    if source.next_at is not None:
        told.append(f"next {_moment(source.next_at)}")
    return "; ".join(told)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
