"""Notes: what places remember, and what is offered to be remembered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class NoteRow(Base):
    """A note, as `bot.core.domain.note.Note`; with `offered_until`, it is only offered until then.

    `turn` and `call` name what wrote it. `changed_at` is when it was written, kept or edited last.
    """

    __tablename__ = "notes"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "number"),
        UniqueConstraint("workspace", "turn", "call"),
        Index(None, "workspace", "owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    owner: Mapped[str]
    thread: Mapped[str]
    message: Mapped[str]
    author: Mapped[str]
    turn: Mapped[str]
    call: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default="0")
    is_outdated: Mapped[bool] = mapped_column(server_default=false())
