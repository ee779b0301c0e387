"""A trend is told of: once, where its team is, and brought up to date there."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.conversation import Place
from bot.core.triage.card import plain
from bot.core.triage.route import team as find_team
from bot.core.triage.trend import DAY, HISTORY, trends
from bot.errors import ChatError

if TYPE_CHECKING:
    from bot.core.channel_settings import ChannelSettings
    from bot.core.ports import Bookmark, Chat
    from bot.core.triage.item import Board
    from bot.core.triage.trend import Trend

log = logging.getLogger(__name__)

MOST_RECORDS = 10_000  # of four weeks that are looked through
SHOWN = 5  # examples
LASTS = timedelta(days=7)  # a trend that comes again later is told of anew
SHORT = timedelta(days=2)  # the same for a category


async def alert(place: Place, settings: ChannelSettings, *, bookmark: Bookmark, board: Board, chat: Chat) -> None:
    """Tell of a channel's trends, or bring up to date what was told. Raises a `ChatError` that may pass."""
    if not settings.alert_from:
        return
    now = datetime.now(UTC)
    records = await board.recent(place, now - HISTORY - DAY, MOST_RECORDS)
    within = timedelta(hours=settings.alert_hours)
    for trend in trends(records, now, least=settings.alert_from, within=within):
        since = now - (LASTS if trend.usual is None else SHORT)
        told = await board.alert(place, trend.key, since)
        count = str(len(trend.records))
        if told.endswith(f":{count}"):
            continue
        if told:
            channel, message, _ = told.split(":")
            await _edit(Place(place.workspace, channel), message, trend, bookmark, chat)
        else:
            channel, message = await _post(place, trend, settings, bookmark, chat)
        await board.keep_alert(place, trend.key, f"{channel}:{message}:{count}", since)


async def _post(
    place: Place, trend: Trend, settings: ChannelSettings, bookmark: Bookmark, chat: Chat
) -> tuple[str, str]:
    """Post where the team is, or in the channel itself where that can't be reached; return channel and message."""
    team = find_team(settings.teams, trend.records[-1].team)
    if team is not None and team.channel:
        try:
            there = Place(place.workspace, team.channel)
            sent = await chat.post(there, written(trend), bookmark, key=trend.key, to=team.people)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("a team can't be told of a trend: %s", error)
        else:
            return team.channel, sent
    return place.channel, await chat.post(place, written(trend), bookmark, key=trend.key)


async def _edit(place: Place, message: str, trend: Trend, bookmark: Bookmark, chat: Chat) -> None:
    try:
        await chat.edit(place, message, written(trend), bookmark)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a trend could not be brought up to date: %s", error)


def written(trend: Trend) -> str:
    """Write what a trend is, with its latest posts."""
    count = len(trend.records)
    if trend.usual is None:
        title = f"📈 **{count} posts about the same thing** ({trend.category})"
    else:
        title = f"📈 **{trend.category}: {count} posts in 24 hours**, where {trend.usual:.1f} a day are usual"
    shown = [f"- {plain(one.summary) or 'a post'} ([post]({one.permalink}))" for one in trend.records[-SHOWN:]]
    rest = [f"- and {count - SHOWN} more"] if count > SHOWN else []
    return "\n".join([title, *shown, *rest])
