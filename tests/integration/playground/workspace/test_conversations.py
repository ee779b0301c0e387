"""Channels, people and history, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.playground.local_workspace import LocalWorkspace


async def test_history_comes_newest_first(local: LocalWorkspace, client: AsyncWebClient, general: str) -> None:
    times = [local.say(general, str(number)) for number in range(7)]
    local.say(general, "a reply", thread_ts=times[0])
    first = await client.conversations_history(channel=general, limit=3)
    # The SDK turns its one answer's pages: each has to be read before the next comes.
    pages = [([message["text"] for message in page["messages"]], page["has_more"]) async for page in first]
    assert pages == [(["6", "5", "4"], True), (["3", "2", "1"], True), (["0"], False)]


async def test_a_long_thread_is_paged(local: LocalWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "first")
    for number in range(25):
        local.say(general, str(number), thread_ts=ts)
    first = await client.conversations_replies(channel=general, ts=ts, limit=10)
    pages = [[message["text"] for message in page["messages"]] async for page in first]
    assert [text for page in pages for text in page] == ["first", *(str(number) for number in range(25))]
    assert [len(page) for page in pages] == [10, 10, 6]


async def test_a_new_message_shifts_no_page(local: LocalWorkspace, client: AsyncWebClient, general: str) -> None:
    for number in range(4):
        local.say(general, str(number))
    first = await client.conversations_history(channel=general, limit=2)
    local.say(general, "4")
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=general, limit=2, cursor=cursor)
    assert [message["text"] for message in second["messages"]] == ["1", "0"]


async def test_a_span_of_time_is_cut_out(local: LocalWorkspace, client: AsyncWebClient, general: str) -> None:
    times = [local.say(general, str(number)) for number in range(5)]

    async def texts(**span: str | bool) -> list[str]:
        answer = await client.conversations_history(channel=general, **span)  # type: ignore[arg-type]
        return [message["text"] for message in answer["messages"]]

    assert await texts(oldest=times[1], latest=times[3]) == ["2"]
    assert await texts(oldest=times[1], latest=times[3], inclusive=True) == ["3", "2", "1"]
    assert await texts(oldest="0") == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"cursor": "not base64"}, "invalid_cursor"),
        ({"cursor": "bmV4dDox"}, "invalid_cursor"),
        ({"limit": 1_001}, "invalid_limit"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
    ],
)
async def test_questions_without_an_answer(
    local: LocalWorkspace, client: AsyncWebClient, general: str, arguments: dict[str, str], error: str
) -> None:
    local.say(general, "hello")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(**({"channel": general} | arguments))  # type: ignore[arg-type]
    assert caught.value.response["error"] == error


async def test_an_unknown_thread_is_not_found(client: AsyncWebClient, general: str) -> None:
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=general, ts="1.000002")


async def test_channels_are_listed_and_described(local: LocalWorkspace, client: AsyncWebClient) -> None:
    first = await client.conversations_list(types="public_channel,im", limit=2)
    channels = [channel async for page in first for channel in page["channels"]]
    assert [channel.get("name", "im") for channel in channels] == ["general", "engineering", "support-feedback", "im"]
    info = await client.conversations_info(channel=channels[0]["id"])
    assert (info["channel"]["is_member"], info["channel"]["num_members"]) == (True, 4)
    direct = await client.conversations_info(channel=channels[3]["id"])
    assert (direct["channel"]["is_im"], direct["channel"]["user"]) == (True, local.me.id)


async def test_members_are_listed(local: LocalWorkspace, client: AsyncWebClient, general: str) -> None:
    members = (await client.conversations_members(channel=general))["members"]
    assert members == [local.me.id, local.ada.id, local.sam.id, local.bot.id]


async def test_people_have_their_roles(local: LocalWorkspace, client: AsyncWebClient) -> None:
    people = {member["id"]: member for member in (await client.users_list())["members"]}
    assert [people[user.id]["is_admin"] for user in (local.me, local.ada, local.sam)] == [True, True, False]
    assert people[local.bot.id]["is_bot"] is True
    assert (await client.users_info(user=local.sam.id))["user"] == people[local.sam.id]
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY")


async def test_the_bot_describes_itself(local: LocalWorkspace, client: AsyncWebClient) -> None:
    bot = (await client.bots_info(bot=local.workspace.bot_id))["bot"]
    assert (bot["app_id"], bot["user_id"]) == (local.workspace.app_id, local.bot.id)


async def test_opening_needs_somebody(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="users_list_not_supplied"):
        await client.conversations_open(users="")
