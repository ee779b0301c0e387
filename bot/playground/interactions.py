"""What people do to the bot beside talking: commands and buttons, and the bot's answers at response URLs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground import blocks as block_rules
from bot.playground.delivery import Ack, Deliveries
from bot.playground.records import Message
from bot.playground.slack_json import message_json
from bot.playground.wire import ApiError, Json
from bot.playground.workspace import Workspace

if TYPE_CHECKING:
    from bot.playground.records import User


@dataclass(frozen=True, slots=True)
class CommandReply:
    """How the bot took a command: `acked` in time, and the `text` that it answered on the spot, "" for none."""

    acked: bool
    status: int
    text: str
    payload: Json


@dataclass(slots=True)
class ResponseUrl:
    """Where the bot may answer one interaction, and who sees that. `original` is the message it is about, if any."""

    channel: str
    user: str
    deadline: float
    uses: int
    thread_ts: str = ""
    original: Message | None = None


@dataclass(slots=True)
class Interactions:
    """Sends commands and button presses to the bot, and takes its answers."""

    workspace: Workspace
    deliveries: Deliveries
    _urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the response URLs."""
        return [web.post("/response/{token}", self.respond)]

    async def command(self, channel_id: str, command: str, text: str, user: User) -> CommandReply:
        """Send a slash command; its answer is shown to the person, and so is the lack of one."""
        channel = self.workspace.channel(channel_id)
        where = self._new_url(channel.id, user.id)
        payload = {
            "token": "verification-token",
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.is_im else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": f"{self.workspace.base_url}/response/{where}",
            "trigger_id": self.workspace.new_trigger(user.id),
        }
        ack = await self.deliveries.transport.send("slash_commands", payload)
        if not ack.ok:
            self._tell_failure(command, channel.id, user, ack)
        elif ack.body.get("text") or ack.body.get("blocks"):
            self._answer(self._urls[where], ack.body)
        return CommandReply(ack.ok, ack.status, str(ack.body.get("text") or ""), payload)

    async def press(self, message: Message, action: Json, user: User) -> Ack:
        """Press a button of a message, `action` being its `action_id`, `block_id` and value."""
        thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
        where = self._new_url(message.channel, user.id, message)
        channel = self.workspace.channel(message.channel)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.ephemeral_to),
        }
        payload: Json = {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": self.workspace.team_id},
            "api_app_id": self.workspace.app_id,
            "token": "verification-token",
            "container": container | thread,
            "trigger_id": self.workspace.new_trigger(user.id),
            "team": {"id": self.workspace.team_id, "domain": self.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
            "state": {"values": {}},
            "response_url": f"{self.workspace.base_url}/response/{where}",
            "actions": [action | {"action_ts": self.workspace.next_ts()}],
        }
        if not message.ephemeral_to:
            payload["message"] = message_json(self.workspace, message)
        return await self.deliveries.transport.send("interactive", payload)

    async def respond(self, request: web.Request) -> web.Response:
        """Take what the bot says at a response URL, for as long and as often as Slack would."""
        where = self._urls.get(request.match_info["token"])
        if where is None or self.workspace.clock() > where.deadline:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if where.uses == 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        where.uses -= 1
        try:
            body = await request.json()
            self._answer(where, body if isinstance(body, dict) else {})
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        except ApiError as error:
            return web.Response(status=400, text=error.code)
        return web.Response(text="ok")

    def _answer(self, where: ResponseUrl, body: Json) -> None:
        original = where.original
        if body.get("delete_original") and original is not None:
            self.workspace.delete(original)
            where.original = None
        if body.get("delete_original"):
            return
        blocks = block_rules.check(body["blocks"]) if body.get("blocks") else []
        text = body.get("text") or block_rules.text_of(blocks)
        if not text and not blocks:
            raise ApiError("no_text")
        if body.get("replace_original") and original is not None:
            self.workspace.edit(original, text, blocks, mark=False)
            return
        whole = Message(
            where.channel, self.workspace.bot.id, text, body.get("thread_ts") or where.thread_ts, blocks=blocks
        )
        if body.get("response_type") != "in_channel":
            whole.ephemeral_to = where.user
        posted = self.workspace.post(whole)
        where.original = original or posted

    def _new_url(self, channel_id: str, user_id: str, original: Message | None = None) -> str:
        token = secrets.token_urlsafe(16)
        rules = self.workspace.rules
        now = self.workspace.clock()
        self._urls = {known: url for known, url in self._urls.items() if url.deadline >= now}
        deadline = now + rules.response_url_lifetime
        thread_ts = original.thread_ts if original else ""
        self._urls[token] = ResponseUrl(channel_id, user_id, deadline, rules.response_url_uses, thread_ts, original)
        return token

    def _tell_failure(self, command: str, channel_id: str, user: User, ack: Ack) -> None:
        word = "operation_timeout" if ack.reason in {"http_timeout", "timeout"} else "dispatch_failed"
        text = f"{command} failed with the error \u201c{word}\u201d"
        self.workspace.post(Message(channel_id, self.workspace.slackbot.id, text, ephemeral_to=user.id))
