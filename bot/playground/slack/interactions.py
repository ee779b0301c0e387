"""Interactivity: commands, block actions, view submissions and shortcuts, and the bot's immediate responses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.playground.slack import views
from bot.playground.slack.delivery import Ack, Deliveries
from bot.playground.slack.elements import refusals, state_of
from bot.playground.slack.objects import message_json
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.response_urls import ResponseUrls
from bot.playground.slack.wire import ApiError, Json
from bot.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from bot.playground.slack.records import User

# Values of fields, by block_id and action_id.
Chosen = dict[tuple[str, str], Json]


@dataclass(frozen=True, slots=True)
class CommandReply:
    """The response to a command: whether the bot `acked` in time, and the `text` that it answered, "" for none."""

    acked: bool
    status: int
    text: str
    payload: Json


@dataclass(frozen=True, slots=True)
class ViewSubmission:
    """The response to a submission: `errors` by block_id, from Slack's client if `ack` is None, else from the bot.

    `is_open`: the modal is still open, perhaps with other content or below another one.
    """

    ack: Ack | None
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = False

    @property
    def ok(self) -> bool:
        """Whether the bot accepted the submission."""
        return self.ack is not None and self.ack.ok and not self.errors


@dataclass(slots=True)
class Interactions:
    """Sends interactions to the bot, and applies its immediate responses."""

    workspace: Workspace
    deliveries: Deliveries
    urls: ResponseUrls

    async def command(self, channel_id: str, command: str, text: str, user: User) -> CommandReply:
        """Send a slash command; show its answer to the user, or that none came."""
        workspace = self.workspace
        channel = workspace.channel(channel_id)
        where = self.urls.make(channel.id, user.id, command=f"{command} {text}".strip())
        payload = {
            "token": "verification-token",
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": self._channel_name(channel.id),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self.urls.address(where),
            "trigger_id": workspace.new_trigger(user.id),
        }
        ack = await self.deliveries.transport.send("slash_commands", payload)
        if not ack.ok:
            self._tell_failure(command, channel.id, user, ack)
        elif ack.body.get("text") or ack.body.get("blocks"):
            self.urls.answer(where, ack.body)
        return CommandReply(ack.ok, ack.status, str(ack.body.get("text") or ""), payload)

    async def act(self, message: MessageRecord, action: Json, user: User) -> Ack:
        """Send a block action in a message; `action` holds its ids and the choice."""
        thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
        where = self.urls.make(message.channel, user.id, message)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.ephemeral_to),
        }
        payload = self._common("block_actions", user) | {
            "container": container | thread,
            "channel": {"id": message.channel, "name": self._channel_name(message.channel)},
            "state": state_of(message.blocks, _held([action])),
            "response_url": self.urls.address(where),
            "actions": [action | {"action_ts": self.workspace.next_ts()}],
        }
        if not message.ephemeral_to:
            payload["message"] = message_json(self.workspace, message)
        return await self.deliveries.transport.send("interactive", payload)

    async def act_in_view(self, view: Json, action: Json, user: User, chosen: Chosen) -> Ack:
        """Send a block action in a modal or the home tab, with the values filled in so far."""
        payload = self._common("block_actions", user, view["id"]) | {
            "container": {"type": "view", "view_id": view["id"]},
            "view": views.filled(view, chosen | _held([action])),
            "actions": [action | {"action_ts": self.workspace.next_ts()}],
        }
        return await self.deliveries.transport.send("interactive", payload)

    async def submit(self, view: Json, chosen: Chosen, user: User) -> ViewSubmission:
        """Submit a modal. What Slack's client refuses never reaches the bot."""
        filled = views.filled(view, chosen)
        if errors := refusals(view["blocks"], filled["state"]):
            return ViewSubmission(None, errors, is_open=True)
        payload = self._common("view_submission", user, view["id"]) | {"view": filled, "response_urls": []}
        ack = await self.deliveries.transport.send("interactive", payload)
        errors = {}
        if ack.ok:
            try:
                errors = self._respond(view, ack.body, user)
            except ApiError as error:
                # A view that Slack refuses, or errors of unknown fields: the modal stays open, as in Slack.
                ack = Ack(error.code, ack.status, ack.body)
        return ViewSubmission(ack, errors, is_open=view["id"] in self.workspace.views)

    async def close(self, view: Json, user: User, *, clear: bool = False) -> Ack | None:
        """Close a modal, or with `clear` all of them. Return the bot's acknowledgment, None if no view notifies it."""
        root = "" if clear or view["clear_on_close"] else view["id"]
        told: Ack | None = None
        for closed in self.workspace.close_views(user.id, root):
            if closed["notify_on_close"]:
                payload = self._common("view_closed", user) | {"view": views.filled(closed, {}), "is_cleared": not root}
                told = await self.deliveries.transport.send("interactive", payload)
        return told

    async def shortcut(self, callback_id: str, user: User, message: MessageRecord | None = None) -> Ack:
        """Run a message shortcut, or a global one."""
        kind: Literal["message_action", "shortcut"] = "message_action" if message else "shortcut"
        payload = self._common(kind, user) | {"callback_id": callback_id, "action_ts": self.workspace.next_ts()}
        if message:
            where = self.urls.make(message.channel, user.id, thread_ts=message.thread_ts)
            payload |= {
                "channel": {"id": message.channel, "name": self._channel_name(message.channel)},
                "message_ts": message.ts,
                "message": message_json(self.workspace, message),
                "response_url": self.urls.address(where),
            }
        return await self.deliveries.transport.send("interactive", payload)

    def _respond(self, view: Json, body: Json, user: User) -> dict[str, str]:
        """Apply the bot's response to a submission; return the errors in it. Raises `ApiError`."""
        workspace = self.workspace
        match body:
            case {"response_action": "errors", "errors": dict(errors)}:
                if not errors or set(errors) - {block["block_id"] for block in view["blocks"]}:
                    raise ApiError("invalid_errors")
                return errors
            case {"response_action": "update", "view": changed}:
                new = views.checked(changed, "modal")
                workspace.show_view(user.id, views.stored(workspace, new, user.id, known=view))
            case {"response_action": "push", "view": pushed}:
                views.push(workspace, views.checked(pushed, "modal"), user.id, view["id"])
            case {"response_action": "clear"}:
                workspace.close_views(user.id)
            case {"response_action": _}:
                raise ApiError("invalid_response_action")
            case _:
                workspace.close_views(user.id, view["id"])
        return {}

    def _common(self, kind: str, user: User, view_id: str = "") -> Json:
        workspace = self.workspace
        team = workspace.team_of(user)
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team},
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "trigger_id": workspace.new_trigger(user.id, view_id),
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel_name(self, channel_id: str) -> str:
        channel = self.workspace.channel(channel_id)
        if channel.is_im:
            return "directmessage"
        return "privategroup" if channel.is_private else channel.name

    def _tell_failure(self, command: str, channel_id: str, user: User, ack: Ack) -> None:
        word = "operation_timeout" if ack.reason in {"http_timeout", "timeout"} else "dispatch_failed"
        text = f"{command} failed with the error \u201c{word}\u201d"
        self.workspace.post(MessageRecord(channel_id, self.workspace.slackbot.id, text, ephemeral_to=user.id))


def _held(actions: list[Json]) -> Chosen:
    """Return the choices of actions as state values."""
    ids = ("block_id", "action_id", "type", "action_ts")
    return {
        (action["block_id"], action["action_id"]): {name: value for name, value in action.items() if name not in ids}
        for action in actions
    }
