"""Channels, people and history, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.support.workspace import ScriptedWorkspace


async def test_history_comes_newest_first(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    times = [local.say(general, str(number)) for number in range(7)]
    local.say(general, "a reply", thread_ts=times[0])
    first = await client.conversations_history(channel=general, limit=3)
    # The SDK turns its one answer's pages: each has to be read before the next comes.
    pages = [([message["text"] for message in page["messages"]], page["has_more"]) async for page in first]
    assert pages == [(["6", "5", "4"], True), (["3", "2", "1"], True), (["0"], False)]


async def test_a_long_thread_is_paged(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "first")
    for number in range(25):
        local.say(general, str(number), thread_ts=ts)
    first = await client.conversations_replies(channel=general, ts=ts, limit=10)
    pages = [[message["text"] for message in page["messages"]] async for page in first]
    # As in Slack, each page begins with the thread's first message.
    assert [page[0] for page in pages] == ["first", "first", "first"]
    assert [text for page in pages for text in page[1:]] == [str(number) for number in range(25)]


async def test_a_new_message_shifts_no_page(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    for number in range(4):
        local.say(general, str(number))
    first = await client.conversations_history(channel=general, limit=2)
    local.say(general, "4")
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=general, limit=2, cursor=cursor)
    assert [message["text"] for message in second["messages"]] == ["1", "0"]


async def test_a_span_of_time_is_cut_out(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
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
    local: ScriptedWorkspace, client: AsyncWebClient, general: str, arguments: dict[str, str], error: str
) -> None:
    local.say(general, "hello")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(**({"channel": general} | arguments))  # type: ignore[arg-type]
    assert caught.value.response["error"] == error


async def test_an_unknown_thread_is_not_found(client: AsyncWebClient, general: str) -> None:
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=general, ts="1.000002")


async def test_channels_are_listed_and_described(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    first = await client.conversations_list(types="public_channel,im", limit=2)
    channels = [channel async for page in first for channel in page["channels"]]
    names = [channel.get("name", "im") for channel in channels]
    assert names == ["general", "engineering", "support-feedback", "partners", "im"]
    info = await client.conversations_info(channel=channels[0]["id"])
    assert (info["channel"]["is_member"], info["channel"]["num_members"]) == (True, 4)
    direct = await client.conversations_info(channel=channels[4]["id"])
    assert (direct["channel"]["is_im"], direct["channel"]["user"]) == (True, local.me.id)


async def test_members_are_listed(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    members = (await client.conversations_members(channel=general))["members"]
    assert members == [local.me.id, local.ada.id, local.sam.id, local.bot.id]


async def test_people_have_their_roles(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    people = {member["id"]: member for member in (await client.users_list())["members"]}
    assert [people[user.id]["is_admin"] for user in (local.me, local.ada, local.sam)] == [True, True, False]
    assert people[local.bot.id]["is_bot"] is True
    assert (await client.users_info(user=local.sam.id))["user"] == people[local.sam.id]
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY")


async def test_the_bot_describes_itself(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    bot = (await client.bots_info(bot=local.workspace.bot_id))["bot"]
    assert (bot["app_id"], bot["user_id"]) == (local.workspace.app_id, local.bot.id)


async def test_opening_needs_somebody(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="users_list_not_supplied"):
        await client.conversations_open(users="")


async def test_a_users_channels_are_listed(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    answer = await client.users_conversations(user=local.rio.id, types="public_channel,private_channel")
    assert [channel["name"] for channel in answer["channels"]] == ["partners"]
    local.kick(local.channel("leads"), local.bot)
    answer = await client.users_conversations(user=local.ada.id, types="private_channel")
    assert answer["channels"] == []


async def test_members_of_a_foreign_channel_are_hidden(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    leads = local.channel("leads")
    assert (await client.conversations_members(channel=leads))["members"] == [local.me.id, local.ada.id, local.bot.id]
    local.kick(leads, local.bot)
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_members(channel=leads)


async def test_the_bot_joins_public_channels(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    local.change_rules(scopes=local.workspace.rules.scopes | {"channels:join"})
    channel = local.workspace.add_channel("random").id
    await client.conversations_join(channel=channel)
    assert local.bot.id in local.workspace.channel(channel).members
    with pytest.raises(SlackApiError, match="method_not_supported_for_channel_type"):
        await client.conversations_join(channel=local.channel("leads"))


async def test_last_read_is_the_bots_own(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "news")
    assert "last_read" not in (await client.conversations_info(channel=general))["channel"]
    local.read(general, ts, user=local.bot)
    assert (await client.conversations_info(channel=general))["channel"]["last_read"] == ts


async def test_a_shared_channel_says_so(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    channel = (await client.conversations_info(channel=local.channel("partners")))["channel"]
    assert (channel["is_ext_shared"], channel["shared_team_ids"]) == (True, [local.workspace.team_id, "T02PARTNER0"])


async def test_an_outsider_is_a_stranger(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    rio = (await client.users_info(user=local.rio.id))["user"]
    assert (rio["is_stranger"], rio["team_id"], rio["real_name"]) == (True, "T02PARTNER0", "Rio Vance")
    assert "is_admin" not in rio
    assert local.rio.id not in {member["id"] for member in (await client.users_list())["members"]}
    local.kick(local.channel("partners"), local.bot)
    with pytest.raises(SlackApiError, match="user_not_visible"):
        await client.users_info(user=local.rio.id)


async def test_a_guest_is_restricted(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    gia = (await client.users_info(user=local.gia.id))["user"]
    assert (gia["is_restricted"], gia["is_ultra_restricted"]) == (True, False)


async def test_user_groups_are_listed(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    local.change_rules(scopes=local.workspace.rules.scopes | {"usergroups:read"})
    [group] = (await client.usergroups_list(include_users=True))["usergroups"]
    assert (group["handle"], group["users"]) == ("support", [local.ada.id, local.sam.id])
    assert (await client.usergroups_users_list(usergroup=group["id"]))["users"] == group["users"]


async def test_a_filled_thread_is_read_whole(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    [root] = local.fill(general, ["first"], ago=500_000)
    local.fill(general, (f"reply {number}" for number in range(5_000)), thread_ts=root)
    later = local.say(general, "now")
    read = [
        m["text"]
        async for page in await client.conversations_replies(channel=general, ts=root)
        for m in page["messages"][1:]
    ]
    assert read == [f"reply {number}" for number in range(5_000)]
    first = (await client.conversations_history(channel=general))["messages"]
    assert [message["ts"] for message in first] == [later, root]
    assert first[1]["reply_count"] == 5_000
    assert local.deliveries.log[0].event["text"] == "now"


async def test_a_broadcast_reply_is_in_the_history(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str
) -> None:
    root = local.say(general, "question")
    local.say(general, "only here", thread_ts=root)
    local.say(general, "for all", thread_ts=root, broadcast=True)
    await client.chat_postMessage(channel=general, text="mine too", thread_ts=root, reply_broadcast=True)
    found = (await client.conversations_history(channel=general))["messages"]
    assert [message["text"] for message in found] == ["mine too", "for all", "question"]
    assert (found[1]["subtype"], found[1]["root"]["text"]) == ("thread_broadcast", "question")
