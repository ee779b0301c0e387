"""Threaded conversations, through the real wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatError
from bot.playground.anthropic.reply import ThinkingDelta
from bot.playground.slack.events import envelope
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue, Transport
    from tests.support.scripted import ScriptedModel


@BOTH_DATABASES
async def test_a_mention_is_answered_in_its_thread(stage: Dialogue, model: ScriptedModel, transport: Transport) -> None:
    model.answer("Paris is the capital of France.")
    async with stage.bot(transport):
        ts = stage.mention("what is the capital of France?")
        assert await stage.answer(stage.general, ts) == "Paris is the capital of France."
    assert model.requests[0].body["messages"] == [{"role": "user", "content": "what is the capital of France?"}]


@on_shared_bot
async def test_a_follow_up_needs_no_mention(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello Ada.")
    model.answer("Your name is Ada.")
    ts = dialogue.mention("I am Ada.")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, "What is my name?", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Your name is Ada."
    turns = [(turn["role"], turn["content"]) for turn in model.requests[1].body["messages"]]
    assert turns == [("user", "I am Ada."), ("assistant", "Hello Ada."), ("user", "What is my name?")]


@on_shared_bot
async def test_a_direct_message_is_a_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hi!")
    model.answer("You said hello.")
    ts = dialogue.workspace.say(dialogue.direct, "hello")
    assert await dialogue.answer(dialogue.direct, ts) == "Hi!"
    dialogue.workspace.say(dialogue.direct, "what did I say?", thread_ts=ts)
    assert await dialogue.answer(dialogue.direct, ts, 2) == "You said hello."
    assert [turn["role"] for turn in model.requests[1].body["messages"]] == ["user", "assistant", "user"]


@on_shared_bot
async def test_first_words_show_before_the_last(dialogue: Dialogue, model: ScriptedModel) -> None:
    rest = asyncio.Event()
    model.answer("Once upon a time", rest, " there was a bot.")
    ts = dialogue.mention("tell me a story")

    def begun() -> list[MessageRecord]:
        thread = dialogue.workspace.thread(dialogue.general, ts)
        return [message for message in thread if message.streaming and message.shown.startswith("Once upon")]

    await dialogue.workspace.until(begun)
    rest.set()
    assert await dialogue.answer(dialogue.general, ts) == "Once upon a time there was a bot."


@on_shared_bot
async def test_text_behind_a_thought_is_posted(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(ThinkingDelta("They greet me."), "Good morning.")
    ts = dialogue.mention("good morning")
    assert await dialogue.answer(dialogue.general, ts) == "Good morning."


@BOTH_DATABASES
async def test_each_call_has_its_ledger_row(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    async with stage.bot():
        ts = stage.mention("hi")
        await stage.answer(stage.general, ts)
    ((purpose, name, tokens_in, tokens_out, request_id, outcome, latency),) = await stage.rows(
        "SELECT purpose, model, input_tokens + cache_read_tokens + cache_write_tokens, output_tokens, request_id, "
        "outcome, latency_ms FROM calls"
    )
    assert (purpose, name, outcome) == ("answer", "claude-haiku-5-5", "ok")
    assert int(str(tokens_in)) > 0
    assert int(str(tokens_out)) > 0
    assert str(request_id).startswith("req_")
    assert int(str(latency)) >= 0


@on_shared_bot
async def test_a_message_to_somebody_else_is_left_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, f"<@{dialogue.workspace.sam.id}> lunch?", thread_ts=ts)
    model.answer("Still here.")
    dialogue.workspace.say(dialogue.general, "are you there?", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Still here."
    assert len(model.requests) == 2


@on_shared_bot
async def test_a_thread_of_others_is_left_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = dialogue.workspace.say(dialogue.general, "Who is in for lunch?")
    dialogue.workspace.say(dialogue.general, "Me!", thread_ts=root, user=dialogue.workspace.sam)
    model.answer("I don't eat.")
    dialogue.mention("and you?", thread_ts=root)
    assert (await dialogue.answer(dialogue.general, root)).startswith("I don't eat.")
    dialogue.workspace.say(dialogue.general, "Thought so.", thread_ts=root)
    model.answer("Indeed.")
    dialogue.mention("really?", thread_ts=root)
    assert await dialogue.answer(dialogue.general, root, 2) == "Indeed."
    assert len(model.requests) == 2


@on_shared_bot
async def test_several_people_are_told_apart(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Noted.")
    model.answer("Ada wants tea, Sam coffee.")
    ts = dialogue.mention("I want tea.", user=dialogue.workspace.ada)
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, "I want coffee.", thread_ts=ts, user=dialogue.workspace.sam)
    await dialogue.answer(dialogue.general, ts, 2)
    ada, sam = dialogue.workspace.ada.id, dialogue.workspace.sam.id
    said = [turn["content"] for turn in model.requests[1].body["messages"] if turn["role"] == "user"]
    assert said == [f"<@{ada}>: I want tea.", f"<@{sam}>: I want coffee."]


@on_shared_bot
async def test_turns_of_a_thread_keep_their_order(dialogue: Dialogue, model: ScriptedModel) -> None:
    first = asyncio.Event()
    model.answer(first, "One.")
    model.answer("Two.")
    ts = dialogue.mention("first")
    await model.until_asked()
    dialogue.workspace.say(dialogue.general, "second", thread_ts=ts)
    first.set()
    assert await dialogue.answer(dialogue.general, ts, 2) == "Two."
    assert [turn["content"] for turn in model.requests[1].body["messages"]] == ["first", "One.", "second"]


@BOTH_DATABASES
async def test_a_second_delivery_is_ignored(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("Once.")
    async with stage.bot():
        ts = stage.mention("how often?")
        await stage.answer(stage.general, ts)
        told = [d.event_id for d in stage.workspace.deliveries.log if d.event["type"] in {"app_mention", "message"}]
        for event_id in told:
            await stage.until_over(stage.workspace.redeliver(event_id))
    assert len(stage.answers(stage.general, ts)) == 1
    assert len(model.requests) == 1


@BOTH_DATABASES
async def test_a_restart_keeps_the_history(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello Ada.")
    async with stage.bot():
        ts = stage.mention("I am Ada.")
        await stage.answer(stage.general, ts)
    model.answer("Ada.")
    async with stage.bot():
        stage.workspace.say(stage.general, "Who am I?", thread_ts=ts)
        assert await stage.answer(stage.general, ts, 2) == "Ada."
    assert len(model.requests[1].body["messages"]) == 3


@on_shared_bot
async def test_other_bots_are_not_answered(dialogue: Dialogue, model: ScriptedModel) -> None:
    bot = dialogue.workspace.bot.id
    event = {"type": "app_mention", "channel": dialogue.general, "user": "U0OTHERBOT", "bot_id": "B0OTHER"}
    said = {**event, "ts": "1700000000.000100", "text": f"<@{bot}> hello, fellow bot", "event_ts": "1700000000.000100"}
    await dialogue.until_over(dialogue.workspace.deliver(envelope(dialogue.workspace.workspace, said)))
    model.answer("Hello, person.")
    ts = dialogue.mention("hello")
    assert await dialogue.answer(dialogue.general, ts) == "Hello, person."
    assert len(model.requests) == 1


@on_shared_bot
async def test_a_bare_mention_gets_a_greeting(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention("")
    assert "/summarize" in await dialogue.answer(dialogue.general, ts)
    assert model.requests == []


@on_shared_bot
async def test_a_broadcast_in_an_answer_rings_nobody(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Attention ", "<!", "channel>", " please, <!DOCTYPE html> stays")
    ts = dialogue.mention("ring everybody")
    answer = await dialogue.answer(dialogue.general, ts)
    assert "<!channel>" not in answer
    assert "<!DOCTYPE html>" in answer


@on_shared_bot
async def test_an_answer_of_two_messages_is_whole(dialogue: Dialogue, model: ScriptedModel) -> None:
    lines = [f"{number}. line of the long answer, with some words in it" for number in range(300)]
    model.answer("\n".join(lines))
    ts = dialogue.mention("tell me everything")
    await dialogue.answer(dialogue.general, ts, 2)
    shown = "\n".join(message.shown for message in dialogue.answers(dialogue.general, ts))
    assert shown.split("\n") == lines


@BOTH_DATABASES
async def test_a_refused_app_token_ends_the_start(stage: Dialogue) -> None:
    stage.workspace.fail("apps.connections.open", error="invalid_auth")
    with pytest.raises(ChatError, match="invalid_auth"):
        async with stage.bot("socket"):
            pytest.fail("the bot must not run")


@BOTH_DATABASES
async def test_a_refused_token_ends_the_start(stage: Dialogue) -> None:
    stage.workspace.fail("auth.test", error="invalid_auth")
    with pytest.raises(ChatError, match="invalid_auth"):
        async with stage.bot():
            pytest.fail("the bot must not run")
