"""What people read of clocks: how many were met in time, and what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.dates import passed
from bot.core.domain import time_limit
from bot.core.domain.clock import ClockKind
from bot.core.triage.card import linked
from bot.core.triage.clocks import limits_of
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.ports.feedback_store import FeedbackStore

SHOWN = 5  # posts
LIMITS = {"first_response", "resolve"}  # not for people: settings
# By whether all severities have the same limit.
MET = {
    (ClockKind.FIRST_RESPONSE, True): N_("First response within {limit}: {met:,} of {count:,} ({share:.0%})."),
    (ClockKind.FIRST_RESPONSE, False): N_("First response in time: {met:,} of {count:,} ({share:.0%})."),
    (ClockKind.RESOLVE, True): N_("Resolved within {limit}: {met:,} of {count:,} ({share:.0%})."),
    (ClockKind.RESOLVE, False): N_("Resolved in time: {met:,} of {count:,} ({share:.0%})."),
}


def is_timed(*layers: Mapping[str, Any]) -> bool:
    """Return whether layers of settings together have clocks, as far as can be seen without reading them."""
    held = {name for layer in layers for name, value in layer.items() if value}
    return "triage" in held and not held.isdisjoint(LIMITS)


async def met(
    place: Place, settings: ChannelSettings, since: datetime, now: datetime, *, feedback: FeedbackStore
) -> list[str]:
    """Say how many of the channel's posts since a time were answered and resolved in time; nothing without clocks."""
    limits = {kind: its for kind, its in limits_of(settings).items() if its}
    scores = await feedback.figures.scores(place, since, now) if limits else {}
    return [
        _(
            MET[kind, its.keys() == {time_limit.OTHERS}],
            limit=next(iter(its.values())),
            met=score.in_time,
            count=score.count,
            share=score.in_time / score.count,
        )
        for kind, its in limits.items()
        if (score := scores.get(kind))
    ]


async def overdue_in(
    place: Place, settings: ChannelSettings, now: datetime, *, feedback: FeedbackStore
) -> Mapping[int, datetime]:
    """Return since when a channel's open records are overdue."""
    if not (settings.triage and settings.has_limits):
        return {}
    return await feedback.figures.overdue(place.workspace, now, channel=place.channel)


def overdue_lines(records: Sequence[Feedback], overdue: Mapping[int, datetime], now: datetime) -> list[str]:
    """List which of the records are overdue, the longest first; nothing without any."""
    late = sorted((one for one in records if one.id in overdue), key=lambda one: overdue[one.id])
    if not late:
        return []
    lines = [f"- {linked(one)} ({passed(now - overdue[one.id])})" for one in late[:SHOWN]]
    return [_("**Overdue**: {count:,}. The longest:", count=len(late)), *lines]
