"""Two workspaces of one local Slack, which have the same ids for everything, and how people install the bot there."""

from __future__ import annotations

import re
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Literal

import aiohttp

from bot import app, settings
from bot.db.vault import new_key
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.playground.slack.rules import Rules

LINK = re.compile(r'href="([^"]+)"')


@dataclass
class Page:
    """What a browser showed last, with its cookies: those of the flow are for HTTPS, and carried by hand here."""

    status: int
    text: str
    location: str = ""
    cookie: str = ""


@dataclass
class TwoWorkspaces:
    """What a test has: `first` and `second` are the workspaces, `url` is the bot's."""

    first: ScriptedWorkspace
    second: ScriptedWorkspace
    environ: dict[str, str]
    url: str = ""
    urls: list[str] = field(default_factory=list)

    @property
    def both(self) -> tuple[ScriptedWorkspace, ScriptedWorkspace]:
        return self.first, self.second

    @asynccontextmanager
    async def bot(self, transport: Literal["http", "socket"] = "http", *, replicas: int = 1) -> AsyncIterator[None]:
        """Run the bot, or several replicas of it, without a single installation at first."""
        told = self.environ | self.first.environment(transport, many=True)
        read = settings.read(told, for_slack=True)
        async with AsyncExitStack() as stack:
            self.urls = [await stack.enter_async_context(app.running(read, accept_within=30)) for _ in range(replicas)]
            self.url = self.urls[0]
            self.first.slack.redirect_url = f"{self.url}/slack/oauth_redirect"
            if transport == "http":
                for workspace in self.both:
                    workspace.deliver_to(*(f"{url}/slack/events" for url in self.urls))
            yield

    async def begin(self, url: str = "") -> Page:
        """Open the install page, and follow its button to where Slack asks."""
        page = await get(f"{url or self.url}/slack/install")
        found = LINK.search(page.text)
        assert found is not None, page.text
        return Page(page.status, page.text, unescape(found[1]), page.cookie)

    async def consent(self, begun: Page, workspace: ScriptedWorkspace, answer: str = "allow", **fields: str) -> Page:
        """Answer Slack's question; the page says where Slack sends the browser."""
        form = {"team": workspace.workspace.team_id, "answer": answer} | fields
        async with (
            aiohttp.ClientSession() as session,
            session.post(begun.location, data=form, allow_redirects=False) as response,
        ):
            return Page(response.status, await response.text(), response.headers.get("Location", ""), begun.cookie)

    async def install(self, workspace: ScriptedWorkspace, answer: str = "allow", **fields: str) -> Page:
        """Walk the whole way."""
        sent = await self.consent(await self.begin(), workspace, answer, **fields)
        return await get(sent.location, sent.cookie)


async def get(url: str, cookie: str = "") -> Page:
    """Open a page."""
    headers = {"Cookie": cookie} if cookie else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as response:
        cookies = "; ".join(f"{name}={one.value}" for name, one in response.cookies.items())
        return Page(response.status, await response.text(), response.headers.get("Location", ""), cookies)


@asynccontextmanager
async def two_workspaces(rules: Rules, environ: dict[str, str]) -> AsyncIterator[TwoWorkspaces]:
    """Open both. Their clocks stand still at first, so that what is said in both at once has the same ids."""
    now = time.time()
    async with ScriptedWorkspace(rules) as first, ScriptedWorkspace(rules, beside=first) as second:
        for one in (first, second):
            one.workspace.clock = lambda: now
        told = {"SLACK_STATE_SECRET": "a-secret", "PARLEY_ENCRYPTION_KEY": new_key()}
        yield TwoWorkspaces(first, second, environ | told)
