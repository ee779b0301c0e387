"""Whom the bot answers: by the channel's settings, and never what is plainly meant for somebody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def choose(stage: Dialogue, channel: str, **settings: Any) -> None:
    """Set what an admin would."""
    database = Database.open(stage.environ["DATABASE_URL"])
    try:
        place = Place(stage.workspace.workspace.team_id, channel)
        await sql_store(database).settings.change(place, settings, "U1")
    finally:
        await database.close()


async def nothing_more(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Let the bot answer a last question, and see that it was asked nothing else since."""
    count = len(model.requests)
    model.answer("The last.", to="the last question")
    ts = dialogue.workspace.say(dialogue.direct, "the last question")
    await dialogue.answer(dialogue.direct, ts)
    assert len(model.requests) == count + 1


@BOTH_DATABASES
async def test_a_channel_may_want_mentions_only(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, dialogue.general, answers="mention")
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, "a follow-up", thread_ts=ts)
    await nothing_more(dialogue, model)
    model.answer("Yes.")
    dialogue.mention("you there?", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Yes."
    assert "a follow-up" in model.requests[2].body["messages"][-1]["content"]


@BOTH_DATABASES
async def test_a_channel_may_want_all_answered(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, dialogue.general, answers="all")
    workspace = dialogue.workspace
    model.answer("It is in the wiki.")
    ts = workspace.say(dialogue.general, "Where is the handbook?", user=workspace.sam)
    assert await dialogue.answer(dialogue.general, ts) == "It is in the wiki."
    workspace.say(dialogue.general, f"<@{workspace.ada.id}> where is yours?", user=workspace.sam)
    workspace.say_as_app(dialogue.general, "Deployed.")
    await nothing_more(dialogue, model)


@on_shared_bot
async def test_a_channel_is_not_listened_to_by_default(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.workspace.say(dialogue.general, "Just talking.", user=dialogue.workspace.sam)
    await nothing_more(dialogue, model)
    assert dialogue.answers(dialogue.general, ts) == []
    assert await dialogue.rows("SELECT count(*) FROM inbox WHERE kind = 'message'") == [(1,)]


@on_shared_bot
async def test_who_addresses_another_is_left_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    sam, bot = workspace.sam.id, workspace.bot.id
    ts = workspace.say(dialogue.general, f"<@{sam}> did you ask <@{bot}> already?")
    await nothing_more(dialogue, model)
    assert dialogue.answers(dialogue.general, ts) == []
    model.answer("To both of you.")
    ts = workspace.say(dialogue.general, f"<@{sam}> and <@{bot}>, which is it?")
    assert await dialogue.answer(dialogue.general, ts) == "To both of you."
    model.answer("As asked.")
    ts = workspace.say(dialogue.general, f"<@{sam}> see below.\n<@{bot}> sum it up, please")
    assert await dialogue.answer(dialogue.general, ts) == "As asked."


@on_shared_bot
@pytest.mark.parametrize("words", ["stop", "Stop!", "please stop"])
async def test_a_mere_stop_is_not_answered(dialogue: Dialogue, model: ScriptedModel, words: str) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, words, thread_ts=ts)
    dialogue.mention(words, thread_ts=ts)
    await dialogue.workspace.until(lambda: all(one.is_over for one in dialogue.workspace.deliveries.log))
    model.answer("Goodbye.")
    dialogue.workspace.say(dialogue.general, "stop the clocks, said the poet", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Goodbye."
    assert len(model.requests) == 2
    assert model.requests[1].body["messages"][-1]["content"] == "stop the clocks, said the poet"


@BOTH_DATABASES
async def test_bots_are_answered_where_allowed(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, general = dialogue.workspace, dialogue.general
    bot = workspace.bot.id
    workspace.say_as_app(general, f"<@{bot}> deploy finished, comment please")
    await nothing_more(dialogue, model)
    await choose(dialogue, general, answers_bots=True)
    model.answer("Well done.")
    ts = workspace.say_as_app(general, f"<@{bot}> deploy finished, comment please")
    assert await dialogue.answer(general, ts) == "Well done."
    workspace.say_as_app(general, "thank you", thread_ts=ts)
    await nothing_more(dialogue, model)


@BOTH_DATABASES
async def test_two_bots_come_to_an_end(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, general = dialogue.workspace, dialogue.general
    await choose(dialogue, general, answers_bots=True)
    ts = ""
    for number in range(3):
        model.answer(f"Pong {number}.")
        said = workspace.say_as_app(general, f"<@{workspace.bot.id}> ping {number}", thread_ts=ts)
        ts = ts or said
        await dialogue.answer(general, ts, number + 1)
    workspace.say_as_app(general, f"<@{workspace.bot.id}> ping again", thread_ts=ts)
    await nothing_more(dialogue, model)
    model.answer("Game over.")
    dialogue.mention("what was that?", thread_ts=ts)
    assert await dialogue.answer(general, ts, 4) == "Game over."
    model.answer("Pong.")
    workspace.say_as_app(general, f"<@{workspace.bot.id}> one more", thread_ts=ts)
    assert await dialogue.answer(general, ts, 5) == "Pong."


@on_shared_bot
async def test_an_outsider_is_refused_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    partners, rio = workspace.channel("partners"), workspace.rio
    for words in ("what are your prices?", "hello?"):
        workspace.say(partners, f"<@{workspace.bot.id}> {words}", user=rio)
        await nothing_more(dialogue, model)
    await workspace.until(lambda: workspace.ephemerals(rio))
    (refusal,) = workspace.ephemerals(rio)
    assert "only answer people from the organization that runs me" in refusal.shown
    assert "workspace admins" in refusal.shown
    assert not [message for message in workspace.workspace.messages(partners) if message.user == workspace.bot.id]


@on_shared_bot
async def test_insiders_are_answered_beside_outsiders(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    partners = workspace.channel("partners")
    model.answer("Hello.")
    ts = workspace.say(partners, f"<@{workspace.bot.id}> hi")
    assert await dialogue.answer(partners, ts) == "Hello."
    workspace.say(partners, "and me?", user=workspace.rio, thread_ts=ts)
    await nothing_more(dialogue, model)
    assert workspace.ephemerals(workspace.rio) == []


@BOTH_DATABASES
async def test_outsiders_are_answered_where_allowed(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    partners, rio = workspace.channel("partners"), workspace.rio
    await choose(dialogue, partners, outsiders="mention")
    rest = asyncio.Event()
    model.answer("Welcome", rest, " here.")
    ts = workspace.say(partners, f"<@{workspace.bot.id}> hello", user=rio)
    await workspace.until(lambda: [call for call in workspace.calls if call.method == "chat.startStream"])
    rest.set()
    assert await dialogue.answer(partners, ts) == "Welcome here."
    workspace.say(partners, "a follow-up", user=rio, thread_ts=ts)
    await nothing_more(dialogue, model)
    await choose(dialogue, partners, outsiders="all")
    model.answer("Sure.")
    workspace.say(partners, "another one", user=rio, thread_ts=ts)
    assert await dialogue.answer(partners, ts, 2) == "Sure."
    start = next(call for call in workspace.calls if call.method == "chat.startStream")
    assert (start.arguments["recipient_team_id"], start.arguments["recipient_user_id"]) == (rio.team_id, rio.id)


@on_shared_bot
async def test_someone_in_the_thread_is_left_to_answer(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer("Hello.")
    ts = dialogue.mention("the export is broken")
    await dialogue.answer(dialogue.general, ts)
    model.answer("Thanks.")
    workspace.say(dialogue.general, "for me, too", user=workspace.ada, thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    for words in ("Ada, did you see that too?", "ada can you send a screenshot", "Thanks, Ada!"):
        workspace.say(dialogue.general, words, thread_ts=ts)
    await nothing_more(dialogue, model)
    model.answer("Because it is late.", to="why?")
    workspace.say(dialogue.general, "Ada says it fails, why?", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 3) == "Because it is late."
