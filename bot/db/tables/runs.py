"""Runs of /summarize and /classify."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class SummaryRunRow(Base):
    """A request for a summary. `source` and `wishes` are JSON, of those classes in `bot.core.summarize`."""

    __tablename__ = "summary_runs"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    source: Mapped[str]
    wishes: Mapped[str]
    created_at: Mapped[datetime]


class SummaryPartRow(Base):
    """What a run keeps: what was read, what was found in a part, where it was shared."""

    __tablename__ = "summary_parts"

    run_id: Mapped[str] = mapped_column(ForeignKey(SummaryRunRow.id, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]


class ClassifyRunRow(Base):
    """A run of /classify. `sheet` holds it as JSON, `state` what its turns have made visible, `dollars` its price."""

    __tablename__ = "classify_runs"
    __table_args__ = (
        Index(None, "workspace", "channel", "created_at"),
        Index(None, "created_at"),
        Index(None, "status"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    status: Mapped[str]
    sheet: Mapped[str]
    state: Mapped[str]
    calls: Mapped[int] = mapped_column(default=0)
    dollars: Mapped[float | None] = mapped_column(Float(53), default=0)
    created_at: Mapped[datetime]


class ClassifyItemRow(Base):
    """An item of a run; `categories` is a JSON list, NULL as long as it has no verdict, [] for "unclassified".

    `cells` is a JSON list of what else stood in its row.
    """

    __tablename__ = "classify_items"
    __table_args__ = (Index(None, "corrected_at"),)

    run: Mapped[str] = mapped_column(ForeignKey(ClassifyRunRow.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    source: Mapped[str]
    cells: Mapped[str] = mapped_column(server_default="[]")
    categories: Mapped[str | None]
    confidence: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(default="")
    corrected_by: Mapped[str] = mapped_column(default="")
    corrected_at: Mapped[datetime | None]
