"""Tokens: the one that the operator set, or each workspace's own, renewed in time by one replica for all."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError, RevokedError
from bot.slack.client.api import REVOKED, error_code, translated

if TYPE_CHECKING:
    import aiohttp
    from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from bot.core.domain.installation import Installation
    from bot.core.ports.installations import Installations

log = logging.getLogger(__name__)

KEPT = 1_000  # workspaces
KEPT_FOR = 600.0  # seconds for which an installation that works is not asked for again
# A token lives for 12 hours, and is renewed before that: https://docs.slack.dev/authentication/using-token-rotation
BEFORE_END = timedelta(hours=2)
PAUSE = 20.0  # seconds until a renewal that another replica does, or that failed, is looked at again
PATIENCE = 10.0  # seconds that a call waits for another replica's renewal, where its own token is over
LOOK_EVERY = 0.25


class TokenStore(Protocol):
    """The source of a client's token."""

    async def token(self) -> str:
        """Return the current token. Raises `RevokedError` if there is none, `ChatError`."""

    async def after(self, refused: str) -> str:
        """Return the token that replaced one that Slack refused, "" for none. Raises `ChatError`."""


@dataclass(frozen=True, slots=True)
class StaticToken:
    """The token that the operator has set."""

    value: str

    async def token(self) -> str:
        """Return it."""
        return self.value

    async def after(self, refused: str) -> str:  # noqa: ARG002 (there is no other)
        """Return nothing: only the operator can set another one."""
        return ""


@dataclass(frozen=True, slots=True)
class InstalledToken:
    """The token of one installation."""

    workspace: str
    installed: Installed

    async def token(self) -> str:
        """Return it."""
        return (await self.installed.current(self.workspace)).token

    async def after(self, refused: str) -> str:
        """Return the token that another replica or a new installation has stored since."""
        return await self.installed.after(self.workspace, refused)


class Client(AsyncWebClient):
    """A client that takes its token from a store for each call, and asks once more when Slack refuses it."""

    def __init__(self, keyring: TokenStore, base_url: str, session: aiohttp.ClientSession, name: str = "") -> None:
        # The SDK writes each call out for a logger that has no level of its own, and then throws that away.
        logger = logging.getLogger("slack_sdk")
        super().__init__(base_url=base_url, session=session, retry_handlers=[], logger=logger)
        self._keyring = keyring
        self._name = name
        self._refused = ""

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:  # noqa: ANN401 (the SDK's own)
        """Call a method. Raises as the SDK does, and `RevokedError` if there is no token."""
        self.token = token = await self._keyring.token()
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            if (code := error_code(error)) not in REVOKED:
                raise
            newer = await self._keyring.after(token)
            if not newer:
                self._tell(token, code)
                raise
        self.token = newer
        return await super().api_call(api_method, **arguments)

    def _tell(self, token: str, code: str) -> None:
        """Tell the operator, once for each token."""
        if token != self._refused:
            self._refused = token
            whose = f"the workspace {self._name}" if self._name else "SLACK_BOT_TOKEN"  # not for people: logged
            log.error("Slack no longer accepts the token of %s (%s): reinstall the app", whose, code)


class Installed:
    """The installations that this process knows: read from the database once, and again when Slack refuses one."""

    def __init__(self, store: Installations, rotator: AsyncTokenRotator) -> None:
        self._store = store
        self._rotator = rotator
        self._known: OrderedDict[str, tuple[Installation, float]] = OrderedDict()
        self._rests_until: dict[str, float] = {}
        self._ended: dict[str, int] = {}  # the versions whose refresh tokens Slack took no more

    async def current(self, workspace: str) -> Installation:
        """Return a workspace's installation, with a valid token. Raises `RevokedError`, `ChatError`."""
        one, until = self._known.get(workspace, (None, 0.0))
        if one is None or until < monotonic():
            one = await self._look(workspace)
        if one is None:
            raise RevokedError("not_installed")
        if one.expires_at is None or one.expires_at - BEFORE_END > datetime.now(UTC):
            return one
        return await self._renewed(one)

    async def after(self, workspace: str, refused: str) -> str:
        """Return the token that replaced one that Slack refused, "" for none. Raises `ChatError`."""
        one = await self._look(workspace)
        if one is not None and one.token == refused and one.refresh_token:
            self._rests_until.pop(workspace, None)
            one = await self._renewed(replace(one, expires_at=datetime.now(UTC)))
        return one.token if one is not None and one.token != refused else ""

    def forget(self, workspace: str) -> None:
        """Drop a workspace's cached installation."""
        for known in (self._known, self._rests_until, self._ended):
            known.pop(workspace, None)

    async def _look(self, workspace: str) -> Installation | None:
        self._known.pop(workspace, None)
        one = await self._store.find(workspace)
        if one is not None:
            self._known[workspace] = one, monotonic() + KEPT_FOR
            while len(self._known) > KEPT:
                self.forget(next(iter(self._known)))
        return one

    async def _renewed(self, one: Installation) -> Installation:
        """Get the next token, or let another replica get it while the current one is valid."""
        is_over = one.expires_at is not None and one.expires_at <= datetime.now(UTC)
        if not is_over and self._rests_until.get(one.workspace, 0.0) > monotonic():
            return one
        self._rests_until[one.workspace] = monotonic() + PAUSE
        newest = await self._look(one.workspace)
        if newest is None:
            raise RevokedError("not_installed")
        if newest.version != one.version:
            return newest
        if is_over and self._ended.get(one.workspace) == one.version:
            raise RevokedError("invalid_refresh_token")
        if await self._store.claim_renewal(newest):
            return await self._renew(newest, one)
        return await self._wait(one) if is_over else one

    async def _renew(self, stored: Installation, one: Installation) -> Installation:
        log.info("getting the next token of %s", stored.workspace)
        try:
            fresh = await self._next(stored)
        except ChatError as error:
            if not error.is_transient:
                self._ended[stored.workspace] = stored.version
                log.error("Slack gives no new token for %s (%s): reinstall the app", stored.workspace, error)  # noqa: TRY400 (no trace)
            if one.expires_at is not None and one.expires_at > datetime.now(UTC):
                return one
            raise
        await self._store.renew(fresh)
        self._known[stored.workspace] = replace(fresh, version=fresh.version + 1), monotonic() + KEPT_FOR
        return fresh

    async def _next(self, one: Installation) -> Installation:
        """Exchange the refresh token, which can be used once. Raises `ChatError`."""
        bot = Bot(
            team_id=one.workspace,
            bot_token=one.token,
            bot_id=one.bot_id,
            bot_user_id=one.bot_user,
            bot_refresh_token=one.refresh_token,
            bot_token_expires_at=int(datetime.now(UTC).timestamp()),  # so that it is due, whatever the rotator thinks
            installed_at=one.installed_at.timestamp(),
        )
        with translated():
            try:
                fresh = await self._rotator.perform_bot_token_rotation(bot=bot)
            except SlackTokenRotationError as error:
                raise error.api_error from error
        if fresh is None:
            raise ChatError("no_bot_token")
        expires_at = datetime.fromtimestamp(fresh.bot_token_expires_at or 0, UTC)
        return replace(one, token=fresh.bot_token, refresh_token=fresh.bot_refresh_token or "", expires_at=expires_at)

    async def _wait(self, one: Installation) -> Installation:
        """Wait for the token that another replica is getting. Raises a transient `ChatError`."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            await asyncio.sleep(LOOK_EVERY)
            newest = await self._look(one.workspace)
            if newest is None:
                raise RevokedError("not_installed")
            if newest.version != one.version:
                return newest
        raise ChatError("token_not_renewed", is_transient=True)
