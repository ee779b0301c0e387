"""Actions: buttons, menus and shortcuts that people use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Action
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.slack.client.escaping import plain
from bot.slack.client.file_ref import file_refs
from bot.slack.client.read_limits import LONGEST
from bot.slack.inbound import modals, payload
from bot.slack.outbound import modal_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_bolt.context.respond.async_respond import AsyncRespond
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import InteractionIntake

_ANY = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, intake: InteractionIntake) -> None:
    """Listen to controls and shortcuts of any name; the registry knows what each is for."""

    async def on_action(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        with payload.reading():
            action = action_of(body)
        if action is not None:
            try:
                form = await intake.on_action(action)
                if form is not None:
                    await modal_view.show(client, body, form)
            except (ConflictError, NotAllowedError, UsageError) as error:
                if action.asker.reply_handle:
                    await respond(error.sentence, response_type="ephemeral", replace_original=False)
                else:
                    await modal_view.tell(client, body, error.sentence)
        await ack()

    app.action(_ANY)(on_action)
    app.shortcut(_ANY)(on_action)


def action_of(body: Mapping[str, Any]) -> Action | None:
    """Read an interaction's payload; None for one without a message, or an empty one."""
    channel, user = (body.get("channel") or {}).get("id"), body.get("user") or {}
    view, team_of = body.get("view") or {}, body.get("team") or {}
    team = str(view.get("app_installed_team_id") or team_of.get("id") or user.get("team_id") or "")
    if body.get("view") and body.get("actions") and user.get("id"):
        return _in_view(
            body["view"], body["actions"][0], Requester(str(user["id"]), str(user.get("team_id") or team)), team
        )
    if not channel or not user.get("id"):
        return None
    asker = Requester(str(user["id"]), str(user.get("team_id") or team), str(body.get("response_url") or ""))
    message = body.get("message") or {}
    if is_shortcut := body.get("type") == "message_action":
        name, value, choice, at = str(body.get("callback_id") or ""), "", "", str(body.get("action_ts") or "")
        ts = shown = str(message.get("ts") or body.get("message_ts") or "")
    else:
        action = next(iter(body.get("actions") or []), None)
        if action is None:
            return None
        name, value, choice = _action(action)
        container = body.get("container") or {}
        ts, at = str(container.get("message_ts") or ""), str(action.get("action_ts") or "")
        shown = "" if container.get("is_ephemeral") else ts
        message = {"thread_ts": container.get("thread_ts")} | message
    place = Place(team, str(channel), str(message.get("thread_ts") or ts))
    return Action(
        id=":".join((str(channel), ts, str(user["id"]), name, choice, at)),
        name=name,
        value=value,
        choice=choice,
        place=place,
        message=shown,
        asker=asker,
        author=str(message.get("user") or ""),
        text=plain(str(message.get("text") or "")[:LONGEST]),
        files=file_refs(message) if is_shortcut else (),
        has_replies=is_shortcut and message.get("thread_ts") == ts,
    )


def _in_view(view: Mapping[str, Any], action: Mapping[str, Any], asker: Requester, team: str) -> Action:
    """Read an action in a modal or in the home tab."""
    name, value, choice = _action(action)
    shown, is_modal = str(view.get("id") or ""), view.get("type") == "modal"
    if is_modal and not choice:  # a form's buttons all have the form's value, and differ by their own
        choice, value = value, ""
    return Action(
        id=":".join((shown, asker.person, name, choice, str(action.get("action_ts") or ""))),
        name=name,
        value=value or str(view.get("private_metadata") or ""),
        choice=choice,
        place=Place(team, ""),
        message="",
        asker=asker,
        form=shown if is_modal else "",
        answers=modals.answers(view),
    )


def _action(action: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a control's name, its value, and what was chosen."""
    name = str(action.get("action_id") or "").partition(".")[0]
    if (option := action.get("selected_option")) is not None:
        return name, str(action.get("block_id") or "").partition(" ")[2], str(option.get("value") or "")
    return name, str(action.get("value") or ""), ""
