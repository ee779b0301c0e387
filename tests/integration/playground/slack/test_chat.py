"""Messages: posted, changed, deleted, and held to Slack's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.support.workspace import ScriptedWorkspace


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


async def test_a_reply_stands_in_its_thread(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "a question")
    answer = await client.chat_postMessage(channel=general, text="an answer", thread_ts=ts)
    assert answer["message"]["parent_user_id"] == local.me.id
    assert answer["message"]["bot_id"] == local.workspace.bot_id
    assert [message.text for message in local.thread(general, ts)] == ["a question", "an answer"]
    [parent] = (await client.conversations_history(channel=general))["messages"]
    assert (parent["reply_count"], parent["latest_reply"]) == (1, answer["ts"])


async def test_a_reply_to_a_reply_joins_the_thread(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "a question")
    reply = local.say(general, "more of it", thread_ts=ts)
    answer = await client.chat_postMessage(channel=general, text="an answer", thread_ts=reply)
    assert answer["message"]["thread_ts"] == ts


async def test_timestamps_are_unique_and_grow(local: ScriptedWorkspace, general: str) -> None:
    times = [local.say(general, str(number)) for number in range(500)]
    assert sorted(set(times)) == times


async def test_markdown_is_kept_as_a_block(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    answer = await client.chat_postMessage(channel=general, markdown_text="**bold**")
    [message] = local.workspace.messages(general)
    assert (message.blocks[0]["type"], message.shown) == ("markdown", "**bold**")
    assert answer["message"]["text"] == "**bold**"


async def test_a_person_can_be_written_to(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=local.sam.id, text="hello")
    assert answer["channel"].startswith("D")
    assert (await client.conversations_open(users=[local.sam.id]))["channel"]["id"] == answer["channel"]


async def test_channels_without_the_bot_refuse(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    apart = local.workspace.add_channel("apart").id
    hidden = local.workspace.add_channel("hidden", is_private=True).id
    assert await refusal(client, "chat.postMessage", channel=apart, text="x") == "not_in_channel"
    assert await refusal(client, "chat.postMessage", channel=hidden, text="x") == "channel_not_found"
    assert await refusal(client, "conversations.history", channel=apart) == "not_in_channel"
    local.workspace.channel(local.channel("general")).is_archived = True
    assert await refusal(client, "chat.postMessage", channel=local.channel("general"), text="x") == "is_archived"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"blocks": "no blocks"}, "invalid_arguments"),
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "dance"}]}, "invalid_blocks"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2_900)] * 5}, "msg_blocks_too_long"),
        ({"blocks": [{"type": "markdown", "text": "x" * 7_000}] * 2}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}]}, "invalid_blocks"),
        ({"text": "x", "metadata": {"event_type": "y"}}, "invalid_metadata_format"),
    ],
)
async def test_what_slack_refuses_is_refused(
    client: AsyncWebClient, general: str, arguments: dict[str, Any], error: str
) -> None:
    assert await refusal(client, "chat.postMessage", channel=general, **arguments) == error


async def test_very_long_text_is_cut(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    await client.chat_postMessage(channel=general, text="x" * 40_001)
    assert len(local.workspace.messages(general)[0].text) == 40_000


async def test_faults_in_blocks_are_located(client: AsyncWebClient, general: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=general, text="x", blocks=[{"type": "divider"}, section("x" * 3_001)])
    [fault] = caught.value.response["response_metadata"]["messages"]
    assert fault == "[ERROR] text must be at most 3000 characters [json-pointer:/blocks/1]"


async def test_text_alone_takes_blocks_away(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    answer = await client.chat_postMessage(channel=general, text="one", blocks=[section("one")])
    [message] = local.workspace.messages(general)
    await client.chat_update(channel=general, ts=answer["ts"], text="two", blocks=[section("two")])
    assert (message.shown, message.edited_ts) == ("two", "")
    await client.chat_update(channel=general, ts=answer["ts"], text="three")
    assert (message.blocks, message.shown) == ([], "three")
    assert message.edited_ts > answer["ts"]


async def test_only_own_messages_can_be_changed(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "mine")
    assert await refusal(client, "chat.update", channel=general, ts=ts, text="x") == "cant_update_message"
    assert await refusal(client, "chat.delete", channel=general, ts=ts) == "cant_delete_message"
    assert await refusal(client, "chat.update", channel=general, ts="1.2", text="x") == "message_not_found"


async def test_an_update_has_a_shorter_limit(client: AsyncWebClient, general: str) -> None:
    ts = (await client.chat_postMessage(channel=general, text="x"))["ts"]
    assert await refusal(client, "chat.update", channel=general, ts=ts, text="x" * 4_001) == "msg_too_long"


async def test_a_deleted_message_is_gone(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = (await client.chat_postMessage(channel=general, text="x"))["ts"]
    await client.chat_delete(channel=general, ts=ts)
    assert local.workspace.messages(general) == []
    assert await refusal(client, "chat.delete", channel=general, ts=ts) == "message_not_found"


async def test_a_deleted_thread_leaves_a_tombstone(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "a question")
    await client.chat_postMessage(channel=general, text="an answer", thread_ts=ts)
    local.delete(general, ts)
    thread = (await client.conversations_replies(channel=general, ts=ts))["messages"]
    assert [(message.get("subtype"), message["text"]) for message in thread] == [
        ("tombstone", "This message was deleted."),
        (None, "an answer"),
    ]


async def test_ephemerals_are_for_one_person(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    answer = await client.chat_postEphemeral(channel=general, user=local.sam.id, text="psst")
    assert [message.ts for message in local.ephemerals(local.sam)] == [answer["message_ts"]]
    assert local.ephemerals() == []
    assert (await client.conversations_history(channel=general))["messages"] == []
    local.workspace.channel(general).members.remove(local.ada.id)
    assert (
        await refusal(client, "chat.postEphemeral", channel=general, user=local.ada.id, text="x")
        == "user_not_in_channel"
    )


async def test_permalinks_name_their_thread(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "a question")
    reply = local.say(general, "more", thread_ts=ts)
    link = (await client.chat_getPermalink(channel=general, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{general}/p{reply.replace('.', '')}?thread_ts={ts}&cid={general}")
    assert await refusal(client, "chat.getPermalink", channel=general, message_ts="1.2") == "message_not_found"


async def test_reactions_come_and_go(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "hello")
    await client.reactions_add(channel=general, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(channel=general, timestamp=ts, name="eyes")
    assert local.thread(general, ts)[0].reactions == {"eyes": [local.bot.id]}
    await client.reactions_remove(channel=general, timestamp=ts, name="eyes")
    assert local.thread(general, ts)[0].reactions == {}
    with pytest.raises(SlackApiError, match="no_reaction"):
        await client.reactions_remove(channel=general, timestamp=ts, name="eyes")
