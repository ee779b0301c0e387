"""Real-time search: tokens that come with events, what each finds from where, errors and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack.records import MessageRecord
from bot.playground.slack.rules import SEARCH_QUERY, Rules
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from bot.playground.slack.records import User
    from tests.integration.playground.conftest import ScriptedClock

ALL = "public_channel,private_channel,mpim,im"


@dataclass
class Searching:
    """Searches by Slack's SDK."""

    local: ScriptedWorkspace
    client: AsyncWebClient

    def token(self, channel: str = "general", user: User | None = None) -> str:
        """Let a user mention the app in a channel; return the token that came with it."""
        place = channel if channel in self.local.workspace.channels else self.local.channel(channel)
        self.local.say(place, f"{self.local.bot.mention} tell me", user=user)
        return str(self.local.deliveries.log[-1].event["action_token"])

    async def search(self, query: str = "gizmo", token: str = "", **options: Any) -> dict[str, Any]:
        """Search; raises as the SDK does."""
        arguments = {"query": query, "action_token": token or self.token(), **options}
        answer = await self.client.api_call("assistant.search.context", data=arguments)
        assert isinstance(answer.data, dict)
        return answer.data

    async def texts(self, query: str = "gizmo", token: str = "", **options: Any) -> list[str]:
        """Return the texts that a search finds."""
        return [one["content"] for one in (await self.search(query, token, **options))["results"]["messages"]]

    async def error(self, **arguments: Any) -> str:
        """Return why a search is refused."""
        with pytest.raises(SlackApiError) as caught:
            await self.search(**arguments)
        return str(caught.value.response["error"])


@pytest.fixture
def searching(local: ScriptedWorkspace, client: AsyncWebClient) -> Searching:
    return Searching(local, client)


async def test_only_some_events_have_a_token(local: ScriptedWorkspace, general: str) -> None:
    mention = local.bot.mention
    for channel, text in ((general, "all"), (general, f"{mention} you"), (local.channel("leads"), "us")):
        local.say(channel, text)
    local.say(local.workspace.direct(local.me.id).id, "hello")
    local.workspace.post(MessageRecord(general, local.workspace.deploys.id, f"{mention} deployed"))
    having = [(one.event["type"], one.event["text"], "action_token" in one.event) for one in local.deliveries.log]
    assert having == [
        ("message", "all", False),
        ("app_mention", f"{mention} you", True),
        ("message", f"{mention} you", True),
        ("message", "us", True),
        ("message", "hello", True),
        ("app_mention", f"{mention} deployed", False),
        ("message", f"{mention} deployed", False),
    ]


async def test_a_result_has_slacks_fields(searching: Searching) -> None:
    local = searching.local
    ts = local.say(local.channel("engineering"), "first", user=local.ada)
    reply = local.say(local.channel("engineering"), "Gizmo!", user=local.sam, thread_ts=ts)
    (one,) = (await searching.search())["results"]["messages"]
    assert one.pop("permalink").startswith("https://local-workspace.slack.com/archives/C01ENGINEER/p")
    assert one == {
        "author_name": "Sam Okoro",
        "author_user_id": local.sam.id,
        "team_id": local.workspace.team_id,
        "channel_id": "C01ENGINEER",
        "channel_name": "engineering",
        "message_ts": reply,
        "thread_ts": ts,
        "content": "Gizmo!",
        "is_author_bot": False,
    }


async def test_the_scope_follows_the_place(searching: Searching) -> None:
    local = searching.local
    direct = local.workspace.direct(local.me.id).id
    for place in ("general", "engineering", "leads", "partners"):
        local.say(local.channel(place), f"gizmo in {place}")
    local.say(direct, "gizmo in direct")
    public = {"gizmo in general", "gizmo in engineering", "gizmo in partners"}
    assert set(await searching.texts(channel_types=ALL)) == public
    leads, alone = searching.token("leads"), searching.token(direct)
    assert set(await searching.texts(token=leads, channel_types=ALL)) == public | {"gizmo in leads"}
    assert set(await searching.texts(token=leads)) == public
    assert set(await searching.texts(token=alone, channel_types=ALL)) == public | {"gizmo in direct"}
    shared = searching.token("partners", local.rio)
    assert await searching.texts(token=shared, channel_types=ALL) == ["gizmo in partners"]


async def test_an_array_is_taken_for_nothing(searching: Searching) -> None:
    searching.local.say(searching.local.channel("leads"), "gizmo in leads")
    token = searching.token("leads")
    assert await searching.texts(token=token, channel_types='["public_channel"]') == ["gizmo in leads"]


async def test_the_most_words_come_first(searching: Searching, general: str) -> None:
    for text in ("the launch", "the gizmo launch date", "gizmo", "and the for it"):
        searching.local.say(general, text)
    found = await searching.texts("when is the gizmo launch date?")
    assert found == ["the gizmo launch date", "gizmo", "the launch"]
    newest = await searching.texts("gizmo launch", sort="timestamp", sort_dir="asc")
    assert newest == ["the launch", "the gizmo launch date", "gizmo"]


async def test_apps_are_found_on_demand(searching: Searching, general: str) -> None:
    searching.local.workspace.post(MessageRecord(general, searching.local.workspace.deploys.id, "gizmo deployed"))
    assert await searching.texts() == []
    assert await searching.texts(include_bots="true") == ["gizmo deployed"]
    assert await searching.texts(include_bots="true", content_types="files") == []


async def test_results_come_in_pages(searching: Searching, general: str) -> None:
    for number in range(25):
        searching.local.say(general, f"gizmo {number}")
    first = await searching.search(limit="100")
    assert len(first["results"]["messages"]) == 20
    cursor = first["response_metadata"]["next_cursor"]
    second = await searching.search(cursor=cursor)
    assert [one["content"] for one in second["results"]["messages"]] == [
        f"gizmo {number}" for number in range(4, -1, -1)
    ]
    assert second["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"query": " "}, "missing_query"),
        ({"query": "x" * (SEARCH_QUERY + 1)}, "query_too_long"),
        ({"token": "1.2.x"}, "invalid_action_token"),
        ({"cursor": "nowhere"}, "invalid_cursor"),
        ({"context_channel_id": "C0NOWHERE"}, "context_channel_not_found"),
    ],
)
async def test_a_refusal_says_why(searching: Searching, arguments: dict[str, str], code: str) -> None:
    assert await searching.error(**arguments) == code


async def test_tokens_expire(searching: Searching, clock: ScriptedClock) -> None:
    first, rules = searching.token(), searching.local.workspace.rules
    clock.ahead += rules.action_token_lifetime - 60
    second = searching.token()
    assert await searching.texts(token=first) == []
    clock.ahead += 120
    assert await searching.error(token=first) == "invalid_action_token"
    assert await searching.texts(token=second) == []
    searching.local.workspace.action_tokens.expire()
    assert await searching.error(token=second) == "invalid_action_token"


async def test_guests_search_nothing(searching: Searching) -> None:
    token = searching.token("support-feedback", searching.local.gia)
    assert await searching.error(token=token) == "access_denied"


async def test_search_can_be_off(searching: Searching) -> None:
    searching.local.change_rules(no_search="assistant_search_context_disabled", has_ai_search=False)
    assert await searching.error() == "assistant_search_context_disabled"
    assert (await searching.client.api_call("assistant.search.info"))["is_ai_search_enabled"] is False
    searching.local.change_rules(scopes=frozenset(), no_search="")
    assert await searching.error() == "missing_scope"


class TestLimits:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(tiers=True)

    async def test_a_workspace_has_ten_a_minute(self, searching: Searching, clock: ScriptedClock) -> None:
        for _ in range(10):
            await searching.search()
        assert await searching.error() == "ratelimited"
        clock.ahead += 61
        assert await searching.texts() == []

    async def test_a_larger_one_has_ten_each(self, searching: Searching) -> None:
        searching.local.limit("assistant.search.context", 100)
        for _ in range(10):
            await searching.search()
        assert await searching.error() == "rate_limited"
        assert await searching.texts(token=searching.token(user=searching.local.sam)) == []
