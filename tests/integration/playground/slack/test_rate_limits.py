"""Slack's rate limits: tiers by method, messages by channel, and the log of what came too soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.methods import METHODS
from bot.playground.slack.rules import POSTS_AT_ONCE, POSTS_PER_MINUTE, Rules

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import ScriptedClock
    from tests.support.workspace import ScriptedWorkspace


@pytest.fixture
def rules() -> Rules:
    return Rules(tiers=True)


async def refused(client: AsyncWebClient, channel: str) -> int:
    """Post, and return how long Slack says to wait."""
    with pytest.raises(SlackApiError, match="ratelimited") as told:
        await client.chat_postMessage(channel=channel, text="too soon")
    assert told.value.response.status_code == 429
    return int(told.value.response.headers["Retry-After"])


def test_every_method_has_a_limit() -> None:
    unlimited = {name for name, method in METHODS.items() if method.per_minute is None}
    # Messages have limits of their own, by channel and by workspace.
    assert unlimited == {"chat.postMessage"}


async def test_a_burst_of_messages_passes(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str, clock: ScriptedClock
) -> None:
    for number in range(int(POSTS_AT_ONCE)):
        await client.chat_postMessage(channel=general, text=str(number))
    assert await refused(client, general) == 1
    await client.chat_postMessage(channel=local.channel("engineering"), text="another channel")
    clock.ahead += 1
    await client.chat_postMessage(channel=general, text="in time")
    [violation] = local.violations
    assert (violation.method, violation.channel, violation.retry_after) == ("chat.postMessage", general, 1)


async def test_a_workspace_takes_so_many_messages(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    channels = [local.workspace.add_channel(f"c{number}", members=[local.bot.id]).id for number in range(61)]
    for number in range(POSTS_PER_MINUTE):
        await client.chat_postMessage(channel=channels[number // 5], text="x")
    assert await refused(client, channels[-1]) >= 55
    [violation] = local.violations
    assert violation.channel == ""


async def test_a_stream_counts_for_all_channels(
    local: ScriptedWorkspace, client: AsyncWebClient, clock: ScriptedClock
) -> None:
    places = [(local.channel(name), local.say(local.channel(name), "hi")) for name in ("general", "engineering")]
    for number in range(21):
        channel, ts = places[number % 2]
        call = client.chat_startStream(
            channel=channel,
            thread_ts=ts,
            recipient_team_id=local.workspace.team_id,
            recipient_user_id=local.me.id,
        )
        if number < 20:
            await call
            continue
        with pytest.raises(SlackApiError, match="ratelimited"):
            await call
    assert [violation.method for violation in local.violations] == ["chat.startStream"]
    clock.ahead += 61
    await client.chat_startStream(
        channel=places[0][0],
        thread_ts=places[0][1],
        recipient_team_id=local.workspace.team_id,
        recipient_user_id=local.me.id,
    )


async def test_an_injected_limit_is_no_violation(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str
) -> None:
    local.fail("chat.postMessage", retry_after=7)
    assert await refused(client, general) == 7
    assert local.violations == []


async def test_a_workspace_may_lack_methods(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    local.change_rules(missing_methods=frozenset({"chat.startStream"}))
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.chat_startStream(channel=general, thread_ts=local.say(general, "hi"))
    local.change_rules(missing_methods=frozenset(), scopes=frozenset())
    with pytest.raises(SlackApiError, match="missing_scope") as told:
        await client.chat_postMessage(channel=general, text="hi")
    assert told.value.response["needed"] == "chat:write"
