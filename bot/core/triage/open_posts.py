"""List the open feedback of a channel, for a person who can see that channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.channel_reader import allow
from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.message import Place
from bot.core.triage.card import plain
from bot.core.triage.report import MOST_RECORDS, REPORTED
from bot.errors import NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.feedback import Feedback
    from bot.core.ports import Chat, ChatNames, Store
    from bot.core.ports.feedback_store import FeedbackStore

LISTED = 10  # posts


async def listing(named: str, command: Command, *, feedback: FeedbackStore, store: Store, chat: Chat) -> str:
    """Return what is open in the channel of a name, "" for the command's own. Raises `ChatError`."""
    try:
        place = _place(named, command)
        venue = await allow(place, command.asker.person, directory=chat.directory)
    except (NotAllowedError, UsageError) as error:
        return error.sentence
    where = f"#{venue.name}" if venue.name else "here"
    records = await feedback.statistics.recent(place, datetime.now(UTC) - REPORTED, MOST_RECORDS)
    unresolved = [one for one in records if one.status is not FeedbackStatus.RESOLVED]
    settings = await store.settings.load(place)
    if not unresolved and not settings.triage:
        return off(where)
    return written(where, unresolved, settings, chat)


def _place(named: str, command: Command) -> Place:
    here = replace(command.place, thread="")
    if not named:
        return here
    ids = {name.casefold(): id_ for name, id_ in command.channels}
    if (id_ := ids.get(named.casefold())) is None:
        raise UsageError(f"I don't know of a channel #{named[:80]}. Choose it from the list that appears as you type.")
    return Place(here.workspace, id_)


def off(where: str) -> str:
    """Say that no one keeps track of what is open."""
    return (
        f"Triage is off in {where}, so I don't track what is open there. `/parley triage on` in that channel turns it "
        f"on; `/summarize {where if where.startswith('#') else '7d'}` shows which questions are open."
    )


def written(where: str, unresolved: Sequence[Feedback], settings: ChannelSettings, chat: Chat) -> str:
    """Describe open posts, the gravest first and of those the oldest."""
    if not unresolved:
        return f"Nothing is open in {where}."
    taken = sum(one.status is FeedbackStatus.TAKEN for one in unresolved)
    count = f"**{len(unresolved):,} open post{'s' if len(unresolved) > 1 else ''} in {where}**"
    ranks = {name.casefold(): rank for rank, name in enumerate(settings.severities)}
    ordered = sorted(unresolved, key=lambda one: (-ranks.get(one.severity.casefold(), -1), one.said_at))
    lines = [_line(one, chat.names) for one in ordered[:LISTED]]
    more = [f"… and {len(ordered) - LISTED:,} more."] if len(ordered) > LISTED else []
    return "\n".join([f"{count}, {taken:,} of them taken:", *lines, *more])


def _line(one: Feedback, names: ChatNames) -> str:
    what = ", ".join(filter(None, (one.severity, one.category)))
    who = f", taken by {names.mention(one.assignee)}" if one.assignee else ""
    return f"- {f'**{what}**: ' if what else ''}{plain(one.summary) or 'a post'} ([post]({one.permalink})){who}"
