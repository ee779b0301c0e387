"""Response URLs: where the bot may respond to an interaction, a few times and for a limited time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground.slack import blocks as block_rules
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace


@dataclass(slots=True)
class ResponseUrl:
    """One response URL, and who sees the responses. `original` is the message it belongs to, if any."""

    channel: str
    user: str
    deadline: float
    uses: int
    thread_ts: str = ""
    original: MessageRecord | None = None
    command: str = ""  # what was typed, for a slash command


class ResponseUrls:
    """Creates response URLs and takes the bot's responses."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}

    def __contains__(self, token: str) -> bool:
        return token in self._urls

    def make(
        self,
        channel_id: str,
        user_id: str,
        original: MessageRecord | None = None,
        *,
        thread_ts: str = "",
        command: str = "",
    ) -> str:
        """Create a response URL for the bot's message `original`, a thread or a command; return its token."""
        token = secrets.token_urlsafe(16)
        rules = self._workspace.rules
        now = self._workspace.clock()
        self._urls = {known: url for known, url in self._urls.items() if url.deadline >= now}
        deadline = now + rules.response_url_lifetime
        thread_ts = original.thread_ts if original else thread_ts
        self._urls[token] = ResponseUrl(
            channel_id, user_id, deadline, rules.response_url_uses, thread_ts, original, command
        )
        return token

    def address(self, token: str) -> str:
        """Return the URL of a token."""
        return f"{self._workspace.base_url}/response/{token}"

    async def respond(self, request: web.Request) -> web.Response:
        """Take a response, as often and for as long as Slack would."""
        token = request.match_info["token"]
        where = self._urls.get(token)
        if where is None or self._workspace.clock() > where.deadline:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if where.uses == 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        where.uses -= 1
        try:
            body = await request.json()
            self.answer(token, body if isinstance(body, dict) else {})
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        except ApiError as error:
            return web.Response(status=400, text=error.code)
        return web.Response(text="ok")

    def answer(self, token: str, body: Json) -> None:
        """Apply a response: delete or replace the original, or post a message. Raises `ApiError`."""
        where = self._urls[token]
        original = where.original
        if body.get("delete_original"):
            if original is not None:
                self._workspace.delete(original)
                where.original = None
            return
        blocks = block_rules.check(body["blocks"]) if body.get("blocks") else []
        text = body.get("text") or block_rules.text_of(blocks)
        if not text and not blocks:
            raise ApiError("no_text")
        if body.get("replace_original") and original is not None:
            self._workspace.edit(original, text, blocks, mark=False)
            return
        thread_ts = body.get("thread_ts") or where.thread_ts
        whole = MessageRecord(where.channel, self._workspace.bot.id, text, thread_ts, blocks=blocks)
        if body.get("response_type") != "in_channel":
            whole.ephemeral_to, whole.answers = where.user, where.command
        posted = self._workspace.post(whole)
        where.original = original or posted
