"""How the bot joins Slack, with one token or in all workspaces that install it; and where it hears from Slack."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiohttp.web import RouteDef
from slack_sdk.web.async_client import AsyncWebClient

from bot import web
from bot.core.ports.installations import Installations
from bot.errors import ChatError, NotServedError, RevokedError
from bot.jobs.deliveries import ACTION, COMMAND, COMPLETION, MESSAGE
from bot.jobs.uninstall import is_departure, workspace_of
from bot.settings import reveal
from bot.slack.client.api import call, web_client
from bot.slack.client.identity import AskedIdentity, InstalledIdentity
from bot.slack.client.tokens import Client, Installed, InstalledToken, StaticToken
from bot.slack.inbound import http, socket
from bot.slack.workspaces import WorkspaceClients
from bot.work import Job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp
    from slack_bolt.async_app import AsyncApp

    from bot.db.engine import Database
    from bot.settings import Settings
    from bot.slack.client.rate_limit import Budget

log = logging.getLogger(__name__)

ASKED = {MESSAGE, COMMAND, ACTION, COMPLETION}  # the kinds of jobs that someone waits for


@dataclass(frozen=True, slots=True)
class JoinedAs:
    """Who the bot is in Slack: the workspace's name, and the bot's own, without @."""

    workspace: str
    name: str


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """Access to Slack. `client` has no token; `check` finds whether Slack can be reached and accepts the bot.

    `introduce` asks Slack who the bot is, None if that is not known, or not one.

    `admit` says whether a job's workspace still has the bot, None if that need not be checked.
    """

    client: AsyncWebClient
    teams: WorkspaceClients
    check: Callable[[], Awaitable[object]]
    introduce: Callable[[], Awaitable[JoinedAs | None]]
    forget: Callable[[str], None]
    admit: Callable[[Job], Awaitable[bool]] | None = None
    installations: Installations | None = None
    pages: Sequence[RouteDef] = ()

    async def ask(self, workspace: str) -> object:
        """Check a workspace's token with Slack. Raises `RevokedError` if it is invalid, `ChatError`."""
        return await call(self.teams.of(workspace).client.auth_test)


def join(settings: Settings, database: Database, session: aiohttp.ClientSession, budget: Budget) -> SlackAccess:
    """Join Slack according to the settings. Raises `SettingsError` for unusable keys."""
    if settings.serves_many:
        return join_many(settings, database, session, budget)
    return join_one(settings, session, budget)


def join_one(settings: Settings, session: aiohttp.ClientSession, budget: Budget) -> SlackAccess:
    """Join the workspace whose token the operator has set."""
    client = Client(StaticToken(reveal(settings.slack_bot_token)), settings.slack_api_url, session)
    identity = AskedIdentity(client)
    teams = WorkspaceClients(lambda _: (client, identity), session, budget)
    base = web_client("", settings.slack_api_url, session)
    return SlackAccess(base, teams, partial(call, client.auth_test), partial(_introduce, identity), teams.forget)


def join_many(settings: Settings, database: Database, session: aiohttp.ClientSession, budget: Budget) -> SlackAccess:
    """Join the workspaces that install the bot. Raises `SettingsError` for unusable keys."""
    from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator  # noqa: PLC0415 (cryptography: who needs it)

    from bot.db.installations import SqlInstallations, SqlStates  # noqa: PLC0415 (as above)
    from bot.db.vault import Vault  # noqa: PLC0415 (as above)
    from bot.slack import install  # noqa: PLC0415 (as above)

    if settings.slack_bot_token is not None:
        log.warning("SLACK_BOT_TOKEN is not used: with SLACK_CLIENT_ID, each workspace has the token it installed with")
    client_id = settings.slack_client_id or ""
    client_secret, state_secret = map(reveal, (settings.slack_client_secret, settings.slack_state_secret))
    base = web_client("", settings.slack_api_url, session)
    kept = SqlInstallations(database, Vault(settings.encryption_keys))
    installed = Installed(kept, AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=base))

    served = Served(settings.slack_workspaces)

    def enter(workspace: str) -> tuple[Client, InstalledIdentity]:
        client = Client(InstalledToken(workspace, installed), settings.slack_api_url, session, workspace)
        return client, InstalledIdentity(workspace, installed, is_served=served.has(workspace))

    teams = WorkspaceClients(enter, session, budget)

    def forget(workspace: str) -> None:
        installed.forget(workspace)
        teams.forget(workspace)

    async def introduce() -> JoinedAs | None:
        await kept.check()
        for one in await kept.listed():
            served.has(one.workspace)
        return None

    flow = install.flow(
        base,
        client_id=client_id,
        client_secret=client_secret,
        store=install.BoltInstallationStore(kept, forget, settings.slack_workspaces),
        states=install.StateStore(SqlStates(database), state_secret),
    )
    return SlackAccess(
        base,
        teams,
        check=partial(call, base.api_test),
        introduce=introduce,
        forget=forget,
        admit=partial(_admit, teams),
        installations=kept,
        pages=install.routes(flow),
    )


async def _admit(teams: WorkspaceClients, job: Job) -> bool:
    """Return whether a job's workspace still has the bot; learn its address before anything is done for it.

    Raises `NotServedError` for work that a person waits for.
    """
    workspace = workspace_of(job.payload)
    if not workspace or is_departure(job.kind):
        return True
    try:
        await teams.of(workspace).identity()
    except NotServedError:
        if job.kind in ASKED:
            raise  # its person is told, unless the operator lets the workspace in again soon
        return False
    except RevokedError as error:
        log.warning("dropped, as %s does not have the bot any more: %s (%s)", workspace, job.kind, error)
        return False
    return True


class Served:
    """The served workspaces: those that the operator names, or all if none is named."""

    def __init__(self, named: frozenset[str]) -> None:
        self._named = named
        self._told: set[str] = set()

    def has(self, workspace: str) -> bool:
        """Return whether a workspace is served; if not, tell the operator, once."""
        if not self._named or workspace in self._named:
            return True
        if workspace not in self._told:
            self._told.add(workspace)
            log.warning("%s is not served: SLACK_WORKSPACES does not name it; its data is kept", workspace)
        return False


async def _introduce(identity: AskedIdentity) -> JoinedAs | None:
    """Ask Slack who we are. A refused token ends the start; if Slack is unavailable, the bot waits for it."""
    try:
        await identity()
    except ChatError as error:
        if not error.is_transient:
            raise
        log.warning("Slack is unavailable: %s", error)
        return None
    return JoinedAs(identity.workspace, identity.name)


@asynccontextmanager
async def listening(
    settings: Settings,
    app: AsyncApp,
    joined: SlackAccess,
    database: Database,
    figures: Callable[[], Awaitable[bytes]],
    routes: Sequence[RouteDef] = (),
    refused: web.Refused = web.uncounted,
) -> AsyncIterator[str]:
    """Accept what Slack delivers until the block exits; yield the bot's own HTTP address. Raises `OSError`.

    `routes` are for others than Slack; `refused` is told of bodies that are not read.
    """
    readiness = web.Readiness({"database": database.check, "slack": joined.check})
    on_slack = None
    if settings.transport == "http":
        on_slack = http.listener(app, reveal(settings.slack_signing_secret))
    application = web.application(readiness, on_slack, figures, [*joined.pages, *routes], refused)
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(web.listening(application, settings.host, settings.port))
        if settings.transport == "socket":
            token = reveal(settings.slack_app_token)
            await stack.enter_async_context(socket.connected(app, token, settings.socket_connections))
        yield address
