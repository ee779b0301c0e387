"""Forms as Slack's modals: shown, and read when somebody submits them."""

from __future__ import annotations

import logging
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Field, Form, Submission
from bot.core.domain.people import Requester
from bot.errors import ChatError, ConflictError, NotAllowedError, UsageError
from bot.slack.client.api import call_once
from bot.slack.client.text import plain
from bot.slack.inbound import payload
from bot.slack.inbound.clip import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Intake

log = logging.getLogger(__name__)

# Slack's limits; https://docs.slack.dev/reference/views/modal-views
TITLE = 24
LABEL = 75
NOTE = 3_000
MOST_FIELDS = 100

_ANY = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, reception: Intake) -> None:
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


async def show(client: AsyncWebClient, body: Mapping[str, Any], form: Form) -> None:
    """Open the form that an interaction asks for: in place of the same form, on top of another one, or alone.

    Raises `ChatError`: a trigger lives for three seconds.
    """
    below = body.get("view") or {}
    if below.get("type") != "modal":
        await call_once(client.views_open, trigger_id=str(body["trigger_id"]), view=view(form))
    elif below.get("callback_id") != form.name:
        await call_once(client.views_push, trigger_id=str(body["trigger_id"]), view=view(form))
    else:
        try:
            await call_once(client.views_update, view_id=below["id"], hash=below["hash"], view=view(form))
        except ChatError as error:
            if error.code not in {"hash_conflict", "not_found"}:
                raise
            log.info("a form was changed or closed meanwhile: %s", error)


async def update(client: AsyncWebClient, form_id: str, form: Form) -> None:
    """Put a form in the place of one that is open. Raises `ChatError`, where it is closed by now among others."""
    await call_once(client.views_update, view_id=form_id, view=view(form))


async def tell(client: AsyncWebClient, body: Mapping[str, Any], sentence: str) -> None:
    """Tell somebody something where there is no message to tell it under. Raises `ChatError`."""
    await show(client, body, Form("notice", "Parley", (Field("notice", sentence, "note"),), submit=""))


def view(form: Form) -> dict[str, Any]:
    """Lay a form out."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": form.value,
        "title": _plain(form.title[:TITLE]),
        **({"submit": _plain(form.submit[:TITLE])} if form.submit else {}),
        "close": _plain("Cancel" if form.submit else "Close"),
        "blocks": [_block(field) for field in form.fields],
    }


def _block(field: Field) -> dict[str, Any]:
    if field.kind == "note":
        return {"type": "section", "block_id": field.name, "text": _plain(field.label[:NOTE])}
    if field.kind == "press":
        button = {"type": "button", "action_id": field.name, "text": _plain(field.label[:LABEL])}
        return {"type": "actions", "block_id": field.name, "elements": [button]}
    block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label),
        "optional": field.optional,
        "element": {"action_id": field.name} | _element(field),
    }
    if field.reacts:
        block["dispatch_action"] = True
    return block | {"hint": _plain(field.hint)} if field.hint else block


def _element(field: Field) -> dict[str, Any]:
    options = [{"text": _plain(label[:LABEL]), "value": choice} for choice, label in field.options]
    if field.kind == "choice":
        chosen = [option for option in options if option["value"] == field.value]
        return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
    if field.kind == "choices":
        chosen = [option for option in options if option["value"] in field.value]
        return {"type": "multi_static_select", "options": options} | ({"initial_options": chosen} if chosen else {})
    if field.kind in {"person", "people", "channel", "channels"}:
        return _of_slack(field)
    initial = {"initial_value": str(field.value)} if field.value else {}
    if field.kind == "number":
        return {"type": "number_input", "is_decimal_allowed": True, **initial}
    return {
        "type": "plain_text_input",
        "multiline": field.kind == "area",
        "max_length": field.max_length,
        **initial,
    }


def _of_slack(field: Field) -> dict[str, Any]:
    """Lay out a menu whose choices Slack knows: people, or channels."""
    if field.kind == "people":
        return {"type": "multi_users_select"} | ({"initial_users": list(field.value)} if field.value else {})
    if field.kind == "person":
        return {"type": "users_select"} | ({"initial_user": field.value} if field.value else {})
    if field.kind == "channels":
        chosen = {"initial_conversations": list(field.value)} if field.value else {}
        return {"type": "multi_conversations_select", "filter": {"include": ["public", "private"]}} | chosen
    among = {"include": ["public", "private"], "exclude_external_shared_channels": True}
    initial = {"initial_conversation": field.value} if field.value else {}
    return {"type": "conversations_select", "filter": among} | initial


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


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
