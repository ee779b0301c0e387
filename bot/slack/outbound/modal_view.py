"""Forms as Slack's modals: laid out, opened, replaced."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Field, Form
from bot.errors import ChatError
from bot.slack.client.api import call_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_client import AsyncWebClient


log = logging.getLogger(__name__)


# Slack's limits; https://docs.slack.dev/reference/views/modal-views
TITLE = 24


LABEL = 75


NOTE = 3_000


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


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
