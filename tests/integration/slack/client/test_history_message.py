"""What the chat reads of the local workspace's history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.channel_reader import read_channel, read_thread
from bot.core.domain.message import Place
from bot.core.time_span.times import Span
from bot.errors import ChatError, UsageError
from bot.playground.slack.records import MessageRecord
from bot.slack.client.permalink import parse
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.domain.message import HistoryMessage
    from bot.core.ports import Chat


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace() as local:
        yield local


@pytest.fixture
async def chat(workspace: ScriptedWorkspace) -> AsyncIterator[Chat]:
    async with aiohttp.ClientSession() as session:
        yield chat_in(workspace, session)


def place(workspace: ScriptedWorkspace, thread: str = "") -> Place:
    return Place(workspace.workspace.team_id, workspace.channel("general"), thread)


async def whole(pages: AsyncIterator[tuple[HistoryMessage, ...]]) -> list[HistoryMessage]:
    return [said async for page in pages for said in page]


async def test_a_thread_is_read_in_pages(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "first")
    for number in range(450):
        workspace.say(workspace.channel("general"), f"reply {number}", thread_ts=root, user=workspace.sam)
    said = await whole(chat.history.thread(place(workspace, root)))
    assert [one.text for one in said] == ["first", *(f"reply {number}" for number in range(450))]
    assert [call.method for call in workspace.calls].count("conversations.replies") == 3
    assert [call.method for call in workspace.calls].count("users.info") == 2
    assert (said[0].reply_count, said[0].thread, said[1].thread, said[1].name) == (450, root, root, "Sam Okoro")


async def test_only_what_came_after_is_read(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "first")
    seen = workspace.say(workspace.channel("general"), "seen", thread_ts=root)
    workspace.say(workspace.channel("general"), "new", thread_ts=root)
    assert [one.text for one in await whole(chat.history.thread(place(workspace, root), seen))] == ["new"]


async def test_people_are_named_and_addressable(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), f"ask <@{workspace.sam.id}> &amp; <@U0NOBODY>")
    (said,) = await whole(chat.history.thread(place(workspace, root)))
    assert said.text == "ask @Sam Okoro & @U0NOBODY"
    assert said.words == f"ask <@{workspace.sam.id}> & <@U0NOBODY>"
    assert said.names == {f"<@{workspace.sam.id}>": "Sam Okoro", "<@U0NOBODY>": "U0NOBODY"}


async def test_names_are_asked_for_once(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "hi")
    for _ in range(3):
        await whole(chat.history.thread(place(workspace, root)))
    assert [call.method for call in workspace.calls].count("users.info") == 1


async def test_a_busy_directory_holds_nothing_up(workspace: ScriptedWorkspace, chat: Chat) -> None:
    workspace.fail("users.info", retry_after=30)
    root = workspace.say(workspace.channel("general"), "hi")
    (said,) = await whole(chat.history.thread(place(workspace, root)))
    assert said.name == workspace.me.id


async def test_a_channel_is_read_newest_first(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    first = workspace.say(general, "one")
    workspace.say(general, "in the thread", thread_ts=first)
    workspace.say(general, "two", files={"notes.txt": b"x" * 7})
    now = datetime.now(UTC)
    said = await whole(chat.history.channel(place(workspace), now - timedelta(hours=1)))
    assert [one.text for one in said] == ["two\n[file: notes.txt]", "one"]
    assert (said[0].files[0].name, said[0].files[0].media_type, said[0].files[0].size) == ("notes.txt", "text/plain", 7)
    assert abs(said[0].at - now) < timedelta(minutes=1)
    assert await whole(chat.history.channel(place(workspace), now - timedelta(hours=2), now - timedelta(hours=1))) == []


async def test_notices_and_remains_are_left_out(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    root = workspace.say(general, "to be deleted")
    workspace.say(general, "reply", thread_ts=root)
    workspace.workspace.post(MessageRecord(general, workspace.sam.id, "joined", root, subtype="channel_join"))
    workspace.delete(general, root)
    assert [one.text for one in await whole(chat.history.thread(place(workspace, root)))] == ["reply"]


async def test_the_bots_own_words_are_marked(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    root = workspace.say(general, "hi")
    blocks = [{"type": "markdown", "text": "**Hello** & welcome"}]
    workspace.workspace.post(MessageRecord(general, workspace.bot.id, "Hello", root, blocks=blocks))
    said = (await whole(chat.history.thread(place(workspace, root))))[1]
    assert (said.text, said.is_own, said.is_bot) == ("**Hello** & welcome", True, True)


async def test_a_short_rate_limit_is_waited_for(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "hi")
    workspace.fail("conversations.replies", retry_after=1)
    assert [one.text for one in await whole(chat.history.thread(place(workspace, root)))] == ["hi"]


async def test_a_thread_that_is_gone_is_said(workspace: ScriptedWorkspace, chat: Chat) -> None:
    with pytest.raises(ChatError, match="thread_not_found"):
        await whole(chat.history.thread(place(workspace, "1.0")))


async def test_a_permalink_needs_no_call(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "hi")
    await whole(chat.history.thread(place(workspace, root)))
    calls = len(workspace.calls)
    link = chat.history.permalink(place(workspace, root), root)
    assert link.startswith(workspace.url)
    assert parse(link) == (workspace.channel("general"), root, "")
    assert len(workspace.calls) == calls


async def test_groups_and_channels_are_named(workspace: ScriptedWorkspace, chat: Chat) -> None:
    workspace.change_rules(scopes=workspace.workspace.rules.scopes | {"usergroups:read"})
    general, leads = workspace.channel("general"), workspace.channel("leads")
    words = f"<!subteam^S01SUPPORT0> in <#{general}|> not <#{leads}> nor <#C0NOWHERE> <!subteam^S0NOBODY>"
    root = workspace.workspace.post(MessageRecord(general, workspace.me.id, words)).ts
    for _ in range(2):
        (said,) = await whole(chat.history.thread(place(workspace, root)))
        assert said.text == said.words == f"@support in #general not #{leads} nor #C0NOWHERE @group"
    called = [call.method for call in workspace.calls]
    assert (called.count("usergroups.list"), called.count("conversations.info")) == (1, 3)


async def test_names_are_never_waited_for(workspace: ScriptedWorkspace, chat: Chat) -> None:
    workspace.fail("usergroups.list", error="missing_scope")
    workspace.fail("conversations.info", retry_after=30)
    general = workspace.channel("general")
    root = workspace.workspace.post(
        MessageRecord(general, workspace.me.id, f"<!subteam^S01SUPPORT0> in <#{general}>")
    ).ts
    for _ in range(2):
        (said,) = await whole(chat.history.thread(place(workspace, root)))
        assert said.words == f"@group in #{general}"
    called = [call.method for call in workspace.calls]
    assert (called.count("usergroups.list"), called.count("conversations.info")) == (1, 1)


async def test_reactions_of_others_are_votes(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    root = workspace.say(general, "Friday or Monday?")
    for user, name in ((workspace.ada, "+1"), (workspace.sam, "+1::skin-tone-3"), (workspace.bot, "eyes")):
        workspace.react(general, root, name, user=user)
    (said,) = await whole(chat.history.thread(place(workspace, root)))
    assert (said.reactions, said.votes) == ((("+1", 2),), "[reactions: :+1: 2]")
    assert said.text == "Friday or Monday?"


async def test_a_channel_is_read_as_far_as_it_can_be(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    workspace.fill(general, [f"Message {number}." for number in range(40)], apart=1)
    workspace.change_rules(history_page=15)
    workspace.fail("conversations.history", status=500, after=1)
    workspace.fail("conversations.history", retry_after=400, after=1)
    now = datetime.now(UTC)
    span = Span(now - timedelta(hours=1), now + timedelta(hours=1))
    read = await read_channel(place(workspace), span, workspace.me.id, chat=chat, progress=lambda _: None)
    assert sorted(said.text for said in read.said) == sorted(f"Message {number}." for number in range(10, 40))
    assert read.since == min(said.at for said in read.said)
    assert read.gaps == ("only the newest 30 messages could be read: I can't read on for another 400 seconds",)


async def test_a_thread_that_breaks_off_is_told(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "hi")
    workspace.fill(workspace.channel("general"), [f"Reply {number}." for number in range(20)], thread_ts=root, ago=60)
    workspace.change_rules(history_page=15)
    workspace.fail("conversations.replies", error="missing_scope", after=1)
    read = await read_thread(place(workspace, root), history=chat.history, progress=lambda _: None)
    reason = "I lack a permission to read here, which your administrator can add"
    assert read.gaps == (f"only the first 15 messages of the thread could be read: {reason}",)
    workspace.fail("conversations.replies", error="missing_scope")
    with pytest.raises(UsageError) as refusal:
        await read_thread(place(workspace, root), history=chat.history, progress=lambda _: None)
    assert reason in refusal.value.sentence
