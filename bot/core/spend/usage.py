"""Who used what, and what it cost: `/parley usage`, as text, as a chart and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.calls import MICROS, Purpose
from bot.core import chart
from bot.core.admin import is_named
from bot.core.chart import Panel, Unit
from bot.core.command import answering
from bot.core.dates import short_date
from bot.core.domain.message import Upload
from bot.core.domain.thread import Record
from bot.core.domain.usage import MOST_DAYS, USUAL_DAYS, DailyUsage, UsageScope, UsageView
from bot.core.markdown_table import markdown_table
from bot.core.money import dollars
from bot.core.time_span import times as spans
from bot.errors import ChatError, NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.core.domain.command import Command
    from bot.core.ports import Chat, ChatDirectory, Checkpoint, Store

log = logging.getLogger(__name__)

USAGE = (
    "Type `/parley usage`, then `person`, `channel` or `workspace`, and how far back: `7d`, `4w`, `last month`, "
    f"`since Monday`; at most {MOST_DAYS}d."
)
_TYPED = re.compile(
    r"usage(?:\s+(?:of\s+)?(?P<scope>person|me|channel|workspace))?(?:\s+(?P<span>\S.*))?", re.IGNORECASE
)
COLUMNS = (
    "What for",
    "Questions",
    "Requests",
    "Tokens in",
    "From cache",
    "Tokens out",
    "Cost",
    "Median time",
    "95% take less than",
)
WHOSE = {
    UsageScope.PERSON: "Your usage",
    UsageScope.CHANNEL: "This channel's usage",
    UsageScope.WORKSPACE: "The workspace's usage",
}
PURPOSES = {
    Purpose.ANSWER: "conversations",
    Purpose.SUMMARIZE: "summaries of text",
    Purpose.DIGEST: "summaries of channels and threads",
    Purpose.CODE: "code",
    Purpose.CLASSIFY: "classification",
    Purpose.CATEGORIES: "proposed categories",
    Purpose.CONDENSE: "shortening long threads",
    Purpose.TRIAGE: "triage",
}
HEADINGS = (
    "day",
    "purpose",
    "model",
    "turns",
    "requests",
    "failed",
    "input tokens",
    "cache read tokens",
    "cache write tokens",
    "output tokens",
    "dollars",
    "requests with unknown price",
    "stopped",
)


def parse(typed: str, now: datetime | None = None) -> UsageView:
    """Read `usage [person|channel|workspace] [7d]`, with the span relative to `now`. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(USAGE)
    scope = (match["scope"] or "person").lower()
    days = USUAL_DAYS
    if words := match["span"]:
        if not spans.take(words)[0]:
            raise UsageError(USAGE)
        try:
            days = spans.days_back(words, now or datetime.now(UTC), MOST_DAYS)
        except UsageError as error:
            raise UsageError(f"{error.sentence} {USAGE}") from None
    return UsageView(UsageScope.PERSON if scope == "me" else UsageScope(scope), days)


async def usage(
    command: Command,
    *,
    checkpoint: Checkpoint,
    admins: frozenset[str],
    store: Store,
    chat: Chat,
    clock: Callable[[], datetime],
) -> Record:
    """Show the asker who used what; the chart and the CSV are sent as direct messages. Raises `ChatError`."""
    view, now = parse(command.text), clock()
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            await _check_may_see(view, command, admins=admins, directory=chat.directory)
            used = await store.usage.load(view, command.place, command.asker.person, now)
            text = report(view, used)
            if used:
                text += "\n\n" + await _upload(view, used, command, now, checkpoint=checkpoint, chat=chat)
        except NotAllowedError as error:
            text = error.sentence
        await visible.replace(text)
    return Record(command.place, command.asker.person)


async def _check_may_see(
    view: UsageView, command: Command, *, admins: frozenset[str], directory: ChatDirectory
) -> None:
    person = command.asker.person
    if view.scope is UsageScope.PERSON or is_named(admins, command.place.workspace, person):
        return
    membership = await directory.membership(command.place, person)
    if view.scope is UsageScope.WORKSPACE and not membership.is_admin:
        raise NotAllowedError(
            "Only workspace admins and Parley's admins can see the whole workspace's usage; ask one of them."
        )
    if not membership.is_member:
        raise NotAllowedError("Only members of this channel can see its usage.")


async def _upload(
    view: UsageView, used: Sequence[DailyUsage], command: Command, now: datetime, *, checkpoint: Checkpoint, chat: Chat
) -> str:
    stem = f"usage-{view.scope}-{now.astimezone(UTC):%Y-%m-%d}-{view.days}d"
    channel = await chat.names.spell_out(command.place, f"<#{command.place.channel}>")
    picture = await asyncio.to_thread(draw, view, used, now, channel)
    uploads = [Upload(f"{stem}.png", picture), Upload(f"{stem}.csv", to_csv(used))]
    try:
        direct = await chat.posts.open_direct(command.place, command.asker)
        await chat.posts.upload(direct, uploads, checkpoint)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("upload failed: %s", error)
        return "_I couldn't send you the chart and the CSV._"
    return "I've sent you the chart and the CSV."


def report(view: UsageView, used: Sequence[DailyUsage]) -> str:
    """Write a table: one row per purpose, the most expensive first, and the total."""
    title = f"**{WHOSE[view.scope]}, {_when(view)}** (UTC)"
    if not used:
        return f"{title}\n\nNo requests to Claude."
    by_purpose = defaultdict[str, list[DailyUsage]](list)
    for one in used:
        by_purpose[one.purpose].append(one)
    ordered = sorted(by_purpose, key=lambda name: (-sum(one.cost_micros for one in by_purpose[name]), name))
    rows = [
        _row(_name(name), by_purpose[name], *((one.median_ms, one.slow_ms) for one in by_purpose[name]))
        for name in ordered
    ]
    rows.append(_row("total", used, *((one.median_of_all_ms, one.slow_of_all_ms) for one in used)))
    table = markdown_table(COLUMNS, rows, numbers=range(1, len(COLUMNS)))
    return f"{title}\n\n{table}"


def _when(view: UsageView) -> str:
    return "today" if view.days == 1 else f"last {view.days} days"


def _name(purpose: str) -> str:
    """Return what people call a purpose; a command that was taken out since keeps its own name."""
    return PURPOSES.get(Purpose(purpose), purpose) if purpose in set(Purpose) else purpose


def _row(name: str, used: Sequence[DailyUsage], *latencies: tuple[int | None, int | None]) -> tuple[str, ...]:
    calls = sum(one.calls for one in used)
    ended = ((sum(one.failed for one in used), "failed"), (sum(one.stopped for one in used), "stopped"))
    not_done = ", ".join(f"{count:,} {how}" for count, how in ended if count)
    cached = sum(one.cache_read_tokens for one in used)
    read = cached + sum(one.input_tokens + one.cache_write_tokens for one in used)
    return (
        name,
        f"{sum(one.turns for one in used):,}",
        f"{calls:,}" + (f" ({not_done})" if not_done else ""),
        f"{read:,}",
        f"{cached / read:.0%}" if read else "-",
        f"{sum(one.output_tokens for one in used):,}",
        cost(used),
        *(_seconds(one) for one in zip(*latencies, strict=True)),
    )


def cost(used: Iterable[DailyUsage]) -> str:
    """Write what calls cost; an unknown price is named, never counted as zero."""
    used = tuple(used)
    calls, unpriced = sum(one.calls for one in used), sum(one.unpriced for one in used)
    if unpriced == calls:
        return "price unknown"
    known = sum(one.cost_micros for one in used) / MICROS
    return dollars(known) + (f" + {unpriced:,} with unknown price" if unpriced else "")


def _seconds(milliseconds: Iterable[int | None]) -> str:
    known = [one for one in milliseconds if one is not None]
    return f"{min(known) / 1000:.1f} s" if known else "-"


def draw(view: UsageView, used: Sequence[DailyUsage], now: datetime, channel: str = "") -> bytes:
    """Draw each day's cost by purpose, or the requests if no price is known. `channel` is its name. Blocking."""
    days = [(view.since(now) + timedelta(days=number)).date() for number in range(view.days)]
    is_priced = any(one.unpriced < one.calls for one in used)
    amounts: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for one in used:
        amounts[_name(one.purpose)][one.day] += one.cost_micros / MICROS if is_priced else one.calls
    columns = {name: [by_day[day] for day in days] for name, by_day in sorted(amounts.items())}
    whose = f"Usage in {channel}" if view.scope is UsageScope.CHANNEL and channel else WHOSE[view.scope]
    what, unit = ("cost", Unit.DOLLARS) if is_priced else ("requests", Unit.COUNT)
    return chart.panels([short_date(day) for day in days], [Panel(f"{whose}: {what} by day", columns, unit)])


def to_csv(used: Iterable[DailyUsage]) -> bytes:
    """Write a row for each day, purpose and model; `dollars` is empty if the price is unknown."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for one in used:
        dollars = "" if one.unpriced == one.calls else f"{one.cost_micros / MICROS:.6f}"
        tokens = (one.input_tokens, one.cache_read_tokens, one.cache_write_tokens, one.output_tokens)
        writer.writerow(
            (
                one.day,
                one.purpose,
                one.model,
                one.turns,
                one.calls,
                one.failed,
                *tokens,
                dollars,
                one.unpriced,
                one.stopped,
            )
        )
    return file.getvalue().encode("utf-8-sig")
