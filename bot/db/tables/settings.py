"""The settings, and their changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class SettingsRow(Base):
    """The settings of a thread, a channel (`thread` is "") or a workspace (`channel` is "", too), as JSON."""

    __tablename__ = "settings"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str] = mapped_column(primary_key=True)
    sheet: Mapped[str]
    version: Mapped[int]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class SettingsChangeRow(Base):
    """A change of settings, as JSON: each one's old and new value, null for unset."""

    __tablename__ = "settings_changes"
    __table_args__ = (Index(None, "workspace", "channel", "thread", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    version: Mapped[int]
    before: Mapped[str]
    after: Mapped[str]
    person: Mapped[str]
    changed_at: Mapped[datetime]
