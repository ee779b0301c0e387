"""The status of a thread, when the turn that shows it is lost on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.domain.message import Place
from bot.slack.client.api import web_client
from bot.slack.client.lease_check import fenced
from bot.slack.client.rate_limit import Budget
from bot.slack.outbound.status import Sessions
from bot.work import LeaseLostError
from tests.support.quota import InMemoryQuota
from tests.support.turn import begin_turn
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

METHOD = "agents.sessions.setStatus"


class Lease:
    """A turn's lease. It is lost when the workspace has heard of the status: as late as can be."""

    def __init__(self, workspace: ScriptedWorkspace) -> None:
        self._calls = workspace.calls
        self.is_lost_then = True

    def check(self) -> None:
        if self.is_lost_then and any(call.method == METHOD for call in self._calls):
            raise LeaseLostError


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace() as local:
        yield local


@pytest.fixture
async def sessions(workspace: ScriptedWorkspace) -> AsyncIterator[Sessions]:
    async with aiohttp.ClientSession(trace_configs=[fenced(aiohttp.TraceConfig())]) as session:
        client = web_client(workspace.workspace.bot_token, f"{workspace.url}/api/", session)
        yield Sessions(client, Budget(InMemoryQuota()))


@pytest.fixture
async def place(workspace: ScriptedWorkspace) -> Place:
    channel = workspace.channel("general")
    return Place(workspace.workspace.team_id, channel, workspace.say(channel, "Hello?"))


@pytest.fixture
def lease(workspace: ScriptedWorkspace) -> Lease:
    return Lease(workspace)


def status(workspace: ScriptedWorkspace, place: Place) -> str:
    return workspace.workspace.session(place.channel, place.thread).status


def told(workspace: ScriptedWorkspace) -> list[str]:
    return [call.arguments["status"] for call in workspace.calls if call.method == METHOD]


async def test_a_turn_of_ours_shows_a_status(
    workspace: ScriptedWorkspace, sessions: Sessions, place: Place, lease: Lease
) -> None:
    lease.is_lost_then = False
    begin_turn(lease.check)
    assert await sessions.begin(place, lease.check)
    assert status(workspace, place) == "Working…"
    await sessions.end(place)
    assert not status(workspace, place)


async def test_a_late_status_is_taken_off(
    workspace: ScriptedWorkspace, sessions: Sessions, place: Place, lease: Lease
) -> None:
    begin_turn(lease.check)
    with pytest.raises(LeaseLostError):
        await sessions.begin(place, lease.check)
    assert told(workspace) == ["processing", "active"]
    assert not status(workspace, place)


@pytest.mark.parametrize("rounds", range(12))
async def test_a_cancelled_turn_looks_again(
    workspace: ScriptedWorkspace, sessions: Sessions, place: Place, lease: Lease, rounds: int
) -> None:
    """Cancelled so many rounds of the loop after it began: before, while or after its call is on its way."""
    begin_turn(lease.check)
    beginning = asyncio.create_task(sessions.begin(place, lease.check))
    for _ in range(rounds):
        await asyncio.sleep(0)
    beginning.cancel()
    await asyncio.wait([beginning])
    assert told(workspace) in ([], ["processing", "active"])
    assert not status(workspace, place)


async def test_a_lost_turn_leaves_the_status_alone(
    workspace: ScriptedWorkspace, sessions: Sessions, place: Place, lease: Lease
) -> None:
    """What it can't have set, it does not take off: it may be its successor's."""
    lease.is_lost_then = False
    await sessions.begin(place, lease.check)
    lease.is_lost_then = True
    begin_turn(lease.check)
    with pytest.raises(LeaseLostError):
        await sessions.begin(place, lease.check)
    assert status(workspace, place) == "Working…"


async def test_a_status_without_receipt_is_known(
    workspace: ScriptedWorkspace, sessions: Sessions, place: Place, lease: Lease
) -> None:
    lease.is_lost_then = False
    workspace.fail(METHOD, drop="answer")
    assert await sessions.begin(place, lease.check)
    workspace.fail(METHOD, error="channel_not_found")
    assert not await sessions.begin(place, lease.check)
