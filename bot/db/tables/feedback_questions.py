"""What reports of feedback lack."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class FeedbackQuestionRow(Base):
    """What a record of feedback lacks, and whether its writer was asked for it: `bot.core.domain.needs.Completeness`.

    `record` is the record's id; `missing` and `added` are names of facts, as JSON. `message` is the post, for which
    `asked_by` is the reference of the one job that asks, "" for none.
    """

    __tablename__ = "feedback_questions"
    __table_args__ = (Index(None, "workspace", "channel", "message"),)

    record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace: Mapped[str]
    channel: Mapped[str]
    message: Mapped[str]
    missing: Mapped[str]
    added: Mapped[str]
    asked_by: Mapped[str]
