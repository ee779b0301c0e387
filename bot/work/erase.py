"""Erases messages in waiting and failed jobs, on request. Done jobs have none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.table import DONE, FAILED, READY, RUNNING, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine


async def erase(
    writer: AsyncEngine,
    workspace: str,
    ids: Sequence[str] = (),
    *,
    dry: bool = False,
    given: sa.ColumnElement[bool] | None = None,
) -> int:
    """Discard a workspace's jobs that name all of these ids and are not running; return how many. `dry`: only count.

    Their ids are remembered, so that they are not accepted again. `given` must hold in the database at that moment.
    Raises what the database raises.
    """
    named = _is_of(workspace), *map(_names, filter(None, ids)), *([given] if given is not None else [])
    return await _discard(writer, sa.and_(inbox.c.status.in_([FAILED, READY]), *named), dry)


async def erase_failed(
    writer: AsyncEngine, ids: Sequence[str], before: float, *, others: Sequence[str] = (), dry: bool = False
) -> int:
    """Discard jobs that failed before a time, in seconds since 1970, and name all of `ids` and none of `others`.

    As `erase` does.
    """
    named = *map(_names, ids), *(~_names(id_) for id_ in others)
    return await _discard(writer, sa.and_(inbox.c.status == FAILED, inbox.c.finished_at < before, *named), dry)


def _names(id_: str) -> sa.ColumnElement[bool]:
    return inbox.c.payload.contains(json.dumps(id_), autoescape=True)


async def _discard(writer: AsyncEngine, which: sa.ColumnElement[bool], dry: bool) -> int:  # noqa: FBT001 (as above)
    async with writer.begin() as connection:
        if dry:
            counted = sa.select(sa.func.count()).select_from(inbox).where(which)
            return int((await connection.execute(counted)).scalar_one())
        gone = {"status": DONE, "finished_at": Now(), "payload": "{}", "state": "{}"}
        return (await connection.execute(sa.update(inbox).where(which).values(gone))).rowcount


async def cancel(writer: AsyncEngine, workspace: str, *, but: str) -> int:
    """Cancel a workspace's running jobs, except those of one key; return how many."""
    which = sa.and_(inbox.c.status == RUNNING, inbox.c.key != but, _is_of(workspace))
    async with writer.begin() as connection:
        return (await connection.execute(sa.update(inbox).where(which).values(halted=1))).rowcount


def _is_of(workspace: str) -> sa.ColumnElement[bool]:
    """Match the jobs of a workspace by their own field; the home workspace of a person in them does not count."""
    field = json.dumps({"workspace": workspace})[1:-1]
    return inbox.c.payload.contains(field, autoescape=True)
