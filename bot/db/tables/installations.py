"""Where the bot is installed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class InstallationRow(Base):
    """How the bot can act in a workspace: `bot.core.domain.installation.Installation` explains most columns.

    `sealed` are the tokens, encrypted by `bot.db.vault`. `renewing_until`: a replica is getting the next one.
    """

    __tablename__ = "installations"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    organisation: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    bot_user: Mapped[str]
    bot_id: Mapped[str]
    scopes: Mapped[str]
    person: Mapped[str]
    installed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    version: Mapped[int]
    sealed: Mapped[str]
    renewing_until: Mapped[datetime | None]


class InstallStateRow(Base):
    """A started installation: the SHA-256 of its OAuth state, which is valid once, until a time."""

    __tablename__ = "install_states"

    state: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
