"""What calls cost and what may be spent; what was taken from Slack's limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Index, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class CallRow(Base):
    """The ledger: one row per call to the model. `bot.calls.Call` explains the columns."""

    __tablename__ = "calls"
    __table_args__ = (
        Index(None, "workspace", "started_at"),
        Index(None, "workspace", "channel", "started_at"),
        Index(None, "workspace", "person", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    purpose: Mapped[str]
    model: Mapped[str]
    started_at: Mapped[datetime]
    latency_ms: Mapped[int]
    first_token_ms: Mapped[int | None]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cache_read_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    stop_reason: Mapped[str | None]
    request_id: Mapped[str | None]
    outcome: Mapped[str]
    is_batch: Mapped[bool] = mapped_column(default=False, server_default=false())
    cost_micros: Mapped[int | None]
    turn: Mapped[str] = mapped_column(default="", server_default=literal_column("''"))
    web_searches: Mapped[int] = mapped_column(default=0, server_default="0")
    web_fetches: Mapped[int] = mapped_column(default=0, server_default="0")


class BudgetAccountRow(Base):
    """What was spent of a `bot.core.spend.budgets.Account`, in millionths of a dollar or in turns.

    `was_told`: a warning was sent. `compared_at`: when it was last compared with the ledger.
    """

    __tablename__ = "budget_accounts"

    key: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    spent: Mapped[int]
    was_told: Mapped[bool]
    compared_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class BudgetReservationRow(Base):
    """The most that a running call can cost, of one account; deleted when it is settled, void when it has expired."""

    __tablename__ = "budget_reservations"
    __table_args__ = (Index(None, "account"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    micros: Mapped[int]
    expires_at: Mapped[datetime]


class RateRow(Base):
    """The calls taken from one of the chat platform's rate limits: a `bot.core.domain.rate_limit.Window` as JSON.

    `touched_at` is in seconds since 1970.
    """

    __tablename__ = "rates"

    key: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[str]
    touched_at: Mapped[float] = mapped_column(Float(53))
