"""Sources on the chat platform, read from a local Slack; and what the person who added a source is told."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.knowledge import SourceKind, SourceState
from bot.core.domain.message import IncomingMessage, MessageEdit, Place
from bot.core.knowledge import faults
from bot.core.privacy.forget import ErasureScope
from bot.db.engine import Database
from bot.db.erase import SqlEraser
from bot.db.feedback import sql_feedback_store
from bot.db.knowledge.pages import follow
from bot.transaction import transact
from tests.support.bombs import pdf
from tests.support.chat import chat_in
from tests.support.documents import docx, paragraph
from tests.support.learning import Learning, learning
from tests.support.website import page, website
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database.open(sqlite_url)
    yield database
    await database.close()


@asynccontextmanager
async def there(
    database: Database, *hosts: str, folder: Path | None = None
) -> AsyncIterator[tuple[Learning, ScriptedWorkspace]]:
    """Read sources of a local Slack."""
    async with ScriptedWorkspace() as local, aiohttp.ClientSession() as session:
        team = local.workspace.team_id
        async with learning(database, *hosts, chat=chat_in(local, session), workspace=team, folder=folder) as here:
            yield here, local


async def resolved(database: Database, local: ScriptedWorkspace, channel: str, ts: str, text: str) -> None:
    """Keep a post as feedback that was resolved."""
    feedback, team = sql_feedback_store(database), local.workspace.team_id
    incoming = IncomingMessage(
        Place(team, channel, ts),
        ts,
        local.ada.id,
        team,
        text,
        is_direct=False,
        mentions_bot=False,
        addresses_other=False,
    )
    record = await feedback.inbox.add(incoming, datetime.now(UTC), "", together=0)
    assert record is not None
    await feedback.records.change(team, record, status=FeedbackStatus.RESOLVED)


async def reopened_in_part(database: Database, place: Place, words: str) -> None:
    """Make an open record of some words of a post."""
    feedback = sql_feedback_store(database)
    (record,) = await feedback.splits.of(place)
    part = await feedback.splits.split(record, words, [])
    assert part is not None
    await feedback.records.change(place.workspace, part.id, status=FeedbackStatus.OPEN)


async def test_settled_threads_are_read(database: Database) -> None:
    async with there(database) as (here, local):
        channel = local.channel("general")
        first = local.say(channel, "How do I export the board?", user=local.ada)
        local.say(channel, "Choose Export in the menu of the board.", user=local.sam, thread_ts=first)
        await resolved(database, local, channel, first, "How do I export the board?")
        second = local.say(channel, "Where is the import of the board?", user=local.ada)
        local.say(channel, "No idea.", user=local.gia, thread_ts=second)
        right = local.say(channel, "Beside the export of the board.", user=local.sam, thread_ts=second)
        for ts in (second, right):
            local.react(channel, ts, "white_check_mark")
        third = local.say(channel, "Does anybody know the board?", user=local.ada)
        local.say(channel, "Not settled about the board.", user=local.sam, thread_ts=third)
        await resolved(database, local, channel, third, "Does anybody know the board?")
        await reopened_in_part(database, Place(here.workspace, channel, third), "know the board")
        source = await here.read(await here.add(SourceKind.CHANNEL, channel, channel=channel))
        assert (source.pages, source.fault) == (2, "")
        found = await here.store.search.search(Place(here.workspace, channel), "board", 9)
        text = "\n".join(one.text for one in found)
        assert "Choose Export" in text
        assert "Beside the export" in text
        assert "No idea" not in text
        assert "Not settled" not in text
        assert all(f"/archives/{channel}/p" in one.link for one in found)


async def test_what_was_said_goes_with_its_words(database: Database) -> None:
    async with there(database) as (here, local):
        channel = local.channel("general")
        threads = [local.say(channel, f"How do I export board {n}?", user=local.ada) for n in range(3)]
        for ts, helper in zip(threads, (local.sam, local.sam, local.gia), strict=True):
            local.say(channel, "Choose Export in its menu.", user=helper, thread_ts=ts)
            local.react(channel, ts, "white_check_mark")
        source = await here.read(await here.add(SourceKind.CHANNEL, channel, channel=channel))
        assert source.pages == 3
        place = Place(here.workspace, channel, threads[0])
        edit = MessageEdit(place, threads[0], local.ada.id, here.workspace, "How?", "9")
        await transact(database.writer, lambda connection: follow(connection, edit))
        assert len(await here.found("export board menu", channel)) == 2
        await SqlEraser(database).erase(ErasureScope(here.workspace, person=local.gia.id))
        assert len(await here.found("export board menu", channel)) == 1
        local.delete_thread(channel, threads[1])
        await here.read(source)
        assert len(await here.found("export board menu", channel)) == 2  # the edited one, and that of who was forgotten


async def test_a_private_channel_serves_only_itself(database: Database) -> None:
    async with there(database) as (here, local):
        members = [local.me.id, local.sam.id, local.bot.id]
        secret = local.workspace.add_channel("secret", members=members, is_private=True).id
        ts = local.say(secret, "How do we export the merger?", user=local.sam)
        local.say(secret, "By the merger's menu.", thread_ts=ts)
        local.react(secret, ts, "white_check_mark")
        person = local.sam.id
        wide = await here.read(await here.add(SourceKind.CHANNEL, secret, person=person))
        assert (wide.fault, wide.pages) == (faults.PRIVATE_CHANNEL, 0)
        own = await here.read(await here.add(SourceKind.CHANNEL, secret, channel=secret, person=person))
        assert (own.fault, own.pages) == ("", 1)
        assert await here.found("merger") == []
        assert len(await here.found("merger", secret)) == 1
        local.say(secret, "The plan", user=local.sam, files={"plan.md": b"# Plan\n\nWho is bought.\n"})
        (file,) = local.workspace.files
        for channel, fault in (
            ("", faults.PRIVATE_FILE),
            (local.channel("general"), faults.PRIVATE_FILE),
            (secret, ""),
        ):
            source = await here.read(await here.add(SourceKind.FILE, file, channel=channel, person=person))
            assert (source.fault, source.pages) == (fault, 0 if fault else 1)


async def test_a_channel_that_hides_is_dropped(database: Database) -> None:
    """One that was made private, with or without the bot in it, serves nobody else any more."""
    async with there(database) as (here, local):
        for name, has_bot in (("sales", True), ("board", False)):
            channel = local.workspace.add_channel(name, members=[local.ada.id, local.sam.id, local.bot.id])
            ts = local.say(channel.id, f"How do we export {name}?", user=local.ada)
            local.say(channel.id, "By its menu.", user=local.sam, thread_ts=ts)
            local.react(channel.id, ts, "white_check_mark")
            source = await here.read(await here.add(SourceKind.CHANNEL, channel.id, person=local.ada.id))
            assert (source.fault, len(await here.found(f"export {name}"))) == ("", 1)
            channel.is_private = True
            if not has_bot:
                channel.members.remove(local.bot.id)
            source = await here.read(source)
            assert (source.fault, source.pages) == (faults.PRIVATE_CHANNEL, 0)
            assert await here.found(f"export {name}") == []


async def test_a_posted_file_is_read(database: Database) -> None:
    async with there(database) as (here, local):
        channel = local.channel("general")
        files = {
            "guide.docx": docx(paragraph("How to export the board.")),
            "notes.md": b"# Notes\n\nAbout the board, in notes.\n",
            "words.txt": b"The board, in plain words.",
            "saved.html": page("Saved", said="How the board was saved.").encode(),
            "print.pdf": printed(b"The board, as it is printed."),
        }
        local.say(channel, "Our guide", files=files)
        added = [file.id for file in local.workspace.files.values() if file.name in files]
        sources = [await here.read(await here.add(SourceKind.FILE, one, channel=channel)) for one in added]
        assert [(one.pages, one.fault) for one in sources] == [(1, "")] * len(files)
        found = await here.store.search.search(Place(here.workspace, channel), "board", 9)
        assert {one.title for one in found} == set(files)
        assert all("/files/" in one.link for one in found)
        for file in local.workspace.files.values():
            local.delete_file(file)
        due = await here.store.sources.refresh(here.workspace, sources[0].id, datetime.now(UTC))
        assert due
        await here.jobs.start(due)
        await here.inbox.idle()
        assert await here.store.sources.find(here.workspace, due.id) is None
        assert len(await here.found("board", channel)) == len(files) - 1


async def test_the_first_reading_is_told_once(database: Database) -> None:
    async with website() as site, there(database, site.host) as (here, local):
        site.pages |= {"/": page("Start", "/a", "/b", "/c"), "/a": page("A"), "/b": web.Response(status=403)}
        site.pages["/c"] = web.Response(status=401)
        source = await here.read(await here.add(SourceKind.SITE, site.url, person=local.ada.id))
        told = local.workspace.messages(_direct(local))
        assert len(told) == 1
        assert f"I read 2 pages of {site.url}" in told[0].text
        assert "1 page could not be read:" in told[0].text
        assert "does not let me in" in told[0].text
        assert "1 page asks for a login." in told[0].text
        await here.read(source)
        assert len(local.workspace.messages(_direct(local))) == 1


async def test_a_failure_is_told_once(database: Database) -> None:
    async with website() as site, there(database, site.host) as (here, local):
        site.pages["/"] = web.Response(status=500)
        source = await here.read(await here.add(SourceKind.SITE, site.url, person=local.ada.id))
        source = await here.read(source)
        assert source.state is SourceState.FAILED
        (told,) = local.workspace.messages(_direct(local))
        assert "I could not read" in told.text
        assert "I'll try again by myself." in told.text
        site.pages["/"] = page("Start")
        await here.read(source)
        assert "I read 1 page of" in local.workspace.messages(_direct(local))[-1].text


def printed(words: bytes) -> bytes:
    """Write a PDF of one page with these words."""
    text = b"BT /F1 12 Tf 20 80 Td (%s) Tj ET" % words
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def _direct(local: ScriptedWorkspace) -> str:
    return next(one.id for one in local.workspace.channels.values() if one.is_im and local.ada.id in one.members)
