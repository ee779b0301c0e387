"""The doctor: one line for each thing that the bot needs, and what to do about it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import PROGRAM
from bot.claude import catalog
from bot.claude import client as claude_client
from bot.cli import installations
from bot.db import migrate
from bot.db.engine import Database, normalize
from bot.errors import ChatError, SettingsError
from bot.settings import FOR_MANY, WHERE, reveal
from bot.slack.client.api import call, http_session, web_client
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import date

    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.settings import Settings

TIMEOUT = 20.0  # seconds for one check
TOKEN_PARTS = 4  # of an app-level token, xapp-1-A012ABC-…
CORRECT = "correct it in .env or in the environment"
NETWORK = "check the network, the proxy if there is one (HTTPS_PROXY), and SLACK_API_URL"
PASTE = f"paste what `{PROGRAM} manifest` prints into App Manifest, save it, and reinstall under Install App"
AGAIN = "install the app again under Install App, and copy the Bot User OAuth Token"
TOKEN_REMEDIES = {
    "account_inactive": AGAIN,
    "token_revoked": AGAIN,
    "token_expired": "use an app without token rotation, which can't be turned off: create a new one from the manifest",
}
FOR_HTTP = "copy the Signing Secret to SLACK_SIGNING_SECRET"
DATABASE = "check DATABASE_URL, and that the database runs and can be written to"
DATABASE_REMEDIES = {
    "ConnectionRefusedError": "check the host and the port in DATABASE_URL, and that PostgreSQL runs",
    "gaierror": "check the host in DATABASE_URL",
    "InvalidPasswordError": "check the user and the password in DATABASE_URL",
    "InvalidAuthorizationSpecificationError": "check the user and the password in DATABASE_URL",
    "InvalidCatalogNameError": "create the database, or correct its name in DATABASE_URL",
}
"""By the driver's own name for what went wrong."""


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


async def examine(
    settings: Settings, on: date | None = None, *, faults: Mapping[str, str] | None = None
) -> list[DoctorFinding]:
    """Check the tokens, the scopes, the database, its migration level and the model. Never raises.

    `faults`: the settings that are malformed, which `settings` lacks; what needs them is not checked. `on` is the day
    by which models retire, today by default.
    """
    faults = faults or {}
    async with http_session() as session:
        checks: list[tuple[set[str], Callable[[], Awaitable[list[DoctorFinding]]]]] = [
            ({"SLACK_BOT_TOKEN", "SLACK_API_URL", *FOR_MANY}, lambda: _slack(settings, session)),
            ({"SLACK_APP_TOKEN", "SLACK_API_URL", *_http_only(settings)}, lambda: _transport(settings, session)),
            ({"TRIAGE_GITHUB_TOKEN", "TRIAGE_GITHUB_WEBHOOK_SECRET"}, lambda: _trackers(settings)),
            (set(), lambda: _database(settings)),
            ({"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"}, lambda: _model(settings, on or catalog.today())),
        ]
        found = [DoctorFinding(name, fault, WHERE.get(name, CORRECT)) for name, fault in faults.items()]
        return [
            *found,
            *[one for needed, check in checks if not needed & faults.keys() for one in await _bounded(check)],
        ]


def _http_only(settings: Settings) -> set[str]:
    return set() if settings.slack_app_token else {"SLACK_SIGNING_SECRET"}


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
        return [DoctorFinding("Slack token", "SLACK_BOT_TOKEN is not set", WHERE["SLACK_BOT_TOKEN"])]
    client = web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session)
    try:
        response = await call(client.auth_test)
    except ChatError as error:
        remedy = NETWORK if error.is_transient else TOKEN_REMEDIES.get(error.code, WHERE["SLACK_BOT_TOKEN"])
        return [DoctorFinding("Slack token", _said(error), remedy)]
    granted = {scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    joined = DoctorFinding("Slack token", f"joined {response.get('team')} as @{response.get('user')}")
    two_apps = await _of_two_apps(settings, client, str(response.get("bot_id") or ""))
    return [joined, _scopes(granted), *_optional_scopes([granted] if granted else []), *two_apps]


async def _of_two_apps(settings: Settings, client: AsyncWebClient, bot: str) -> list[DoctorFinding]:
    """Tell if the two tokens are not of the same app; an app-level token names its own."""
    parts = reveal(settings.slack_app_token).split("-")
    if len(parts) < TOKEN_PARTS or not bot:
        return []
    try:
        app = str((await call(client.bots_info, bot=bot))["bot"].get("app_id") or "")
    except (ChatError, KeyError):  # without a scope; the check of the scopes tells
        return []
    if not app or app == parts[2]:
        return []
    told = f"SLACK_BOT_TOKEN is of the app {app}, SLACK_APP_TOKEN of the app {parts[2]}"
    return [DoctorFinding("Slack app", told, "copy both tokens from the page of the same app")]


def _said(error: ChatError) -> str:
    if error.code.startswith("unreachable"):
        return f"Slack is {error}"
    return f"Slack {'says' if error.is_transient else 'refuses it:'} {error}"


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
            app = DoctorFinding("Slack app", _said(error), remedy)
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
    found += _optional_scopes([set(one.installation.scopes.split(",")) for one in seen])
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
        return DoctorFinding("Slack scopes", f"missing {', '.join(missing)}", PASTE)
    return DoctorFinding("Slack scopes", f"all {len(SCOPES)} granted")


def _optional_scopes(granted: Sequence[set[str]]) -> list[DoctorFinding]:
    """Tell of each optional scope in how many workspaces it is granted, and what it would bring in the others."""
    return [
        _optional_scope(scope, sum(scope in scopes for scopes in granted), len(granted))
        for scope in OPTIONAL_SCOPES
        if granted
    ]


def _optional_scope(scope: str, having: int, of: int) -> DoctorFinding:
    name = f"optional scope {scope}"
    if having == of:
        return DoctorFinding(name, "granted" if of == 1 else f"granted in all {of} workspaces")
    told = "not granted" if of == 1 else f"granted in {having:,} of {of:,} workspaces"
    remedy = f"to let the bot {OPTIONAL_SCOPES[scope]}, {PASTE}"
    return DoctorFinding(name, told, remedy, is_warning=True)


async def _transport(settings: Settings, session: aiohttp.ClientSession) -> list[DoctorFinding]:
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            told = "Slack can't reach the bot: SLACK_APP_TOKEN is not set"
            return [DoctorFinding("Slack transport", told, f"{WHERE['SLACK_APP_TOKEN']}; or, for HTTP, {FOR_HTTP}")]
        told = f"HTTP on {settings.host}:{settings.port}/slack/events, which Slack must reach at your https:// address"
        return [DoctorFinding("Slack transport", told)]
    client = web_client("", settings.slack_api_url, session)
    try:
        await call(client.apps_connections_open, app_token=settings.slack_app_token.get_secret_value())
    except ChatError as error:
        remedy = NETWORK if error.is_transient else f"{WHERE['SLACK_APP_TOKEN']}, and check that Socket Mode is on"
        return [DoctorFinding("Slack transport", f"Socket Mode: {_said(error)}", remedy)]
    return [DoctorFinding("Slack transport", "Socket Mode")]


async def _trackers(settings: Settings) -> list[DoctorFinding]:
    """Tell where what happens to issues has to arrive, if it is to come back."""
    if not settings.triage_github_webhook_secret:
        return []
    told = f"taken on {settings.host}:{settings.port}/github/events, which GitHub must reach at your https:// address"
    why = "there are several workspaces" if settings.serves_many else "TRIAGE_GITHUB_TOKEN is not set"
    has_issues = settings.triage_github_token and not settings.serves_many
    remedy = "" if has_issues else f"no issues are written, as {why}"
    return [DoctorFinding("GitHub events", told, remedy, is_warning=True)]


async def _database(settings: Settings) -> list[DoctorFinding]:
    url = settings.database_url
    try:
        if await migrate.is_missing(url):  # opening it would create it
            return [_to_be_made(Path(normalize(url).database or ""))]
        database = Database.open(url)
    except SettingsError as error:
        return [DoctorFinding("database", " ".join(error.faults), "correct DATABASE_URL")]
    try:
        current, needed = await migrate.current(url), migrate.head()
        if current:
            await database.check()
    except Exception as error:  # noqa: BLE001 - each driver has its own; the operator needs its name
        name = type(getattr(error, "orig", error)).__name__
        return [DoctorFinding("database", f"can't be used: {name}", DATABASE_REMEDIES.get(name, DATABASE))]
    finally:
        await database.close()
    well = DoctorFinding("database", "reads and writes" if current else "answers, and is empty")
    if current == needed:
        return [well, DoctorFinding("migrations", f"at {needed}")]
    return [well, DoctorFinding("migrations", f"at {current or 'none'}, needed {needed}", f"run `{PROGRAM} migrate`")]


def _to_be_made(file: Path) -> DoctorFinding:
    """Tell of a file that is not there yet, and whether it can be created."""
    folder = next(one for one in file.absolute().parents if one.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return DoctorFinding("database", f"{file} can't be created", f"allow the bot to write to {folder}")
    remedy = f"`{PROGRAM} start` and `{PROGRAM} migrate` create it"
    return DoctorFinding("database", f"there is no {file} yet", remedy, is_warning=True)


async def _model(settings: Settings, on: date) -> list[DoctorFinding]:
    if settings.anthropic_api_key is None:
        return [DoctorFinding("Claude", "ANTHROPIC_API_KEY is not set", WHERE["ANTHROPIC_API_KEY"])]
    async with claude_client.connect(
        api_key=settings.anthropic_api_key.get_secret_value(),
        model=settings.claude_model,
        base_url=settings.anthropic_base_url,
        clock=lambda: on,
    ) as model:
        found = await model.check()
    if found.ok and not found.remedy and (card := catalog.find(settings.claude_model)) and card.retires_soon(on):
        remedy = f"set CLAUDE_MODEL to {card.replacement or 'a newer model'}"
        return [DoctorFinding("Claude", f"{found.sentence} It retires on {card.retires}.", remedy, is_warning=True)]
    return [DoctorFinding("Claude", found.sentence, found.remedy, is_warning=found.ok)]
