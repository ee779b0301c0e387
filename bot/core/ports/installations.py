"""The store of installations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.installation import Installation


class Installations(Protocol):
    """Keeps the installations for all replicas. Each method is one short transaction."""

    async def find(self, workspace: str) -> Installation | None:
        """Return a workspace's installation; None where there is none. Raises `SealedError`."""

    async def save(self, installation: Installation) -> None:
        """Save a new installation, replacing an earlier one."""

    async def claim_renewal(self, installation: Installation) -> bool:
        """Return whether we should get the next token; for half a minute, no one else is told so."""

    async def renew(self, installation: Installation) -> None:
        """Save an installation's next token, unless the workspace has reinstalled the bot meanwhile."""

    async def remove(self, workspace: str, before: datetime) -> None:
        """Delete a workspace's installation, unless it is newer than a time."""


class States(Protocol):
    """Keeps the installations that were started, for all replicas."""

    async def begin(self, state: str, until: datetime) -> None:
        """Save a state until a time; delete expired ones."""

    async def finish(self, state: str) -> bool:
        """Delete a state; return whether it was there and had not expired."""
