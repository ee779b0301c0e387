"""The doctor: one line for each thing that the bot needs, and what to do about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bot import PROGRAM
from bot.claude import catalogue
from bot.claude import client as claude_client
from bot.cli import installations
from bot.db import migrate
from bot.db.engine import Database
from bot.errors import ChatError, SettingsError
from bot.settings import reveal
from bot.slack.client.api import call, web_client
from bot.slack.manifest import SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from bot.settings import Settings

TIMEOUT = 20.0  # seconds for one check
NETWORK = "check the network and SLACK_API_URL"


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """The result of a check, with a remedy if something is wrong or soon will be."""

    name: str
    sentence: str
    remedy: str = ""
    is_warning: bool = False

    @property
    def is_well(self) -> bool:
        """Return whether the bot can work as it is."""
        return not self.remedy or self.is_warning

    def __str__(self) -> str:
        line = f"{'ok  ' if self.is_well else 'FAIL'} {self.name}: {self.sentence}"
        return f"{line} → {self.remedy}" if self.remedy else line


async def examine(settings: Settings, on: date | None = None) -> list[DoctorFinding]:
    """Check the tokens, the scopes, the database, its migration level and the model. Never raises.

    `on` is the day by which models retire, today by default.
    """
    async with aiohttp.ClientSession() as session:
        checks: list[Callable[[], Awaitable[list[DoctorFinding]]]] = [
            lambda: _slack(settings, session),
            lambda: _transport(settings, session),
            lambda: _database(settings),
            lambda: _model(settings, on or catalogue.today()),
        ]
        return [finding for check in checks for finding in await _bounded(check)]


async def _bounded(check: Callable[[], Awaitable[list[DoctorFinding]]]) -> list[DoctorFinding]:
    try:
        async with asyncio.timeout(TIMEOUT):
            return await check()
    except TimeoutError:
        return [DoctorFinding("check", f"no answer within {TIMEOUT:.0f} seconds", "check the network")]


async def _slack(settings: Settings, session: aiohttp.ClientSession) -> list[DoctorFinding]:
    if settings.serves_many:
        return await _installations(settings, session)
    if settings.slack_bot_token is None:
        return [DoctorFinding("Slack token", "SLACK_BOT_TOKEN is not set", "copy it from OAuth & Permissions")]
    client = web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session)
    try:
        response = await call(client.auth_test)
    except ChatError as error:
        remedy = NETWORK if error.is_transient else "reinstall the app and copy SLACK_BOT_TOKEN again"
        return [DoctorFinding("Slack token", f"Slack says {error}", remedy)]
    granted = {scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    return [DoctorFinding("Slack token", f"joined {response.get('team')} as {response.get('user')}"), _scopes(granted)]


async def _installations(settings: Settings, session: aiohttp.ClientSession) -> list[DoctorFinding]:
    """Check the app's own secret, with an invalid code, and whether the tokens can be decrypted."""
    client = web_client("", settings.slack_api_url, session)
    secret = reveal(settings.slack_client_secret)
    app = DoctorFinding("Slack app", "its client ID and secret are correct")
    try:
        await call(client.oauth_v2_access, client_id=settings.slack_client_id or "", client_secret=secret, code="none")
    except ChatError as error:
        if error.code in {"invalid_client_id", "bad_client_secret"} or error.is_transient:
            remedy = NETWORK if error.is_transient else "copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET again"
            app = DoctorFinding("Slack app", f"Slack says {error}", remedy)
    try:
        seen = await installations.seen(settings)
    except SettingsError as error:
        return [app, DoctorFinding("installations", " ".join(error.faults), "correct PARLEY_ENCRYPTION_KEY")]
    except Exception as error:  # noqa: BLE001 - each driver has its own; the check of the database tells more
        return [app, DoctorFinding("installations", type(error).__name__, "see the database check")]
    if not seen:
        return [app, DoctorFinding("installations", installations.NOBODY)]
    sealed = sum(not one.opens for one in seen)
    remedy = "add the former key to PARLEY_ENCRYPTION_KEY, or have them reinstall the bot" if sealed else ""
    found = [app, DoctorFinding("installations", f"{len(seen)}, of which {sealed} can't be opened", remedy)]
    if left_out := [one.installation.workspace for one in seen if not one.is_served]:
        remedy = "add them to SLACK_WORKSPACES, or erase their data (docs/operating.md)"
        found.append(DoctorFinding("workspaces", f"not served: {', '.join(left_out)}", remedy, is_warning=True))
    return found


def _scopes(granted: set[str]) -> DoctorFinding:
    if not granted:
        return DoctorFinding(
            "Slack scopes", "Slack did not say", "compare the app's scopes with manifest.json", is_warning=True
        )
    if missing := sorted(SCOPES.keys() - granted):
        remedy = "paste manifest.json into the app and reinstall it"
        return DoctorFinding("Slack scopes", f"missing {', '.join(missing)}", remedy)
    return DoctorFinding("Slack scopes", f"all {len(SCOPES)} granted")


async def _transport(settings: Settings, session: aiohttp.ClientSession) -> list[DoctorFinding]:
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            remedy = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
            return [DoctorFinding("Slack transport", "neither is set up", remedy)]
        return [DoctorFinding("Slack transport", f"HTTP on {settings.host}:{settings.port}/slack/events")]
    token = settings.slack_app_token.get_secret_value()
    client = web_client("", settings.slack_api_url, session)
    try:
        await call(client.apps_connections_open, app_token=token)
    except ChatError as error:
        remedy = "create an app-level token with connections:write and copy it to SLACK_APP_TOKEN"
        return [
            DoctorFinding(
                "Slack transport", f"Socket Mode: Slack says {error}", NETWORK if error.is_transient else remedy
            )
        ]
    return [DoctorFinding("Slack transport", "Socket Mode")]


async def _database(settings: Settings) -> list[DoctorFinding]:
    try:
        database = Database.open(settings.database_url)
    except SettingsError as error:
        return [DoctorFinding("database", " ".join(error.faults), "correct DATABASE_URL")]
    try:
        await database.check()
        current, needed = await migrate.current(settings.database_url), migrate.head()
    except Exception as error:  # noqa: BLE001 - each driver has its own; the operator needs its name
        remedy = "check DATABASE_URL, and that the database runs and can be written to"
        return [DoctorFinding("database", type(error).__name__, remedy)]
    finally:
        await database.close()
    level = (
        DoctorFinding("migrations", f"at {needed}")
        if current == needed
        else DoctorFinding("migrations", f"at {current or 'none'}, needed {needed}", f"run `{PROGRAM} migrate`")
    )
    return [DoctorFinding("database", "reads and writes"), level]


async def _model(settings: Settings, on: date) -> list[DoctorFinding]:
    if settings.anthropic_api_key is None:
        return [DoctorFinding("Claude", "ANTHROPIC_API_KEY is not set", "create a key in the Claude Console")]
    async with claude_client.connect(
        api_key=settings.anthropic_api_key.get_secret_value(),
        model=settings.claude_model,
        base_url=settings.anthropic_base_url,
        clock=lambda: on,
    ) as model:
        found = await model.check()
    if found.ok and not found.remedy and (card := catalogue.find(settings.claude_model)) and card.retires_soon(on):
        remedy = f"set CLAUDE_MODEL to {card.replacement or 'a newer model'}"
        return [DoctorFinding("Claude", f"{found.sentence} It retires on {card.retires}.", remedy, is_warning=True)]
    return [DoctorFinding("Claude", found.sentence, found.remedy, is_warning=found.ok)]
