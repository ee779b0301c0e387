"""Buttons, menus and shortcuts: laid out below messages, and read when somebody presses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Action, Button, FeedbackButtons, Select
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.slack.client.text import plain
from bot.slack.inbound import modals, payload
from bot.slack.inbound.clip import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_bolt.context.respond.async_respond import AsyncRespond
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.interaction import Control
    from bot.core.ports import Intake

# Slack's limits; https://docs.slack.dev/reference/block-kit/blocks/actions-block and its elements
LABEL = 75
IN_ONE_BLOCK = 25

_ANY = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, reception: Intake) -> None:
    """Listen to controls and shortcuts of whatever name: what each is for is not known here."""

    async def on_press(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        with payload.reading():
            press = pressed(body)
        if press is not None:
            try:
                form = await reception.press(press)
                if form is not None:
                    await modals.show(client, body, form)
            except (ConflictError, NotAllowedError, UsageError) as error:
                if press.asker.reply_handle:
                    await respond(error.sentence, response_type="ephemeral", replace_original=False)
                else:
                    await modals.tell(client, body, error.sentence)
        await ack()

    app.action(_ANY)(on_press)
    app.shortcut(_ANY)(on_press)


def blocks(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """Lay controls out: buttons side by side, each menu in a block of its own, whose id carries its value."""
    buttons = [control for control in controls if isinstance(control, Button)]
    rows = [buttons[start : start + IN_ONE_BLOCK] for start in range(0, len(buttons), IN_ONE_BLOCK)]
    return [
        *({"type": "actions", "elements": [_button(one, number) for number, one in enumerate(row)]} for row in rows),
        *(_select(one, number) for number, one in enumerate(c for c in controls if isinstance(c, Select))),
        *(_feedback(one) for one in controls if isinstance(one, FeedbackButtons)),
    ]


def _button(button: Button, number: int) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"{button.name}.{number}",  # ids have to differ in a block
        "text": {"type": "plain_text", "text": button.label[:LABEL]},
        "value": button.value,
    }
    if button.style:
        element["style"] = button.style
    if button.confirm:
        element["confirm"] = {
            "title": {"type": "plain_text", "text": "Are you sure?"},
            "text": {"type": "plain_text", "text": button.confirm},
            "confirm": {"type": "plain_text", "text": button.label[:30]},
            "deny": {"type": "plain_text", "text": "Cancel"},
        }
    return element


def _feedback(feedback: FeedbackButtons) -> dict[str, Any]:
    def thumb(label: str, choice: str) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": label}, "value": f"{choice} {feedback.value}"}

    buttons = {"positive_button": thumb("Good", feedback.good), "negative_button": thumb("Bad", feedback.bad)}
    element = {"type": "feedback_buttons", "action_id": feedback.name, **buttons}
    return {"type": "context_actions", "elements": [element]}


def _select(select: Select, number: int) -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": label[:LABEL]}, "value": one} for one, label in select.options]
    element = {
        "type": "static_select",
        "action_id": select.name,
        "placeholder": {"type": "plain_text", "text": select.placeholder},
        "options": options,
    }
    return {"type": "actions", "block_id": f"{number} {select.value}", "elements": [element]}


def pressed(body: Mapping[str, Any]) -> Action | None:
    """Read an interaction's payload; None for one without a message, or with nothing in it."""
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
    if body.get("type") == "message_action":
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
    )


def _in_view(view: Mapping[str, Any], action: Mapping[str, Any], asker: Requester, team: str) -> Action:
    """Read a press in a modal or in the home tab."""
    name, value, choice = _action(action)
    shown = str(view.get("id") or "")
    return Action(
        id=":".join((shown, asker.person, name, choice, str(action.get("action_ts") or ""))),
        name=name,
        value=value or str(view.get("private_metadata") or ""),
        choice=choice,
        place=Place(team, ""),
        message="",
        asker=asker,
        form=shown if view.get("type") == "modal" else "",
        answers=modals.answers(view),
    )


def _action(action: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a control's name, its value, and what was chosen."""
    name = str(action.get("action_id") or "").partition(".")[0]
    if (option := action.get("selected_option")) is not None:
        return name, str(action.get("block_id") or "").partition(" ")[2], str(option.get("value") or "")
    value = str(action.get("value") or "")
    if action.get("type") == "feedback_buttons":
        choice, _, value = value.partition(" ")
        return name, value, choice
    return name, value, ""
