"""What is known of records' issues in trackers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Index, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base

EMPTY: ColumnElement[str] = literal_column("''")


class TrackerIssueRow(Base):
    """The issue of a record, whose id `record` is, as `bot.core.domain.tracker.TrackerIssue`.

    The place and the person are those of the post. `labels`, `assignees` and `comments` are JSON, "" for none.
    """

    __tablename__ = "tracker_issues"
    __table_args__ = (Index(None, "issue_id"), Index(None, "address"))

    record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    tracker: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    issue_id: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    address: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    repository: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    state_at: Mapped[datetime | None]
    changed_by: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    decides: Mapped[bool] = mapped_column(default=False, server_default=false())
    labels: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    labels_at: Mapped[datetime | None]
    assignees: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    assignees_at: Mapped[datetime | None]
    comments: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    told: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    told_message: Mapped[str] = mapped_column(default="", server_default=EMPTY)
