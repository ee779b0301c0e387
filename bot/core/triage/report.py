"""Report what came in, what is waiting, and how often people agreed with the classification."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bot.core import chart
from bot.core.chart import Panel, Unit
from bot.core.dates import short_date
from bot.core.domain.feedback import UNSORTED, FeedbackStatus
from bot.core.domain.message import Upload
from bot.core.markdown_table import cell, markdown_table
from bot.core.settings.place_text import place_text
from bot.core.triage import clock_report
from bot.core.triage.card import linked
from bot.core.triage.drafts import report as draft_report
from bot.core.triage.trends import DAY, alike
from bot.errors import ChatError
from bot.language import _, ngettext, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.domain.command import Command
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.ports import Chat, Checkpoint, Store
    from bot.core.ports.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

REPORTED = timedelta(days=28)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MOST_RECORDS = 20_000


async def report(place: Place, *, feedback: FeedbackStore, store: Store, chat: Chat) -> str:
    """Write the report of a channel's last four weeks."""
    now = datetime.now(UTC)
    records = await feedback.statistics.recent(place, now - REPORTED, MOST_RECORDS)
    is_on = (await store.settings.load(place)).triage
    name = place_text(place, chat).name
    state = _("Triage is on in {place}.", place=name) if is_on else off(name)
    if not records:
        return " ".join((state, _("No feedback came in during the last four weeks.")))
    drafted = draft_report.table(await feedback.draft_history.tallies(place, now - REPORTED))
    parts = [state, came_in(records), table(records, now), by_week(records, now), drafted]
    return "\n\n".join(filter(None, parts))


def off(name: str) -> str:
    """Say that triage is off in a place, and how it is turned on."""
    return _("Triage is off in {place}: `/parley triage on` there turns it on.", place=name)


def came_in(records: Sequence[Feedback]) -> str:
    """Say how many records there are, and how many of them are open or taken."""
    open_, taken = (
        sum(one.status is status for one in records) for status in (FeedbackStatus.OPEN, FeedbackStatus.TAKEN)
    )
    return ngettext(
        "**{n:,} post** of feedback in four weeks, {open:,} of them open, {taken:,} taken.",
        "**{n:,} posts** of feedback in four weeks, {open:,} of them open, {taken:,} taken.",
        len(records),
        open=open_,
        taken=taken,
    )


def table(records: Sequence[Feedback], now: datetime) -> str:
    """Return a table of the categories: how many, how many in the last week, how often people agreed."""
    rows = [
        (cell(name), number(len(ones)), number(sum(one.said_at > now - WEEK for one in ones)), agreed(ones))
        for name, ones in _by_category(records)
    ]
    headings = (_("Category"), _("Posts"), _("Last 7 days"), _("Unchanged"))
    return markdown_table(headings, rows, numbers=(1, 2, 3))


def by_week(records: Sequence[Feedback], now: datetime) -> str:
    """Say how often people agreed, week by week, oldest first."""
    weeks = defaultdict(list)
    for one in records:
        weeks[(now - one.said_at) // WEEK].append(one)
    shares = [f"{short_date(now - (n + 1) * WEEK)}: {agreed(weeks[n])}" for n in sorted(weeks, reverse=True)]
    return _(
        "Share of categories that no one changed, by week: {shares}. Each change becomes an example for later posts.",
        shares=", ".join(shares),
    )


def _by_category(records: Sequence[Feedback]) -> list[tuple[str, list[Feedback]]]:
    found = defaultdict(list)
    for one in records:
        found[one.given or one.category or _(UNSORTED)].append(one)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def agreed(records: Sequence[Feedback]) -> str:
    """Return the share of classified records whose category no one changed, "-" if none was classified."""
    judged = [one for one in records if one.category or one.given]
    right = sum(one.category == one.given for one in judged)
    return percent(right / len(judged)) if judged else "-"


async def trends(
    command: Command,
    place: Place,
    days: int,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    store: Store,
    chat: Chat,
) -> str:
    """Return the trends of some days, and send their chart in private. Raises a transient `ChatError`."""
    now = datetime.now(UTC)
    records = await feedback.statistics.recent(place, now - 2 * days * DAY, MOST_RECORDS)
    fresh = [one for one in records if one.said_at > now - days * DAY]
    name = place_text(place, chat).name
    settings = await store.settings.load(place)
    met = await clock_report.met(place, settings, now - days * DAY, now, feedback=feedback)
    text = compared(fresh, [one for one in records if one.said_at <= now - days * DAY], days, name, met)
    if not fresh:
        return text if settings.triage else f"{text} {off(name)}"
    channel = await chat.names.spell_out(place, f"<#{place.channel}>")
    severities = settings.severities
    picture = await asyncio.to_thread(drawn, fresh, days, now, channel, severities)
    try:
        direct = await chat.posts.open_direct(command.place, command.asker)
        await chat.posts.upload(direct, [Upload(f"feedback-{now:%Y-%m-%d}-{days}d.png", picture)], checkpoint)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("upload failed: %s", error)
        return "\n\n".join((text, _("_I couldn't send you the chart._")))
    return "\n\n".join((text, _("I've sent you the chart.")))


def _trend(now: int, before: int) -> str:
    if not before:
        return _("new")
    return _("rising") if now > before else _("falling") if now < before else ""


def _title(fresh: int, before: int, days: int, name: str) -> str:
    if days == 1:
        return ngettext(
            "**Feedback from the last day** in {place}: {n:,} post, and {before:,} on the day before.",
            "**Feedback from the last day** in {place}: {n:,} posts, and {before:,} on the day before.",
            fresh,
            place=name,
            before=before,
        )
    return ngettext(
        "**Feedback from the last {days:,} days** in {place}: {n:,} post, and {before:,} in the {days:,} days before.",
        "**Feedback from the last {days:,} days** in {place}: {n:,} posts, and {before:,} in the {days:,} days before.",
        fresh,
        place=name,
        days=days,
        before=before,
    )


def compared(
    fresh: Sequence[Feedback], before: Sequence[Feedback], days: int, name: str, met: Sequence[str] = ()
) -> str:
    """Return a table of the categories beside the same number of days before, response times, and repeated posts.

    `met` says how many posts were answered and resolved in time.
    """
    title = _title(len(fresh), len(before), days, name)
    if not fresh:
        return title
    now_, then = _counts(fresh), _counts(before)
    rows = [
        (cell(name), number(now_[name]), number(then[name]), _trend(now_[name], then[name]))
        for name, __ in (now_ + then).most_common()
    ]
    lines = [title, "", markdown_table((_("Category"), _("Posts"), _("Before"), _("Trend")), rows, numbers=(1, 2))]
    grave = Counter(one.severity for one in fresh if one.severity).most_common()
    counted = ", ".join(f"{name} {number(count)}" for name, count in grave)
    lines += ["", _("Severity: {severities}", severities=counted)] if grave else []
    answered = [one.responded_at - one.said_at for one in fresh if one.responded_at]
    if answered:
        minutes = median(one.total_seconds() for one in answered) / 60
        time = ngettext(
            "Median time to the first response: {time}, from {n:,} post with a response.",
            "Median time to the first response: {time}, from {n:,} posts with a response.",
            len(answered),
            time=_duration(minutes),
        )
        lines += ["", time]
    lines += ["", *met] if met else []
    for ones in alike(fresh, least=2)[:5]:
        others = ", ".join(f"[{n}]({one.permalink})" for n, one in enumerate(ones[1:5], start=2))
        posts = ngettext("{n:,} post", "{n:,} posts", len(ones))
        lines += ["", f"{posts}: {linked(ones[0])} ({others})"]
    return "\n".join(lines)


def _counts(records: Sequence[Feedback]) -> Counter[str]:
    return Counter(one.category or _(UNSORTED) for one in records)


def _duration(minutes: float) -> str:
    if minutes < 120:  # noqa: PLR2004 (two hours)
        return _("{count:,} min", count=round(minutes))
    return _("{count:,.1f} h", count=minutes / 60)


def drawn(
    records: Sequence[Feedback], days: int, now: datetime, channel: str = "", severities: Sequence[str] = ()
) -> bytes:
    """Draw each day's posts by category and severity, and how quickly they were answered; a PNG. Blocking.

    `severities` come the lowest first.
    """
    names = [short_date(now - n * DAY) for n in range(days - 1, -1, -1)]
    by_severity = _by_day(records, days, now, lambda one: one.severity or _("no severity"))
    parts = [
        Panel(
            _("Feedback in {channel}", channel=channel),
            _by_day(records, days, now, lambda one: one.category or _(UNSORTED)),
        ),
        Panel(_("By severity"), by_severity, scale=severities),
    ]
    answered = defaultdict(list)
    for one in records:
        if one.responded_at:
            answered[_day(one, days, now)].append((one.responded_at - one.said_at) / HOUR)
    if answered:
        hours = [median(answered[day]) if day in answered else math.nan for day in range(days)]
        parts.append(Panel(_("Median time to the first response"), {_("median"): hours}, Unit.HOURS, lines=True))
    return chart.panels(names, parts)


def _day(record: Feedback, days: int, now: datetime) -> int:
    return int(days - 1 - (now - record.said_at) // DAY)


def _by_day(
    records: Sequence[Feedback], days: int, now: datetime, name: Callable[[Feedback], str]
) -> dict[str, list[float]]:
    """Count the records of each day by a name, the most frequent first."""
    series = {each: [0.0] * days for each, _ in Counter(map(name, records)).most_common()}
    for one in records:
        series[name(one)][_day(one, days, now)] += 1
    return series
