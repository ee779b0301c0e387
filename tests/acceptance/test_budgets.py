"""Budgets, as people meet them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import BOTH_DATABASES, LONG
from tests.acceptance.test_classify import INTO, all_as, shown, table
from tests.acceptance.test_classify_batch import batches, come_through, script
from tests.acceptance.test_triage import judged, results
from tests.acceptance.test_usage import ask
from tests.acceptance.test_whom import choose

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

LITTLE = "0.001"  # dollars: less than an answer may cost


@BOTH_DATABASES
async def test_a_used_up_budget_is_told_in_private(dialogue: Dialogue, model: ScriptedModel) -> None:
    assert "Each person: $0.0010 a day" in await ask(dialogue, f"budget person {LITTLE}")
    ts = dialogue.mention("hi")
    refusal = await dialogue.whisper(2)
    assert "Your budget for today" in refusal
    assert "UTC" in refusal
    assert "a workspace admin can raise the budget" in refusal
    assert "Reference" not in refusal
    assert model.requests == []
    assert "no limit" in await ask(dialogue, "budget person off")
    model.answer("Hello.")
    dialogue.workspace.say(dialogue.general, f"<@{dialogue.workspace.bot.id}> hi again", thread_ts=ts)
    assert (await dialogue.answer(dialogue.general, ts)).startswith("Hello.")
    assert len(dialogue.answers(dialogue.general, ts)) == 1


async def test_a_channel_has_its_own_budget(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, f"budget channel {LITTLE}")
    await dialogue.workspace.command(dialogue.general, "/code", "Write a poem in Python.")
    assert "This channel's budget" in await dialogue.whisper(2)
    model.answer("Hello.")
    engineering = dialogue.workspace.channel("engineering")
    ts = dialogue.workspace.say(engineering, f"<@{dialogue.workspace.bot.id}> hi")
    assert (await dialogue.answer(engineering, ts)).startswith("Hello.")


@BOTH_DATABASES
@pytest.mark.parametrize(
    "typed", ["/code a poem in Python", "/summarize We met. We parted.", "/classify it sings into: Praise, Other"]
)
async def test_a_refused_command_leaves_nothing_public(dialogue: Dialogue, model: ScriptedModel, typed: str) -> None:
    workspace = dialogue.workspace
    before = [one.ts for one in workspace.workspace.messages(dialogue.general)]
    await ask(dialogue, f"budget person {LITTLE}")
    command, _, text = typed.partition(" ")
    await workspace.command(dialogue.general, command, text)
    assert "Your budget for today" in await dialogue.whisper(2)
    await dialogue.until_idle()
    assert [one.ts for one in workspace.workspace.messages(dialogue.general)] == before
    assert "chat.postMessage" not in {call.method for call in workspace.calls}  # not even for a moment
    assert workspace.ephemerals()[-1].thread_ts == ""
    assert len(workspace.ephemerals()) == 2
    assert model.requests == []


async def test_an_unpriced_run_is_taken_back(dialogue: Dialogue) -> None:
    """Its budget is enough for a few messages, and not for those that the channel turns out to have."""
    workspace = dialogue.workspace
    for number in range(60):
        workspace.say(dialogue.general, f"{number} {'word ' * 300}", user=workspace.sam)
    before = workspace.workspace.messages(dialogue.general)
    await ask(dialogue, "set person_budget 0.003")
    await workspace.command(dialogue.general, "/classify", f"24h {INTO}")
    assert "may cost" in await dialogue.whisper(2)
    await dialogue.until_idle()
    assert "chat.postMessage" in {call.method for call in workspace.calls}
    assert workspace.workspace.messages(dialogue.general) == before
    assert workspace.ephemerals()[-1].thread_ts == ""


async def test_a_run_that_ran_out_goes_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    """It says in its thread how far it came, and only to its asker why."""
    await ask(dialogue, "set person_budget 0.005")  # enough for one of two calls
    ts = dialogue.mention(f"classify {INTO}", files={"feedback.csv": table(100)})
    model.answer(all_as("Billing", 1, 50), to='"item": 1,')
    model.answer(all_as("Billing", 51, 100), to='"item": 51,')
    stopped = await shown(dialogue, dialogue.general, ts, "I stopped after")
    assert stopped.shown == "I stopped after 50 of 100 messages. The results so far are kept."
    assert "Your budget for today" in await dialogue.whisper(2)
    await ask(dialogue, "unset person_budget")
    await dialogue.workspace.press(stopped, "classify_resume.0")
    await shown(dialogue, dialogue.general, ts, "Billing | 100")


async def test_most_of_a_budget_is_told_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, "budget person 1")
    await ask(dialogue, "set budget_notice 1")
    await dialogue.workspace.command(dialogue.general, "/parley", "set person_budget 0.01")
    await dialogue.whisper(3)
    ts = dialogue.mention("hi")
    model.answer("long " * 300)
    model.answer("short")
    model.answer("shorter")
    await dialogue.answer(dialogue.general, ts)
    for number in (2, 3):
        dialogue.workspace.say(dialogue.general, "more", thread_ts=ts)
        await dialogue.answer(dialogue.general, ts, number)
    notices = [one.shown for one in dialogue.workspace.ephemerals() if "spent:" in one.shown]
    assert len(notices) == 1
    assert "of $0.01" in notices[0]


async def test_questions_a_minute_are_bounded(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, "budget turns 1")
    model.answer("Hello.")
    model.answer("Hello.")  # for the case that a minute ends in between
    first = dialogue.mention("one")
    await dialogue.answer(dialogue.general, first)
    for number in range(3):
        dialogue.mention(f"two {number}")
    await dialogue.workspace.until(lambda: len(dialogue.workspace.ephemerals()) >= 3)
    assert "You can ask me 1 time a minute here" in dialogue.workspace.ephemerals()[-1].shown


@pytest.mark.parametrize("typed", ["budget person -1", "budget person ten", "budget team 5", "budget person"])
async def test_an_odd_budget_is_explained(dialogue: Dialogue, typed: str) -> None:
    assert "budget" in await ask(dialogue, typed)
    assert "Each person: no limit" in await ask(dialogue, "budget list")


async def test_a_member_sets_no_budget(dialogue: Dialogue) -> None:
    sam = dialogue.workspace.sam
    refused = "Only workspace admins and Parley's admins can change the settings of "
    assert f"{refused}the workspace" in await ask(dialogue, "budget person 100", user=sam)
    assert f"{refused}this channel" in await ask(dialogue, "budget channel 100", user=sam)
    assert "Each person: no limit" in await ask(dialogue, "budget", user=sam)
    assert not dialogue.workspace.has_modal(sam)


@BOTH_DATABASES
async def test_budgets_are_set_in_a_form(dialogue: Dialogue) -> None:
    workspace, here = dialogue.workspace, f"<#{dialogue.general}>"
    await workspace.command(dialogue.general, "/parley", "budget")
    headings = [block["text"]["text"] for block in workspace.modal()["blocks"] if block["type"] == "header"]
    assert headings == ["#general", "The whole workspace"]
    refused = await workspace.submit({"channel_budget": "-1", "budget_notice": "101"})
    assert "a number from 0 to 1,000,000" in refused.errors["channel_budget"]
    assert "a whole number from 1 to 100" in refused.errors["budget_notice"]
    assert (await workspace.submit({"channel_budget": "5", "budget_notice": "", "person_budget": "2"})).ok
    saved = f"Saved for {here}: `channel_budget` not set → 5.\nSaved for the workspace: `person_budget` not set → 2."
    assert await dialogue.whisper() == saved
    assert "Each person: $2.00 a day" in await ask(dialogue, "budget list")
    await workspace.press(workspace.ephemerals()[-1], "edit_budgets.0")
    assert (await workspace.submit({})).ok
    assert await dialogue.whisper(3) == f"Nothing changed for {here}."


@BOTH_DATABASES
async def test_budgets_are_a_button_away(dialogue: Dialogue) -> None:
    """In the settings of a channel, and in those of the workspace, without a channel's."""
    workspace = dialogue.workspace
    await ask(dialogue, "set person_budget 1")
    await workspace.command(dialogue.general, "/parley", "settings")
    await workspace.press(workspace.modal(), "edit_budgets.1")
    assert (
        "#general has its own values for some of these, and they apply there: Budget per person ($ a day): 1."
        in str(workspace.modal()["blocks"])
    )
    assert (await workspace.submit({"channel_budget": "5"})).ok
    assert workspace.modal()["callback_id"] == "settings"
    assert (await workspace.submit({"answers": "all"})).ok
    assert await dialogue.whisper(3) == f"Saved for <#{dialogue.general}>: `answers` not set → all."
    assert "`channel_budget`: *5*" in await ask(dialogue, "settings list")
    await workspace.command(dialogue.general, "/parley", "workspace settings")
    await workspace.press(workspace.modal(), "edit_budgets.0")
    assert "channel_budget" not in {block["block_id"] for block in workspace.modal()["blocks"]}
    assert (await workspace.submit({"workspace_budget": "300"})).ok
    assert (await dialogue.whisper(5)) == "Saved for the workspace: `workspace_budget` not set → 300."


async def test_a_budget_of_nothing_asks_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, "budget workspace 0")
    dialogue.mention("hi")
    assert "The workspace's budget for this month, $0.00, is used up" in await dialogue.whisper(2)
    assert model.requests == []


@BOTH_DATABASES
async def test_a_batch_is_not_handed_in_beyond_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, f"budget person {LITTLE}")
    ts = dialogue.mention(f"classify {INTO} --batch", files={"feedback.csv": table(500)})
    assert "a workspace admin can raise the budget" in await dialogue.whisper(2)
    await dialogue.until_idle()
    assert dialogue.workspace.thread(dialogue.general, ts)[1:] == []
    assert await batches(dialogue) == []
    await ask(dialogue, "budget person off")
    gate = asyncio.Event()
    gate.set()
    script(model, gate)
    again = dialogue.mention(f"classify {INTO} --batch", files={"feedback.csv": table(500)})
    await come_through(dialogue, again, "Billing | 500")
    assert len(await batches(dialogue)) == 1


@BOTH_DATABASES
async def test_triage_waits_for_its_budget(
    stage: Dialogue, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    workspace, support = stage.workspace, stage.workspace.channel("support-feedback")
    async with stage.bot():
        await choose(stage, support, triage=True, channel_budget=0.000001)
        first = workspace.say(support, "The export crashes.", user=workspace.sam)
        async with asyncio.timeout(LONG):
            while "posts have to wait: OverBudgetError" not in caplog.text:  # noqa: ASYNC110 (a log tells no one)
                await asyncio.sleep(0.05)
        assert await stage.rows("SELECT status FROM feedback") == [("waiting",)]
        assert model.requests == []
    await choose(stage, support, channel_budget=None)
    model.answer(results(judged(1), judged(2)))
    async with stage.bot():
        second = workspace.say(support, "The invoice is wrong.", user=workspace.ada)
        for ts in (first, second):
            assert "Bug report" in await stage.answer(support, ts)
    assert workspace.ephemerals(workspace.sam) == []
