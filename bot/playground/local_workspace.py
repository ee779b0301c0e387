"""The local workspace as one thing to start, talk in and look at: for the playground and for dialogues in tests."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

import aiohttp

from bot.playground.page.api import PageApi
from bot.playground.page.content import Page
from bot.playground.people import People
from bot.playground.server import Server, is_loopback
from bot.playground.slack.delivery import Deliveries, Delivery, HttpTransport
from bot.playground.slack.events import envelope
from bot.playground.slack.faults import Fault, Share
from bot.playground.slack.files import FileExchange
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.response_urls import ResponseUrls
from bot.playground.slack.socket_mode import SocketTransport
from bot.playground.slack.web_api import ApiCall, WebApi
from bot.playground.slack.workspace import Workspace
from bot.playground.slack.workspaces import LocalSlack, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from bot.playground.slack.rate_limits import Violation
    from bot.playground.slack.records import File, Message, User
    from bot.playground.slack.rules import Rules

# How much of each list a picture of the workspace shows, and of each text.
PICTURE_LINES = 15
PICTURE_TEXT = 120


class LocalWorkspace(People):
    """A workspace with its server, as an async context manager; `People` has what is said and done there.

    `beside`: another workspace, on whose server and with whose app this one is, with the same ids of people, channels
    and all else. Raises `ValueError` for a host that is not loopback.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        page: Page | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        beside: LocalWorkspace | None = None,
    ) -> None:
        self.workspace = Workspace(rules)
        self._changed = asyncio.Event()
        self.slack: LocalSlack = LocalSlack() if beside is None else beside.slack
        self._beside = beside
        if beside is not None:
            self.workspace.join_beside(beside.workspace, len(self.slack.members))
        self.sockets: SocketTransport = (
            SocketTransport(self.workspace, self._notice) if beside is None else beside.sockets
        )
        self.deliveries = Deliveries(self.workspace, self.sockets, self._notice)
        self.urls = ResponseUrls(self.workspace)
        self.interactions = Interactions(self.workspace, self.deliveries, self.urls)
        self.api = WebApi(self.workspace, self._notice)
        self.page = PageApi(self.workspace, self.interactions, page or Page())
        self.slack.members.append(Member(self.workspace, self.api, self.urls, FileExchange(self.workspace)))
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
            self.workspace.observe(lambda _: self._notice())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where the workspace is reached."""
        return self.server.url

    async def close(self) -> None:
        """Go away, as in an outage of Slack's: every connection ends, and no new one is taken."""
        await self.sockets.disconnect(abruptly=True)
        self.page.end_feeds()
        await self.server.stop()

    async def reopen(self) -> None:
        """Come back on the same port."""
        await self.server.start()

    # The bot's side

    def environment(self, transport: Literal["http", "socket"], *, many: bool = False) -> dict[str, str]:
        """Return the settings by which a bot joins this workspace over the given transport.

        `many`: those by which workspaces install it; then it has no token before one does.
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
        """Send everything from now on to the bot's URL, signed; without it, all goes over sockets.

        Of several URLs, those of replicas, each gets what comes next in its turn, whether it can be reached or not.
        """
        for url in urls:
            if not is_loopback(urlsplit(url).hostname or ""):
                raise ValueError(f"The local workspace delivers on this machine only: {url} is elsewhere.")
        if self._session is None:
            raise RuntimeError("The workspace has not been started.")
        self.deliveries.transport = HttpTransport(self.workspace, self._session, urls)

    async def disconnect(self, *, abruptly: bool = False) -> None:
        """Ask the bot to come over new sockets; or cut them without a word."""
        await self.sockets.disconnect(abruptly=abruptly)

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 0,
        retry_after: int = 0,
        drop: Literal["", "request", "answer"] = "",
        times: int = 1,
        after: int = 0,
    ) -> None:
        """Make `times` calls of a method fail `after` so many, in one of the ways that `Fault` describes."""
        self.api.faults[method].append(Fault(error, status, retry_after, drop, times, after))

    def fail_some(self, method: str, share: Share) -> None:
        """Make a share of a method's calls fail, until another share takes its place."""
        self.api.faults.shares[method] = share

    def limit(self, method: str, per_minute: int) -> None:
        """Hold a method to so many calls a minute."""
        self.api.limits[method] = per_minute

    def change_rules(self, **changes: Any) -> None:  # noqa: ANN401 - any field of the rules
        """Let the workspace behave otherwise from now on: any fields of `Rules`."""
        self.workspace.rules = replace(self.workspace.rules, **changes)

    def deliver(self, payload: dict[str, object]) -> Delivery:
        """Deliver an enveloped event of any content."""
        return self.deliveries.deliver(payload)

    def uninstall(self) -> list[Delivery]:
        """Remove the app from this workspace, of which it is told twice, in no order."""
        self.workspace.tokens.revoke("account_inactive")
        return [self._tell("tokens_revoked", tokens={"oauth": [], "bot": [self.bot.id]}), self._tell("app_uninstalled")]

    def revoke(self) -> Delivery:
        """Revoke the app's token in this workspace."""
        self.workspace.tokens.revoke("token_revoked")
        return self._tell("tokens_revoked", tokens={"oauth": [], "bot": [self.bot.id]})

    def _tell(self, name: str, **fields: object) -> Delivery:
        """Tell the app of something that needs no scope, and no place."""
        if name not in self.workspace.rules.subscriptions:
            raise LookupError(f"The app has not subscribed to {name}.")
        return self.deliver(envelope(self.workspace, {"type": name, **fields}))

    def redeliver(self, event_id: str) -> Delivery:
        """Deliver an event that was delivered before once more, under the same id. Raises `LookupError`."""
        for delivery in self.deliveries.log:
            if delivery.event_id == event_id:
                return self.deliveries.deliver(delivery.payload)
        raise LookupError(f"No event {event_id} was delivered.")

    # What can be seen

    @property
    def calls(self) -> list[ApiCall]:
        """Every call of the Web API that the bot made."""
        return self.api.calls

    @property
    def violations(self) -> list[Violation]:
        """Every call that came sooner than its rate limit allows, where `Rules.tiers` or `limit` hold it to one."""
        return self.api.rates.violations

    def channel(self, name: str) -> str:
        """Return the id of a channel by its name, without #."""
        return self.workspace.channel(f"#{name}").id

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return a thread, its first message first."""
        return self.workspace.thread(channel, ts)

    def ephemerals(self, user: User | None = None) -> list[Message]:
        """Return what only this person sees."""
        return [m for m in self.workspace.ephemerals.values() if m.ephemeral_to == (user or self.me).id]

    def files(self) -> list[File]:
        """Return all files that were shared anywhere."""
        return [file for file in self.workspace.files.values() if file.shares]

    async def until(
        self,
        condition: Callable[[], object],
        timeout: float = 10.0,  # noqa: ASYNC109 - it is what makes the error readable
    ) -> None:
        """Wait until something holds, looked at after every change.

        Raises `TimeoutError` with a picture of the workspace after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"Nothing of that kind happened within {timeout} s.\n{self.picture()}") from None

    def picture(self) -> str:
        """Describe the latest messages, calls and deliveries, for a person to read."""
        lines: list[str] = []
        for channel in self.workspace.channels.values():
            messages = self.workspace.messages(channel.id)
            lines += _section(f"#{channel.name or channel.id}", [self._line(message) for message in messages])
        lines += _section(
            "only visible to one", [self._line(message) for message in self.workspace.ephemerals.values()]
        )
        lines += _section("calls", [f"{call.method} → {call.result.get('error', 'ok')}" for call in self.calls])
        told = [
            f"{d.event['type']} {d.event_id}: {[ack.reason or 'ok' for ack in d.tries]}" for d in self.deliveries.log
        ]
        return "\n".join(lines + _section("events", told))

    def _line(self, message: Message) -> str:
        name = self.workspace.users[message.user].name
        text = message.shown.replace("\n", " ⏎ ")[:PICTURE_TEXT]
        marks = " (streaming)" if message.streaming else ""
        return f"{'  ' if message.thread_ts else ''}{message.ts} {name}{marks}: {text}"

    def _notice(self) -> None:
        # Whoever waits gets this event; whoever comes after waits for the next one.
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _routes(self) -> Sequence[web.RouteDef]:
        parts = (self.slack, self.sockets, self.page)
        return [route for part in parts for route in part.routes()]


def _section(title: str, lines: list[str]) -> list[str]:
    shown = [f"  {line}" for line in lines[-PICTURE_LINES:]]
    return [title, *shown] if shown else []
