"""Slack's search beside a whole bot: what it needs is in memory only, and what it finds is kept nowhere."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot import app, build, settings
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.platform_search import SearchGap
from bot.db.quota import SqlQuota
from bot.log import TALKATIVE
from bot.slack.app import bolt_app
from bot.slack.chat.search import SlackSearch
from bot.slack.client.rate_limit import SEARCH, Budget
from bot.workspaces import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

SECRET = "zyxgizmo"  # a word that stands nowhere else


@asynccontextmanager
async def searching_bot(stage: Dialogue) -> AsyncIterator[SlackSearch]:
    """Run the bot, and yield its search."""
    read = settings.read(stage.environ | stage.workspace.environment("http"), for_slack=True)
    async with AsyncExitStack() as stack:
        built = await build.build(stack, read)
        bolt = bolt_app(built.joined.client, built.joined.teams, built.intake, built.uninstaller.depart)
        await app.begin(stack, read, built)
        figures = partial(built.metrics.page, built.inbox)
        address = await stack.enter_async_context(listening(read, bolt, built.joined, built.database, figures))
        stage.url = address
        stage.workspace.deliver_to(f"{address}/slack/events")
        yield SlackSearch(built.joined.teams, Budget(SqlQuota(built.database)))


def stored(stage: Dialogue) -> bytes:
    """Return all bytes of the database, those not yet moved into its main file included."""
    file = Path(stage.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))


async def test_neither_token_nor_results_are_kept(
    stage: Dialogue, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    for name in TALKATIVE:  # as `bot.log.configure` does
        caplog.set_level(logging.WARNING, name)
    caplog.set_level(logging.DEBUG)
    local, me = stage.workspace, stage.workspace.me
    elsewhere = local.workspace.add_channel("roadmap")
    local.say(elsewhere.id, f"The {SECRET} ships in May", user=local.sam)
    model.answer("In May, I think.")
    async with searching_bot(stage) as search:
        ts = stage.mention("what do you know about quuxquestion?")
        place, asker = Place(local.workspace.team_id, stage.general, ts), Requester(me.id, local.workspace.team_id)
        assert await stage.answer(stage.general, ts) == "In May, I think."
        found = await search.messages(place, asker, ts, SECRET, 5)
        assert not isinstance(found, SearchGap)
        assert [one.text for one in found] == [f"The {SECRET} ships in May"]
        local.fail(SEARCH, error="fatal_error")
        assert await search.messages(place, asker, ts, SECRET, 5) is SearchGap.FAILED
        await stage.until_idle()
        tokens = [str(one.event["action_token"]) for one in local.deliveries.log if "action_token" in one.event]
        assert len(tokens) == 2  # of the two events of a mention
        assert {call.arguments["action_token"] for call in local.calls if call.method == SEARCH} <= set(tokens)
        held = await asyncio.to_thread(stored, stage)
        assert b"quuxquestion" in held
        assert not any(word.encode() in held for word in (*tokens, SECRET, "action_token"))
        async with aiohttp.ClientSession() as session, session.get(f"{stage.url}/metrics") as response:
            figures = await response.text()
        assert SEARCH in figures
        assert not any(word in figures or word in caplog.text for word in (*tokens, SECRET))
        assert "Slack's search failed: fatal_error" in caplog.text
    async with searching_bot(stage) as restarted:
        assert await restarted.messages(place, asker, ts, SECRET, 5) is SearchGap.NOT_FRESH


async def test_outsiders_and_commands_have_no_token(stage: Dialogue) -> None:
    local, team = stage.workspace, stage.workspace.workspace.team_id
    partners = local.channel("partners")
    async with searching_bot(stage) as search:
        ts = local.say(partners, f"{local.bot.mention} what of gizmo?", user=local.rio)
        await local.until(lambda: all(delivery.is_over for delivery in local.deliveries.log))
        asker = Requester(local.rio.id, local.rio.team_id)
        assert await search.messages(Place(team, partners, ts), asker, ts, "gizmo", 5) is SearchGap.NOT_FRESH
        asker = Requester(local.me.id, team)
        assert await search.messages(Place(team, stage.general), asker, "", "gizmo", 5) is SearchGap.NOT_FRESH
        await stage.until_idle()
