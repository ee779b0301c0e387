"""The clocks of feedback."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base
from bot.db.tables.feedback import FeedbackRow

NEXT = text("next_at IS NOT NULL")


class ClockRow(Base):
    """A clock of a record, as `bot.core.domain.clock.Clock`; at `next_at`, someone is to be told something.

    `rule` names the settings that it was set by.
    """

    __tablename__ = "feedback_clocks"
    __table_args__ = (
        Index(
            "ix_feedback_clocks_next", *("next_at", "workspace", "channel"), sqlite_where=NEXT, postgresql_where=NEXT
        ),
    )

    record: Mapped[int] = mapped_column(ForeignKey(FeedbackRow.id, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    rule: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
