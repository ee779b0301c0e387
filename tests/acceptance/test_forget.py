"""Forgetting, as people ask for it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from bot.core.domain.control_value import Rating
from bot.core.domain.knowledge import Gap, NewSource, ReadPage, SourceKind
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.db.personal_data import WORDS
from bot.db.tables import Base, DraftRow, MessageRow, Moment, ThreadRow, TrackerIssueRow
from bot.jobs.retention import Retention
from bot.playground.slack.elements import buttons
from tests.acceptance import test_classify, test_code, test_summarize, test_triage
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_usage import ask
from tests.support.knowledge import citing

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def talk(dialogue: Dialogue, model: ScriptedModel) -> str:
    """Have a conversation of two turns, of which the first is surely kept; return its thread."""
    ts = dialogue.mention("my secret is 42")
    for number in (1, 2):
        model.answer("I see.")
        await dialogue.answer(dialogue.general, ts, number)
        if number == 1:
            dialogue.workspace.say(dialogue.general, "and so on", thread_ts=ts)
    return ts


async def erase(dialogue: Dialogue) -> None:
    """Press the button of the question that was asked last; it goes, as it is answered."""
    workspace, question = dialogue.workspace, dialogue.workspace.ephemerals()[-1]
    count = re.search(r"\d+ entr\w+", question.shown)
    (button,) = buttons(question.blocks)
    assert count
    assert button["text"]["text"] == f"Erase {count[0]}"
    assert button["confirm"]["text"]["text"] == f"{question.shown} This can't be undone."
    await workspace.press(question, "forget.0")
    await workspace.until(lambda: "Erased: " in workspace.ephemerals()[-1].shown)
    await workspace.until(lambda: question not in workspace.ephemerals())


@BOTH_DATABASES
async def test_what_i_said_is_forgotten(dialogue: Dialogue, model: ScriptedModel) -> None:
    await talk(dialogue, model)
    assert "This erases what I've stored of your messages" in await ask(dialogue, "forget me")
    assert await dialogue.rows("SELECT id FROM messages WHERE text LIKE '%secret%'")
    await erase(dialogue)
    assert not await dialogue.rows("SELECT id FROM messages WHERE text LIKE '%secret%'")
    assert await dialogue.rows("SELECT id FROM calls")
    assert "nothing left" in await ask(dialogue, "forget me")


async def test_a_thread_is_forgotten_by_link(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await talk(dialogue, model)
    link = f"https://acme.slack.com/archives/{dialogue.general}/p{ts.replace('.', '')}"
    assert "everything that I've stored from this thread" in await ask(dialogue, f"forget thread {link}")
    assert "channel" in await ask(dialogue, "forget thread https://example.com/x")


async def test_a_channel_is_for_admins(dialogue: Dialogue) -> None:
    assert "Only workspace admins" in await ask(dialogue, "forget channel", user=dialogue.workspace.sam)
    assert "nothing left" in await ask(dialogue, "forget channel")


@pytest.mark.parametrize("typed", ["forget", "forget everything", "forget thread", "forget me please"])
async def test_an_odd_wish_is_explained(dialogue: Dialogue, typed: str) -> None:
    assert "I ask before I erase anything" in await ask(dialogue, typed)


MARK = "zanzibar"


async def fill(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Leave a word of mine in every table that keeps words, by what people do."""
    general, local = dialogue.general, dialogue.workspace
    model.answer(f"You said {MARK}.")
    ts = dialogue.mention(f"my word is {MARK}", files={f"{MARK}.txt": MARK.encode()})
    await dialogue.answer(general, ts)
    await test_code.settled(dialogue)
    await local.press(dialogue.answers(general, ts)[0], "rate.2", value=Rating(rating="bad", question=ts).encode())
    await local.submit({"rating_comment": f"I wanted {MARK}."})
    local.say(general, f"{MARK} is a word")
    model.answer({**test_summarize.FOUND, "gist": [test_summarize.point("Somebody said a word.", "m1")]})
    await test_summarize.ask(dialogue, f"24h focus on {MARK}")
    await test_summarize.summary(dialogue)
    model.answer({"results": [test_classify.entry(1, "Bug", 90, MARK)]})
    await test_classify.command(dialogue, f"{MARK} crashes\ninto: Bug, Billing", "1. Bug")
    model.answer(test_code.block(f"# {MARK}.py\nx = '{MARK}'"))
    await local.command(general, "/code", f"python a constant {MARK}")
    await test_code.settled(dialogue)
    await ask(dialogue, "set memory on")
    await ask(dialogue, f"memory add my word is {MARK}")
    await learn(dialogue, model)
    await ask(dialogue, "triage on")
    judged = test_triage.judged(1, summary=f"Wants {MARK}", evidence=MARK)
    model.answer(test_triage.results(judged))
    post = local.say(general, f"{MARK} is broken")
    await local.until(lambda: any(MARK in one.shown for one in dialogue.answers(general, post)))
    await test_code.settled(dialogue)
    await draft(dialogue)


async def learn(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Leave the word in an article, in what was read of a channel, and in a question without an answer."""
    local, general, now = dialogue.workspace, dialogue.general, datetime.now(UTC)
    team, person, said = local.workspace.team_id, local.me.id, f"{MARK} is an island."
    ts = local.say(general, f"Where is {MARK}?")
    local.say(general, said, user=local.sam, thread_ts=ts)
    model.answer(f"# Where is {MARK}\n\n", *citing(said, 1), to="<article>")
    await local.shortcut("write_up", local.thread(general, ts)[0])
    await dialogue.until_rows("SELECT 1 FROM articles WHERE shown <> ''")
    database = Database.open(dialogue.environ["DATABASE_URL"])
    knowledge = sql_knowledge_store(database)
    added = await knowledge.sources.add(NewSource(team, general, SourceKind.CHANNEL, general, "#general", person), now)
    source = await knowledge.pages.begin(added, [ts], now)
    assert source is not None
    page = ReadPage(ts, "", MARK, f"# {MARK}\n\n{said}", changed_at=now, people=(person,))
    await knowledge.pages.keep(source, ts, page, now)
    await knowledge.pages.finish(source, now, now + timedelta(days=1))
    await database.close()
    await unanswered(dialogue, ts)


async def unanswered(dialogue: Dialogue, ts: str) -> None:
    """Keep a question with the word as one that had no answer."""
    team, person = dialogue.workspace.workspace.team_id, dialogue.workspace.me.id
    gap = Gap(0, team, dialogue.general, ts, ts, person, f"Where is {MARK}?", "", datetime.now(UTC))
    database = Database.open(dialogue.environ["DATABASE_URL"])
    await sql_knowledge_store(database).gaps.add(gap)
    await database.close()


async def draft(dialogue: Dialogue) -> None:
    """Leave the word in a draft for the post of feedback, and in what a tracker said of its issue."""
    ((record, thread),) = await dialogue.rows("SELECT id, message FROM feedback")
    person, now = dialogue.workspace.me.id, datetime.now(UTC)
    here = {"workspace": dialogue.workspace.workspace.team_id, "channel": dialogue.general, "thread": thread}
    here |= {"person": person, "record": record}
    said = json.dumps([{"text": MARK, "by": "octocat", "at": now.isoformat()}])
    drafted = here | {"digest": "1", "state": "ready", "text": MARK, "created_at": now, "changed_at": now}
    database = Database.open(dialogue.environ["DATABASE_URL"])
    async with database.writer.begin() as connection:
        await connection.execute(insert(DraftRow).values(drafted))
        await connection.execute(insert(TrackerIssueRow).values(here | {"comments": said}))
    await database.close()


async def tables(dialogue: Dialogue) -> set[str]:
    """Return the tables where the word stands."""
    return {name for name in WORDS if any(MARK in str(row) for row in await dialogue.rows(f"SELECT * FROM {name}"))}  # noqa: S608 (ours)


def in_file(dialogue: Dialogue) -> bool:
    """Tell whether the word stands anywhere in the database's files."""
    path = Path(dialogue.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    return any(MARK.encode() in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


async def forget(dialogue: Dialogue, what: str) -> None:
    """Have something forgotten, and wait until it is."""
    await ask(dialogue, f"forget {what}")
    await erase(dialogue)
    await test_code.settled(dialogue)


async def test_nothing_is_left_in_the_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    await fill(dialogue, model)
    # Settings, summaries of long threads and what strangers publish aside, it stands wherever words can stand.
    others = {"settings", "settings_changes", "threads", "classify_runs", "knowledge_sources", "knowledge_words"}
    assert await tables(dialogue) == WORDS.keys() - others
    assert in_file(dialogue)
    await forget(dialogue, "me")
    assert await tables(dialogue) == set()
    assert not in_file(dialogue)
    assert len(await dialogue.rows("SELECT id FROM calls")) == 6
    assert await dialogue.rows("SELECT is_good, comment FROM ratings") == [(0, "")]
    assert await dialogue.rows("SELECT category FROM feedback") == [("Bug report",)]


async def test_nothing_of_a_deleted_post_is_found(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Neither its words, nor what was written of them: its summary, a draft, its question, what closed its issue."""
    local, general = dialogue.workspace, dialogue.general
    await ask(dialogue, "triage on")
    model.answer(test_triage.results(test_triage.judged(1, summary=f"Asks for {MARK}", evidence=MARK)))
    ts = local.say(general, f"Where is {MARK}?")
    await local.until(lambda: any(MARK in one.shown for one in dialogue.answers(general, ts)))
    await test_code.settled(dialogue)
    await draft(dialogue)
    await unanswered(dialogue, ts)
    assert await tables(dialogue) == {"feedback", "drafts", "tracker_issues", "knowledge_gaps"}
    local.delete(general, ts)
    await local.until(lambda: not any(MARK in one.shown for one in dialogue.answers(general, ts)))
    await test_code.settled(dialogue)
    assert await tables(dialogue) == set()


async def test_a_question_is_kept_as_it_is_said_now(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("I don't know.")
    ts = dialogue.mention(f"Where is {MARK}?")
    await dialogue.answer(dialogue.general, ts)
    await unanswered(dialogue, ts)
    dialogue.workspace.edit(dialogue.general, ts, "Where is Pemba?")
    await dialogue.until_rows("SELECT 1 FROM knowledge_gaps WHERE question = 'Where is Pemba?'")
    dialogue.workspace.delete(dialogue.general, ts)
    await dialogue.until_rows("SELECT 1 FROM knowledge_gaps", lambda rows: not rows)


async def test_nothing_old_is_left_in_the_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    await fill(dialogue, model)
    database, long_ago = Database.open(dialogue.environ["DATABASE_URL"]), datetime.now(UTC) - timedelta(days=400)
    try:
        async with database.writer.begin() as connection:
            for table in Base.metadata.sorted_tables:
                times = [column.name for column in table.columns if isinstance(column.type, Moment)]
                if times:
                    await connection.execute(update(table).values(dict.fromkeys(times, long_ago)))
        await Retention(database, 365).purge()
    finally:
        await database.close()
    assert await tables(dialogue) == set()
    assert not in_file(dialogue)


async def test_nothing_is_left_after_uninstalling(dialogue: Dialogue, model: ScriptedModel) -> None:
    await fill(dialogue, model)
    dialogue.workspace.uninstall()
    await dialogue.workspace.until(lambda: all(one.is_over for one in dialogue.workspace.deliveries.log))
    await dialogue.until_idle()
    assert await tables(dialogue) == set()
    assert not in_file(dialogue)


async def test_a_channel_leaves_only_direct_messages(dialogue: Dialogue, model: ScriptedModel) -> None:
    await fill(dialogue, model)
    await forget(dialogue, "channel")
    # What I asked in private is mine to have forgotten.
    assert await tables(dialogue) == {"messages"}
    assert await dialogue.rows("SELECT DISTINCT channel FROM threads") == [(dialogue.direct,)]
    await forget(dialogue, "me")
    assert not in_file(dialogue)


async def test_a_channels_days_hold_for_it_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    other = dialogue.workspace.channel("support-feedback")
    for channel in (dialogue.general, other):
        model.answer("I see.")
        ts = dialogue.workspace.say(channel, f"<@{dialogue.workspace.bot.id}> my word is {MARK}")
        await dialogue.answer(channel, ts)
    await test_code.settled(dialogue)
    assert "`retention_days` is set to *7*" in await ask(dialogue, "set retention_days 7")
    assert "It takes a whole number from 1 to 36,500." in await ask(dialogue, "set retention_days ten")
    assert "It takes a whole number from 1 to 36,500." in await ask(dialogue, "set retention_days -1")
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        async with database.writer.begin() as connection:
            old = datetime.now(UTC) - timedelta(days=8)
            await connection.execute(update(MessageRow).values(created_at=old))
            await connection.execute(update(ThreadRow).values(last_message_at=old))
        await Retention(database, 365).purge()
    finally:
        await database.close()
    assert await dialogue.rows("SELECT DISTINCT channel FROM threads") == [(other,)]
