"""Streamed messages and sessions, through the SDK's own stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import MarkdownTextChunk, TaskUpdateChunk

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot, ScriptedClock
    from tests.support.workspace import ScriptedWorkspace


@pytest.fixture
async def recipient(local: ScriptedWorkspace, general: str) -> dict[str, Any]:
    """What a stream in #general needs to know."""
    team = local.workspace.team_id
    ts = local.say(general, "a question")
    return {"channel": general, "thread_ts": ts, "recipient_team_id": team, "recipient_user_id": local.me.id}


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


async def test_a_stream_grows_until_stopped(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    stream = await client.chat_stream(buffer_size=1, **recipient)
    await stream.append(markdown_text="**hel")
    message = local.thread(recipient["channel"], recipient["thread_ts"])[1]
    assert (message.shown, message.streaming) == ("**hel", True)
    await stream.append(markdown_text="lo**")
    assert message.shown == "**hello**"
    feedback = {"type": "context", "elements": [{"type": "mrkdwn", "text": "a footer"}]}
    await stream.stop(markdown_text=" there", chunks=[{"type": "blocks", "blocks": [feedback]}])
    assert (message.shown, message.small_print, message.streaming) == ("**hello** there", "a footer", False)


TASK: dict[str, Any] = {"type": "task_update", "id": "1", "title": "x", "status": "pending"}
SOURCE: dict[str, Any] = {"type": "url", "url": "https://example.org", "text": "x"}
CHUNK: dict[str, Any] = {"type": "markdown_text", "text": "more"}
BELOW: dict[str, Any] = {"type": "context", "elements": [{"type": "mrkdwn", "text": "a footer"}]}


@pytest.mark.parametrize(
    ("first", "then"),
    [({"chunks": [CHUNK]}, {"markdown_text": "more"}), ({"markdown_text": "more"}, {"chunks": [CHUNK]})],
)
async def test_a_stream_keeps_its_mode(
    client: AsyncWebClient, recipient: dict[str, Any], first: dict[str, Any], then: dict[str, Any]
) -> None:
    place = {"channel": recipient["channel"], "ts": (await client.chat_startStream(**recipient, **first))["ts"]}
    for method in ("chat.appendStream", "chat.stopStream"):
        assert await refusal(client, method, **place, **then) == "streaming_mode_mismatch"
    await client.api_call("chat.appendStream", json=place | first)
    await client.chat_stopStream(**place)


async def test_a_bare_start_leaves_the_mode_open(client: AsyncWebClient, recipient: dict[str, Any]) -> None:
    place = {"channel": recipient["channel"], "ts": (await client.chat_startStream(**recipient))["ts"]}
    await client.chat_appendStream(**place, chunks=[CHUNK])
    assert await refusal(client, "chat.appendStream", **place, markdown_text="x") == "streaming_mode_mismatch"
    assert await refusal(client, "chat.stopStream", **place, blocks=[BELOW]) == "streaming_mode_mismatch"
    await client.chat_stopStream(**place, chunks=[{"type": "blocks", "blocks": [BELOW]}])


async def test_some_channels_take_no_stream(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    local.change_rules(no_streams_in=frozenset({"channel"}))
    assert await refusal(client, "chat.startStream", **recipient) == "channel_type_not_supported"


@pytest.mark.parametrize("missing", ["recipient_team_id", "recipient_user_id"])
async def test_channels_need_a_recipient(client: AsyncWebClient, recipient: dict[str, Any], missing: str) -> None:
    del recipient[missing]
    assert await refusal(client, "chat.startStream", **recipient) == f"missing_{missing}"


async def test_direct_messages_need_no_recipient(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    direct = local.workspace.direct(local.me.id).id
    ts = local.say(direct, "hello")
    assert (await client.chat_startStream(channel=direct, thread_ts=ts, markdown_text="hi"))["ok"] is True


async def test_tasks_are_updated_in_place(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    stream = await client.chat_stream(buffer_size=1, **recipient)
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Thinking", status="in_progress", details="first, ")])
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Thought", status="complete", details="then")])
    await stream.stop(chunks=[MarkdownTextChunk(text="done")])
    task, text = local.thread(recipient["channel"], recipient["thread_ts"])[1].blocks
    assert (task["title"], task["status"], task["details"]) == ("Thought", "complete", "first, then")
    assert text["text"] == "done"


async def test_an_update_adds_to_a_task(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    """Source: https://github.com/openclaw/openclaw/pull/125168."""
    stream = await client.chat_stream(buffer_size=1, **recipient)
    for status in ("in_progress", "complete"):
        found = [SOURCE | {"text": status}]
        update = TaskUpdateChunk(id="1", title=f"It is {status}", status=status, output=f"{status} ", sources=found)
        await stream.append(chunks=[update])
    (task,) = local.thread(recipient["channel"], recipient["thread_ts"])[1].blocks
    assert (task["title"], task["output"]) == ("It is complete", "in_progress complete ")
    assert [source["text"] for source in task["sources"]] == ["in_progress", "complete"]


@pytest.mark.parametrize("how", ["stop", "age", "person"])
async def test_open_tasks_fail_with_their_stream(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any], clock: ScriptedClock, how: str
) -> None:
    """Source: https://github.com/vercel/chat/issues/911."""
    done = TASK | {"id": "2", "status": "complete"}
    begun = await client.chat_startStream(**recipient, chunks=[TASK, done])
    place = {"channel": recipient["channel"], "ts": begun["ts"]}
    match how:
        case "stop":
            await client.chat_stopStream(**place)
        case "age":
            clock.ahead += 301
            await refusal(client, "chat.appendStream", chunks=[CHUNK], **place)
        case _:
            local.stop(recipient["channel"], recipient["thread_ts"])
    message = local.thread(recipient["channel"], recipient["thread_ts"])[1]
    assert [block["status"] for block in message.blocks] == ["error", "complete"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": "x"}, "invalid_arguments"),
        ({"chunks": [{"type": "dance"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x" * 257, "status": "pending"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x", "status": "lost"}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"details": "x" * 257}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": "https://example.org"}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": [{"type": "url", "url": "https://example.org"}]}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": [SOURCE | {"text": ""}]}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": [SOURCE | {"text": "x" * 257}]}]}, "invalid_chunks"),
        ({"chunks": [TASK | {"sources": [SOURCE | {"url": "javascript:alert(1)"}]}]}, "invalid_chunks"),
        ({"chunks": [TASK, {"type": "markdown_text", "text": "x" * 11_000}]}, "msg_too_long"),
        ({"chunks": [TASK | {"id": str(number)} for number in range(51)]}, "msg_blocks_too_long"),
    ],
)
async def test_what_no_stream_takes(
    client: AsyncWebClient, recipient: dict[str, Any], arguments: dict[str, Any], error: str
) -> None:
    ts = (await client.chat_startStream(**recipient))["ts"]
    assert await refusal(client, "chat.appendStream", channel=recipient["channel"], ts=ts, **arguments) == error


async def test_a_live_stream_refuses_updates(client: AsyncWebClient, recipient: dict[str, Any]) -> None:
    place = {"channel": recipient["channel"], "ts": (await client.chat_startStream(**recipient))["ts"]}
    assert await refusal(client, "chat.update", text="x", **place) == "streaming_state_conflict"
    await client.chat_stopStream(**place)
    assert await refusal(client, "chat.appendStream", markdown_text="x", **place) == "message_not_in_streaming_state"
    assert await refusal(client, "chat.stopStream", **place) == "message_not_in_streaming_state"
    assert (await client.chat_update(text="x", **place))["ok"] is True


async def test_an_old_stream_is_over(client: AsyncWebClient, recipient: dict[str, Any], clock: ScriptedClock) -> None:
    place = {"channel": recipient["channel"], "ts": (await client.chat_startStream(**recipient))["ts"]}
    clock.ahead += 301
    assert await refusal(client, "chat.appendStream", markdown_text="x", **place) == "message_not_in_streaming_state"
    assert (await client.chat_update(text="x", **place))["ok"] is True


async def test_a_posted_message_is_no_stream(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    ts = (await client.chat_postMessage(channel=general, text="x"))["ts"]
    assert await refusal(client, "chat.appendStream", channel=general, ts=ts, markdown_text="x") == (
        "message_not_in_streaming_state"
    )
    mine = local.say(general, "mine")
    assert await refusal(client, "chat.appendStream", channel=general, ts=mine, markdown_text="x") == (
        "message_not_owned_by_app"
    )


async def test_stop_ends_streams_and_tells(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any], bot: RecordingBot
) -> None:
    place = {"channel": recipient["channel"], "ts": (await client.chat_startStream(**recipient))["ts"]}
    local.stop(recipient["channel"], recipient["thread_ts"])
    assert await refusal(client, "chat.appendStream", markdown_text="x", **place) == "stopped_by_user"
    await local.until(lambda: any(event["type"] == "agent_session_stopped" for event in bot.events()))
    stopped = next(event for event in bot.events() if event["type"] == "agent_session_stopped")
    assert (stopped["thread_ts"], stopped["user"]) == (recipient["thread_ts"], local.me.id)


async def test_a_stream_shows_that_it_works(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    session = local.workspace.session(recipient["channel"], recipient["thread_ts"])
    ts = (await client.chat_startStream(**recipient))["ts"]
    assert (session.state, session.status) == ("processing", "Working…")
    await client.chat_stopStream(channel=recipient["channel"], ts=ts)
    assert (session.state, session.status) == ("active", "")


async def test_a_status_is_cleared_by_speaking(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    channel, ts = recipient["channel"], recipient["thread_ts"]
    await client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="is thinking…")
    assert local.workspace.session(channel, ts).status == "is thinking…"
    await client.chat_postMessage(channel=channel, thread_ts=ts, text="thought")
    assert local.workspace.session(channel, ts).status == ""
    await client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="")


async def test_sessions_have_states_and_titles(
    local: ScriptedWorkspace, client: AsyncWebClient, recipient: dict[str, Any]
) -> None:
    place = {"channel_id": recipient["channel"], "thread_ts": recipient["thread_ts"]}
    await client.agents_sessions_setStatus(status="processing", **place)
    await client.agents_sessions_rename(title="A talk", **place)
    session = local.workspace.session(recipient["channel"], recipient["thread_ts"])
    assert (session.state, session.title) == ("processing", "A talk")
    assert await refusal(client, "agents.sessions.setStatus", status="dancing", **place) == "invalid_arguments"
    await client.assistant_threads_setSuggestedPrompts(prompts=[{"title": "a", "message": "b"}], **place)
    assert session.prompts == [{"title": "a", "message": "b"}]
