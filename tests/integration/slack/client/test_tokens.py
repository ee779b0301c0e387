"""Tokens from memory, from the database and from Slack, as the local workspace gives them out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.core.domain.installation import Installation
from bot.errors import ChatError, RevokedError
from bot.playground.slack.rules import Rules
from bot.slack.client.api import call, web_client
from bot.slack.client.tokens import Client, Installed, InstalledToken
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HALF_A_DAY = 43_200.0


class InMemoryInstallations:
    """Implements `bot.core.domain.installation.Installations`; `found` counts how often it was asked."""

    def __init__(self) -> None:
        self.kept: dict[str, Installation] = {}
        self.found = 0
        self.claimed: set[tuple[str, int]] = set()

    async def find(self, workspace: str) -> Installation | None:
        self.found += 1
        return self.kept.get(workspace)

    async def save(self, installation: Installation) -> None:
        version = self.kept[installation.workspace].version if installation.workspace in self.kept else 0
        self.kept[installation.workspace] = replace(installation, version=version + 1)

    async def claim_renewal(self, installation: Installation) -> bool:
        claim = installation.workspace, installation.version
        is_ours = claim not in self.claimed
        self.claimed.add(claim)
        return is_ours

    async def renew(self, installation: Installation) -> None:
        await self.save(installation)

    async def remove(self, workspace: str, before: datetime) -> None:
        if self.kept[workspace].installed_at <= before:
            del self.kept[workspace]


class Replica:
    """What one process has."""

    def __init__(self, local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession) -> None:
        workspace, url = local.workspace, f"{local.url}/api/"
        base = web_client("", url, session)
        rotator = AsyncTokenRotator(client_id=workspace.client_id, client_secret=workspace.client_secret, client=base)
        self.installed = Installed(store, rotator)
        self.client = Client(InstalledToken(workspace.team_id, self.installed), url, session, workspace.team_id)

    async def ask(self) -> str:
        return str((await call(self.client.auth_test))["team_id"])


@pytest.fixture
async def local() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace(Rules(token_lifetime=HALF_A_DAY)) as one:
        yield one


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
async def store(local: ScriptedWorkspace) -> InMemoryInstallations:
    """The workspace has installed the bot, with a token of half a day."""
    kept = InMemoryInstallations()
    given = local.workspace.tokens.issue(HALF_A_DAY)
    now = datetime.now(UTC)
    await kept.save(
        Installation(
            workspace=local.workspace.team_id,
            name="Local",
            url="",
            bot_user=local.bot.id,
            bot_id=local.workspace.bot_id,
            scopes="",
            person=local.me.id,
            installed_at=now,
            token=str(given["access_token"]),
            refresh_token=str(given["refresh_token"]),
            expires_at=now + timedelta(seconds=HALF_A_DAY),
        )
    )
    return kept


def let_it_end(local: ScriptedWorkspace, store: InMemoryInstallations, left: timedelta) -> None:
    team = local.workspace.team_id
    store.kept[team] = replace(store.kept[team], expires_at=datetime.now(UTC) + left)


def exchanges(local: ScriptedWorkspace) -> list[str]:
    return [str(one.result.get("error", "ok")) for one in local.calls if one.method == "oauth.v2.access"]


async def test_an_installation_is_looked_up_once(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    replica = Replica(local, store, session)
    for _ in range(5):
        assert await replica.ask() == local.workspace.team_id
    assert store.found == 1
    assert exchanges(local) == []


async def test_a_token_near_its_end_is_renewed(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    let_it_end(local, store, timedelta(hours=1))
    replicas = [Replica(local, store, session) for _ in range(3)]
    await asyncio.gather(*(one.ask() for one in replicas * 3))
    assert exchanges(local) == ["ok"]
    assert store.kept[local.workspace.team_id].token == local.workspace.bot_token


async def test_others_wait_for_a_token_that_is_over(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    let_it_end(local, store, timedelta(seconds=-1))
    local.workspace.tokens.expire()
    replicas = [Replica(local, store, session) for _ in range(3)]
    assert await asyncio.gather(*(one.ask() for one in replicas)) == [local.workspace.team_id] * 3
    assert exchanges(local) == ["ok"]


async def test_a_good_token_outlives_a_failed_renewal(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    let_it_end(local, store, timedelta(hours=1))
    local.fail("oauth.v2.access", status=503)
    assert await Replica(local, store, session).ask() == local.workspace.team_id


async def test_what_another_replica_renewed_is_read(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    ours = Replica(local, store, session)
    await ours.ask()
    team, fresh = local.workspace.team_id, local.workspace.tokens.issue(HALF_A_DAY)
    local.workspace.tokens.issue(HALF_A_DAY)  # of three, the first is over
    await store.save(replace(store.kept[team], token=str(fresh["access_token"])))
    assert await ours.ask() == team
    assert exchanges(local) == []


async def test_a_refresh_token_that_is_gone_ends_it(
    local: ScriptedWorkspace, store: InMemoryInstallations, session: aiohttp.ClientSession
) -> None:
    let_it_end(local, store, timedelta(seconds=-1))
    local.workspace.tokens.revoke("token_revoked")
    replica = Replica(local, store, session)
    for _ in range(3):
        with pytest.raises(RevokedError):
            await replica.ask()
    assert exchanges(local) == ["invalid_refresh_token"]
    assert await store.claim_renewal(replace(store.kept[local.workspace.team_id], version=9))


async def test_without_an_installation_nobody_is_asked(
    local: ScriptedWorkspace, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(ChatError, match="not_installed"):
        await Replica(local, InMemoryInstallations(), session).ask()
    assert local.calls == []
