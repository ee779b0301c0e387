"""Modals: forms that people submit."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Submission
from bot.core.domain.people import Requester
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.slack.client.escaping import plain
from bot.slack.client.read_limits import LONGEST
from bot.slack.inbound import payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from bot.core.ports import InteractionIntake

MOST_FIELDS = 100

_ANY = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, intake: InteractionIntake) -> None:
    """Listen to submitted forms of any name."""

    async def on_submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        with payload.reading():
            submission = submitted(body)
        try:
            faults = await intake.submit(submission)
        except (ConflictError, NotAllowedError, UsageError) as error:
            faults = {next(iter(submission.answers), ""): error.sentence}
        await (ack(response_action="errors", errors=dict(faults)) if faults else ack())

    app.view(_ANY)(on_submission)


def submitted(body: Mapping[str, Any]) -> Submission:
    """Read a submission's payload."""
    shown, user = body.get("view") or {}, body.get("user") or {}
    team = str((body.get("team") or {}).get("id") or user.get("team_id") or "")
    return Submission(
        id=f"{shown.get('id')}:{shown.get('hash')}",
        name=str(shown.get("callback_id") or ""),
        value=str(shown.get("private_metadata") or ""),
        answers=answers(shown),
        asker=Requester(str(user.get("id") or ""), team),
        workspace=str(shown.get("app_installed_team_id") or team),
        below=str(shown.get("previous_view_id") or ""),
    )


def answers(shown: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """Return what is filled in, by the fields' names."""
    entered = ((shown.get("state") or {}).get("values") or {}).items()
    return {str(name): _answer(next(iter(field.values()), {})) for name, field in islice(entered, MOST_FIELDS)}


def _answer(entered: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in entered:
        return tuple(str(option.get("value")) for option in entered["selected_options"] or [])
    if "selected_option" in entered:
        return str((entered["selected_option"] or {}).get("value") or "")
    for name in ("selected_users", "selected_conversations"):
        if name in entered:
            return tuple(map(str, entered[name] or []))
    for name in ("selected_user", "selected_conversation"):
        if name in entered:
            return str(entered[name] or "")
    return plain(str(entered.get("value") or "")[:LONGEST])
