"""The ledger, read: what was used, by day, purpose and model."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from bot.core.domain.usage import Scope, Used
from bot.db.tables import Call

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Label, Select

    from bot.core.domain.message import Place
    from bot.core.domain.usage import View
    from bot.db.engine import Database


class UsageStore:
    """The part of `bot.core.ports.Store` that is about what was used."""

    def __init__(self, database: Database) -> None:
        self._ledger = database.reader

    async def usage(self, view: View, place: Place, person: str, now: datetime) -> tuple[Used, ...]:
        """Return what was used by a person, in a channel or in a workspace, the oldest day first; by one query."""
        of_scope = {
            Scope.PERSON: (Call.person == person,),
            Scope.CHANNEL: (Call.channel == place.channel,),
            Scope.WORKSPACE: (),
        }
        these = (Call.workspace == place.workspace, Call.started_at >= view.since(now), *of_scope[view.scope])
        async with self._ledger.connect() as connection:
            rows = await connection.execute(_query(connection.dialect.name, *these))
        return tuple(Used(date.fromisoformat(str(row.day)), *(_number(value) for value in row[1:])) for row in rows)


def _number(value: Any) -> Any:  # noqa: ANN401 (a row's)
    """Turn PostgreSQL's sums, which are decimals, into integers."""
    return value if value is None or isinstance(value, str) else int(value)


def _query(dialect: str, *these: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Sum calls up by day, purpose and model. Percentiles are those of ranks: SQLite has no other."""
    started = Call.started_at if dialect == "sqlite" else func.timezone("UTC", Call.started_at)
    is_measured = and_(Call.outcome == "ok", ~Call.is_batch)
    alike, all_ = (Call.purpose, is_measured), (is_measured,)
    # A turn counts once, where its first call is.
    nth = func.row_number().over(partition_by=Call.turn, order_by=(Call.started_at, Call.id))
    ours = (
        select(
            Call,
            func.date(started).label("day"),
            is_measured.label("is_measured"),
            and_(Call.turn != "", nth == 1).label("opens_turn"),
            func.row_number().over(partition_by=alike, order_by=Call.latency_ms).label("rank"),
            func.count().over(partition_by=alike).label("count"),
            func.row_number().over(partition_by=all_, order_by=Call.latency_ms).label("rank_of_all"),
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
            func.sum(case((c.outcome != "ok", 1), else_=0)).label("failed"),
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
        )
        .group_by(*key)
        .order_by(*key)
    )
