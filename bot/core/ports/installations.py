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
        """Keep a new installation, in the place of a former one."""

    async def claim_renewal(self, installation: Installation) -> bool:
        """Tell whether it is for us to get the next token, for half a minute; nobody else is told so meanwhile."""

    async def renew(self, installation: Installation) -> None:
        """Keep an installation's next token, unless the workspace has installed the bot anew meanwhile."""

    async def remove(self, workspace: str, before: datetime) -> None:
        """Forget a workspace's installation, unless it is from after a time."""


class States(Protocol):
    """Keeps which installations were begun, for all replicas."""

    async def begin(self, state: str, until: datetime) -> None:
        """Keep a state until a time; those whose time is over go."""

    async def finish(self, state: str) -> bool:
        """Take a state back; tell whether it was there, and its time not over."""
