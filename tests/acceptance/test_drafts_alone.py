"""Drafts that go without a person, and drafts that are not written."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, update

from bot.core.domain.draft import DraftState
from bot.db.tables import DraftRow, FeedbackRow
from bot.jobs.drafts import PATIENCE
from bot.playground.anthropic.reply import MessageStop
from bot.work import Delivery, Inbox
from bot.work.table import inbox
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_drafts import (
    ANSWER,
    QUESTION,
    asks,
    database,
    drafted,
    drafting,
    learn,
    said,
    sorted_as,
    told,
    with_team,
)
from tests.acceptance.test_triage import card, data, parley, results, support
from tests.support.knowledge import citing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def trusted(dialogue: Dialogue, sent: int = 30, discarded: int = 0) -> None:
    """Let the team have decided about drafts before."""
    now, rows = datetime.now(UTC), []
    for number in range(sent + discarded):
        state = DraftState.SENT if number < sent else DraftState.DISCARDED
        at = now - timedelta(days=1, minutes=number)
        row: dict[str, Any] = {
            "workspace": dialogue.workspace.workspace.team_id,
            "channel": support(dialogue),
            "thread": f"1.{number}",
        }
        row |= {"person": "U1", "record": 100_000 + number, "digest": str(number), "category": "Question"}
        rows.append(row | {"state": state, "created_at": at, "decided_at": at, "changed_at": at})
    async with database(dialogue) as opened, opened.writer.begin() as connection:
        await connection.execute(insert(DraftRow), rows)


@on_shared_bot
async def test_a_trusted_category_is_answered_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await trusted(dialogue, 27, 3)
    engineering = await with_team(dialogue, mode="auto")
    ts = asks(dialogue, model)
    await dialogue.workspace.until(lambda: said(dialogue, ts, ANSWER))
    (answer,) = said(dialogue, ts, ANSWER)
    assert "no person has checked it" in answer.shown
    assert (await drafted(dialogue, "without a person")).channel == engineering
    assert "draft_send" not in str((await drafted(dialogue, ANSWER)).blocks)
    await asyncio.gather(
        *(
            dialogue.workspace.press(answer, "draft_ask_person.0", user=one)
            for one in (dialogue.workspace.sam, dialogue.workspace.gia)
        )
    )
    await dialogue.workspace.until(lambda: said(dialogue, ts, "A person will look at this"))
    await dialogue.workspace.until(
        lambda: [
            one
            for one in dialogue.workspace.workspace.messages(engineering)
            if "Someone asks for a person" in one.shown and not one.thread_ts
        ]
    )
    await drafted(dialogue, "Someone asked for a person")
    await card(dialogue, ts, "a person was asked for")
    assert await dialogue.rows("SELECT status, responded_at FROM feedback") == [("open", None)]
    await dialogue.until_idle()
    assert len(said(dialogue, ts, "A person will look at this")) == 1
    assert "draft_ask_person" not in str(said(dialogue, ts, ANSWER)[0].blocks)
    await parley(dialogue, "triage report")
    await told(dialogue, "Question | 27 | 0 | 3 | 1 | 1")


@on_shared_bot
@pytest.mark.parametrize("why", ["severe", "trimmed", "few", "poisoned", "bot", "answered"])
async def test_a_doubtful_draft_waits_for_the_team(dialogue: Dialogue, model: ScriptedModel, why: str) -> None:
    answer = "It is on the page where the password is changed." if why == "poisoned" else ANSWER
    await learn(dialogue, answer)
    await trusted(dialogue, 29 if why == "few" else 30)
    await with_team(dialogue, "set triage_bots true", mode="auto")
    model.answer(
        lambda asked: [results(sorted_as(asked, severity="High" if why == "severe" else "Low"))], to="<messages>"
    )
    gate = asyncio.Event()
    model.answer(
        gate, *citing(answer), *([" It never fails on any machine."] if why == "trimmed" else []), to="<question>"
    )
    if why == "bot":
        ts = dialogue.workspace.say_as_app(support(dialogue), QUESTION)
    else:
        ts = dialogue.workspace.say(support(dialogue), QUESTION, user=dialogue.workspace.sam)
    await model.until_asked(2)
    if why == "answered":
        dialogue.workspace.say(support(dialogue), "Let me show you", user=dialogue.workspace.ada, thread_ts=ts)
    gate.set()
    shown = await drafted(dialogue, answer)
    assert "draft_send" in str(shown.blocks)
    assert ("without a source were left out" in shown.shown) is (why == "trimmed")
    await dialogue.until_idle()
    assert said(dialogue, ts, answer) == []


@on_shared_bot
@pytest.mark.parametrize("is_allowed", [False, True])
async def test_outsiders_are_answered_alone_if_set(
    dialogue: Dialogue, model: ScriptedModel, *, is_allowed: bool
) -> None:
    workspace, rio = dialogue.workspace, dialogue.workspace.rio
    partners = next(c.id for c in workspace.workspace.channels.values() if rio.id in c.members and not c.is_im)
    await learn(dialogue, channel=partners)
    for typed in (f"set drafts_outsiders {is_allowed}", "set outsiders all", "set drafts auto", "triage on"):
        seen = len(workspace.ephemerals())
        await workspace.command(partners, "/parley", typed)
        await dialogue.whisper(seen + 1)
    await trusted(dialogue)
    async with database(dialogue) as opened, opened.writer.begin() as connection:
        await connection.execute(update(DraftRow).values(channel=partners))
    model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
    model.answer(*citing(ANSWER), to="<question>")
    ts = workspace.say(partners, QUESTION, user=rio)
    sentence = "without a person" if is_allowed else "A draft of an answer is ready"
    await workspace.until(lambda: [one for one in dialogue.answers(partners, ts) if sentence in one.shown])
    assert bool([one for one in dialogue.answers(partners, ts) if ANSWER in one.shown]) is is_allowed


@on_shared_sqlite_bot
async def test_a_budget_that_is_used_up_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await drafting(dialogue)
    gate = asyncio.Event()
    model.answer(gate, lambda asked: [results(sorted_as(asked))], to="<messages>")
    ts = dialogue.workspace.say(support(dialogue), QUESTION, user=dialogue.workspace.sam)
    await model.until_asked()
    await parley(dialogue, "budget channel $0")
    gate.set()
    await card(dialogue, ts, "No draft: a budget is used up")
    assert len(model.requests) == 1


def has(count: int, rows: Sequence[object]) -> bool:
    return len(rows) == count


@on_shared_sqlite_bot
async def test_drafts_are_written_one_after_the_other(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await with_team(dialogue, "set together 0")
    gate, texts = asyncio.Event(), [f"{QUESTION} Case {number}" for number in range(3)]
    for number, text in enumerate(texts):
        model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
        model.answer(*([] if number else [gate]), *citing(ANSWER), to="<question>")
        dialogue.workspace.say(support(dialogue), text, user=dialogue.workspace.sam)
        await dialogue.until_rows("SELECT record FROM drafts", partial(has, number + 1))
    await model.until_asked(4)
    assert sum("<question>" in one.text for one in model.requests) == 1
    gate.set()
    await dialogue.until_rows("SELECT count(*) FROM drafts WHERE state = 'ready'", lambda rows: rows == [(3,)])
    asked = [data(one, "question")["question"] for one in model.requests if "<question>" in one.text]
    assert asked == texts


@on_shared_sqlite_bot
async def test_a_flood_gets_only_so_many_drafts(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await trusted(dialogue)
    async with database(dialogue) as opened, opened.writer.begin() as connection:
        await connection.execute(update(DraftRow).values(created_at=datetime.now(UTC)))
    await drafting(dialogue)
    model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
    ts = dialogue.workspace.say(support(dialogue), QUESTION, user=dialogue.workspace.sam)
    await card(dialogue, ts, "too many posts came in at once")
    assert len(model.requests) == 1


@on_shared_sqlite_bot
async def test_what_claude_declines_has_no_draft(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await drafting(dialogue)
    model.answer(lambda asked: [results(sorted_as(asked))], to="<messages>")
    model.answer(*citing(ANSWER), MessageStop("refusal"), to="<question>")
    ts = dialogue.workspace.say(support(dialogue), QUESTION, user=dialogue.workspace.sam)
    await card(dialogue, ts, "I couldn't write one")
    assert await dialogue.rows("SELECT text FROM drafts") == [("",)]
    assert await dialogue.rows("SELECT * FROM knowledge_gaps") == []


@on_shared_bot
async def test_what_was_approved_before_a_death_is_sent(dialogue: Dialogue, model: ScriptedModel) -> None:
    """The process that took a form died before it could hand the draft on to be sent."""
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    await drafted(dialogue, ANSWER)
    await left_over(dialogue, by=dialogue.workspace.me.id)
    await dialogue.workspace.until(lambda: said(dialogue, ts, "Approved by"))
    await drafted(dialogue, "Sent by")


@on_shared_sqlite_bot
@pytest.mark.parametrize("change", ["nothing", "knowledge", "reply", "severity", "setting"])
async def test_what_is_to_go_alone_is_looked_at_again(dialogue: Dialogue, model: ScriptedModel, change: str) -> None:
    """The process died before it was posted; nothing that spoke for it may have changed by then."""
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    await drafted(dialogue, ANSWER)
    await trusted(dialogue)
    if change != "setting":
        await parley(dialogue, "set drafts auto")
    match change:
        case "knowledge":
            await learn(dialogue, "The export is gone.")
        case "reply":
            dialogue.workspace.say(support(dialogue), "In the menu", user=dialogue.workspace.ada, thread_ts=ts)
        case "severity":
            async with database(dialogue) as opened, opened.writer.begin() as connection:
                await connection.execute(update(FeedbackRow).values(severity="Critical"))
    await left_over(dialogue, is_auto=True)
    if change == "nothing":
        await dialogue.workspace.until(lambda: said(dialogue, ts, "no person has checked it"))
        return
    await dialogue.until_rows("SELECT 1 FROM drafts WHERE state = 'ready' AND NOT is_auto")
    assert "draft_send" in str((await drafted(dialogue, ANSWER)).blocks)
    assert said(dialogue, ts, ANSWER) == []


async def left_over(dialogue: Dialogue, state: DraftState = DraftState.READY, **values: Any) -> None:
    """Let a draft wait to be sent, without a job for that, and the bot look for such drafts."""
    await dialogue.until_idle()
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    waiting = {"state": DraftState.SENDING, "version": 2, "changed_at": long_ago} | values
    kind = "every:triage drafts"
    async with database(dialogue) as opened:
        async with opened.writer.begin() as connection:
            mine = update(DraftRow).where(DraftRow.state == state)
            await connection.execute(mine.values(waiting))
        await Inbox(opened.writer, is_transient=lambda _: False).accept(
            Delivery(f"{kind}:{support(dialogue)}", kind, kind, {})
        )


@on_shared_sqlite_bot
async def test_a_draft_that_slack_refuses_comes_back(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    shown = await drafted(dialogue, ANSWER)
    await dialogue.until_idle()
    dialogue.workspace.fail("chat.postMessage", error="restricted_action")
    await dialogue.workspace.press(shown, "draft_send.0")
    await told(dialogue, "I could not post")
    await dialogue.until_rows("SELECT 1 FROM drafts WHERE state = 'ready'")
    await dialogue.until_idle()
    await dialogue.workspace.press(shown, "draft_send.0")
    await dialogue.workspace.until(lambda: said(dialogue, ts, ANSWER))


@on_shared_sqlite_bot
async def test_an_edit_that_was_never_sent_is_a_draft_as_before(dialogue: Dialogue, model: ScriptedModel) -> None:
    """What its team sees is what “Send” sends."""
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    await dialogue.workspace.press(await drafted(dialogue, ANSWER), "draft_edit.1")
    await dialogue.until_idle()
    dialogue.workspace.fail("chat.postMessage", status=500, times=10)
    assert (await dialogue.workspace.submit({"text": "Half an hour of work"})).ok
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE kind = 'triage draft send' AND tried > 0")
    async with database(dialogue) as opened, opened.writer.begin() as connection:
        late = update(inbox).where(inbox.c.kind == "triage draft send")
        await connection.execute(late.values(tried=2 * PATIENCE, run_after=0))
    await dialogue.until_rows("SELECT 1 FROM drafts WHERE state = 'ready'")
    dialogue.workspace.api.faults["chat.postMessage"].clear()
    await dialogue.until_idle()
    shown = await drafted(dialogue, ANSWER)
    assert "Half an hour" not in shown.shown
    await dialogue.workspace.press(shown, "draft_send.0")
    await dialogue.workspace.until(lambda: said(dialogue, ts, ANSWER))


@on_shared_sqlite_bot
async def test_a_post_deleted_while_its_draft_is_sent_takes_it_along(dialogue: Dialogue, model: ScriptedModel) -> None:
    await learn(dialogue)
    await with_team(dialogue)
    ts = asks(dialogue, model)
    await drafted(dialogue, ANSWER)
    await dialogue.until_idle()
    async with database(dialogue) as opened, opened.writer.begin() as connection:
        await connection.execute(update(DraftRow).values(state=DraftState.SENDING, by=dialogue.workspace.me.id))
    dialogue.workspace.delete(support(dialogue), ts)
    await dialogue.until_rows("SELECT 1 FROM feedback WHERE status = 'withdrawn'")
    await left_over(dialogue, DraftState.SENDING, by=dialogue.workspace.me.id)
    await dialogue.until_rows(
        "SELECT text, sources FROM drafts WHERE state = 'stale'", lambda rows: rows == [("", None)]
    )
    assert said(dialogue, ts, ANSWER) == []
