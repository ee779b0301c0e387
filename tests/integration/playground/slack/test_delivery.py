"""What the bot is told over HTTP: signed, enveloped, and again until it is taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.playground.slack.rules import Rules
from tests.support.clock import turn_clock

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot
    from tests.support.workspace import ScriptedWorkspace


async def settled(local: ScriptedWorkspace) -> None:
    await local.until(lambda: all(delivery.is_over for delivery in local.deliveries.log))


async def test_events_are_signed_and_enveloped(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    ts = local.say(general, "hello")
    await settled(local)
    [told] = bot.requests
    assert SignatureVerifier(local.workspace.signing_secret).is_valid_request(told.body, told.headers)
    assert told.headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in told.headers
    envelope, event = told.json, told.json["event"]
    assert (envelope["type"], envelope["team_id"]) == ("event_callback", local.workspace.team_id)
    assert envelope["authorizations"][0]["user_id"] == local.bot.id
    assert (event["type"], event["text"], event["ts"], event["channel_type"]) == ("message", "hello", ts, "channel")
    assert (event["user"], event["event_ts"]) == (local.me.id, ts)


async def test_a_mention_is_told_twice(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.say(general, f"{local.bot.mention} hello & goodbye")
    await settled(local)
    assert sorted(event["type"] for event in bot.events()) == ["app_mention", "message"]
    assert len({told.json["event_id"] for told in bot.requests}) == 2
    [elements] = [event["blocks"][0]["elements"][0]["elements"] for event in bot.events() if event["type"] == "message"]
    assert elements[0] == {"type": "user", "user_id": local.bot.id}


async def test_a_direct_message_is_told_once(local: ScriptedWorkspace, bot: RecordingBot) -> None:
    local.say(local.workspace.direct(local.me.id).id, f"{local.bot.mention} hello")
    await settled(local)
    assert [(event["type"], event["channel_type"]) for event in bot.events()] == [("message", "im")]


async def test_channels_without_the_bot_are_silent(local: ScriptedWorkspace, bot: RecordingBot) -> None:
    apart = local.workspace.add_channel("apart").id
    local.say(apart, f"{local.bot.mention} hello")
    assert local.deliveries.log == []
    local.workspace.join(apart, local.bot.id, local.me.id)
    await settled(local)
    assert [(event["type"], event["user"]) for event in bot.events()] == [("member_joined_channel", local.bot.id)]


async def test_own_messages_are_told_too(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, general: str
) -> None:
    await client.chat_postMessage(channel=general, text="I said this")
    await client.chat_postEphemeral(channel=general, user=local.me.id, text="and this is private")
    await settled(local)
    [event] = bot.events()
    assert (event["bot_id"], event["app_id"]) == (local.workspace.bot_id, local.workspace.app_id)


async def test_edits_and_deletions_are_told(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    ts = local.say(general, "one")
    await settled(local)
    local.edit(general, ts, "two")
    await settled(local)
    local.delete(general, ts)
    await settled(local)
    _, changed, deleted = bot.events()
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "two",
        "one",
    )
    assert changed["message"]["edited"]["user"] == local.me.id
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["previous_message"]["text"]) == (
        "message_deleted",
        ts,
        "two",
    )


async def test_reactions_and_visits_are_told(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    ts = local.say(general, "hello")
    local.react(general, ts, "eyes", user=local.sam)
    local.open_home()
    await settled(local)
    by_type = {event["type"]: event for event in bot.events()}
    assert by_type["reaction_added"]["item"] == {"type": "message", "channel": general, "ts": ts}
    assert (by_type["reaction_added"]["reaction"], by_type["reaction_added"]["user"]) == ("eyes", local.sam.id)
    assert by_type["app_home_opened"]["tab"] == "home"


async def test_a_refused_event_comes_again(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers += [web.Response(status=500), web.Response(status=404)]
    local.say(general, "hello")
    await settled(local)
    retries = [
        (told.headers.get("x-slack-retry-num"), told.headers.get("x-slack-retry-reason")) for told in bot.requests
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({told.body for told in bot.requests}) == 1
    assert [ack.ok for ack in local.deliveries.log[0].tries] == [False, False, True]


async def test_after_three_retries_it_ends(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers += [web.Response(status=500) for _ in range(9)]
    local.say(general, "hello")
    await settled(local)
    assert len(bot.requests) == 4


async def test_a_bot_may_decline_retries(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers.append(web.Response(status=500, headers={"x-slack-no-retry": "1"}))
    local.say(general, "hello")
    await settled(local)
    assert len(bot.requests) == 1


async def test_an_event_can_come_twice(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.say(general, "hello")
    await settled(local)
    local.redeliver(local.deliveries.log[0].event_id)
    await settled(local)
    assert bot.requests[0].json == bot.requests[1].json
    with pytest.raises(LookupError, match="No event EvNONE was delivered"):
        local.redeliver("EvNONE")


async def test_nobody_there_is_a_failed_try(local: ScriptedWorkspace, general: str) -> None:
    local.deliver_to("http://127.0.0.1:9/slack/events")
    local.say(general, "hello")
    await settled(local)
    assert {ack.reason for ack in local.deliveries.log[0].tries} == {"connection_failed"}


async def test_deliveries_stay_on_this_machine(local: ScriptedWorkspace) -> None:
    with pytest.raises(ValueError, match="on this machine only"):
        local.deliver_to("http://192.0.2.1/slack/events")


class TestSlowBot:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(ack_timeout=20, retry_delays=(0.0,))

    async def slow(self, bot: RecordingBot) -> None:
        """Let the time run out once the bot has been told something."""
        await bot.told.wait()
        turn_clock(21)

    async def test_a_late_ack_is_a_retry(self, local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
        late = asyncio.Event()
        bot.answers.append(late)
        local.say(general, "hello")
        await self.slow(bot)
        await settled(local)
        late.set()
        assert [ack.reason for ack in local.deliveries.log[0].tries] == ["http_timeout", ""]
        assert bot.requests[1].headers["x-slack-retry-reason"] == "http_timeout"

    async def test_a_late_command_is_a_timeout(self, local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
        late = asyncio.Event()
        bot.answers.append(late)
        replying = asyncio.create_task(local.command(general, "/code", "x"))
        await self.slow(bot)
        reply = await replying
        late.set()
        assert not reply.acked
        assert [message.shown for message in local.ephemerals()] == ["/code failed with the error “operation_timeout”"]


class TestSlackWaits:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules()

    async def test_the_end_leaves_no_task(self, local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
        bot.answers += [web.Response(status=500) for _ in range(2)]
        local.say(general, "hello")
        # The third try is a minute away, as with Slack.
        await local.until(lambda: len(local.deliveries.log[0].tries) == 2)
        await local.__aexit__(None, None, None)
        assert [task for task in asyncio.all_tasks() if "_see_through" in repr(task)] == []
