"""List the open feedback of a channel, for a person who can see that channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.channel_reader import allow
from bot.core.dates import passed
from bot.core.domain.feedback import CLOSED, FeedbackStatus
from bot.core.domain.message import Place
from bot.core.triage.card import POST, plain
from bot.core.triage.clock_report import overdue_in
from bot.core.triage.report import MOST_RECORDS, REPORTED
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.feedback import Feedback
    from bot.core.ports import Chat, ChatNames, Store
    from bot.core.ports.feedback_store import FeedbackStore

FOR_MEMBERS = N_("Only members of this channel can see its feedback.")
LISTED = 10  # posts


async def listing(named: str, command: Command, *, feedback: FeedbackStore, store: Store, chat: Chat) -> str:
    """Return what is open in the channel of a name, "" for the command's own. Raises `ChatError`."""
    try:
        place = place_of(named, command)
        venue = await allow(place, command.asker.person, directory=chat.directory)
    except (NotAllowedError, UsageError) as error:
        return error.sentence
    channel_name = f"#{venue.name}" if venue.name else ""
    records = await feedback.statistics.recent(place, datetime.now(UTC) - REPORTED, MOST_RECORDS)
    unresolved = [one for one in records if one.status not in CLOSED]
    settings = await store.settings.load(place)
    if not unresolved and not settings.triage:
        return off(channel_name)
    now = datetime.now(UTC)
    overdue = await overdue_in(place, settings, now, feedback=feedback)
    late = {id_: passed(now - since) for id_, since in overdue.items()}
    return written(channel_name, unresolved, settings, chat, late)


def place_of(named: str, command: Command) -> Place:
    """Return the channel of a name, the command's own for "". Raises `UsageError`."""
    here = replace(command.place, thread="")
    if not named:
        return here
    ids = {name.casefold(): id_ for name, id_ in command.channels}
    if (id_ := ids.get(named.casefold())) is None:
        raise UsageError(
            _("I don't know of a channel #{name}. Choose it from the list that appears as you type.", name=named[:80])
        )
    return Place(here.workspace, id_)


def off(channel: str) -> str:
    """Say that no one keeps track of what is open in the channel of a name, "" for direct messages."""
    if not channel:
        return _(
            "Triage is off here, so I don't track what is open here. `/parley triage on` turns it on; "
            "`/summarize 7d` shows which questions are open."
        )
    return _(
        "Triage is off in {channel}, so I don't track what is open there. `/parley triage on` in that channel turns it "
        "on; `/summarize {channel}` shows which questions are open.",
        channel=channel,
    )


def written(
    channel: str, unresolved: Sequence[Feedback], settings: ChannelSettings, chat: Chat, late: Mapping[int, str]
) -> str:
    """Describe open posts: the overdue first, then the gravest, and of those the oldest.

    `late` says how long records are overdue.
    """
    if not unresolved:
        return _("Nothing is open in {channel}.", channel=channel) if channel else _("Nothing is open here.")
    taken = sum(one.status is FeedbackStatus.TAKEN for one in unresolved)
    if channel:
        count = ngettext(
            "**{n:,} open post in {channel}**, {taken:,} of them taken:",
            "**{n:,} open posts in {channel}**, {taken:,} of them taken:",
            len(unresolved),
            channel=channel,
            taken=taken,
        )
    else:
        count = ngettext(
            "**{n:,} open post here**, {taken:,} of them taken:",
            "**{n:,} open posts here**, {taken:,} of them taken:",
            len(unresolved),
            taken=taken,
        )
    ranks = {name.casefold(): rank for rank, name in enumerate(settings.severities)}
    ordered = sorted(
        unresolved,
        key=lambda one: (one.id not in late, -ranks.get(one.severity.casefold(), -1), one.said_at),
    )
    lines = [_line(one, chat.names, late.get(one.id, "")) for one in ordered[:LISTED]]
    more = [_("… and {count:,} more.", count=len(ordered) - LISTED)] if len(ordered) > LISTED else []
    return "\n".join([count, *lines, *more])


def _line(one: Feedback, names: ChatNames, late: str) -> str:
    what = ", ".join(filter(None, (one.severity, one.category)))
    post = f"{f'**{what}**: ' if what else ''}{plain(one.summary) or _(POST)}"
    if late:
        post = " · ".join((_("⏰ {late} overdue", late=late), post))
    if not one.assignee:
        return _("- {post} ([post]({link}))", post=post, link=one.permalink)
    taker = names.mention(one.assignee)
    return _("- {post} ([post]({link})), taken by {person}", post=post, link=one.permalink, person=taker)
