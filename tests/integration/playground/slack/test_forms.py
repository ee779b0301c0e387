"""Modals, the home tab, choices and shortcuts: what the bot is told, and what Slack does with its answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot, ScriptedClock
    from tests.support.workspace import ScriptedWorkspace

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def field(name: str, **element: Any) -> Json:
    return {"type": "input", "block_id": f"{name}_row", "label": plain(name), "element": {"action_id": name} | element}


def modal(*blocks: Json, **rest: Any) -> Json:
    return {"type": "modal", "title": plain("Settings"), "submit": plain("Save"), "blocks": list(blocks)} | rest


PROMPT = field("prompt", type="plain_text_input", max_length=10, initial_value="Be kind")
MODEL = field("model", type="static_select", options=options("haiku", "opus"))
TAGS = field("tags", type="multi_static_select", options=options("a", "b", "c")) | {"optional": True}
LIMIT = field("limit", type="number_input", is_decimal_allowed=False, min_value="1", max_value="9") | {"optional": True}


def told(bot: RecordingBot, kind: str) -> Json:
    """Return the latest payload of a kind."""
    payloads = [json.loads(told.form["payload"]) for told in bot.requests if b"payload=" in told.body]
    return next(dict(payload) for payload in reversed(payloads) if payload["type"] == kind)


async def opened(local: ScriptedWorkspace, client: AsyncWebClient, view: Json) -> Json:
    """Open a modal on a command's trigger; return it as Slack gives it back."""
    trigger = (await local.command(local.channel("general"), "/code", "x")).payload["trigger_id"]
    return dict((await client.views_open(trigger_id=trigger, view=view))["view"])


async def test_a_form_is_submitted_filled(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    view = await opened(local, client, modal(PROMPT, MODEL, TAGS, callback_id="settings", private_metadata="C1"))
    assert view["state"]["values"]["prompt_row"]["prompt"] == {"type": "plain_text_input", "value": "Be kind"}
    done = await local.submit({"model": "Opus", "tags": ["a", "c"]})
    assert (done.ok, local.has_modal()) == (True, False)
    sent = told(bot, "view_submission")["view"]
    assert (sent["id"], sent["callback_id"], sent["private_metadata"]) == (view["id"], "settings", "C1")
    values = sent["state"]["values"]
    assert values["prompt_row"]["prompt"]["value"] == "Be kind"
    assert values["model_row"]["model"]["selected_option"]["value"] == "opus"
    assert [option["value"] for option in values["tags_row"]["tags"]["selected_options"]] == ["a", "c"]
    assert "user" not in sent


@pytest.mark.parametrize(
    ("values", "field_name"),
    [
        ({}, "model_row"),
        ({"model": "opus", "prompt": "much too long"}, "prompt_row"),
        ({"model": "opus", "prompt": ""}, "prompt_row"),
        ({"model": "opus", "limit": "12"}, "limit_row"),
        ({"model": "opus", "limit": "1.5"}, "limit_row"),
    ],
)
async def test_slack_checks_a_form_first(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, values: Json, field_name: str
) -> None:
    await opened(local, client, modal(PROMPT, MODEL, LIMIT))
    done = await local.submit(values)
    assert (list(done.errors), done.ack, local.has_modal()) == ([field_name], None, True)
    assert len(bot.requests) == 1


async def test_a_form_takes_only_its_fields(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot
) -> None:
    await opened(local, client, modal(MODEL, LIMIT))
    with pytest.raises(LookupError):
        await local.submit({"speed": "fast"})
    with pytest.raises(ValueError, match="not one of the options"):
        await local.submit({"model": "gpt"})
    with pytest.raises(ValueError, match="a number"):
        await local.submit({"model": "opus", "limit": "ten"})
    assert len(bot.requests) == 1


async def test_errors_keep_a_form_open(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    await opened(local, client, modal(PROMPT))
    bot.answers.append(web.json_response({"response_action": "errors", "errors": {"prompt_row": "Not kind enough."}}))
    done = await local.submit()
    assert (done.ok, done.errors, local.has_modal()) == (False, {"prompt_row": "Not kind enough."}, True)
    bot.answers.append(web.json_response({"response_action": "errors", "errors": {"nowhere": "?"}}))
    ack = (await local.submit()).ack
    assert ack is not None
    assert ack.reason == "invalid_errors"


async def test_an_answer_changes_the_form(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    view = await opened(local, client, modal(PROMPT))
    bot.answers.append(web.json_response({"response_action": "update", "view": modal(MODEL)}))
    assert (await local.submit()).is_open
    assert (local.modal()["id"], local.modal()["blocks"][0]["block_id"]) == (view["id"], "model_row")
    bot.answers.append(web.json_response({"response_action": "push", "view": modal(TAGS)}))
    await local.submit({"model": "haiku"})
    assert (local.modal()["previous_view_id"], local.modal()["root_view_id"]) == (view["id"], view["id"])
    bot.answers.append(web.json_response({"response_action": "clear"}))
    assert (await local.submit()).ok
    assert not local.has_modal()


async def test_a_trigger_pushes_on_its_form(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot
) -> None:
    button = {"type": "actions", "elements": [{"type": "button", "action_id": "more", "text": plain("More")}]}
    await opened(local, client, modal(PROMPT, button))
    for _ in range(2):
        await local.press(local.modal(), "more")
        payload = told(bot, "block_actions")
        assert payload["container"] == {"type": "view", "view_id": local.modal()["id"]}
        assert "channel" not in payload
        await client.views_push(trigger_id=payload["trigger_id"], view=modal(PROMPT, button))
    await local.press(local.modal(), "more")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=told(bot, "block_actions")["trigger_id"], view=modal(PROMPT))


async def test_a_closed_form_is_told(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    await opened(local, client, modal(PROMPT))
    assert await local.close_modal() is None
    view = await opened(local, client, modal(PROMPT, notify_on_close=True))
    ack = await local.close_modal()
    assert ack is not None
    assert ack.ok
    closed = told(bot, "view_closed")
    assert (closed["view"]["id"], closed["is_cleared"], local.has_modal()) == (view["id"], False, False)


async def test_an_old_hash_changes_nothing(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    view = await opened(local, client, modal(PROMPT))
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(MODEL))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(PROMPT))
    await local.close_modal()
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=view["id"], view=modal(PROMPT))
    assert bot.requests


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (modal(PROMPT, PROMPT), "block_id already exists"),
        (modal(PROMPT, submit=None), "missing required field: submit"),
        (modal(PROMPT, private_metadata="x" * 3_001), "3000"),
        (modal(submit=plain("x" * 25)), "24"),
        (modal({"type": "markdown", "text": "**no**"}), "unsupported type"),
        (modal(field("x", type="static_select", options=[])), "options"),
        (modal(field("x", type="static_select", options=options("x" * 151))), "150"),
        (modal(field("x", type="button", text=plain("no"))), "unsupported element type"),
        (modal(field("x", type="plain_text_input", max_length=3_001)), "max_length"),
    ],
)
async def test_slack_refuses_a_faulty_view(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, view: Json, fault: str
) -> None:
    with pytest.raises(SlackApiError, match=fault):
        await opened(local, client, view)
    assert (local.has_modal(), len(bot.requests)) == (False, 1)


async def test_a_home_holds_buttons(local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot) -> None:
    button = {"type": "button", "action_id": "settings", "text": plain("Settings"), "value": "C1"}
    home = {"type": "home", "blocks": [{"type": "section", "text": plain("Hello"), "accessory": button}]}
    await client.views_publish(user_id=local.me.id, view=home)
    shown = local.home()
    assert shown is not None
    await local.press(shown, "settings")
    payload = told(bot, "block_actions")
    assert (payload["actions"][0]["value"], payload["view"]["type"]) == ("C1", "home")
    local.open_home()
    await local.until(lambda: any(event["type"] == "app_home_opened" for event in bot.events()))
    assert bot.events()[-1]["view"]["id"] == shown["id"]


async def test_a_choice_is_told_with_its_state(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, general: str
) -> None:
    select = {"type": "static_select", "action_id": "category", "options": options("bug", "praise")}
    menu = {"type": "overflow", "action_id": "more", "options": options("resolve", "reopen")}
    day = {"type": "datepicker", "action_id": "due"}
    await client.chat_postMessage(
        channel=general, text="card", blocks=[{"type": "actions", "block_id": "row", "elements": [select, menu, day]}]
    )
    [message] = local.workspace.messages(general)
    await local.choose(message, "category", "Praise", user=local.sam)
    payload = told(bot, "block_actions")
    assert payload["actions"][0]["selected_option"]["value"] == "praise"
    assert payload["state"]["values"]["row"]["category"]["selected_option"]["value"] == "praise"
    await local.choose(message, "more", "reopen")
    assert told(bot, "block_actions")["actions"][0]["selected_option"]["value"] == "reopen"
    await local.choose(message, "due", "2026-12-01")
    assert told(bot, "block_actions")["actions"][0]["selected_date"] == "2026-12-01"
    with pytest.raises(LookupError):
        await local.choose(message, "colour", "red")


async def test_feedback_is_one_action_of_two_buttons(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, general: str
) -> None:
    feedback = {"type": "feedback_buttons", "action_id": "rate"} | {
        f"{way}_button": {"text": plain(way), "value": way} for way in ("positive", "negative")
    }
    trash = {"type": "icon_button", "action_id": "drop", "icon": "trash", "text": plain("Drop")}
    await client.chat_postMessage(
        channel=general, text="answer", blocks=[{"type": "context_actions", "elements": [feedback, trash]}]
    )
    [message] = local.workspace.messages(general)
    await local.press(message, "rate", value="negative")
    action = told(bot, "block_actions")["actions"][0]
    assert (action["type"], action["action_id"], action["value"]) == ("feedback_buttons", "rate", "negative")


async def test_a_message_shortcut_brings_its_message(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    root = local.say(general, "question")
    reply = local.say(general, "answer", thread_ts=root, user=local.ada)
    assert (await local.shortcut("summarize_thread", local.thread(general, root)[1], user=local.sam)).ok
    payload = told(bot, "message_action")
    assert (payload["callback_id"], payload["message_ts"], payload["user"]["id"]) == (
        "summarize_thread",
        reply,
        local.sam.id,
    )
    assert (payload["message"]["thread_ts"], payload["channel"]["name"]) == (root, "general")
    assert payload["response_url"].startswith(local.url)


async def test_a_global_shortcut_opens_a_form(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot
) -> None:
    await local.shortcut("settings")
    payload = told(bot, "shortcut")
    assert "channel" not in payload
    await client.views_open(trigger_id=payload["trigger_id"], view=modal(PROMPT))
    assert local.modal()["title"]["text"] == "Settings"


async def test_a_trigger_is_good_once(
    local: ScriptedWorkspace, client: AsyncWebClient, bot: RecordingBot, clock: ScriptedClock
) -> None:
    await local.shortcut("settings")
    trigger = told(bot, "shortcut")["trigger_id"]
    clock.ahead += 3.5
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal(PROMPT))
