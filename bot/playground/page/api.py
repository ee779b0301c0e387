"""The page's HTTP API: its files, its state, its stream of changes, and its actions."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground.page.actions import PageActions
from bot.playground.page.code import warm_up
from bot.playground.page.controls import shown_view
from bot.playground.page.feed import Feed
from bot.playground.page.messages import shown_message
from bot.playground.page.tabs import Tabs
from bot.playground.slack.files import attachment
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.playground.page.content import Page
    from bot.playground.slack.interactions import Interactions
    from bot.playground.slack.records import MessageRecord, Session
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

    Handler = Callable[[web.Request], Awaitable[web.Response]]

FILES = Path(__file__).parent / "static"
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


class PageApi:
    """Serves the page, whose only user is `me`."""

    def __init__(self, workspace: Workspace, interactions: Interactions, page: Page) -> None:
        self._workspace = workspace
        self._actions = PageActions(workspace, interactions, page.commands)
        self._page = page
        self._feeds: set[Feed] = set()
        self._tabs = Tabs()
        workspace.observe(self._tabs.note)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        return [
            web.get("/", self.index),
            web.get(r"/{name:[\w-]+\.\w+}", self.asset),
            web.get("/page/state", self.state),
            web.get("/page/messages", self.messages),
            web.get("/page/changes", self.changes),
            web.get("/page/files/{file}", self.file),
            *(web.post(path, self._noted(_json_only(do))) for path, do in self._actions.by_path().items()),
        ]

    def end_feeds(self) -> None:
        """End the streams of changes, so that the server can stop."""
        for feed in self._feeds:
            feed.end()

    async def index(self, _: web.Request) -> web.StreamResponse:
        """Serve the page."""
        await asyncio.to_thread(warm_up)
        return web.FileResponse(FILES / "index.html", headers=HEADERS)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Serve one of the page's files."""
        path = FILES / request.match_info["name"]
        if not await asyncio.to_thread(path.is_file):
            return web.Response(status=404, text="There is no such file.")
        return web.FileResponse(path, headers=HEADERS)

    async def state(self, request: web.Request) -> web.Response:
        """Return the whole state: users, channels, commands, sessions, views."""
        workspace = self._workspace
        users = [
            {
                "id": u.id,
                "name": u.name,
                "real_name": u.real_name,
                "is_bot": u.is_bot or u == workspace.slackbot,
                "badge": "external" if u.team_id else "guest" if u.guest else "",
            }
            for u in workspace.users.values()
        ]
        channels = [
            {
                "id": c.id,
                "name": c.name or workspace.bot.real_name,
                "is_im": c.is_im,
                "topic": c.topic,
                "sign": "im" if c.is_im else "shared" if c.shared_with else "private" if c.is_private else "public",
            }
            for c in workspace.channels.values()
            if workspace.me.id in c.members
        ]
        shortcuts = [{"callback_id": s.callback_id, "name": s.name, "kind": s.kind} for s in self._page.shortcuts]
        sessions = [
            {"channel": channel, "thread_ts": ts} | _session(session)
            for (channel, ts), session in workspace.sessions.items()
        ]
        commands = [{"command": c.command, "hint": c.hint, "description": c.description} for c in self._page.commands]
        return web.json_response(
            {
                "team": {"id": workspace.team_id, "name": workspace.team_name},
                "me": {"id": workspace.me.id, "name": workspace.me.name},
                "users": users,
                "channels": channels,
                "commands": commands,
                "shortcuts": shortcuts,
                "sessions": sessions,
                "model": {"name": self._page.model, "notice": self._page.notice},
            }
            | self._views(_tab(request))
        )

    async def messages(self, request: web.Request) -> web.Response:
        """List a channel's messages, including ephemeral ones to `me`, oldest first."""
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
        """Stream changes as server-sent events while the page listens."""
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        feed = Feed()
        forget = self._workspace.observe(feed.note)
        self._feeds.add(feed)
        try:
            await response.prepare(request)
            await response.write(b": welcome\n\n")
            while not feed.ended:
                for key in await feed.next(HEARTBEAT):
                    if change := self._change(*key, tab=_tab(request)):
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
        """Serve a file to the page."""
        try:
            return attachment(self._workspace.file(request.match_info["file"]))
        except ApiError:
            return web.Response(status=404, text="There is no such file.")

    def _noted(self, action: Handler) -> Handler:
        """Wrap an action: note the tab that it comes from."""

        async def noted(request: web.Request) -> web.Response:
            self._tabs.acted(self._workspace.me.id, _tab(request))
            return await action(request)

        return noted

    def _sees(self, message: MessageRecord) -> bool:
        return message.ephemeral_to in ("", self._workspace.me.id)

    def _views(self, tab: str) -> Json:
        """Return the views that the user sees in a tab: the home tab and the topmost modal."""
        workspace, names = self._workspace, self._names()
        mine = [view for view in workspace.views.values() if view["user"] == workspace.me.id]
        home = next((shown_view(view, names) for view in mine if view["type"] == "home"), None)
        open_ones = [workspace.views[view] for view in workspace.modals.get(workspace.me.id, ())]
        modal = open_ones[-1] if open_ones and self._tabs.has(tab, open_ones[-1]) else None
        return {"home": home, "modal": shown_view(modal, names) if modal else None}

    def _names(self) -> dict[str, str]:
        users = {user.id: user.real_name for user in self._workspace.users.values()}
        return users | {channel.id: channel.name for channel in self._workspace.channels.values()}

    def _change(self, kind: str, channel: str, ts: str, *, tab: str) -> Json | None:
        """Return the present state of what changed, however often it has changed since."""
        if kind == "session":
            session = self._workspace.session(channel, ts)
            return {"type": "session", "channel": channel, "thread_ts": ts} | _session(session)
        if kind == "views":
            return {"type": "views"} | self._views(tab) if channel == self._workspace.me.id else None
        try:
            return {"type": "message", "message": shown_message(self._actions.shown(channel, ts), self._names())}
        except ApiError:
            return {"type": "removed", "channel": channel, "ts": ts}


def _tab(request: web.Request) -> str:
    """Return the name that a page gave its tab. A stream of events can't have a header."""
    return request.headers.get("X-Tab") or request.query.get("tab", "")


def _json_only(handler: Callable[[Json], Awaitable[Json]]) -> Handler:
    """Wrap a handler of JSON objects; its errors become a sentence with status 400."""

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
        except (LookupError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer


def _refusal(error: ApiError) -> web.Response:
    sentence = SENTENCES.get(error.code, f"The workspace refused: {error.code}.")
    return web.json_response({"error": sentence}, status=400)


def _session(session: Session) -> Json:
    """Return a session as the page shows it, and whether it can be stopped."""
    return {
        "status": session.status,
        "loading": session.loading,
        "stoppable": session.state == "processing",
        "title": session.title,
        "prompts": session.prompts,
    }
