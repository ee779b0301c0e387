"""/classify with the model's own batches: cancelled, crashed in the middle of handing in, mistaken for one another."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import aiohttp
from sqlalchemy import text

from bot.db.engine import Database
from bot.work import Delivery, Inbox
from tests.acceptance.conftest import BOTH_DATABASES, LONG
from tests.acceptance.test_classify import INTO, all_as, look_after_batches, shown, table

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

ITEMS = 500
PER_CALL = 50


def script(model: ScriptedModel, gate: asyncio.Event, runs: int = 1) -> None:
    """Let the model sort all items of so many runs, once the gate is open."""
    for first in range(1, ITEMS, PER_CALL):
        for _ in range(runs):
            model.answer(gate, all_as("Billing", first, first + PER_CALL - 1), to=f'"item": {first},')


async def batches(dialogue: Dialogue) -> list[str]:
    """Return the batches that the model was handed, the oldest first."""
    url = f"{dialogue.environ['ANTHROPIC_BASE_URL']}/v1/messages/batches"
    headers = {"x-api-key": dialogue.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return [batch["id"] for batch in reversed((await response.json())["data"])]


async def come_through(dialogue: Dialogue, ts: str, words: str) -> MessageRecord:
    """Let minute after minute pass until the bot says some words in a thread."""
    async with asyncio.timeout(LONG):
        for slot in range(1_000):
            if any(words in one.shown for one in dialogue.answers(dialogue.general, ts)):
                break
            await look_after_batches(dialogue, slot)
            await asyncio.sleep(0.05)
    return await shown(dialogue, dialogue.general, ts, words)


async def rewrite(dialogue: Dialogue, ts: str, status: str, **state: str) -> None:
    """Put a run's row into the state that a death at some instant leaves it in."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        async with database.writer.begin() as connection:
            query = text("SELECT workspace, id, state, sheet FROM classify_runs WHERE thread = :ts")
            ((workspace, id_, kept, sheet),) = (await connection.execute(query, {"ts": ts})).all()
            changed = {name: value for name, value in (json.loads(kept) | state).items() if value}
            await connection.execute(
                text("UPDATE classify_runs SET state = :state, sheet = :sheet, status = :status WHERE id = :id"),
                {
                    "id": id_,
                    "status": status,
                    "state": json.dumps(changed),
                    "sheet": json.dumps(json.loads(sheet) | {"status": status}),
                },
            )
        if status == "running":  # the turn that died comes again
            inbox = Inbox(database.writer, is_transient=lambda _: False)
            await inbox.accept(
                Delivery(f"again:{id_}", f"again:{id_}", "classify run", {"workspace": workspace, "run": id_})
            )
    finally:
        await database.close()


@BOTH_DATABASES
async def test_a_batch_is_cancelled_and_carried_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    never = asyncio.Event()
    script(model, never)
    ts = dialogue.mention(f"classify {INTO} --batch", files={"feedback.csv": table(ITEMS)})
    waiting = await shown(dialogue, dialogue.general, ts, "as a batch")
    await dialogue.workspace.press(waiting, "classify_cancel.0")
    cancelled = await shown(dialogue, dialogue.general, ts, "Canceled.")
    assert await dialogue.rows("SELECT status FROM classify_runs") == [("stopped",)]
    go = asyncio.Event()
    go.set()
    script(model, go)
    await dialogue.workspace.press(cancelled, "classify_resume.0")
    answer = await come_through(dialogue, ts, "500 messages**")
    assert "Billing | 500" in answer.shown
    assert len(await batches(dialogue)) == 1


async def test_a_death_behind_handing_in_costs_nothing(stage: Dialogue, model: ScriptedModel) -> None:
    go = asyncio.Event()
    script(model, go)
    async with stage.bot():
        ts = stage.mention(f"classify {INTO} --batch", files={"feedback.csv": table(ITEMS)})
        await shown(stage, stage.general, ts, "as a batch")
    await rewrite(stage, ts, "running", batch="")
    async with stage.bot():
        await stage.until_rows("SELECT status FROM classify_runs", lambda rows: rows == [("batched",)])
        go.set()
        await come_through(stage, ts, "500 messages**")
    assert len(await batches(stage)) == 1
    assert await stage.rows("SELECT count(*) FROM calls WHERE purpose = 'classify'") == [(10,)]


async def test_equal_batches_are_not_confused(stage: Dialogue, model: ScriptedModel) -> None:
    go = asyncio.Event()
    go.set()
    script(model, go, runs=2)
    async with stage.bot():
        theirs = stage.mention(f"classify {INTO} --batch", files={"feedback.csv": table(ITEMS)})
        await come_through(stage, theirs, "500 messages**")
        (first,) = await batches(stage)
        mine = stage.mention(f"classify {INTO} --batch", files={"feedback.csv": table(ITEMS)})
        await shown(stage, stage.general, mine, "as a batch")
        # As if it had died before it handed its own in, and had found the other one under way.
        _, second = await batches(stage)
        await rewrite(stage, mine, "batched", batch=first)
        answer = await come_through(stage, mine, "500 messages**")
    assert "Billing | 500" in answer.shown
    assert await batches(stage) == [first, second]
    assert await stage.rows("SELECT count(*) FROM calls WHERE purpose = 'classify'") == [(20,)]
