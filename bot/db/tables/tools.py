"""What the model's tools were called for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class ToolCallRow(Base):
    """A call of a tool, kept before it ran. `turn` is the turn's reference, `call` the id that the model's API gave.

    `arguments_hash`: of the arguments, which are people's words. `state`: a `bot.core.ports.tools.ToolCallState`.
    """

    __tablename__ = "tool_calls"
    __table_args__ = (Index(None, "begun_at"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[str] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    thread: Mapped[str]
    tool: Mapped[str]
    arguments_hash: Mapped[str]
    state: Mapped[str]
    begun_at: Mapped[datetime]
