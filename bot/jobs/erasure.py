"""Erasure everywhere: in what the bot stores, and in the work that waits or has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.db.erase import SqlEraser
from bot.db.installations import not_since
from bot.db.scrub import settle
from bot.work import erase as work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.privacy.forget import ErasureScope
    from bot.db.engine import Database


class Erasure:
    """Implements `bot.core.privacy.forget.Eraser`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(
        self, scope: ErasureScope, *, dry: bool = False, left_at: datetime | None = None
    ) -> Mapping[str, int]:
        """Erase data; return how many rows of each table held some. `dry`: only count.

        `left_at`: when the workspace removed the bot; once it reinstalls the bot, nothing more is erased.
        """
        # The work first: a turn that runs later would bring back what it has read.
        ids = (scope.channel, scope.thread, scope.person)
        given = not_since(scope.workspace, left_at) if left_at else None
        waiting = await work.erase(self._database.writer, scope.workspace, ids, dry=dry, given=given)
        found = await SqlEraser(self._database).erase(scope, dry=dry, given=given)
        if not dry:
            await settle(self._database)
        return {**found, "inbox": waiting} if waiting else found

    async def cancel(self, workspace: str, *, but: str) -> int:
        """Cancel the running jobs of a workspace, except under one key; return how many."""
        return await work.cancel(self._database.writer, workspace, but=but)
