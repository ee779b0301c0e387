"""Uninstallation as durable work: a workspace that removed the bot is erased, except for costs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.privacy.forget import ErasureScope
from bot.errors import BotError, RevokedError
from bot.jobs.deliveries import charge_place
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from bot.core.domain.installation import Uninstallation
    from bot.core.ports.installations import Installations
    from bot.jobs.erasure import Erasure
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

DEPARTURE = "departure"


class StillThereError(BotError):
    """The workspace's token still works, or its turns have not ended: the uninstallation is checked again."""

    is_transient = True


class Uninstaller:
    """Accepts uninstallations, and carries them out.

    `ask` asks the platform with a workspace's token, `forget` drops what is in memory.
    `installations` is None where the operator has set the only token there is.
    """

    def __init__(
        self,
        inbox: Inbox,
        *,
        erasure: Erasure,
        installations: Installations | None,
        ask: Callable[[str], Awaitable[object]],
        forget: Callable[[str], None],
    ) -> None:
        self._inbox, self._erasure, self._installations = inbox, erasure, installations
        self._ask, self._forget = ask, forget

    def register(self, inbox: Inbox) -> None:
        """Register the job."""
        inbox.handle(DEPARTURE, self.run, _leave, charge=charge_place)

    async def depart(self, departure: Uninstallation) -> None:
        """Accept an uninstallation. Raises what the database raises."""
        key = f"{DEPARTURE}:{departure.workspace}"
        payload = {"workspace": departure.workspace, "at": departure.at.isoformat()}
        await self._inbox.accept(Delivery(f"{key}:{departure.id}", key, DEPARTURE, payload))

    async def run(self, job: Job) -> None:
        """Erase a workspace, unless it has reinstalled the bot. Can run any number of times."""
        workspace, at = str(job.payload["workspace"]), datetime.fromisoformat(str(job.payload["at"])).astimezone(UTC)
        self._forget(workspace)
        if await self._is_back(workspace, at):
            return
        await self._check_is_gone(workspace)
        job.check()
        if self._installations is not None:
            await self._installations.remove(workspace, at)
        erased = await self._erasure.erase(ErasureScope(workspace), left_at=at)
        self._forget(workspace)
        if await self._is_back(workspace, at):
            return
        log.warning(
            "%s removed the bot: %d entries erased; the costs of calls are kept", workspace, sum(erased.values())
        )
        if await self._erasure.cancel(workspace, but=job.key):
            raise StillThereError  # what still runs may leave rows behind

    async def _is_back(self, workspace: str, at: datetime) -> bool:
        """Return whether a workspace has reinstalled the bot since it removed it."""
        found = await self._installations.find(workspace) if self._installations is not None else None
        if found is None or found.installed_at <= at:
            return False
        log.info("%s removed the bot and has reinstalled it since: newer data is kept", workspace)
        return True

    async def _check_is_gone(self, workspace: str) -> None:
        """Raise while the platform still accepts the workspace's token: clocks differ, and events come late."""
        try:
            await self._ask(workspace)
        except RevokedError:
            return
        log.warning("Slack said that %s removed the bot, but its token works: checking again", workspace)
        raise StillThereError


def is_departure(kind: str) -> bool:
    """Return whether a kind of job is for workspaces that removed the bot."""
    return kind == DEPARTURE


def workspace_of(payload: Mapping[str, Any]) -> str:
    """Return the workspace that a job is for, "" for none or all."""
    where = payload.get("place")
    return str(payload.get("workspace") or (where.get("workspace") if isinstance(where, dict) else "") or "")


async def _leave(job: Job, error: Exception) -> None:
    """Leave a failed uninstallation to the operator, who can erase the workspace."""
    log.error("%s was not erased: %s", job.payload.get("workspace"), type(error).__name__)
