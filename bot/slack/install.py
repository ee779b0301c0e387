"""The pages through which a workspace installs the bot: OAuth v2, with Bolt's own flow."""

# not for people: who installs the app is an admin, and reads English

from __future__ import annotations

import hashlib
import hmac
import html
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.core.domain.installation import Installation
from bot.errors import ChatError
from bot.slack.client.api import call
from bot.slack.inbound.http import INSTALL_PATH, REDIRECT_PATH
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.oauth.async_callback_options import AsyncFailureArgs, AsyncSuccessArgs
    from slack_bolt.request.async_request import AsyncBoltRequest
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports.installations import Installations, States

log = logging.getLogger(__name__)

STATE_LASTS = timedelta(minutes=10)
URL = "url"  # the workspace's own address, which Slack's installation has no field for

WELCOME = "Parley is installed in {name}. Go back to Slack, invite it to a channel with /invite, and mention it there."
SENTENCES = {
    "access_denied": "Nothing was installed, because you canceled.",
    "invalid_browser": "The installation was not started in this browser, or cookies are off. Please start again here.",
    "invalid_state": "The installation took longer than ten minutes, or is already done. Please start again.",
    "invalid_code": "Slack did not confirm the installation. Please start again.",
    "missing_code": "Slack did not confirm the installation. Please start again.",
    "storage_error": "The installation could not be saved. Please try again in a minute, or tell your administrator.",
    "organization": "Parley is installed in single workspaces, not in a whole Enterprise organization. "
    "Please choose one workspace when Slack asks where to install it.",
    "uninvited": "This bot does not serve that workspace, and stores nothing from it. Ask the bot's administrator "
    "to allow it; until then, please remove the app from the workspace.",
    "unreachable": "Slack could not be reached. Please try again in a minute.",
}
OTHERWISE = "Slack did not install the bot. Please start again."

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Parley</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}</style>
<h1>{title}</h1><p>{text}</p>{more}
</html>
"""
BUTTON = '<p><a href="{url}">Add to Slack</a></p>'


class OrganizationError(BoltError):
    """A whole Enterprise organization was chosen, where a workspace's rows could not be told apart."""


class UninvitedError(BoltError):
    """The workspace is not one that the operator allows."""


class BoltInstallationStore(AsyncInstallationStore):
    """Bolt's installation store over our own. Bolt saves here; `tokens` finds and renews tokens.

    `invited` are the workspaces that can install the bot, empty for any.
    """

    def __init__(
        self, kept: Installations, on_saved: Callable[[str], None], invited: frozenset[str] = frozenset()
    ) -> None:
        self._kept, self._on_saved, self._invited = kept, on_saved, invited

    @property
    def logger(self) -> logging.Logger:
        """Return the logger."""
        return log

    async def async_save(self, installation: SlackInstallation) -> None:
        """Save what Slack has confirmed. Raises `BoltError`."""
        ours = read(installation)
        if self._invited and ours.workspace not in self._invited:
            log.warning("not installed in %s (%s): SLACK_WORKSPACES does not name it", ours.workspace, ours.name)
            raise UninvitedError("not invited")
        try:
            await self._kept.save(ours)
        except Exception as error:  # noqa: BLE001 (whatever it was, the person is told, and can try again)
            log.error("an installation was not kept: %s", type(error).__name__)  # noqa: TRY400 (no values)
            raise BoltError("not kept") from None
        self._on_saved(ours.workspace)
        log.info("installed in %s (%s) by %s", ours.workspace, ours.name, ours.person)

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,  # noqa: ARG002 (an id of a workspace is unique)
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return the bot of a workspace. Raises `SealedError`."""
        one = None if is_enterprise_install else await self._kept.find(team_id or "")
        if one is None:
            return None
        return Bot(
            team_id=one.workspace,
            team_name=one.name,
            bot_token=one.token,
            bot_id=one.bot_id,
            bot_user_id=one.bot_user,
            bot_scopes=one.scopes,
            bot_refresh_token=one.refresh_token or None,
            bot_token_expires_at=int(one.expires_at.timestamp()) if one.expires_at else None,
            installed_at=one.installed_at.timestamp(),
        )

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:  # noqa: ARG002 (as above)
        """Delete the bot of a workspace."""
        await self._kept.remove(team_id or "", datetime.now(UTC))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Do nothing: no person's token is requested, so none is stored."""


def read(installation: SlackInstallation) -> Installation:
    """Read what Slack has confirmed. Raises `BoltError` unless it is a bot's installation in a workspace."""
    if installation.is_enterprise_install or not installation.team_id:
        raise OrganizationError("an organization")
    if not (installation.bot_token and installation.bot_user_id and installation.bot_id):
        raise BoltError("no bot")
    ends = installation.bot_token_expires_at
    return Installation(
        workspace=installation.team_id,
        organisation=installation.enterprise_id or "",
        name=installation.team_name or installation.team_id,
        url=str(installation.get_custom_value(URL) or ""),
        bot_user=installation.bot_user_id,
        bot_id=installation.bot_id,
        scopes=",".join(installation.bot_scopes or ()),
        person=installation.user_id or "",
        installed_at=datetime.now(UTC),
        token=installation.bot_token,
        refresh_token=installation.bot_refresh_token or "",
        expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
    )


class StateStore(AsyncOAuthStateStore):
    """Bolt's state store over our own: signed, so that forged ones are not looked up, and stored as digests."""

    def __init__(self, kept: States, secret: str) -> None:
        self._kept, self._secret = kept, secret.encode()

    @property
    def logger(self) -> logging.Logger:
        """Return the logger."""
        return log

    async def async_issue(self, *_: object, **__: object) -> str:
        """Issue a state. Raises what the database raises."""
        name = secrets.token_urlsafe(24)
        await self._kept.begin(_digest(name), datetime.now(UTC) + STATE_LASTS)
        return f"{name}.{self._signature(name)}"

    async def async_consume(self, state: str) -> bool:
        """Consume a state, once. Raises what the database raises."""
        name, _, signature = (state or "").partition(".")
        is_ours = hmac.compare_digest(signature.encode(), self._signature(name).encode())
        return is_ours and await self._kept.finish(_digest(name))

    def _signature(self, name: str) -> str:
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class Flow(AsyncOAuthFlow):
    """Bolt's flow, with our page, which also saves the workspace's address."""

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 (Bolt's)
        """Write the page that leads to Slack."""
        text = (
            "This adds Parley, a Claude for your team, to one Slack workspace. Slack shows the permissions "
            "that it asks for."
        )
        return page("Parley", text, BUTTON.format(url=html.escape(url)))

    async def run_installation(self, code: str) -> SlackInstallation | None:
        """Exchange the code that Slack sent. Raises what the SDK raises, `ChatError`."""
        installation = await super().run_installation(code)
        if installation is not None and installation.bot_token:
            us = await call(self.client.auth_test, token=installation.bot_token)
            installation.set_custom_value(URL, str(us.get("url") or ""))
        return installation


def flow(
    client: AsyncWebClient, *, client_id: str, client_secret: str, store: BoltInstallationStore, states: StateStore
) -> AsyncOAuthFlow:
    """Build the flow. `client` has no token; its API's address says where people confirm the installation."""
    options = AsyncCallbackOptions(success=_succeeded, failure=_failed)
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=sorted({*SCOPES, *OPTIONAL_SCOPES}),  # the app's manifest says which of them can be declined
        user_scopes=[],
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        authorization_url=urljoin(client.base_url, "/oauth/v2/authorize"),
        installation_store=store,
        state_store=states,
        state_expiration_seconds=int(STATE_LASTS.total_seconds()),
        callback_options=options,
        logger=logging.getLogger("slack_bolt.oauth"),
    )
    return Flow(client=client, logger=logging.getLogger("slack_bolt.oauth"), settings=settings)


def routes(installing: AsyncOAuthFlow) -> list[web.RouteDef]:
    """Return the routes of the pages."""

    def answered(
        handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
    ) -> Callable[..., Awaitable[web.Response]]:
        async def on_request(request: web.Request) -> web.Response:
            try:
                response = await handle(await to_bolt_request(request))
            except (ChatError, SlackClientError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("an installation stopped: %s", type(error).__name__)
                response = _page(503, "Not installed", SENTENCES["unreachable"])
            found = await to_aiohttp_response(response)
            found.headers["Cache-Control"] = "no-store"
            found.headers["Referrer-Policy"] = "no-referrer"  # the address holds a code
            return found

        return on_request

    return [
        web.get(INSTALL_PATH, answered(installing.handle_installation)),
        web.get(REDIRECT_PATH, answered(installing.handle_callback)),
    ]


async def _succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    return _page(200, "Installed", WELCOME.format(name=args.installation.team_name or "your workspace"))


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    match args.error:
        case OrganizationError():
            status, reason = 400, "organization"
        case UninvitedError():
            status, reason = 403, "uninvited"
        case _:
            status, reason = args.suggested_status_code, args.reason
    return _page(status, "Not installed", SENTENCES.get(reason, OTHERWISE), BUTTON.format(url=INSTALL_PATH))


def _page(status: int, title: str, text: str, more: str = "") -> BoltResponse:
    return BoltResponse(
        status=status, body=page(title, text, more), headers={"Content-Type": "text/html; charset=utf-8"}
    )


def page(title: str, text: str, more: str = "") -> str:
    """Write a page; `more` is HTML."""
    return PAGE.format(title=html.escape(title), text=html.escape(text), more=more)
