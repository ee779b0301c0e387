"""Slack's search, as the use cases see it, against the local Slack."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.platform_search import PlatformMessage, SearchGap
from bot.playground.slack.faults import CallFault
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.rules import Rules
from bot.slack.chat.search import DEADLINE, SlackSearch
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import SEARCH, Budget
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.workspaces import WorkspaceClients
from tests.support.clock import turn_clock
from tests.support.quota import InMemoryQuota
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.playground.slack.records import User

TOLD = "Gizmo ships with the second pump &amp; without the valve"


@dataclass
class Asking:
    """People who ask in the local workspace, and the search that the bot makes for them."""

    local: ScriptedWorkspace
    teams: WorkspaceClients
    search: SlackSearch

    def ask(self, channel: str = "general", text: str = "what is new?", user: User | None = None) -> str:
        """Ask the bot, which hears it; return the message's ts."""
        ts = self.local.say(self.local.channel(channel), f"{self.local.bot.mention} {text}", user=user)
        for delivery in self.local.deliveries.log:
            is_shared = bool(delivery.payload["is_ext_shared_channel"])
            self.teams.of(self.local.workspace.team_id).tokens.take_from(delivery.event, is_shared=is_shared)
        return ts

    async def find(
        self, ts: str, query: str = "gizmo", *, channel: str = "general", user: User | None = None, limit: int = 20
    ) -> tuple[PlatformMessage, ...] | SearchGap:
        """Search for an answer to a message."""
        place = Place(self.local.workspace.team_id, self.local.channel(channel), ts)
        asker = Requester((user or self.local.me).id, place.workspace)
        return await self.search.messages(place, asker, ts, query, limit)

    async def texts(self, ts: str, query: str = "gizmo", *, channel: str = "general") -> list[str]:
        """Return the texts that are found."""
        found = await self.find(ts, query, channel=channel)
        assert not isinstance(found, SearchGap)
        return [one.text for one in found]

    @property
    def searches(self) -> int:
        """How often Slack was asked to search."""
        return sum(call.method == SEARCH for call in self.local.calls)


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def asking(rules: Rules) -> AsyncIterator[Asking]:
    async with ScriptedWorkspace(rules) as local, aiohttp.ClientSession() as session:
        budget = Budget(InMemoryQuota())
        client = Client(StaticToken(local.workspace.bot_token), f"{local.url}/api/", session)
        teams = WorkspaceClients(lambda _: (client, AskedIdentity(client)), session, budget)
        yield Asking(local, teams, SlackSearch(teams, budget))


async def test_a_message_elsewhere_is_found(asking: Asking) -> None:
    engineering = asking.local.channel("engineering")
    ts = asking.local.say(engineering, f"<@{asking.local.ada.id}>: {TOLD}", user=asking.local.sam)
    found = await asking.find(asking.ask())
    assert not isinstance(found, SearchGap)
    (one,) = found
    assert one.text == "@Ada Marsh: Gizmo ships with the second pump & without the valve"
    assert (one.id, one.channel, one.channel_name) == (ts, engineering, "engineering")
    assert (one.author, one.name, one.is_bot) == (asking.local.sam.id, "Sam Okoro", False)
    assert one.link == f"https://local-workspace.slack.com/archives/{engineering}/p{ts.replace('.', '')}"
    assert f"{one.at.timestamp():.6f}" == ts


async def test_the_request_asks_for_no_more(asking: Asking) -> None:
    await asking.find(asking.ask(), "is *Gizmo* <https://x.example|late>? `now` snake_case", limit=50)
    (call,) = [call for call in asking.local.calls if call.method == SEARCH]
    assert call.arguments.pop("action_token")
    assert call.arguments == {
        "query": "is Gizmo late? now snake_case",
        "channel_types": "public_channel",
        "content_types": "messages",
        "include_bots": "true",
        "include_message_blocks": "true",
        "limit": "20",
        "context_channel_id": asking.local.channel("general"),
    }


async def test_neither_question_nor_own_answers_return(asking: Asking) -> None:
    general = asking.local.channel("general")
    asking.local.say(general, "Gizmo is what I answered", user=asking.local.bot)
    asking.local.say(general, "Gizmo was deployed", user=asking.local.workspace.deploys)
    found = await asking.find(asking.ask())
    assert not isinstance(found, SearchGap)
    assert [(one.text, one.is_bot) for one in found] == [("Gizmo was deployed", True)]


async def test_an_apps_blocks_are_read(asking: Asking) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Gizmo* is down"}}]
    channel = asking.local.channel("engineering")
    asking.local.workspace.post(MessageRecord(channel, asking.local.workspace.deploys.id, "", blocks=blocks))
    assert await asking.texts(asking.ask()) == ["**Gizmo** is down"]


async def test_private_words_never_come(asking: Asking) -> None:
    asking.local.say(asking.local.channel("leads"), "Gizmo is cancelled, keep it quiet")
    asking.local.say(asking.local.channel("engineering"), "Gizmo is on time")
    assert await asking.texts(asking.ask()) == ["Gizmo is on time"]
    assert await asking.texts(asking.ask("leads"), channel="leads") == ["Gizmo is on time"]


async def test_a_shared_channel_shows_itself_only(asking: Asking) -> None:
    asking.local.say(asking.local.channel("partners"), "Gizmo for Northwind")
    asking.local.say(asking.local.channel("engineering"), "Gizmo within")
    assert await asking.texts(asking.ask("partners"), channel="partners") == ["Gizmo for Northwind"]


async def test_what_slack_adds_is_left_out(asking: Asking) -> None:
    ts = asking.ask("partners")
    asking.local.workspace.channel("#partners").shared_with = ()  # the local Slack forgets that it is shared
    asking.local.say(asking.local.channel("engineering"), "Gizmo within")
    assert await asking.texts(ts, channel="partners") == []


@pytest.mark.parametrize("name", ["gia", "rio"])
async def test_guests_and_outsiders_find_nothing(asking: Asking, name: str) -> None:
    user: User = getattr(asking.local, name)
    channel = "support-feedback" if name == "gia" else "partners"
    ts = asking.ask(channel, user=user)
    assert await asking.find(ts, channel=channel, user=user) is SearchGap.NOT_ALLOWED
    assert asking.searches == 0


async def test_only_who_asked_can_search(asking: Asking) -> None:
    ts = asking.ask(user=asking.local.sam)
    assert await asking.find(ts, user=asking.local.ada) is SearchGap.NOT_FRESH
    assert await asking.find(ts, user=asking.local.sam) == ()


async def test_a_message_without_token_finds_nothing(asking: Asking) -> None:
    ts = asking.local.say(asking.local.channel("general"), "nobody in particular")
    assert await asking.find(ts) is SearchGap.NOT_FRESH
    assert asking.searches == 0


async def test_an_expired_token_is_not_tried_again(asking: Asking) -> None:
    ts = asking.ask()
    asking.local.workspace.action_tokens.expire()
    assert [await asking.find(ts) for _ in range(3)] == [SearchGap.NOT_FRESH] * 3
    assert asking.searches == 1
    assert await asking.find(asking.ask()) == ()


@pytest.mark.parametrize(
    ("code", "gap"),
    [
        ("feature_not_enabled", SearchGap.OFF),
        ("assistant_search_context_disabled", SearchGap.OFF),
        ("unknown_method", SearchGap.OFF),
        ("missing_scope", SearchGap.NOT_GRANTED),
        ("enterprise_is_restricted", SearchGap.NOT_GRANTED),
        ("not_allowed_token_type", SearchGap.NOT_GRANTED),
    ],
)
async def test_a_workspace_without_search_is_remembered(asking: Asking, code: str, gap: SearchGap) -> None:
    asking.local.fail(SEARCH, error=code)
    assert [await asking.find(asking.ask()) for _ in range(3)] == [gap] * 3
    assert asking.searches == 1


class TestNotGranted:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(scopes=Rules().scopes - {"search:read.public"})

    async def test_the_scope_can_be_missing(self, asking: Asking) -> None:
        assert await asking.find(asking.ask()) is SearchGap.NOT_GRANTED


class TestOff:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(no_search="feature_not_enabled")

    async def test_a_plan_can_have_no_search(self, asking: Asking) -> None:
        assert await asking.find(asking.ask()) is SearchGap.OFF


@pytest.mark.parametrize(
    "code", ["missing_query", "query_too_long", "invalid_cursor", "context_channel_not_found", "fatal_error", "odd"]
)
async def test_other_refusals_hold_once(asking: Asking, code: str) -> None:
    asking.local.fail(SEARCH, error=code)
    assert await asking.find(asking.ask()) is SearchGap.FAILED
    assert await asking.find(asking.ask()) == ()


@pytest.mark.parametrize("how", [{"status": 502}, {"drop": "answer"}])
async def test_an_unreachable_slack_finds_nothing(asking: Asking, how: dict[str, int]) -> None:
    asking.local.fail(SEARCH, **how)  # type: ignore[arg-type]
    assert await asking.find(asking.ask()) is SearchGap.FAILED


async def test_a_search_without_end_is_left(asking: Asking) -> None:
    faults = asking.local.api.faults[SEARCH]
    faults.append(CallFault(hang=3_600))
    searching = asyncio.create_task(asking.find(asking.ask()))
    async with asyncio.timeout(30):
        while faults:  # noqa: ASYNC110 (a fault tells no one when it is met)
            await asyncio.sleep(0.01)
    turn_clock(DEADLINE)
    assert await searching is SearchGap.FAILED
    turn_clock(3_600)  # so that the local Slack is done with it, too


async def test_unknown_people_find_nothing(asking: Asking) -> None:
    asking.local.fail("users.info", error="fatal_error")
    assert await asking.find(asking.ask()) is SearchGap.FAILED
    assert asking.searches == 0


async def test_a_query_of_marks_asks_nothing(asking: Asking) -> None:
    assert await asking.find(asking.ask(), " *_* <@U01SAM00000> ``") == ()
    assert asking.searches == 0


async def test_slack_refuses_nothing_within_budget(asking: Asking) -> None:
    asking.local.change_rules(tiers=True)
    ts = asking.ask()
    outcomes = [await asking.find(ts) for _ in range(14)]
    assert outcomes == [()] * 10 + [SearchGap.BUSY] * 4
    assert asking.local.violations == []
    assert await asking.find(asking.ask(user=asking.local.sam), user=asking.local.sam) is SearchGap.BUSY


async def test_a_daily_limit_is_one_persons(asking: Asking) -> None:
    asking.local.fail(SEARCH, retry_after=40_000)
    assert [await asking.find(asking.ask()) for _ in range(3)] == [SearchGap.BUSY] * 3
    assert asking.searches == 1
    sam = asking.local.sam
    assert await asking.find(asking.ask(user=sam), user=sam) == ()


async def test_a_short_pause_is_the_workspaces(asking: Asking) -> None:
    asking.local.fail(SEARCH, retry_after=30)
    assert await asking.find(asking.ask()) is SearchGap.BUSY
    sam = asking.local.sam
    assert await asking.find(asking.ask(user=sam), user=sam) is SearchGap.BUSY
    assert asking.searches == 1
