"""The local workspace in one object: its server, its connections to the bot, and the page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

import aiohttp

from bot.playground.page.api import PageApi
from bot.playground.page.content import Page
from bot.playground.server import Server, is_loopback
from bot.playground.slack.delivery import Deliveries, HttpTransport
from bot.playground.slack.files import FileExchange
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.response_urls import ResponseUrls
from bot.playground.slack.socket_mode import SocketTransport
from bot.playground.slack.web_api import WebApi
from bot.playground.slack.workspace import Workspace
from bot.playground.slack.workspaces import HostedWorkspace, LocalSlack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from bot.playground.slack.rules import Rules


class LocalWorkspace:
    """A workspace with its server, as an async context manager.

    `beside`: a workspace whose server and app this one shares; ids of people, channels and the rest are the same in
    both. `on_change` is called after each change, call and delivery. Raises `ValueError` for a host that is not
    loopback.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        page: Page | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        beside: LocalWorkspace | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.workspace = Workspace(rules)
        self._on_change = on_change
        self.slack: LocalSlack = LocalSlack() if beside is None else beside.slack
        self._beside = beside
        if beside is not None:
            self.workspace.join_beside(beside.workspace, len(self.slack.members))
        self.sockets: SocketTransport = SocketTransport(self.workspace, on_change) if beside is None else beside.sockets
        self.deliveries = Deliveries(self.workspace, self.sockets, on_change)
        self.urls = ResponseUrls(self.workspace)
        self.interactions = Interactions(self.workspace, self.deliveries, self.urls)
        self.api = WebApi(self.workspace, on_change)
        self.page = PageApi(self.workspace, self.interactions, page or Page())
        self.slack.members.append(HostedWorkspace(self.workspace, self.api, self.urls, FileExchange(self.workspace)))
        self.server: Server = Server(self._routes(), host, port) if beside is None else beside.server
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._session = await stack.enter_async_context(aiohttp.ClientSession())
            if self._beside is None:
                await self.reopen()
                stack.push_async_callback(self.close)
            self.workspace.base_url = self.server.url
            stack.push_async_callback(self.deliveries.close)
            self.workspace.observe(self.deliveries.observe)
            self.workspace.observe(lambda _: self._on_change())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """The server's base URL."""
        return self.server.url

    async def close(self) -> None:
        """Stop serving, as in a Slack outage: all connections end, and new ones are refused."""
        await self.sockets.disconnect(abruptly=True)
        self.page.end_feeds()
        await self.server.stop()

    async def reopen(self) -> None:
        """Serve again on the same port."""
        await self.server.start()

    # The bot's side

    def environment(self, transport: Literal["http", "socket"], *, many: bool = False) -> dict[str, str]:
        """Return the settings with which a bot connects to this workspace over a transport.

        `many`: the settings of an app that workspaces install; it has no token until one does.
        """
        environment = {
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "SLACK_API_URL": f"{self.url}/api/",
        }
        environment |= {"SLACK_APP_TOKEN": self.workspace.app_token} if transport == "socket" else {}
        if many:
            return environment | {
                "SLACK_CLIENT_ID": self.workspace.client_id,
                "SLACK_CLIENT_SECRET": self.workspace.client_secret,
            }
        return environment | {"SLACK_BOT_TOKEN": self.workspace.bot_token}

    def deliver_to(self, *urls: str) -> None:
        """Deliver over signed HTTP to the bot's URL from now on, instead of over Socket Mode.

        Several URLs, those of replicas, take turns, whether or not they can be reached.
        """
        for url in urls:
            if not is_loopback(urlsplit(url).hostname or ""):
                raise ValueError(f"The local workspace delivers on this machine only: {url} is elsewhere.")
        if self._session is None:
            raise RuntimeError("The workspace has not been started.")
        self.deliveries.transport = HttpTransport(self.workspace, self._session, urls)

    def _routes(self) -> Sequence[web.RouteDef]:
        parts = (self.slack, self.sockets, self.page)
        return [route for part in parts for route in part.routes()]
