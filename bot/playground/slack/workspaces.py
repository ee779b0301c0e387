"""Several workspaces on one server with one app, told apart as by Slack, and how they install the app."""

from __future__ import annotations

import html
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.playground.server import is_loopback
from bot.playground.slack.rules import OPTIONAL_SCOPES
from bot.playground.slack.web_api import token_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.slack.files import FileExchange
    from bot.playground.slack.response_urls import ResponseUrls
    from bot.playground.slack.web_api import WebApi
    from bot.playground.slack.workspace import Workspace

CONSENT = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Add Parley to Slack</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1rem }}</style>
<h1>Add Parley to a workspace</h1>
<p>This is the playground's Slack. Parley asks for: {scopes}.</p>
<form method="post"><p><label>Workspace <select name="team">{teams}</select></label></p>
<p><button name="answer" value="allow">Allow</button> <button name="answer" value="cancel">Cancel</button></p></form>
</html>
"""


class HostedWorkspace:
    """One workspace, with its request handlers."""

    def __init__(self, workspace: Workspace, api: WebApi, urls: ResponseUrls, files: FileExchange) -> None:
        self.workspace, self.api, self.urls, self.files = workspace, api, urls, files


class LocalSlack:
    """Routes each request to its workspace. `redirect_url` is the app's OAuth redirect URL."""

    def __init__(self) -> None:
        self.members: list[HostedWorkspace] = []
        self.redirect_url = ""

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that all workspaces share. The Web API also takes GET, for calls by hand."""
        return [
            web.post("/api/{method}", self.call),
            web.get("/api/{method}", self.call),
            web.post("/response/{token}", self.respond),
            web.post("/files/upload/{place}", self.upload),
            web.get("/files/{place}/{name}", self.download),
            web.get("/files/download/{place}/{name}", self.download),
            web.get("/oauth/v2/authorize", self.ask),
            web.post("/oauth/v2/authorize", self.consent),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer a Web API call, for the workspace of its token, code or refresh token."""
        try:
            values = await values_of(request)
        except ValueError:
            values = {}
        names = [token_of(request, values), *(str(values.get(name)) for name in ("code", "refresh_token"))]
        member = self._first(lambda one: any(map(one.workspace.tokens.knows, filter(None, names))))
        return await member.api.answer(request)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take a response at a response URL."""
        return await self._first(lambda one: request.match_info["token"] in one.urls).urls.respond(request)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Receive a file's bytes."""
        return await self._placed(request).files.upload(request)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Send a file."""
        return await self._placed(request).files.download(request)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Ask a user which workspace to install the app in."""
        if refusal := self._refusal(request):
            return refusal
        teams = "".join(
            f'<option value="{one.workspace.team_id}">{html.escape(one.workspace.team_name)}</option>'
            for one in self.members
        )
        scopes = html.escape(request.query.get("scope", "").replace(",", ", "))
        return web.Response(text=CONSENT.format(scopes=scopes, teams=teams), content_type="text/html")

    async def consent(self, request: web.Request) -> web.StreamResponse:
        """Redirect the user to the app, with a code or with their refusal."""
        if refusal := self._refusal(request):
            return refusal
        form = await request.post()
        member = self._first(lambda one: one.workspace.team_id == form.get("team"))
        answer = {"state": request.query.get("state", "")}
        if form.get("answer") == "allow":
            person, whole = member.workspace.me.id, form.get("organization") == "yes"
            answer["code"] = member.workspace.tokens.consent(person, for_organization=whole)
        else:
            answer["error"] = "access_denied"
        address = f"{self.redirect_url}?{urlencode(answer)}"
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": address})

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.query.get("client_id") != self.members[0].workspace.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        asked = request.query.get("redirect_uri") or self.redirect_url
        if asked != self.redirect_url or not is_loopback(urlsplit(asked).hostname or ""):
            return web.Response(status=400, text="redirect_uri did not match any configured URIs.")
        known = self.members[0].workspace.rules.scopes | OPTIONAL_SCOPES
        if not set(request.query.get("scope", "").split(",")) <= known:
            return web.Response(status=400, text="Invalid permissions requested")
        return None

    def _placed(self, request: web.Request) -> HostedWorkspace:
        team = request.match_info["place"].partition("-")[0]
        return self._first(lambda one: one.workspace.team_id == team)

    def _first(self, is_it: Callable[[HostedWorkspace], bool]) -> HostedWorkspace:
        """Return the workspace that a request is for; if none matches, the first one, which refuses it."""
        return next(filter(is_it, self.members), self.members[0])
