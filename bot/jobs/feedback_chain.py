"""The chain of jobs that a post of feedback starts: which job comes after which.

    after a post             triage
    after an edit            triage | triage show
    after triage             triage show, triage alert, triage
    after triage show        triage webhook, triage github, triage notify, triage draft
    after triage notify      triage show, triage tell, triage draft show
    after triage github      triage show
    after a tracker          triage event
    after triage event       triage show, triage outcome
    after triage draft       triage draft show, triage draft send
    after triage draft send  triage draft show
    after an approval        triage draft send
    after a button           triage show
    after a setting          triage notify
    after a look             triage, triage show
    after a due time         triage digest
    after a due clock        triage clocks

Each line is a function below, which says in which case a job follows. None of them accepts anything: the caller, which
ran the job before, accepts what is returned. A delivery's id makes it count once, so that a job that dies halfway can
be run again; each version of a record is shown and sent once.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.core.domain import tracker
from bot.core.domain.draft import DraftState
from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.setting_choices import Drafts
from bot.core.triage.publish import target
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import MessageEdit, Place

SORT, SHOW, NOTIFY = "triage", "triage show", "triage notify"  # not for people: names
TELL, ALERT, DIGEST = "triage tell", "triage alert", "triage digest"  # not for people: names
WEBHOOK, GITHUB = "triage webhook", "triage github"  # not for people: names
DRAFT, SHOW_DRAFT, SEND_DRAFT = "triage draft", "triage draft show", "triage draft send"  # not for people: names
EVENT, OUTCOME = "triage event", "triage outcome"  # not for people: names

_EVENT = TypeAdapter(tracker.TrackerEvent)
CLOCKS = "triage clocks"  # not for people: a name


def after_post(channel: Place, message: str) -> list[Delivery]:
    """Sort what waits in the channel: the post, and those that came before it."""
    return [_sort(channel, message)]


def after_edit(record: Feedback, changed: MessageEdit) -> list[Delivery]:
    """Sort an edited post again; only show that a deleted one is withdrawn."""
    if record.status is FeedbackStatus.WITHDRAWN:
        return [_show(record)]
    return [_sort(replace(changed.place, thread=""), f"{changed.id}:{changed.revision}")]


def after_sort(
    channel: Place, records: Iterable[Feedback], *, alert: str | None = None, more: str | None = None
) -> list[Delivery]:
    """Show each record that was sorted, and see whether the channel is to be alerted.

    `alert` names what may call for an alert, None for nothing. `more` is given where more waits than one call holds,
    as after an outage, when no job is behind this one.
    """
    found = [_show(record) for record in records]
    if more is not None:
        found.append(_sort(channel, f"more:{more}"))
    if alert is not None:
        name = f"triage-alert:{channel.workspace}:{channel.channel}"
        found.append(Delivery(f"{name}:{alert}", name, ALERT, asdict(channel)))
    return found


def after_show(record: Feedback, settings: ChannelSettings) -> list[Delivery]:
    """Send a record where its channel wants it: to an address, to GitHub if its issue is outdated, to its team.

    Where answers are drafted, its draft follows it.
    """
    found = []
    if settings.webhook:
        found.append(_webhook(record))
    if settings.triage_github and record.version > record.issue_version:
        found.append(_github(record))
    found += after_routing(record, settings)
    return [*found, _draft(record)] if settings.drafts is not Drafts.OFF else found


def after_routing(record: Feedback, settings: ChannelSettings, reason: str = "") -> list[Delivery]:
    """Tell its team of a record that it was not told of; `reason` makes it count again."""
    return [_notify(record, channel, reason)] if (channel := target(record, settings)) else []


def after_notify(
    place: Place, channel: str, told: Iterable[Feedback], left: Iterable[Feedback], today: date
) -> list[Delivery]:
    """Show the drafts of what a team was `told`; what is `left` it can't be, and who named its channel is told."""
    found = [_show(record) for record in left]
    if found:
        name = f"triage-tell:{place.workspace}:{place.channel}:{channel}:{today:%Y-%m-%d}"
        found.append(Delivery(name, name, TELL, asdict(place) | {"to": channel}))
    return [*found, *(_show_draft(record, f"told:{channel}") for record in told)]


def after_issue(record: Feedback) -> list[Delivery]:
    """Show the link to a record's new issue in its card."""
    return [_show(record)]


def after_tracker(record: Feedback, event: tracker.TrackerEvent, name: str) -> list[Delivery]:
    """Take in what a tracker says about a record.

    What GitHub says comes behind what is being written there, so that the bot knows its own echo; what others say does
    not wait for GitHub. `name` makes the event count once.
    """
    payload = _payload(record) | {"channel": record.channel, "thread": record.message, "person": record.person}
    told = _EVENT.dump_python(event, mode="json")
    id_ = f"triage-event:{record.workspace}:{record.id}:{name}"
    own_key = f"triage-event:{record.workspace}:{record.id}"
    key = _github_key(record) if event.tracker == tracker.GITHUB else own_key
    return [Delivery(id_, key, EVENT, payload | {"event": told})]


def event_of(payload: Mapping[str, Any]) -> tracker.TrackerEvent:
    """Return the event of such a delivery's payload."""
    return _EVENT.validate_python(payload["event"])


def after_event(record: Feedback, outcome: str, comment: str) -> list[Delivery]:
    """Show what a tracker has changed, and tell the author of the post an outcome; with its comment, if that is late.

    `outcome` is "" where there is none to tell; another `comment` is told, too.
    """
    found = [_show(record)]
    if outcome:
        name = f"triage-outcome:{record.workspace}:{record.id}"
        which = f"{outcome}:{sha256(comment.encode()).hexdigest()[:16] if comment else ''}"
        found.append(Delivery(f"{name}:{which}", name, OUTCOME, _payload(record) | {"channel": record.channel}))
    return found


def after_action(record: Feedback) -> list[Delivery]:
    """Show what a button or a form changed, ahead of the channel's other cards: a person waits for it."""
    return [_show(record, at_once=True)]


def after_look(waiting: Iterable[Place], unshown: Iterable[Feedback], slot: int) -> list[Delivery]:
    """Sort and show what was left behind, as when a process died in between."""
    return [*(_sort(place, f"look:{slot}") for place in waiting), *map(_show, unshown)]


def after_due(channel: Place, date: str) -> list[Delivery]:
    """Post a channel's digest, once for its date."""
    name = f"triage-digest:{channel.workspace}:{channel.channel}:{date}"
    return [Delivery(name, name, DIGEST, asdict(channel))]


def after_draft(record: Feedback, draft: Draft) -> list[Delivery]:
    """Show a draft that was written, or why there is none; send it, if that was decided."""
    sent = after_approval(draft) if draft.state is DraftState.SENDING else []
    return [*sent, *after_decision(record, draft)]


def after_decision(record: Feedback, draft: Draft) -> list[Delivery]:
    """Show what became of a draft."""
    return [_show_draft(record, f"{record.version}:{draft.id}:{draft.version}")]


def after_approval(draft: Draft, seen_in: Place | None = None) -> list[Delivery]:
    """Send a draft, once; in `seen_in`, whoever approved it is told if it can't be sent."""
    name = f"triage-draft-send:{draft.workspace}:{draft.id}"
    payload = {"workspace": draft.workspace, "channel": draft.channel, "draft": draft.id, "version": draft.version}
    seen = {"seen_in": asdict(seen_in or draft.place)}
    return [Delivery(f"{name}:{draft.version}", name, SEND_DRAFT, payload | seen)]


def after_clocks(channel: Place, what: str, hour: str) -> list[Delivery]:
    """Tell what is due in a channel, once; what is still due in another hour is told again."""
    name = f"triage-clocks:{channel.workspace}:{channel.channel}"
    return [Delivery(f"{name}:{what}:{hour}", name, CLOCKS, asdict(channel), f"{channel.workspace}:{channel.channel}")]


def _sort(channel: Place, reason: str) -> Delivery:
    """Wake a channel: its first job takes all that waits."""
    name = f"triage:{channel.workspace}:{channel.channel}"
    return Delivery(f"{name}:{reason}", name, SORT, asdict(channel), name)


def _show(record: Feedback, *, at_once: bool = False) -> Delivery:
    """Show a record: one after the other in a channel, in the pace that the platform allows."""
    where = f"{record.workspace}:{record.channel}"
    id_ = f"triage-show:{record.workspace}:{record.id}:{record.version}"
    key = f"triage-show:{where}:{record.message}" if at_once else f"triage-show:{where}"  # the card is the post's
    return Delivery(id_, key, SHOW, _payload(record), f"triage:{where}")


def _notify(record: Feedback, channel: str, reason: str) -> Delivery:
    """Tell a team about all that waits for it; one job at a time per team."""
    place = replace(record.place, thread="")
    id_ = f"triage-notify:{place.workspace}:{record.id}:{channel}:{record.version}{reason}"
    return Delivery(id_, f"triage-notify:{place.workspace}:{channel}", NOTIFY, asdict(place) | {"to": channel})


def _webhook(record: Feedback) -> Delivery:
    """Send a record to its channel's webhook; a record's versions go in order, and delay no other channel's."""
    name = f"triage-webhook:{record.workspace}:{record.id}"
    share = f"triage-webhook:{record.workspace}:{record.channel}"
    return Delivery(f"{name}:{record.version}", name, WEBHOOK, _payload(record), share)


def _github(record: Feedback) -> Delivery:
    """Bring a record's issue up to date; a channel's records go one at a time, as GitHub wants it."""
    name = _github_key(record)
    return Delivery(f"{name}:{record.id}:{record.version}", name, GITHUB, _payload(record))


def _show_draft(record: Feedback, reason: str) -> Delivery:
    """Show how a record's drafts stand; once for a reason."""
    name = f"triage-draft-show:{record.workspace}:{record.id}"
    return Delivery(f"{name}:{reason}", name, SHOW_DRAFT, _payload(record) | {"channel": record.channel})


def _draft(record: Feedback) -> Delivery:
    """Write the draft that a record waits for; a channel's go one after the other, in their order."""
    where = f"{record.workspace}:{record.channel}"
    id_ = f"triage-draft:{record.workspace}:{record.id}:{record.version}"
    payload = _payload(record) | {"channel": record.channel}
    return Delivery(id_, f"triage-draft:{where}", DRAFT, payload, f"triage:{where}")


def _github_key(record: Feedback) -> str:
    return f"triage-github:{record.workspace}:{record.channel}"


def _payload(record: Feedback) -> dict[str, Any]:
    return {"workspace": record.workspace, "id": record.id}
