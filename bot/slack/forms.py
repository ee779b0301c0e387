"""Forms as Slack's modals: shown, and read when somebody submits them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.control import Submission
from bot.core.ports import Asker
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.slack import payload
from bot.slack.api import call_once
from bot.slack.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.control import Field, Form
    from bot.core.ports import Reception

# Slack's limits; https://docs.slack.dev/reference/views/modal-views
TITLE = 24
LABEL = 75

_ANY = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen to forms of whatever name that were submitted."""

    async def on_submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        with payload.reading():
            submission = submitted(body)
        try:
            faults = await reception.submit(submission)
        except (ConflictError, NotAllowedError, UsageError) as error:
            faults = {next(iter(submission.answers), ""): error.sentence}
        await (ack(response_action="errors", errors=dict(faults)) if faults else ack())

    app.view(_ANY)(on_submission)


async def show(client: AsyncWebClient, trigger: str, form: Form) -> None:
    """Open a form. Raises `ChatError`: a trigger lives for three seconds."""
    await call_once(client.views_open, trigger_id=trigger, view=view(form))


def view(form: Form) -> dict[str, Any]:
    """Lay a form out."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": form.value,
        "title": _plain(form.title[:TITLE]),
        "submit": _plain(form.submit[:TITLE]),
        "close": _plain("Cancel"),
        "blocks": [_block(field) for field in form.fields],
    }


def _block(field: Field) -> dict[str, Any]:
    block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label),
        "optional": field.optional,
        "element": {"action_id": field.name} | _element(field),
    }
    return block | {"hint": _plain(field.hint)} if field.hint else block


def _element(field: Field) -> dict[str, Any]:
    options = [{"text": _plain(label[:LABEL]), "value": choice} for choice, label in field.options]
    if field.kind == "choice":
        chosen = [option for option in options if option["value"] == field.value]
        return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
    if field.kind == "choices":
        chosen = [option for option in options if option["value"] in field.value]
        return {"type": "multi_static_select", "options": options} | ({"initial_options": chosen} if chosen else {})
    if field.kind == "person":
        return {"type": "users_select"} | ({"initial_user": field.value} if field.value else {})
    initial = {"initial_value": str(field.value)} if field.value else {}
    if field.kind == "number":
        return {"type": "number_input", "is_decimal_allowed": True, **initial}
    return {
        "type": "plain_text_input",
        "multiline": field.kind == "area",
        "max_length": field.max_length,
        **initial,
    }


def submitted(body: Mapping[str, Any]) -> Submission:
    """Read a submission's payload."""
    shown, user = body.get("view") or {}, body.get("user") or {}
    entered = ((shown.get("state") or {}).get("values") or {}).items()
    answers = {str(name): _answer(next(iter(field.values()), {})) for name, field in entered}
    return Submission(
        id=f"{shown.get('id')}:{shown.get('hash')}",
        name=str(shown.get("callback_id") or ""),
        value=str(shown.get("private_metadata") or ""),
        answers=answers,
        asker=Asker(str(user.get("id") or ""), str((body.get("team") or {}).get("id") or user.get("team_id") or "")),
    )


def _answer(entered: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in entered:
        return tuple(str(option.get("value")) for option in entered["selected_options"] or [])
    if "selected_option" in entered:
        return str((entered["selected_option"] or {}).get("value") or "")
    if "selected_user" in entered:
        return str(entered["selected_user"] or "")
    return plain(str(entered.get("value") or ""))


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
