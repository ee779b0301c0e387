"""Post the digest: what came in, what waits for whom, what there is more of; decide when it is due."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core.domain.feedback import UNSORTED, FeedbackStatus
from bot.core.triage import clock_report
from bot.core.triage.card import linked, plain
from bot.core.triage.clock_report import overdue_in, overdue_lines
from bot.core.triage.report import agreed
from bot.core.triage.trends import DAY, HISTORY, trends
from bot.core.writing.notes import SORTED_BY_AI, unapplied
from bot.language import _, ngettext, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.ports import Chat, ChatNames, Checkpoint, Model
    from bot.core.ports.feedback_store import FeedbackStore

DIGEST_EVERY = 300.0  # seconds: how often to look whether a digest is due
MOST_RECORDS = 10_000  # of four weeks that are searched
LATE = timedelta(hours=3)  # a digest that could not be written by then is left out
MONDAY = 0
RECENT = timedelta(days=29)  # a channel without a post for longer has no digest
SHOWN = 5  # posts that wait


def due(settings: ChannelSettings, now: datetime) -> str:
    """Return the local date of the digest that is due, "" if none is."""
    if settings.digest == "off":
        return ""
    local = now.astimezone(ZoneInfo(settings.time_zone))
    hour, minute = map(int, settings.digest_at.split(":"))
    begins = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    is_day = settings.digest == "daily" or local.weekday() == MONDAY
    return f"{local:%Y-%m-%d}" if is_day and begins <= local < begins + LATE else ""


async def digest(
    place: Place,
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    model: Model,
    chat: Chat,
) -> None:
    """Post the digest to its channel, unless nothing happened. Raises `ChatError`."""
    now = datetime.now(UTC)
    period = DAY if settings.digest == "daily" else timedelta(days=7)
    records = await feedback.statistics.recent(place, now - HISTORY - DAY, MOST_RECORDS)
    fresh = [one for one in records if one.said_at > now - period]
    if not fresh:
        return
    least, within = settings.alert_from or 3, max(period, timedelta(hours=settings.alert_hours))
    lines = [written(fresh, records, period, chat.names)]
    late = overdue_lines(records, await overdue_in(place, settings, now, feedback=feedback), now)
    met = await clock_report.met(place, settings, now - period, now, feedback=feedback)
    lines += filter(None, ("\n".join(late), "\n".join(met)))
    for trend in (await trends(place, now, least=least, within=within, feedback=feedback))[:SHOWN]:
        latest = await feedback.statistics.recent(place, trend.since, 1, root=trend.root, category=trend.category)
        lines += [
            _(
                "📈 {count:,} posts, {category}: {summary}",
                count=trend.count,
                category=one.category,
                summary=plain(one.summary),
            )
            for one in latest
        ]
    text = "\n\n".join([*lines, _(SORTED_BY_AI)]) + unapplied(settings, model)
    await chat.posts.post(place, text, checkpoint, key="digest")


def written(fresh: Sequence[Feedback], records: Sequence[Feedback], period: timedelta, names: ChatNames) -> str:
    """Describe what came in during a day or a week, and what is waiting of all records."""
    counts = Counter(one.category or _(UNSORTED) for one in fresh)
    if period == DAY:
        came = ngettext(
            "**Feedback from the last day**: {n:,} post.", "**Feedback from the last day**: {n:,} posts.", len(fresh)
        )
    else:
        came = ngettext(
            "**Feedback from the last week**: {n:,} post.", "**Feedback from the last week**: {n:,} posts.", len(fresh)
        )
    if not any(one.category or one.given for one in fresh):
        lines = [" ".join((came, _("None of them could be sorted, so I can't tell what they are about.")))]
    else:
        lines = [" ".join((came, _("Categories no one changed: {share}.", share=agreed(fresh)))), ""]
        lines += [f"- {name}: {number(count)}" for name, count in counts.most_common()]
    waiting = [one for one in records if one.status is FeedbackStatus.OPEN]
    if waiting:
        lines += ["", _("**Not assigned yet**: {count:,}. The oldest:", count=len(waiting))]
        oldest = sorted(waiting, key=lambda one: one.said_at)[:SHOWN]
        lines += [f"- {linked(one)}" for one in oldest]
    taken = Counter(one.assignee for one in records if one.status is FeedbackStatus.TAKEN)
    if taken:
        people = ", ".join(f"{names.mention(who)} {number(count)}" for who, count in taken.most_common())
        lines += ["", _("**In progress**: {people}", people=people)]
    return "\n".join(lines)
