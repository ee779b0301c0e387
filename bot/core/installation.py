"""Installations: how the bot may act in each workspace, where it serves several; and how one ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Installation:
    """What a workspace has let the bot do. The secrets are left out of its `repr`.

    `url` is the workspace's own address, `person` who installed it. `expires_at` is when the token ends, None where it
    does not; then `refresh_token` gets the next one, once. `version` goes up with each token. `organisation` is the one
    that the workspace belongs to, "" for none.
    """

    workspace: str
    name: str
    url: str
    bot_user: str
    bot_id: str
    scopes: str
    person: str
    installed_at: datetime
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    version: int = 0
    organisation: str = ""


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


@dataclass(frozen=True, slots=True)
class Departure:
    """A workspace has removed the bot, as the platform said at a time; `id` is the platform's for saying so."""

    workspace: str
    at: datetime
    id: str
