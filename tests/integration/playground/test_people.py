"""Who else speaks in a workspace, and what Slack tells of edits, deletes, stops and looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot
    from tests.support.workspace import ScriptedWorkspace


async def event(local: ScriptedWorkspace, bot: RecordingBot, kind: str, number: int = 1) -> dict[str, Any]:
    """Wait for the n-th event of a type or subtype."""

    def found() -> list[dict[str, Any]]:
        return [event for event in bot.events() if kind in (event["type"], event.get("subtype"))]

    await local.until(lambda: len(found()) >= number)
    return found()[number - 1]


async def test_another_app_has_a_user(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.say_as_app(general, "Build 7 failed")
    told = await event(local, bot, "message")
    assert (told["bot_id"], told["user"], told.get("subtype")) == ("B01DEPLOYS0", local.workspace.deploys.id, None)
    assert told["bot_profile"]["name"] == "Deploys"


async def test_a_workflow_has_only_a_name(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.say_as_workflow(general, "How was your week?", attachments=[{"text": "Answer below"}])
    told = await event(local, bot, "bot_message")
    assert (told["username"], "user" in told, told["attachments"][0]["text"]) == (
        "Weekly check-in",
        False,
        "Answer below",
    )


async def test_an_outsider_comes_with_their_team(local: ScriptedWorkspace, bot: RecordingBot) -> None:
    local.say(local.channel("partners"), f"{local.bot.mention} hello", user=local.rio)
    told = await event(local, bot, "app_mention")
    assert (told["user_team"], told["source_team"], told["user_profile"]["real_name"]) == (
        "T02PARTNER0",
        "T02PARTNER0",
        "Rio Vance",
    )
    assert all(request.json["is_ext_shared_channel"] for request in bot.requests)


async def test_a_private_channel_is_a_group(local: ScriptedWorkspace, bot: RecordingBot) -> None:
    local.say(local.channel("leads"), "between us")
    assert (await event(local, bot, "message"))["channel_type"] == "group"


async def test_an_unfurl_is_no_edit(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    ts = local.say(general, "see <https://example.com>")
    local.unfurl(general, ts, "Example", "https://example.com", "An example domain")
    told = await event(local, bot, "message_changed")
    assert told["message"]["attachments"][0]["title"] == "Example"
    assert ("edited" in told["message"], "attachments" in told["previous_message"]) == (False, False)


async def test_a_deleted_root_leaves_a_tombstone(
    local: ScriptedWorkspace, bot: RecordingBot, client: AsyncWebClient, general: str
) -> None:
    root = local.say(general, "question", files={"a.txt": b"x"})
    local.say(general, "answer", thread_ts=root)
    local.delete(general, root)
    told = await event(local, bot, "message_changed")
    assert (told["message"]["subtype"], told["message"]["user"], told["message"]["hidden"]) == (
        "tombstone",
        "USLACKBOT",
        True,
    )
    assert (told["previous_message"]["text"], told["previous_message"]["files"][0]["name"]) == ("question", "a.txt")
    assert "files" not in told["message"]
    local.delete_thread(general, root)
    assert (await event(local, bot, "message_deleted", 2))["deleted_ts"] == root
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=general, ts=root)


async def test_a_deleted_file_leaves_its_message(
    local: ScriptedWorkspace, bot: RecordingBot, client: AsyncWebClient, general: str
) -> None:
    local.say(general, "look", files={"a.txt": b"x"})
    [file] = local.files()
    local.delete_file(file)
    told = await event(local, bot, "message_changed")
    assert told["message"]["files"] == [{"id": file.id, "mode": "tombstone"}]
    assert told["previous_message"]["files"][0]["size"] == 1
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file.id)


async def test_a_stop_names_the_streams(
    local: ScriptedWorkspace, bot: RecordingBot, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "write a lot")
    started = await client.chat_startStream(
        channel=general, thread_ts=ts, recipient_team_id=local.workspace.team_id, recipient_user_id=local.me.id
    )
    local.stop(general, ts)
    told = await event(local, bot, "agent_session_stopped")
    assert (told["streaming_message_ts"], told["thread_ts"], told["user"]) == ([started["ts"]], ts, local.me.id)
    with pytest.raises(SlackApiError, match="stopped_by_user"):
        await client.chat_appendStream(channel=general, ts=started["ts"], markdown_text="more")
    # The status is the app's to change, as Slack says.
    assert local.workspace.session(general, ts).state == "processing"
    await client.chat_update(channel=general, ts=started["ts"], text="Stopped.")
    local.stop(general, ts)
    assert (await event(local, bot, "agent_session_stopped", 2))["streaming_message_ts"] == []


async def test_a_session_has_a_title(
    local: ScriptedWorkspace, bot: RecordingBot, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "hi")
    with pytest.raises(SlackApiError, match="session_not_found"):
        await client.agents_sessions_rename(channel_id=general, thread_ts=ts, title="Trip")
    await client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="processing", title="Trip")
    await client.agents_sessions_rename(channel_id=general, thread_ts=ts, title="Trip prep")
    local.rename_session(general, ts, "Packing")
    told = await event(local, bot, "agent_session_title_changed")
    assert (told["previous_title"], told["title"], told["team_id"]) == ("Trip prep", "Packing", local.workspace.team_id)


async def test_no_stop_without_a_subscription(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = local.say(general, "hi")
    local.change_rules(subscriptions=frozenset({"app_mention"}))
    answer = await client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="processing")
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_looking_elsewhere_changes_the_context(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.look_at(general)
    told = await event(local, bot, "app_context_changed")
    [entity] = told["context"]["entities"]
    assert (entity["type"], entity["value"]) == ("slack#/types/channel_id", general)
    local.look_at()
    assert (await event(local, bot, "app_context_changed", 2))["context"] == {}
