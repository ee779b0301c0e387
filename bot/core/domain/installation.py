"""Installations: how the bot can act in each workspace if it serves several, and how one ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class Uninstallation:
    """A workspace has removed the bot, as the platform said at a time; `id` is the platform's id of that event."""

    workspace: str
    at: datetime
    id: str
