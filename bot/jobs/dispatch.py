"""The work that a record of feedback sets off: each version is shown and sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.work import Delivery

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback

SHOW, WEBHOOK, GITHUB = "triage show", "triage webhook", "triage github"


def show(record: Feedback, *, at_once: bool = False) -> Delivery:
    """Let a record be shown: one after the other in a channel, in the pace that the platform allows.

    `at_once`: not behind the others, as somebody has just pressed its button.
    """
    where = f"{record.workspace}:{record.channel}"
    id_ = f"triage-show:{record.workspace}:{record.id}:{record.version}"
    lane = f"triage-show:{where}:{record.id}" if at_once else f"triage-show:{where}"
    return Delivery(id_, lane, SHOW, _payload(record), f"triage:{where}")


def webhook(record: Feedback) -> Delivery:
    """Send a record to its channel's webhook; a record's versions go in order."""
    name = f"triage-webhook:{record.workspace}:{record.id}"
    return Delivery(f"{name}:{record.version}", name, WEBHOOK, _payload(record))


def github(record: Feedback) -> Delivery:
    """Bring a record's issue up to date; a channel's records go one at a time, as GitHub wants it."""
    name = f"triage-github:{record.workspace}:{record.channel}"
    return Delivery(f"{name}:{record.id}:{record.version}", name, GITHUB, _payload(record))


def _payload(record: Feedback) -> dict[str, str | int]:
    return {"workspace": record.workspace, "id": record.id}
