"""Claude looks up what the team said: with the rights of who asks and of who reads, through the real wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.core.tools.find_messages import CUT, LONGEST_PASSAGE
from bot.playground.anthropic.reply import ToolUse
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_find import private, told

if TYPE_CHECKING:
    from bot.playground.anthropic.reply import ModelRequest
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def found(
    dialogue: Dialogue, model: ScriptedModel, channel: str, *calls: dict[str, str], user: User | None = None
) -> ModelRequest:
    """Let Claude look for something that a person asks about; return the request with the results."""
    before = len(model.requests)
    model.answer(*(ToolUse("find_messages", call) for call in calls))
    model.answer("That is what I found.")
    ts = dialogue.workspace.say(channel, f"<@{dialogue.workspace.bot.id}> what did we decide?", user=user)
    await dialogue.workspace.until(
        lambda: any("That is what I found." in one.shown for one in dialogue.answers(channel, ts))
    )
    await dialogue.until_idle()
    return model.requests[before + 1]


@on_shared_bot
async def test_decisions_are_found_and_cited(dialogue: Dialogue, model: ScriptedModel) -> None:
    asked = await told(dialogue, model, dialogue.general, "when is it?", "The zanzibar launch is on May 2.")
    model.answer("Let me look.", ToolUse("find_messages", {"query": "zanzibar launch"}))
    model.answer("On May 2.", lambda asked: [asked.citing(0)])

    ts = dialogue.mention("what did we decide about zanzibar?")
    await dialogue.workspace.until(
        lambda: any("On May 2." in one.shown for one in dialogue.answers(dialogue.general, ts))
    )

    shown = dialogue.answers(dialogue.general, ts)[-1].shown
    result = model.requests[-1].tool_results[0].content
    assert {block["type"] for block in result} == {"search_result"}
    assert "The zanzibar launch is on May 2." in str(result)
    assert "Parley, #general, " in result[0]["title"]
    assert f"archives/{dialogue.general}/p" in result[0]["source"]
    assert f"thread_ts={asked}" in result[0]["source"]
    assert f"On May 2. [1]({result[0]['source']})" in shown
    assert "Sources: 1: [Parley, #general" in shown


@on_shared_sqlite_bot
async def test_private_words_stay_where_they_are(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Even where the model names the private channel by its id, or by its name."""
    merger = private(dialogue)
    await told(dialogue, model, merger, "the zanzibar plan?", "The zanzibar plan is secret.")
    calls = [{"query": "zanzibar"}, {"query": "zanzibar", "channel": "#merger"}, {"query": "secret", "channel": merger}]

    asked = await found(dialogue, model, dialogue.general, *calls)
    assert [result.is_error for result in asked.tool_results] == [False, True, True]
    assert "secret" not in str([result.content for result in asked.tool_results])
    direct = await found(dialogue, model, dialogue.direct, *calls[:2])
    assert all("secret" in str(result.content) for result in direct.tool_results)
    outside = await found(dialogue, model, dialogue.general, *calls, user=dialogue.workspace.ada)
    assert "secret" not in str([result.content for result in outside.tool_results])


@on_shared_sqlite_bot
async def test_public_words_of_elsewhere_are_found(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    roadmap = local.workspace.add_channel("roadmap", members=[local.me.id, local.bot.id]).id
    await told(dialogue, model, roadmap, "when does zanzibar ship?", "In May.")
    local.say(roadmap, "zanzibar slips to June", user=local.sam)  # which only Slack's own search knows

    asked = await found(
        dialogue, model, dialogue.general, {"query": "zanzibar"}, {"query": "zanzibar", "channel": "#roadmap"}
    )

    everywhere, there = (str(result.content) for result in asked.tool_results)
    assert "when does zanzibar ship?" in everywhere
    assert "zanzibar slips to June" in everywhere
    assert "zanzibar slips to June" in there


@on_shared_sqlite_bot
async def test_finding_can_be_turned_off(dialogue: Dialogue, model: ScriptedModel) -> None:
    await dialogue.workspace.command(dialogue.general, "/parley", "set find_messages off")
    await dialogue.whisper()
    model.answer("I can't look that up.")
    ts = dialogue.mention("what did we decide?")
    await dialogue.answer(dialogue.general, ts)
    assert not model.requests[0].tools


@on_shared_sqlite_bot
async def test_where_it_is_off_nothing_is_found(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Not by the platform's own search either; elsewhere it goes on."""
    local = dialogue.workspace
    roadmap = local.workspace.add_channel("roadmap", members=[local.me.id, local.bot.id]).id
    await local.command(roadmap, "/parley", "set find_messages off")
    await dialogue.until_idle()
    local.say(roadmap, "zanzibar slips to June", user=local.sam)
    local.say(local.channel("engineering"), "zanzibar is an island", user=local.sam)

    (result,) = (await found(dialogue, model, dialogue.general, {"query": "zanzibar"})).tool_results

    assert "zanzibar is an island" in str(result.content)
    assert "June" not in str(result.content)


@on_shared_sqlite_bot
async def test_only_the_platforms_words_are_not_kept(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A round in which it found nothing is kept, so that it is not paid for twice."""
    local = dialogue.workspace
    for query, is_kept in (("xylophone", True), ("zanzibar", False)):
        local.say(local.channel("engineering"), "zanzibar is an island", user=local.sam)
        go_on = asyncio.Event()
        model.answer(ToolUse("find_messages", {"query": query}))
        model.answer(go_on, "That is it.")
        before = len(model.requests)
        ts = dialogue.mention("what did we decide?")
        await model.until_asked(before + 2)
        ((state,),) = await dialogue.rows("SELECT state FROM inbox WHERE kind = 'message' AND status = 1")
        assert ("Nothing found" in str(state)) is is_kept
        assert "island" not in str(state)
        go_on.set()
        await dialogue.answer(dialogue.general, ts)
        await dialogue.until_idle()


@on_shared_sqlite_bot
async def test_long_messages_are_cut_openly(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Known ones, and those of the platform's search."""
    local = dialogue.workspace
    await told(dialogue, model, dialogue.general, f"zanzibar {'known ' * LONGEST_PASSAGE}", "Fine.")
    local.say(local.channel("engineering"), f"zanzibar {'heard ' * LONGEST_PASSAGE}", user=local.sam)
    local.say(local.channel("engineering"), "zanzibar in short", user=local.sam)

    (result,) = (await found(dialogue, model, dialogue.general, {"query": "zanzibar"})).tool_results

    texts = [block["content"][0]["text"] for block in result.content]
    assert sorted(text.endswith(CUT) for text in texts) == [False, True, True]
    assert {len(text) for text in texts if text.endswith(CUT)} == {LONGEST_PASSAGE}


@on_shared_sqlite_bot
async def test_everyone_has_the_same_tools(dialogue: Dialogue, model: ScriptedModel) -> None:
    """So that the API's cache knows the beginning of all requests of a channel."""
    for user in (dialogue.workspace.me, dialogue.workspace.sam):
        model.answer("Fine.")
        await dialogue.answer(dialogue.general, dialogue.mention("how are you?", user=user))
    mine, sams = (asked.body for asked in model.requests)
    assert mine["tools"] == sams["tools"]
    assert mine["system"] == sams["system"]


@on_shared_sqlite_bot
async def test_what_is_refused_is_not_asked_elsewhere(dialogue: Dialogue, model: ScriptedModel) -> None:
    private(dialogue)
    asked = await found(dialogue, model, dialogue.general, {"query": "zanzibar", "channel": "#merger"})
    assert asked.tool_results[0].is_error
    assert "assistant.search.context" not in {call.method for call in dialogue.workspace.calls}
