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
from bot.core.domain.usage import DailyUsage, UsageScope, UsageView
from bot.core.markdown_table import markdown_table
from bot.core.money import dollars
from bot.core.time_span import times as spans
from bot.errors import ChatError, NotAllowedError, UsageError
from bot.language import N_, _, ngettext, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.core.domain.command import Command
    from bot.core.ports import Chat, ChatDirectory, Checkpoint, Store

log = logging.getLogger(__name__)

USUAL_DAYS, MOST_DAYS = 7, 366
USAGE = N_(
    "Type `/parley usage`, then `person`, `channel` or `workspace`, and how far back: `7d`, `4w`, `last month`, "
    "`since Monday`; at most 366d."
)
_TYPED = re.compile(
    r"usage(?:\s+(?:of\s+)?(?P<scope>person|me|channel|workspace))?(?:\s+(?P<span>\S.*))?", re.IGNORECASE
)
COLUMNS = (
    N_("What for"),
    N_("Questions"),
    N_("Requests"),
    N_("Tokens in"),
    N_("From cache"),
    N_("Tokens out"),
    N_("Cost"),
    N_("Median time"),
    N_("95% take less than"),
)
WHOSE = {
    UsageScope.PERSON: N_("Your usage"),
    UsageScope.CHANNEL: N_("This channel's usage"),
    UsageScope.WORKSPACE: N_("The workspace's usage"),
}
PURPOSES = {
    Purpose.ANSWER: N_("conversations"),
    Purpose.SUMMARIZE: N_("summaries of text"),
    Purpose.DIGEST: N_("summaries of channels and threads"),
    Purpose.CODE: N_("code"),
    Purpose.CLASSIFY: N_("classification"),
    Purpose.CATEGORIES: N_("proposed categories"),
    Purpose.CONDENSE: N_("shortening long threads"),
    Purpose.TRIAGE: N_("triage"),
    Purpose.KNOWLEDGE: N_("answers from knowledge"),
}
HEADINGS = (  # of the CSV, by which programs find its columns
    "day",
    "purpose",
    "model",
    "turns",
    "requests",
    "failed",
    "input tokens",  # not for people: a column
    "cache read tokens",  # not for people: a column
    "cache write tokens",  # not for people: a column
    "output tokens",  # not for people: a column
    "dollars",
    "requests with unknown price",  # not for people: a column
    "stopped",
    "web searches",  # not for people: a column
    "web pages",  # not for people: a column
)


def parse(typed: str, now: datetime | None = None) -> UsageView:
    """Read `usage [person|channel|workspace] [7d]`, with the span relative to `now`. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    scope = (match["scope"] or "person").lower()
    days = USUAL_DAYS
    if words := match["span"]:
        if not spans.take(words)[0]:
            raise UsageError(_(USAGE))
        try:
            days = spans.days_back(words, now or datetime.now(UTC), MOST_DAYS)
        except UsageError as error:
            raise UsageError(f"{error.sentence} {_(USAGE)}") from None
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
            _("Only workspace admins and Parley's admins can see the whole workspace's usage; ask one of them.")
        )
    if not membership.is_member:
        raise NotAllowedError(_("Only members of this channel can see its usage."))


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
        return _("_I couldn't send you the chart and the CSV._")
    return _("I've sent you the chart and the CSV.")


def report(view: UsageView, used: Sequence[DailyUsage]) -> str:
    """Write a table: one row per purpose, the most expensive first, and the total."""
    title = f"**{_(WHOSE[view.scope])}, {_when(view)}** (UTC)"
    if not used:
        return "\n\n".join((title, _("No requests to Claude.")))
    by_purpose = defaultdict[str, list[DailyUsage]](list)
    for one in used:
        by_purpose[one.purpose].append(one)
    ordered = sorted(by_purpose, key=lambda name: (-sum(one.cost_micros for one in by_purpose[name]), name))
    rows = [
        _row(_name(name), by_purpose[name], *((one.median_ms, one.slow_ms) for one in by_purpose[name]))
        for name in ordered
    ]
    rows.append(_row(_("total"), used, *((one.median_of_all_ms, one.slow_of_all_ms) for one in used)))
    table = markdown_table(tuple(map(_, COLUMNS)), rows, numbers=range(1, len(COLUMNS)))
    return f"{title}\n\n{table}{_web(used)}"


def _web(used: Sequence[DailyUsage]) -> str:
    """Say how much was looked up on the web, which the costs include; "" for nothing."""
    searches, pages = sum(one.web_searches for one in used), sum(one.web_fetches for one in used)
    if not searches and not pages:
        return ""
    searched = ngettext("{n:,} web search", "{n:,} web searches", searches)
    read = ngettext("{n:,} page read", "{n:,} pages read", pages)
    return "\n\n" + _(
        "On the web: {searched}, {read}. The costs above include the fee for each search.", searched=searched, read=read
    )


def _when(view: UsageView) -> str:
    return _("today") if view.days == 1 else _("last {count:,} days", count=view.days)


def _name(purpose: str) -> str:
    """Return what people call a purpose; a command that was taken out since keeps its own name."""
    return _(PURPOSES[Purpose(purpose)]) if purpose in set(Purpose) else purpose


def _row(name: str, used: Sequence[DailyUsage], *latencies: tuple[int | None, int | None]) -> tuple[str, ...]:
    calls = sum(one.calls for one in used)
    failed, stopped = sum(one.failed for one in used), sum(one.stopped for one in used)
    not_done = [_("{count:,} failed", count=failed)] if failed else []
    not_done += [_("{count:,} stopped", count=stopped)] if stopped else []
    cached = sum(one.cache_read_tokens for one in used)
    read = cached + sum(one.input_tokens + one.cache_write_tokens for one in used)
    return (
        name,
        number(sum(one.turns for one in used)),
        number(calls) + (f" ({', '.join(not_done)})" if not_done else ""),
        number(read),
        percent(cached / read) if read else "-",
        number(sum(one.output_tokens for one in used)),
        cost(used),
        *(_seconds(one) for one in zip(*latencies, strict=True)),
    )


def cost(used: Iterable[DailyUsage]) -> str:
    """Write what calls cost; an unknown price is named, never counted as zero."""
    used = tuple(used)
    calls, unpriced = sum(one.calls for one in used), sum(one.unpriced for one in used)
    if unpriced == calls:
        return _("price unknown")
    known = dollars(sum(one.cost_micros for one in used) / MICROS)
    return _("{known} + {count:,} with unknown price", known=known, count=unpriced) if unpriced else known


def _seconds(milliseconds: Iterable[int | None]) -> str:
    known = [one for one in milliseconds if one is not None]
    return _("{count:,.1f} s", count=min(known) / 1000) if known else "-"


def draw(view: UsageView, used: Sequence[DailyUsage], now: datetime, channel: str = "") -> bytes:
    """Draw each day's cost by purpose, or the requests if no price is known. `channel` is its name. Blocking."""
    days = [(view.since(now) + timedelta(days=n)).date() for n in range(view.days)]
    is_priced = any(one.unpriced < one.calls for one in used)
    amounts: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for one in used:
        amounts[_name(one.purpose)][one.day] += one.cost_micros / MICROS if is_priced else one.calls
    columns = {name: [by_day[day] for day in days] for name, by_day in sorted(amounts.items())}
    has_name = view.scope is UsageScope.CHANNEL and channel
    whose = _("Usage in {channel}", channel=channel) if has_name else _(WHOSE[view.scope])
    if is_priced:
        title, unit = _("{usage}: cost by day", usage=whose), Unit.DOLLARS
    else:
        title, unit = _("{usage}: requests by day", usage=whose), Unit.COUNT
    return chart.panels([short_date(day) for day in days], [Panel(title, columns, unit)])


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
                one.web_searches,
                one.web_fetches,
            )
        )
    return file.getvalue().encode("utf-8-sig")
