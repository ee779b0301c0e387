"""Slack's search, as it went wrong for others; https://docs.slack.dev/apis/web-api/real-time-search-api."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.platform_search import PlatformMessage, SearchGap
from bot.playground.slack.records import MessageRecord
from bot.slack.chat.search import SlackSearch
from bot.slack.client.action_tokens import ActionTokens
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import SEARCH, Budget
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES, manifest
from bot.slack.workspaces import WorkspaceClients
from tests.support.quota import InMemoryQuota
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.playground.slack.records import User

    Asked = tuple[ScriptedWorkspace, SlackSearch, WorkspaceClients]


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    async with ScriptedWorkspace() as local, aiohttp.ClientSession() as session:
        budget = Budget(InMemoryQuota())
        client = Client(StaticToken(local.workspace.bot_token), f"{local.url}/api/", session)
        teams = WorkspaceClients(lambda _: (client, AskedIdentity(client)), session, budget)
        yield local, SlackSearch(teams, budget), teams


def ask(asked: Asked, user: User) -> str:
    """Let a person mention the bot, which hears it; return the message's ts."""
    local, _, teams = asked
    ts = local.say(local.channel("general"), f"{local.bot.mention} what is new?", user=user)
    for delivery in local.deliveries.log:
        teams.of(local.workspace.team_id).tokens.take_from(delivery.event, is_shared=False)
    return ts


async def find(asked: Asked, ts: str, user: User) -> tuple[PlatformMessage, ...] | SearchGap:
    local, search, _ = asked
    place = Place(local.workspace.team_id, local.channel("general"), ts)
    return await search.messages(place, Requester(user.id, place.workspace), ts, "gizmo", 20)


# https://github.com/slack-go/slack/issues/1577: read from `assistant_thread`, which it has left
@pytest.mark.parametrize("holding", [{"action_token": "1.2.x"}, {"assistant_thread": {"action_token": "1.2.x"}}])
def test_a_token_is_found_where_it_is(holding: dict[str, Any]) -> None:
    tokens = ActionTokens()
    tokens.take_from({"channel": "C1", "ts": "1.1", "user": "U1", **holding}, is_shared=False)
    found = tokens.of("C1", "1.1")
    assert found is not None
    assert found.value == "1.2.x"


# https://github.com/yourbuddyconner/valet/pull/54: a session's latest token, whoever asked last
async def test_a_search_is_in_its_askers_name(asked: Asked) -> None:
    local, _, _ = asked
    first, second = ask(asked, local.sam), ask(asked, local.ada)
    assert await find(asked, first, local.ada) is SearchGap.NOT_FRESH
    assert await find(asked, first, local.sam) == ()
    assert await find(asked, second, local.ada) == ()
    sent = [call.arguments["action_token"] for call in local.calls if call.method == SEARCH]
    issued = {event["action_token"]: event["ts"] for event in (one.event for one in local.deliveries.log)}
    assert [issued[token] for token in sent] == [first, second]


# https://github.com/n8n-io/n8n/pull/35291: a list in a form that the API does not take
async def test_a_search_stays_in_public_channels(asked: Asked) -> None:
    local, _, _ = asked
    local.workspace.channel("#general").is_private = True
    local.say(local.channel("general"), "Gizmo, in private")
    ts = ask(asked, local.sam)
    assert await find(asked, ts, local.sam) == ()
    call = next(call for call in local.calls if call.method == SEARCH)
    assert call.arguments["channel_types"] == "public_channel"


# https://github.com/open-cli-collective/slack-chat-api/issues/143: an app's message has only blocks
async def test_an_apps_message_is_not_empty(asked: Asked) -> None:
    local, _, _ = asked
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Gizmo used 73,746 tokens"}}]
    local.workspace.post(MessageRecord(local.channel("engineering"), local.workspace.deploys.id, "", blocks=blocks))
    found = await find(asked, ask(asked, local.sam), local.sam)
    assert not isinstance(found, SearchGap)
    assert [(one.text, one.name, one.is_bot) for one in found] == [("Gizmo used 73,746 tokens", "Deploys", True)]


# https://github.com/ca-srg/ragent/pull/63, https://github.com/korotovsky/slack-mcp-server/pull/265: no way back to it
async def test_what_is_found_has_its_link(asked: Asked) -> None:
    local, _, _ = asked
    channel = local.channel("engineering")
    ts = local.say(channel, "the plan", user=local.ada)
    reply = local.say(channel, "Gizmo is part of it", user=local.ada, thread_ts=ts)
    found = await find(asked, ask(asked, local.sam), local.sam)
    assert not isinstance(found, SearchGap)
    (one,) = found
    address = await asked[2].of(local.workspace.team_id).client.chat_getPermalink(channel=channel, message_ts=reply)
    assert (one.link, one.thread) == (address["permalink"], ts)


# https://github.com/vellum-ai/vellum-assistant/pull/39141: an optional scope in its own list only
def test_optional_scopes_are_asked_for() -> None:
    scopes = manifest()["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) == set(OPTIONAL_SCOPES) <= set(scopes["bot"])
    assert set(scopes["bot"]) == {*SCOPES, *OPTIONAL_SCOPES}
    assert not SCOPES.keys() & OPTIONAL_SCOPES.keys()


# https://github.com/Cloudgeni-ai/opengeni/pull/1554, https://github.com/slackapi/slack-cli/pull/517
async def test_an_older_installation_goes_on(asked: Asked) -> None:
    local, _, _ = asked
    local.change_rules(scopes=frozenset(SCOPES))
    ts = ask(asked, local.sam)
    assert [await find(asked, ts, local.sam) for _ in range(2)] == [SearchGap.NOT_GRANTED] * 2
    assert [call.method for call in local.calls].count(SEARCH) == 1
