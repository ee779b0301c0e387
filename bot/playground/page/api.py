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
from bot.playground.page.viewer import Viewer, role_of
from bot.playground.slack.files import attachment
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.playground.page.actions import Action
    from bot.playground.page.content import Page
    from bot.playground.slack.interactions import Interactions
    from bot.playground.slack.records import Channel, MessageRecord, Session, User
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

    Handler = Callable[[Viewer, web.Request], Awaitable[web.StreamResponse]]

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
    """Serves the page to whom its address names in `?as=`, a user name: by default `me`."""

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
            web.get("/page/state", self._told(self.state)),
            web.get("/page/messages", self._told(self.messages)),
            web.get("/page/changes", self._told(self.changes)),
            web.get("/page/files/{file}", self.file),
            *(web.post(path, self._told(self._noted(_json_only(do)))) for path, do in self._actions.by_path().items()),
        ]

    def end_feeds(self) -> None:
        """End the streams of changes, so that the server can stop."""
        for feed in self._feeds:
            feed.end()

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Serve the page; an address that names no one leads to the default one."""
        try:
            Viewer.named(self._workspace, request.query.get("as", ""))
        except ValueError:
            raise web.HTTPFound("/") from None
        await asyncio.to_thread(warm_up)
        return web.FileResponse(FILES / "index.html", headers=HEADERS)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Serve one of the page's files."""
        path = FILES / request.match_info["name"]
        if not await asyncio.to_thread(path.is_file):
            return web.Response(status=404, text="There is no such file.")
        return web.FileResponse(path, headers=HEADERS)

    async def state(self, viewer: Viewer, request: web.Request) -> web.Response:
        """Return the whole state that the viewer sees: users, channels, commands, sessions, views."""
        workspace, person = self._workspace, viewer.person
        channels = viewer.channels()
        commands = [{"command": c.command, "hint": c.hint, "description": c.description} for c in self._page.commands]
        shortcuts = [{"callback_id": s.callback_id, "name": s.name, "kind": s.kind} for s in self._page.shortcuts]
        ids = {channel.id for channel in channels}
        sessions = [
            {"channel": channel, "thread_ts": ts} | _session(session)
            for (channel, ts), session in workspace.sessions.items()
            if channel in ids
        ]
        return web.json_response(
            {
                "team": {"id": workspace.team_id, "name": workspace.team_name},
                "me": {"id": person.id, "name": person.name},
                "people": [{"name": u.name, "real_name": u.real_name, "role": role_of(u)} for u in workspace.people],
                "users": [_user(viewer, user) for user in viewer.users()],
                "groups": []
                if viewer.is_outsider
                else [{"handle": g.handle, "name": g.name} for g in workspace.groups],
                "channels": [_channel(viewer, channel) for channel in channels],
                "commands": [] if viewer.is_outsider else commands,
                "shortcuts": [] if viewer.is_outsider else shortcuts,
                "sessions": sessions,
                "model": {"name": self._page.model, "notice": self._page.notice},
            }
            | self._views(viewer, _tab(request))
        )

    async def messages(self, viewer: Viewer, request: web.Request) -> web.Response:
        """List what the viewer sees in a channel, oldest first."""
        found = viewer.messages(request.query.get("channel", ""))
        names = viewer.names()
        return web.json_response({"messages": [self._shown(message, names) for message in found]})

    async def changes(self, viewer: Viewer, request: web.Request) -> web.StreamResponse:
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
                    if change := self._change(viewer, *key, tab=_tab(request)):
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
        """Serve a file to the page, if its viewer sees it anywhere."""
        try:
            viewer = Viewer.named(self._workspace, request.query.get("as", ""))
            return attachment(viewer.file(request.match_info["file"]))
        except (ApiError, ValueError):
            return web.Response(status=404, text="There is no such file.")

    def _told(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wrap a handler: it gets the viewer, and its errors become a sentence with status 400."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(Viewer.named(self._workspace, request.query.get("as", "")), request)
            except ApiError as error:
                sentence = SENTENCES.get(error.code, f"The workspace refused: {error.code}.")
            except (LookupError, ValueError) as error:
                sentence = str(error)
            return web.json_response({"error": sentence}, status=400)

        return answer

    def _noted(self, action: Handler) -> Handler:
        """Wrap an action: note the tab that it comes from."""

        async def noted(viewer: Viewer, request: web.Request) -> web.StreamResponse:
            self._tabs.acted(viewer.person.id, _tab(request))
            return await action(viewer, request)

        return noted

    def _shown(self, message: MessageRecord, names: Mapping[str, str]) -> Json:
        session = self._workspace.sessions.get((message.channel, message.thread_ts))
        return shown_message(message, names, is_at_work=session is not None and session.state == "processing")

    def _views(self, viewer: Viewer, tab: str) -> Json:
        """Return the views that the viewer sees in a tab: the home tab and the topmost modal."""
        names = viewer.names()
        home, modal = viewer.views()
        shown = modal if modal and self._tabs.has(tab, modal) else None
        return {"home": home and shown_view(home, names), "modal": shown and shown_view(shown, names)}

    def _change(self, viewer: Viewer, kind: str, channel: str, ts: str, *, tab: str) -> Json | None:
        """Return the present state of what changed, however often it has changed; None if the viewer can't see it."""
        if kind == "views":
            return {"type": "views"} | self._views(viewer, tab) if channel == viewer.person.id else None
        try:
            viewer.channel(channel)
        except ApiError:
            return None
        if kind == "session":
            session = self._workspace.session(channel, ts)
            return {"type": "session", "channel": channel, "thread_ts": ts} | _session(session)
        try:
            return {"type": "message", "message": self._shown(viewer.message(channel, ts), viewer.names())}
        except ApiError:
            return {"type": "removed", "channel": channel, "ts": ts}


def _tab(request: web.Request) -> str:
    """Return the name that a page gave its tab. A stream of events can't have a header."""
    return request.headers.get("X-Tab") or request.query.get("tab", "")


def _json_only(do: Action) -> Handler:
    """Wrap a handler of JSON objects."""

    async def answer(viewer: Viewer, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except json.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            raise ValueError("A JSON object is expected.")  # noqa: TRY004 - it is the caller's input, told with status 400
        return web.json_response(await do(viewer, body))

    return answer


def _user(viewer: Viewer, user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot or user == viewer.workspace.slackbot,
        "badge": viewer.badge(user),
    }


def _channel(viewer: Viewer, channel: Channel) -> Json:
    shared = "shared" if channel.shared_with else ""
    return {
        "id": channel.id,
        "name": channel.name or viewer.workspace.bot.real_name,
        "is_im": channel.is_im,
        "topic": channel.topic,
        "sign": "im" if channel.is_im else shared or ("private" if channel.is_private else "public"),
    }


def _session(session: Session) -> Json:
    """Return a session as the page shows it, and whether it can be stopped."""
    return {
        "status": session.status,
        "loading": session.loading,
        "stoppable": session.state == "processing",
        "title": session.title,
        "prompts": session.prompts,
    }
