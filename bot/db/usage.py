"""Usage from the ledger, by day, purpose and model."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from bot.calls import STOPPED
from bot.core.domain.usage import DailyUsage, UsageScope
from bot.db.tables import CallRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Label, Select

    from bot.core.domain.message import Place
    from bot.core.domain.usage import UsageView
    from bot.db.engine import Database


class SqlUsageStore:
    """`bot.core.ports.UsageStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def load(self, view: UsageView, place: Place, person: str, now: datetime) -> tuple[DailyUsage, ...]:
        """Return what was used by a person, in a channel or in a workspace, the oldest day first; by one query."""
        of_scope = {
            UsageScope.PERSON: (CallRow.person == person,),
            UsageScope.CHANNEL: (CallRow.channel == place.channel,),
            UsageScope.WORKSPACE: (),
        }
        these = (CallRow.workspace == place.workspace, CallRow.started_at >= view.since(now), *of_scope[view.scope])
        async with self._reader.connect() as connection:
            rows = await connection.execute(_query(connection.dialect.name, *these))
        return tuple(
            DailyUsage(date.fromisoformat(str(row.day)), *(_number(value) for value in row[1:])) for row in rows
        )


def _number(value: Any) -> Any:  # noqa: ANN401 (a row's)
    """Turn PostgreSQL's sums, which are decimals, into integers."""
    return value if value is None or isinstance(value, str) else int(value)


def _query(dialect: str, *these: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Sum calls up by day, purpose and model. Percentiles are computed by rank: SQLite has no others."""
    started = CallRow.started_at if dialect == "sqlite" else func.timezone("UTC", CallRow.started_at)
    is_measured = and_(CallRow.outcome == "ok", ~CallRow.is_batch)
    alike, all_ = (CallRow.purpose, is_measured), (is_measured,)
    # A turn counts once, where its first call is.
    nth = func.row_number().over(partition_by=CallRow.turn, order_by=(CallRow.started_at, CallRow.id))
    ours = (
        select(
            CallRow,
            func.date(started).label("day"),
            is_measured.label("is_measured"),
            and_(CallRow.turn != "", nth == 1).label("opens_turn"),
            func.row_number().over(partition_by=alike, order_by=CallRow.latency_ms).label("rank"),
            func.count().over(partition_by=alike).label("count"),
            func.row_number().over(partition_by=all_, order_by=CallRow.latency_ms).label("rank_of_all"),
            func.count().over(partition_by=all_).label("count_of_all"),
        )
        .where(*these)
        .subquery()
    )
    c = ours.c

    def latency(rank: ColumnElement[int], count: ColumnElement[int], percent: int, name: str) -> Label[Any]:
        is_reached = and_(c.is_measured, rank * 100 >= count * percent)
        return func.min(case((is_reached, c.latency_ms))).label(name)

    key = (c.day, c.purpose, c.model)
    return (
        select(
            *key,
            func.sum(case((c.opens_turn, 1), else_=0)).label("turns"),
            func.count().label("calls"),
            func.sum(case((c.outcome.in_(("ok", *STOPPED)), 0), else_=1)).label("failed"),
            func.sum(case((c.outcome.in_(STOPPED), 1), else_=0)).label("stopped"),
            func.sum(c.input_tokens).label("input_tokens"),
            func.sum(c.cache_read_tokens).label("cache_read_tokens"),
            func.sum(c.cache_write_tokens).label("cache_write_tokens"),
            func.sum(c.output_tokens).label("output_tokens"),
            func.sum(func.coalesce(c.cost_micros, 0)).label("cost_micros"),
            func.sum(case((c.cost_micros.is_(None), 1), else_=0)).label("unpriced"),
            latency(c.rank, c.count, 50, "median_ms"),
            latency(c.rank, c.count, 95, "slow_ms"),
            latency(c.rank_of_all, c.count_of_all, 50, "median_of_all_ms"),
            latency(c.rank_of_all, c.count_of_all, 95, "slow_of_all_ms"),
            func.sum(c.web_searches).label("web_searches"),
            func.sum(c.web_fetches).label("web_fetches"),
        )
        .group_by(*key)
        .order_by(*key)
    )
