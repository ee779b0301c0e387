"""What came in, what waits, and how often people agreed with what was sorted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.triage.card import UNSORTED
from bot.core.triage.item import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.conversation import Place
    from bot.core.ports import Store
    from bot.core.triage.item import Board, Feedback

REPORTED = timedelta(days=28)
WEEK = timedelta(days=7)
MOST_RECORDS = 20_000


async def report(place: Place, *, board: Board, store: Store, now: datetime | None = None) -> str:
    """Write the report of a channel's last four weeks."""
    now = now or datetime.now(UTC)
    records = await board.recent(place, now - REPORTED, MOST_RECORDS)
    is_on = (await store.settings(place)).triage
    state = (
        "Triage is on in this channel." if is_on else "Triage is off in this channel: `/parley triage on` begins it."
    )
    if not records:
        return f"{state} No feedback came in during the last four weeks."
    return "\n\n".join([state, came_in(records), table(records, now), by_week(records, now)])


def came_in(records: Sequence[Feedback]) -> str:
    """Write how many records there are, and what waits on whom."""
    open_ = sum(one.status is Status.OPEN for one in records)
    taken = Counter(one.assignee for one in records if one.status is Status.TAKEN)
    lines = [f"**{len(records):,} posts** of feedback in four weeks, {open_:,} of them open, {taken.total():,} taken."]
    return "\n".join(lines)


def table(records: Sequence[Feedback], now: datetime) -> str:
    """Write a table of the categories: how many, how many in the last week, how often people agreed."""
    lines = ["| Category | Posts | Last 7 days | Right |", "|---|---|---|---|"]
    for name, ones in _by_category(records):
        fresh = sum(one.said_at > now - WEEK for one in ones)
        lines.append(f"| {name} | {len(ones):,} | {fresh:,} | {agreed(ones)} |")
    return "\n".join(lines)


def by_week(records: Sequence[Feedback], now: datetime) -> str:
    """Write how often people agreed, week by week, oldest first."""
    weeks = defaultdict(list)
    for one in records:
        weeks[(now - one.said_at) // WEEK].append(one)
    shares = [f"{(now - (n + 1) * WEEK):%d %b}: {agreed(weeks[n])}" for n in sorted(weeks, reverse=True)]
    return (
        f"Categories that nobody changed, by the week's first day: {', '.join(shares)}. What people change becomes an "
        "example for what comes next."
    )


def _by_category(records: Sequence[Feedback]) -> list[tuple[str, list[Feedback]]]:
    found = defaultdict(list)
    for one in records:
        found[one.given or one.category or UNSORTED].append(one)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def agreed(records: Sequence[Feedback]) -> str:
    """Write the share of records whose category nobody changed."""
    right = sum(one.category == one.given for one in records)
    return f"{right / len(records):.0%}"
