"""Commands, buttons, response URLs and views."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook.async_client import AsyncWebhookClient

if TYPE_CHECKING:
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot, ScriptedClock
    from tests.support.workspace import ScriptedWorkspace

BUTTONS = {
    "type": "actions",
    "block_id": "choice",
    "elements": [
        {"type": "button", "action_id": f"rate_{word}", "value": word, "text": {"type": "plain_text", "text": word}}
        for word in ("good", "bad")
    ],
}


def pressed(bot: RecordingBot) -> dict[str, Any]:
    """Return what the bot was told of the one press of a button."""
    [told] = [told for told in bot.requests if b"payload=" in told.body]
    return dict(json.loads(told.form["payload"]))


@pytest.fixture
async def where(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> str:
    """The response URL of a command that the bot has taken."""
    await local.command(general, "/code", "x")
    return bot.requests[0].form["response_url"]


async def test_a_command_is_a_signed_form(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    reply = await local.command(general, "/code", "a circle & more", user=local.sam)
    [told] = bot.requests
    assert SignatureVerifier(local.workspace.signing_secret).is_valid_request(told.body, told.headers)
    assert told.headers["content-type"] == "application/x-www-form-urlencoded"
    form = told.form
    assert (form["command"], form["text"], form["channel_name"]) == ("/code", "a circle & more", "general")
    assert (form["user_id"], form["user_name"]) == (local.sam.id, "sam")
    assert (reply.acked, reply.text, local.ephemerals(local.sam)) == (True, "", [])


@pytest.mark.parametrize(
    "answer", [web.Response(text="Usage: …"), web.json_response({"text": "Usage: …", "response_type": "ephemeral"})]
)
async def test_an_answer_on_the_spot_is_private(
    local: ScriptedWorkspace, bot: RecordingBot, general: str, answer: web.Response
) -> None:
    bot.answers.append(answer)
    assert (await local.command(general, "/code")).text == "Usage: …"
    assert [message.shown for message in local.ephemerals()] == ["Usage: …"]


async def test_an_answer_in_channel_is_public(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers.append(web.json_response({"text": "for all", "response_type": "in_channel"}))
    await local.command(general, "/code")
    assert [message.shown for message in local.workspace.messages(general)] == ["for all"]


async def test_an_unreadable_answer_counts_as_none(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers.append(web.Response(text="{", content_type="application/json"))
    reply = await local.command(general, "/code")
    assert (reply.acked, reply.text, local.ephemerals()) == (True, "", [])


async def test_a_failed_command_is_told(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    bot.answers.append(web.Response(status=500))
    assert not (await local.command(general, "/code")).acked
    assert [message.shown for message in local.ephemerals()] == ["/code failed with the error “dispatch_failed”"]


async def test_a_response_url_answers_later(
    local: ScriptedWorkspace, session: aiohttp.ClientSession, where: str, general: str
) -> None:
    hook = AsyncWebhookClient(where, session=session)
    assert (await hook.send(text="first")).body == "ok"
    await hook.send(text="second", replace_original=True)
    await hook.send(text="for all", response_type="in_channel")
    assert [message.shown for message in local.ephemerals()] == ["second"]
    assert [message.shown for message in local.workspace.messages(general)] == ["for all"]
    await hook.send(delete_original=True)
    assert local.ephemerals() == []


async def test_a_response_url_is_used_up(session: aiohttp.ClientSession, where: str) -> None:
    hook = AsyncWebhookClient(where, session=session)
    answers = [await hook.send(text=str(number)) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 404]
    assert "used_url" in answers[5].body


async def test_a_response_url_expires(
    local: ScriptedWorkspace, session: aiohttp.ClientSession, where: str, clock: ScriptedClock
) -> None:
    clock.ahead += 1_801
    assert (await AsyncWebhookClient(where, session=session).send(text="late")).status_code == 404
    assert local.ephemerals() == []


async def test_an_empty_response_is_refused(session: aiohttp.ClientSession, where: str) -> None:
    answer = await AsyncWebhookClient(where, session=session).send(response_type="ephemeral")
    assert (answer.status_code, answer.body) == (400, "no_text")
    async with session.post(where, data=b"{") as response:
        assert (response.status, await response.text()) == (400, "invalid_payload")


async def test_a_button_tells_where_it_was(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, general: str
) -> None:
    ts = local.say(general, "a question")
    await client.chat_postMessage(channel=general, thread_ts=ts, text="rate me", blocks=[BUTTONS])
    message = local.thread(general, ts)[1]
    assert (await local.press(message, "rate_bad", user=local.sam)).ok
    payload = pressed(bot)
    assert (payload["type"], payload["user"]["id"], payload["message"]["ts"]) == (
        "block_actions",
        local.sam.id,
        message.ts,
    )
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": general,
        "is_ephemeral": False,
        "thread_ts": ts,
    }
    [action] = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("rate_bad", "choice", "bad")
    with pytest.raises(LookupError):
        await local.press(message, "fly")


async def test_a_private_button_replaces_itself(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, session: aiohttp.ClientSession, general: str
) -> None:
    await client.chat_postEphemeral(channel=general, user=local.me.id, text="rate me", blocks=[BUTTONS])
    [message] = local.ephemerals()
    await local.press(message, "rate_good")
    payload = pressed(bot)
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True
    await AsyncWebhookClient(payload["response_url"], session=session).send(text="thanks", replace_original=True)
    assert [kept.shown for kept in local.ephemerals()] == ["thanks"]


async def test_a_trigger_opens_one_view(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, general: str, clock: ScriptedClock
) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Settings"}, "blocks": []}
    trigger = (await local.command(general, "/code")).payload["trigger_id"]
    opened = (await client.views_open(trigger_id=trigger, view=view))["view"]
    assert local.workspace.views[opened["id"]]["title"]["text"] == "Settings"
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id=trigger, view=view)
    trigger = (await local.command(general, "/code")).payload["trigger_id"]
    clock.ahead += 4
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger, view=view)
    changed = view | {"title": {"type": "plain_text", "text": "Changed"}}
    assert (await client.views_update(view_id=opened["id"], view=changed))["view"]["id"] == opened["id"]
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_update(view_id=opened["id"], view=view | {"title": {"text": "x" * 25}})
    assert bot.requests


async def test_a_home_is_published_in_place(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    home: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}
    ids = {(await client.views_publish(user_id=local.me.id, view=home))["view"]["id"] for _ in range(2)}
    assert len(ids) == 1
