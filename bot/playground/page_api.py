"""The page's side of the server: its files, what it shows, what happens, and what the person does there."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.playground.blocks import escape
from bot.playground.elements import buttons
from bot.playground.files import attachment
from bot.playground.page_feed import Feed
from bot.playground.page_json import as_typed, shown_message
from bot.playground.records import Message
from bot.playground.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.playground.interactions import Interactions
    from bot.playground.wire import Json
    from bot.playground.workspace import Workspace

FILES = Path(__file__).parent / "page"
HEARTBEAT = 15.0
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

SENTENCES = {
    "channel_not_found": "There is no such channel.",
    "message_not_found": "That message is no longer there.",
    "thread_not_found": "That thread is no longer there.",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command that the page offers: `/summarize`, with a hint at its text, and what it does."""

    command: str
    hint: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says about the bot: its commands, and which model answers ("rehearsal" or "claude")."""

    commands: Sequence[Command] = ()
    model: str = "rehearsal"
    notice: str = ""


class PageApi:
    """Answers the page. Only the person `me` looks at it."""

    def __init__(self, workspace: Workspace, interactions: Interactions, page: Page) -> None:
        self._workspace = workspace
        self._interactions = interactions
        self._page = page
        self._feeds: set[Feed] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        return [
            web.get("/", self.index),
            web.get(r"/{name:[\w-]+\.\w+}", self.asset),
            web.get("/page/state", self.state),
            web.get("/page/messages", self.messages),
            web.get("/page/changes", self.changes),
            web.get("/page/files/{file}", self.file),
            web.post("/page/messages", _json_only(self.say)),
            web.post("/page/commands", _json_only(self.command)),
            web.post("/page/actions", _json_only(self.press)),
            web.post("/page/reactions", _json_only(self.react)),
        ]

    def end_feeds(self) -> None:
        """End the streams of changes, so that the server can stop."""
        for feed in self._feeds:
            feed.end()

    async def index(self, _: web.Request) -> web.StreamResponse:
        """Serve the page."""
        return web.FileResponse(FILES / "index.html", headers=HEADERS)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Serve one of the page's files."""
        path = FILES / request.match_info["name"]
        if not await asyncio.to_thread(path.is_file):
            return web.Response(status=404, text="There is no such file.")
        return web.FileResponse(path, headers=HEADERS)

    async def state(self, _: web.Request) -> web.Response:
        """Tell who and what there is."""
        workspace = self._workspace
        users = [
            {"id": u.id, "name": u.name, "real_name": u.real_name, "is_bot": u.is_bot or u == workspace.slackbot}
            for u in workspace.users.values()
        ]
        channels = [
            {"id": c.id, "name": c.name or workspace.bot.real_name, "is_im": c.is_im, "topic": c.topic}
            for c in workspace.channels.values()
            if workspace.me.id in c.members
        ]
        commands = [{"command": c.command, "hint": c.hint, "description": c.description} for c in self._page.commands]
        return web.json_response(
            {
                "team": {"id": workspace.team_id, "name": workspace.team_name},
                "me": {"id": workspace.me.id, "name": workspace.me.name},
                "users": users,
                "channels": channels,
                "commands": commands,
                "model": {"name": self._page.model, "notice": self._page.notice},
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        """List a channel's messages, those that only `me` sees among them, oldest first."""
        channel = request.query.get("channel", "")
        try:
            public = self._workspace.messages(channel)
        except ApiError as error:
            return _refusal(error)
        private = [m for m in self._workspace.ephemerals.values() if m.channel == channel and self._sees(m)]
        found = sorted([*public, *private], key=lambda message: message.ts)
        names = self._names()
        return web.json_response({"messages": [shown_message(message, names) for message in found]})

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Stream what happens, as server-sent events, for as long as the page listens."""
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        feed = Feed()
        forget = self._workspace.observe(feed.note)
        self._feeds.add(feed)
        try:
            await response.prepare(request)
            await response.write(b": welcome\n\n")
            while not feed.ended:
                for key in await feed.next(HEARTBEAT):
                    if change := self._change(*key):
                        await response.write(f"data: {json.dumps(change)}\n\n".encode())
                if not feed.ended:
                    await response.write(b": heartbeat\n\n")
        except ConnectionError:
            pass
        finally:
            self._feeds.discard(feed)
            forget()
        return response

    async def file(self, request: web.Request) -> web.Response:
        """Hand a file to the page."""
        try:
            return attachment(self._workspace.file(request.match_info["file"]))
        except ApiError:
            return web.Response(status=404, text="There is no such file.")

    async def say(self, body: Json) -> Json:
        """Post what the person typed."""
        text, files = _string(body, "text").strip(), body.get("files") or []
        if not text and not files:
            raise ValueError("Write something first.")
        workspace = self._workspace
        attached = [_decoded(file) for file in files]
        message = Message(_string(body, "channel"), workspace.me.id, as_typed(text, self._ids()))
        message.thread_ts = _string(body, "thread_ts")
        workspace.channel(message.channel)
        message.files = [workspace.add_file(name, workspace.me.id, content) for name, content in attached]
        return {"ts": workspace.say(message).ts}

    async def command(self, body: Json) -> Json:
        """Send a slash command."""
        command = _string(body, "command")
        if command not in {known.command for known in self._page.commands}:
            raise ValueError(f"{command} is not a valid command.")
        text = escape(_string(body, "text"))
        reply = await self._interactions.command(_string(body, "channel"), command, text, self._workspace.me)
        return {"acked": reply.acked}

    async def press(self, body: Json) -> Json:
        """Press a button."""
        message = self._shown(_string(body, "channel"), _string(body, "ts"))
        wanted = (_string(body, "action_id"), _string(body, "block_id"), _string(body, "value"))
        for button in buttons(message.blocks):
            if (button["action_id"], button["block_id"], button.get("value") or "") == wanted:
                ack = await self._interactions.act(message, button, self._workspace.me)
                return {"acked": ack.ok}
        raise ValueError("That button is no longer there.")

    async def react(self, body: Json) -> Json:
        """Add a reaction, or take it off again."""
        workspace = self._workspace
        message = workspace.message(_string(body, "channel"), _string(body, "ts"))
        name = _string(body, "name")
        if not re.fullmatch(r"[\w+-]{1,100}", name):
            raise ValueError("That is not the name of a reaction.")
        if workspace.me.id in message.reactions.get(name, ()):
            workspace.unreact(message, workspace.me.id, name)
        else:
            workspace.react(message, workspace.me.id, name)
        return {}

    def _sees(self, message: Message) -> bool:
        return message.ephemeral_to in ("", self._workspace.me.id)

    def _shown(self, channel: str, ts: str) -> Message:
        message = self._workspace.find(channel, ts) or self._workspace.ephemerals.get(ts)
        if message is None or not self._sees(message):
            raise ApiError("message_not_found")
        return message

    def _names(self) -> dict[str, str]:
        users = {user.id: user.real_name for user in self._workspace.users.values()}
        return users | {channel.id: channel.name for channel in self._workspace.channels.values()}

    def _ids(self) -> dict[str, str]:
        people = {f"@{n}": u.mention for u in self._workspace.users.values() for n in (u.name, u.real_name)}
        channels = [channel for channel in self._workspace.channels.values() if channel.name]
        return people | {f"#{channel.name}": f"<#{channel.id}|{channel.name}>" for channel in channels}

    def _change(self, kind: str, channel: str, ts: str) -> Json | None:
        """Put a noted change into words: as it is now, however often it changed since."""
        if kind == "status":
            session = self._workspace.session(channel, ts)
            return {"type": "status", "channel": channel, "thread_ts": ts, "status": session.status}
        if kind == "view":
            known = self._workspace.views.get(ts) if channel == self._workspace.me.id else None
            return {"type": "view", "view": known} if known else None
        try:
            return {"type": "message", "message": shown_message(self._shown(channel, ts), self._names())}
        except ApiError:
            return {"type": "removed", "channel": channel, "ts": ts}


def _json_only(handler: Callable[[Json], Awaitable[Json]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Let a handler work on a JSON object, and put what it refuses into a sentence with status 400."""

    async def answer(request: web.Request) -> web.Response:
        try:
            body = await request.json()
            if not isinstance(body, dict):
                return web.json_response({"error": "A JSON object is expected."}, status=400)
            return web.json_response(await handler(body))
        except json.JSONDecodeError:
            return web.json_response({"error": "A JSON object is expected."}, status=400)
        except ApiError as error:
            return _refusal(error)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer


def _refusal(error: ApiError) -> web.Response:
    sentence = SENTENCES.get(error.code, f"The workspace refused: {error.code}.")
    return web.json_response({"error": sentence}, status=400)


def _string(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text.")  # noqa: TRY004 - it is the caller's input, told with status 400
    return value


def _decoded(file: Any) -> tuple[str, bytes]:  # noqa: ANN401 - it comes from the wire and may be anything
    match file:
        case {"name": str(name), "content_base64": str(content)} if name:
            try:
                return Path(name).name, base64.b64decode(content, validate=True)
            except binascii.Error:
                raise ValueError(f"The content of {name} is not base64.") from None
        case _:
            raise ValueError("A file needs a name and content_base64.")
