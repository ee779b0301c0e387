"""What the chat looks up in the local workspace, and what is read for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.core.channel_reader import GONE, HIDDEN, ReadHistory, allow, allow_file, read_channel, read_thread
from bot.core.domain.message import Place
from bot.core.domain.people import Reader, Target, Venue
from bot.core.time_span.times import Span
from bot.errors import NotAllowedError, UsageError
from bot.playground.slack.records import MessageRecord
from bot.slack.client.lookup import locate, zone
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.ports import Chat

HERE = Place("T1", "C1")


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace() as local:
        yield local


@pytest.fixture
async def chat(workspace: ScriptedWorkspace) -> AsyncIterator[Chat]:
    async with aiohttp.ClientSession() as session:
        yield chat_in(workspace, session)


def place(workspace: ScriptedWorkspace, channel: str = "") -> Place:
    return Place(workspace.workspace.team_id, channel or workspace.channel("general"))


async def read(
    workspace: ScriptedWorkspace, chat: Chat, start: datetime | None, end: datetime | None = None
) -> ReadHistory:
    span = Span(start, end or datetime.now(UTC) + timedelta(minutes=1))
    return await read_channel(place(workspace), span, workspace.me.id, chat=chat, progress=lambda _: None)


@pytest.mark.parametrize(
    ("link", "target"),
    [
        (
            "https://x.slack.com/archives/C123/p1700000000000100",
            Target(Place("T1", "C123", "1700000000.000100"), "1700000000.000100"),
        ),
        (
            "https://x.slack.com/archives/C123/p1700000009000100?thread_ts=1700000000.000100&cid=C123",
            Target(Place("T1", "C123", "1700000000.000100"), "1700000009.000100"),
        ),
        ("https://x.slack.com/archives/C123", Target(Place("T1", "C123"))),
        ("https://x.slack.com/files/U123/F123/report.pdf", Target(HERE, file="F123")),
        ("https://x.slack.com/files/U123/F123", Target(HERE, file="F123")),
        ("https://example.com/", None),
        ("https://example.com/archives/x", None),
        ("https://[", None),
        ("ftp://x.slack.com/archives/C123", None),
    ],
)
def test_a_link_is_located(link: str, target: Target | None) -> None:
    assert locate(link, HERE) == target


def test_a_time_zone_is_found_somehow() -> None:
    assert zone({"tz": "Europe/Berlin", "tz_offset": 3600}) == ZoneInfo("Europe/Berlin")
    assert zone({"tz": "Nowhere/Land", "tz_offset": 3600}) == timezone(timedelta(hours=1))
    assert zone({"tz": None, "tz_offset": "x"}) is UTC
    assert zone({"tz": "../../etc/passwd", "tz_offset": 10**9}) is UTC


async def test_a_reader_is_asked_for_once(workspace: ScriptedWorkspace, chat: Chat) -> None:
    assert (await chat.directory.reader(HERE, workspace.me.id)).zone == ZoneInfo("Etc/UTC")
    assert isinstance(await chat.directory.reader(HERE, workspace.me.id), Reader)
    assert [call.method for call in workspace.calls] == ["users.info"]


async def test_an_unknown_reader_reads_in_utc(workspace: ScriptedWorkspace, chat: Chat) -> None:
    workspace.fail("users.info", error="user_not_found")
    assert await chat.directory.reader(HERE, workspace.me.id) == Reader()


async def test_who_is_in_may_read(workspace: ScriptedWorkspace, chat: Chat) -> None:
    venue = await allow(place(workspace), workspace.me.id, directory=chat.directory)
    assert venue == Venue("general", is_private=False, has_bot=True, has_person=True)
    direct = workspace.workspace.direct(workspace.me.id)
    assert (await allow(place(workspace, direct.id), workspace.me.id, directory=chat.directory)).name == ""


async def test_nobody_learns_of_a_private_channel(workspace: ScriptedWorkspace, chat: Chat) -> None:
    add = workspace.workspace.add_channel
    without_bot = add("merger", members=[workspace.sam.id], is_private=True)
    without_me = add("takeover", members=[workspace.sam.id, workspace.bot.id], is_private=True)
    told = set()
    for channel in (without_bot.id, without_me.id, "C0NOSUCH"):
        with pytest.raises((UsageError, NotAllowedError)) as caught:
            await allow(place(workspace, channel), workspace.me.id, directory=chat.directory)
        told.add(caught.value.sentence)
    assert told == {HIDDEN}


async def test_who_is_missing_is_told(workspace: ScriptedWorkspace, chat: Chat) -> None:
    add = workspace.workspace.add_channel
    without_bot = add("design", members=[workspace.me.id])
    without_me = add("sales", members=[workspace.sam.id, workspace.bot.id])
    with pytest.raises(UsageError) as caught:
        await allow(place(workspace, without_bot.id), workspace.me.id, directory=chat.directory)
    assert "/invite" in caught.value.sentence
    with pytest.raises(NotAllowedError) as refused:
        await allow(place(workspace, without_me.id), workspace.me.id, directory=chat.directory)
    assert "Join it" in refused.value.sentence


async def test_a_channel_is_read_with_its_threads(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    start = datetime.now(UTC)
    root = workspace.say(general, "root")
    for number in range(3):
        workspace.say(general, f"reply {number}", thread_ts=root, user=workspace.sam)
    workspace.say(general, "alone")
    found = await read(workspace, chat, start - timedelta(hours=1))
    assert sorted(said.text for said in found.said) == ["alone", "reply 0", "reply 1", "reply 2", "root"]
    assert found.found_own is None
    assert (await read(workspace, chat, start - timedelta(hours=2), start - timedelta(hours=1))).said == []


async def test_a_thread_is_waited_for(workspace: ScriptedWorkspace, chat: Chat) -> None:
    root = workspace.say(workspace.channel("general"), "root")
    workspace.say(workspace.channel("general"), "reply", thread_ts=root)
    workspace.fail("conversations.replies", retry_after=1)
    found = await read(workspace, chat, datetime.now(UTC) - timedelta(hours=1))
    assert len(found.said) == 2
    assert found.threads_unread == 0


async def test_what_was_read_ends_with_an_own_message(workspace: ScriptedWorkspace, chat: Chat) -> None:
    general = workspace.channel("general")
    workspace.say(general, "old", user=workspace.sam)
    workspace.say(general, "mine")
    workspace.say(general, "new", user=workspace.sam)
    found = await read(workspace, chat, None)
    assert [said.text for said in found.said] == ["new"]
    assert found.found_own


async def test_who_never_wrote_gets_all(workspace: ScriptedWorkspace, chat: Chat) -> None:
    workspace.say(workspace.channel("general"), "old", user=workspace.sam)
    found = await read(workspace, chat, None)
    assert [said.text for said in found.said] == ["old"]
    assert found.found_own is False


async def test_a_thread_that_is_gone_is_told(workspace: ScriptedWorkspace, chat: Chat) -> None:
    thread = Place(workspace.workspace.team_id, workspace.channel("general"), "1700000000.000100")
    with pytest.raises(UsageError) as caught:
        await read_thread(thread, history=chat.history, progress=lambda _: None)
    assert caught.value.sentence == GONE


async def test_a_file_is_for_who_can_see_it(workspace: ScriptedWorkspace, chat: Chat) -> None:
    secret = workspace.workspace.add_channel("secret", members=[workspace.sam.id, workspace.bot.id], is_private=True)
    workspace.say(workspace.channel("general"), "here", files={"open.txt": b"open"}, user=workspace.sam)
    hidden = workspace.workspace.add_file("hidden.txt", workspace.sam.id, b"hidden")
    workspace.workspace.say(MessageRecord(secret.id, workspace.sam.id, "there", files=[hidden]))
    shared = [await chat.files.shared(place(workspace), file.id) for file in workspace.files()]
    assert [(file.file.name, file.is_public) for file in shared] == [("open.txt", True), ("hidden.txt", False)]
    await allow_file(shared[0], workspace.me.id, directory=chat.directory)
    await allow_file(shared[1], workspace.sam.id, directory=chat.directory)
    with pytest.raises(NotAllowedError):
        await allow_file(shared[1], workspace.me.id, directory=chat.directory)
