"""Threaded conversations, through the real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue, Transport
    from tests.stage.scripted import ScriptedModel


async def test_a_mention_is_answered_in_its_thread(stage: Dialogue, model: ScriptedModel, transport: Transport) -> None:
    model.answer("Paris is the capital of France.")
    async with stage.bot(transport):
        ts = stage.mention("what is the capital of France?")
        assert await stage.answer(stage.general, ts) == "Paris is the capital of France."
    assert model.requests[0].body["messages"] == [{"role": "user", "content": "what is the capital of France?"}]


async def test_a_follow_up_needs_no_mention(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello Ada.")
    model.answer("Your name is Ada.")
    ts = dialogue.mention("I am Ada.")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.say(dialogue.general, "What is my name?", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Your name is Ada."
    turns = [(turn["role"], turn["content"]) for turn in model.requests[1].body["messages"]]
    assert turns == [("user", "I am Ada."), ("assistant", "Hello Ada."), ("user", "What is my name?")]
