"""Post an alert about a trend, once, in its team's channel, and keep it up to date there."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.core.domain.route import team as find_team
from bot.core.triage.card import linked
from bot.core.triage.trends import trends
from bot.errors import ChatError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.route import Team
    from bot.core.ports import Chat, ChatPosts, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.trends import Trend

log = logging.getLogger(__name__)

SHOWN = 5  # examples
LASTS = timedelta(days=7)  # a trend that comes back later gets a new alert
SHORT = timedelta(days=2)  # the same for a category


async def alert(
    place: Place, settings: ChannelSettings, *, checkpoint: Checkpoint, feedback: FeedbackStore, chat: Chat
) -> None:
    """Post a channel's trends, or update what was posted. Raises a transient `ChatError`."""
    if not settings.alert_from:
        return
    now = datetime.now(UTC)
    within = timedelta(hours=settings.alert_hours)
    for trend in await trends(place, now, least=settings.alert_from, within=within, feedback=feedback):
        since = now - (SHORT if trend.category else LASTS)
        told = await feedback.alerts.find(place, trend.key, since)
        if told.endswith(f":{trend.count}"):
            continue
        latest = await feedback.statistics.recent(place, trend.since, SHOWN, root=trend.root, category=trend.category)
        if not latest:  # withdrawn since they were counted
            continue
        text = written(trend, latest)
        if told:
            channel, message, __ = told.split(":")
            await _edit(Place(place.workspace, channel), message, text, checkpoint, chat.posts)
        else:
            team = find_team(settings.teams, latest[0].team)
            channel, message = await _post(place, team, trend.key, text, checkpoint=checkpoint, posts=chat.posts)
        await feedback.alerts.keep(place, trend.key, f"{channel}:{message}:{trend.count}", since)


async def _post(
    place: Place, team: Team | None, key: str, text: str, *, checkpoint: Checkpoint, posts: ChatPosts
) -> tuple[str, str]:
    """Post in the team's channel, or in the feedback channel if that can't be reached; return channel and message."""
    if team is not None and team.channel:
        try:
            sent = await posts.post(Place(place.workspace, team.channel), text, checkpoint, key=key, to=team.people)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("a team can't be told of a trend: %s", error)
        else:
            return team.channel, sent
    return place.channel, await posts.post(place, text, checkpoint, key=key)


async def _edit(place: Place, message: str, text: str, checkpoint: Checkpoint, posts: ChatPosts) -> None:
    try:
        await posts.edit(place, message, text, checkpoint)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a trend could not be brought up to date: %s", error)


def written(trend: Trend, latest: Sequence[Feedback]) -> str:
    """Describe a trend, with its latest posts, which come newest first."""
    if trend.category:
        title = _(
            "📈 **{category}: {count:,} posts in 24 hours**, where {usual:,.1f} a day is usual",
            category=trend.category,
            count=trend.count,
            usual=trend.usual,
        )
    else:
        title = _(
            "📈 **{count:,} posts about the same thing** ({category})",
            count=trend.count,
            category=latest[-1].category,
        )
    shown = [f"- {linked(one)}" for one in reversed(latest)]
    left = trend.count - len(latest)
    return "\n".join([title, *shown, *([_("- and {count:,} more", count=left)] if left > 0 else [])])
