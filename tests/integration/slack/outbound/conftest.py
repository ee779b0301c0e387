"""An answer's place in a local workspace, with what it needs, and without a bot around it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.slack.client.api import http_session, web_client
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import Budget
from bot.slack.outbound.answer_context import AnswerContext, WorkspaceOutput
from bot.slack.outbound.posts import Posts
from bot.slack.outbound.status import Sessions
from bot.slack.outbound.stream import Streams
from bot.slack.outbound.upload import Files
from tests.support.quota import InMemoryQuota
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class InMemoryCheckpoint:
    """What a turn keeps, for as long as the test lasts."""

    reference = "t-1"
    was_begun = False
    is_discarded = False

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self._kept: dict[str, str] = {}

    @property
    def turn(self) -> InMemoryCheckpoint:
        return self

    def check(self) -> None:
        """Raise nothing: the turn stays ours."""

    def get(self, key: str) -> str | None:
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        self._kept[key] = value


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace() as local:
        yield local


@pytest.fixture
def checkpoint() -> InMemoryCheckpoint:
    return InMemoryCheckpoint()


@pytest.fixture
async def context(workspace: ScriptedWorkspace, checkpoint: InMemoryCheckpoint) -> AsyncIterator[AnswerContext]:
    async with http_session() as session:
        client = web_client(workspace.workspace.bot_token, f"{workspace.url}/api/", session)
        budget = Budget(InMemoryQuota())
        out = WorkspaceOutput(
            client,
            AskedIdentity(client),
            Sessions(client, budget),
            Streams(client, budget),
            Posts(client, budget),
            Files(client, session),
        )
        channel = workspace.channel("general")
        question = workspace.say(channel, "Hello?")
        place = Place(workspace.workspace.team_id, channel, question)
        asker = Requester(workspace.me.id, workspace.workspace.team_id)
        yield AnswerContext(out, place, asker, checkpoint, question)
