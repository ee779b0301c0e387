"""A small app behind the page, for what Parley itself shows rarely or slowly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.support.workspace import ScriptedWorkspace


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def field(name: str, *, optional: bool = False, **element: Any) -> dict[str, Any]:
    inner = {"action_id": name} | element
    return {"type": "input", "block_id": name, "label": plain(name), "optional": optional, "element": inner}


FORM: dict[str, Any] = {
    "type": "modal",
    "title": plain("Settings"),
    "submit": plain("Save"),
    "notify_on_close": True,
    "blocks": [
        field("prompt", type="plain_text_input", multiline=True),
        field("model", type="static_select", options=options("haiku", "opus")),
        field("cap", type="number_input", is_decimal_allowed=True, optional=True),
        field("people", type="multi_users_select", optional=True),
        field("answers", type="radio_buttons", options=options("thread", "all"), initial_option=options("thread")[0]),
        field("also", type="checkboxes", options=options("footer"), optional=True),
        field("until", type="datepicker", optional=True),
    ],
}


def task(number: int, title: str, status: str, **more: Any) -> dict[str, Any]:
    return {"type": "task_update", "id": str(number), "title": title, "status": status} | more


TASKS = [
    task(1, "Thought for 3 s", "complete", details="They ask for **fees** in 2026."),
    task(
        2,
        "Searched the web for “card fees 2026”",
        "complete",
        sources=[
            {"type": "url", "url": "https://example.org/fees", "text": "Fees in 2026"},
            {"type": "url", "url": "https://example.org/" + "long/" * 40, "text": "Interchange explained " * 6},
        ],
        output="And 3 more sources",
    ),
    task(3, "Read example.org/private", "error"),
    task(4, "Searched messages for “fees”", "in_progress"),
]


class App:
    """A bot that opens a form for every button and shortcut, and keeps what it was told.

    A field that acts at once draws the form again with one more line, as a chosen model does in Parley's.
    """

    def __init__(self, local: ScriptedWorkspace, client: AsyncWebClient) -> None:
        self.local, self.client = local, client
        self.told: list[dict[str, Any]] = []
        self.errors: dict[str, str] = {}
        self.form = FORM

    async def stream(self, ts: str, *chunks: dict[str, Any]) -> str:
        """Begin a streamed answer to a message in #general; return its `ts`."""
        channel, team = self.local.channel("general"), self.local.workspace.team_id
        recipient = {"recipient_team_id": team, "recipient_user_id": self.local.me.id}
        begun = await self.client.chat_startStream(channel=channel, thread_ts=ts, chunks=list(chunks), **recipient)
        return str(begun["ts"])

    async def take(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            event = (await request.json())["event"]
            self.told.append(event)
            if event["type"] == "app_home_opened" and event["tab"] == "home":
                await self.client.views_publish(user_id=event["user"], view=HOME)
            return web.Response()
        form = await request.post()
        if "command" in form:
            return web.json_response({"text": f"Noted: {str(form['text']).upper()}"})
        payload = json.loads(str(form["payload"]))
        self.told.append(payload)
        if payload.get("view", {}).get("type") == "modal" and payload["type"] == "block_actions":
            grown = {**self.form, "blocks": [{"type": "section", "text": plain("One more line")}, *self.form["blocks"]]}
            await self.client.views_update(view_id=payload["view"]["id"], view=grown)
        elif payload["type"] in ("block_actions", "message_action"):
            await self.client.views_open(trigger_id=payload["trigger_id"], view=self.form)
        if payload["type"] == "view_submission" and self.errors:
            return web.json_response({"response_action": "errors", "errors": self.errors})
        return web.Response()

    async def post(self, *blocks: dict[str, Any]) -> str:
        """Post blocks to #general; return the message's ts."""
        general = self.local.channel("general")
        return str((await self.client.chat_postMessage(channel=general, text="card", blocks=list(blocks)))["ts"])

    def last(self, kind: str) -> dict[str, Any]:
        return next(told for told in reversed(self.told) if told["type"] == kind)


HOME = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Welcome home")},
        {
            "type": "section",
            "text": plain("Settings"),
            "accessory": {"type": "button", "action_id": "open", "text": plain("Open")},
        },
    ],
}
