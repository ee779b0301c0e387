"""What people do to an answer: stop it, have it written anew, go on, rate it; through the real wire."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from bot.core.actions import RATING_COMMENT, USED
from bot.core.answer.buttons import THANKS
from bot.core.domain.control_value import FOREIGN, Rating
from bot.playground.anthropic.reply import MessageStop, ThinkingDelta
from bot.playground.slack.elements import buttons
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot
from tests.support.clock import stopped_clock

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


def from_bot(stage: Dialogue, ts: str) -> list[MessageRecord]:
    return [m for m in stage.workspace.thread(stage.general, ts) if m.user == stage.workspace.bot.id]


async def begun(stage: Dialogue, model: ScriptedModel, words: str = "tell me a story") -> tuple[str, MessageRecord]:
    model.answer("Once upon a time ", asyncio.Event(), "never.")
    ts = stage.mention(words)
    await stage.workspace.until(lambda: any(m.streaming and m.shown for m in from_bot(stage, ts)))
    return ts, from_bot(stage, ts)[0]


@BOTH_DATABASES
async def test_stop_ends_the_model_at_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts, message = await begun(dialogue, model)
    with stopped_clock():
        dialogue.workspace.stop(dialogue.general, ts)
        await model.until_abandoned()
    await dialogue.workspace.until(lambda: message.shown.endswith("_Stopped._"))
    assert message.shown.startswith("Once upon a time")
    assert from_bot(dialogue, ts) == [message]
    await dialogue.workspace.until(lambda: not dialogue.workspace.workspace.session(dialogue.general, ts).status)
    model.answer("Onward.")
    dialogue.workspace.say(dialogue.general, "go on", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    turns = [turn["content"] for turn in model.requests[1].body["messages"]]
    assert turns[1] == "Once upon a time \n\n[stopped]"


@on_shared_bot
async def test_the_word_stop_ends_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts, message = await begun(dialogue, model)
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.workspace.until(lambda: message.shown.endswith("_Stopped._"))
    assert len(model.requests) == 1


@on_shared_bot
async def test_an_answer_is_written_anew(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A poor answer.")
    ts = dialogue.mention("what is a heron?")
    assert await dialogue.answer(dialogue.general, ts) == "A poor answer."
    (message,) = from_bot(dialogue, ts)
    model.answer("A bird.")
    await dialogue.workspace.press(message, "regenerate.0")
    await dialogue.workspace.press(message, "regenerate.0")  # twice, as people do
    await dialogue.workspace.until(lambda: message.shown == "A bird.")
    assert from_bot(dialogue, ts) == [message]
    model.answer("Fish.")
    dialogue.workspace.say(dialogue.general, "what does it eat?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    turns = [turn["content"] for turn in model.requests[2].body["messages"]]
    assert turns == ["what is a heron?", "A bird.", "what does it eat?"]
    assert [turn["content"] for turn in model.requests[1].body["messages"]] == ["what is a heron?"]


@on_shared_bot
async def test_only_the_asker_writes_anew(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    await dialogue.workspace.press(message, "regenerate.0", user=dialogue.workspace.sam)
    await dialogue.workspace.until(lambda: dialogue.workspace.ephemerals(dialogue.workspace.sam))
    assert "Only the person who asked" in dialogue.workspace.ephemerals(dialogue.workspace.sam)[0].shown
    assert message.shown == "A bird."
    model.answer("A wader.")
    await dialogue.workspace.press(message, "regenerate.0")  # which who may not has not used up
    await dialogue.workspace.until(lambda: message.shown == "A wader.")


@on_shared_bot
async def test_a_cut_answer_goes_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    model.answer("three.")
    await dialogue.workspace.press(message, "continue.0")
    assert await dialogue.answer(dialogue.general, ts, 2) == "three."
    turns = [turn["content"] for turn in model.requests[1].body["messages"]]
    assert turns == ["count", "One, two,", "Go on exactly where you stopped."]


@on_shared_bot
async def test_a_used_continue_leaves_its_row(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    text, (used, *others) = message.shown, list(buttons(message.blocks))
    assert used["action_id"] == "continue.0"
    model.answer("three.")
    assert (await workspace.interactions.act(message, used, workspace.me)).ok
    await workspace.until(lambda: list(buttons(message.blocks)) == others)
    assert message.shown == text
    assert await dialogue.answer(dialogue.general, ts, 2) == "three."
    for person in (workspace.me, workspace.sam):  # their screens may still show it
        assert (await workspace.interactions.act(message, used, person)).ok
        assert workspace.ephemerals(user=person)[-1].shown == USED
    await dialogue.until_idle()
    assert len(model.requests) == 2


@on_shared_bot
async def test_a_control_that_stays_fails_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    await dialogue.until_idle()
    dialogue.workspace.fail("chat.update", error="block_mismatch")
    model.answer("three.")
    await dialogue.workspace.press(message, "continue.0")
    assert await dialogue.answer(dialogue.general, ts, 2) == "three."
    await dialogue.until_idle()
    assert next(buttons(message.blocks))["action_id"] == "continue.0"
    assert dialogue.workspace.ephemerals() == []


@on_shared_bot
async def test_ratings_are_kept(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    await dialogue.workspace.press(
        message, "rate.1", value=Rating(rating="good", question=ts).encode(), user=dialogue.workspace.ada
    )
    await dialogue.workspace.until(
        lambda: [one.shown for one in dialogue.workspace.ephemerals(user=dialogue.workspace.ada)] == [THANKS]
    )
    await dialogue.workspace.press(
        message, "rate.2", value=Rating(rating="bad", question=ts).encode(), user=dialogue.workspace.sam
    )
    assert not dialogue.workspace.ephemerals(user=dialogue.workspace.sam)  # no thanks for what was not given yet
    await dialogue.workspace.submit({"rating_comment": "It is a crane."}, user=dialogue.workspace.sam)
    await dialogue.workspace.until(
        lambda: [one.shown for one in dialogue.workspace.ephemerals(user=dialogue.workspace.sam)] == [THANKS]
    )
    rows = await dialogue.rows("SELECT person, question, is_good, comment FROM ratings ORDER BY comment")
    ada, sam = dialogue.workspace.ada.id, dialogue.workspace.sam.id
    assert [(row[0], row[1], bool(row[2]), row[3]) for row in rows] == [
        (ada, ts, True, ""),
        (sam, ts, False, "It is a crane."),
    ]


@on_shared_bot
async def test_thanks_wait_for_slack_and_nothing_for_them(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    await dialogue.workspace.press(message, "rate.2", value=Rating(rating="bad", question=ts).encode())
    dialogue.workspace.fail("chat.postEphemeral", status=503)
    assert (await dialogue.workspace.submit({"rating_comment": "It is a crane."})).ok
    await dialogue.workspace.until(lambda: [one.shown for one in dialogue.workspace.ephemerals()] == [THANKS])


@on_shared_bot
async def test_a_former_versions_button_works(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer("A poor answer.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    shown = {one["action_id"]: one for one in buttons(message.blocks)}
    assert (await workspace.interactions.act(message, shown["regenerate.0"] | {"value": "{}"}, workspace.me)).ok
    assert workspace.ephemerals()[-1].shown == FOREIGN
    model.answer("A bird.")
    assert (await workspace.interactions.act(message, shown["regenerate.0"] | {"value": f"{ts} 0"}, workspace.me)).ok
    await workspace.until(lambda: message.shown == "A bird.")
    assert (await workspace.interactions.act(message, shown["rate.2"] | {"value": f"bad {ts}"}, workspace.me)).ok
    assert RATING_COMMENT.value.decode(workspace.modal()["private_metadata"]).question == ts


@on_shared_bot
async def test_a_footer_tells_the_price(dialogue: Dialogue, model: ScriptedModel) -> None:
    await dialogue.workspace.command(dialogue.general, "/parley", "set footer true")
    await dialogue.whisper()
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    assert await dialogue.answer(dialogue.general, ts) == "A bird."
    (message,) = from_bot(dialogue, ts)
    assert message.small_print.startswith("claude-haiku-5-5 · ")
    assert "$0.0" in message.small_print
    assert message.small_print.endswith(" · AI-generated. Check important details.")


@on_shared_bot
async def test_the_disclaimer_stands_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    model.answer("A wader.")
    model.answer("Fish.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    assert message.small_print == "AI-generated. Check important details."
    await dialogue.workspace.press(message, "regenerate.0")
    await dialogue.workspace.until(lambda: message.shown == "A wader." and message.small_print)
    assert message.small_print == "AI-generated. Check important details."
    dialogue.workspace.say(dialogue.general, "what does it eat?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    assert from_bot(dialogue, ts)[1].small_print == ""


@on_shared_bot
async def test_a_stopped_answer_is_marked_too(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts, message = await begun(dialogue, model)
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.workspace.until(lambda: message.shown.endswith("_Stopped._"))
    assert message.small_print == "AI-generated. Check important details."
    model.answer("There was a heron.")
    await dialogue.workspace.press(message, "regenerate.1")
    below = ["regenerate.0", "rate.1", "rate.2"]
    await dialogue.workspace.until(lambda: [one["action_id"] for one in buttons(message.blocks)] == below)
    assert message.shown == "There was a heron."


@on_shared_bot
async def test_a_stopped_answer_can_go_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts, message = await begun(dialogue, model)
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.workspace.until(lambda: message.shown.endswith("_Stopped._"))
    model.answer("a heron.")
    await dialogue.workspace.press(message, "continue.0")
    await dialogue.workspace.until(lambda: any(one.shown == "a heron." for one in from_bot(dialogue, ts)))
    await dialogue.workspace.until(lambda: next(buttons(message.blocks))["action_id"] == "regenerate.1")
    assert message.shown.endswith("_Stopped._")


@BOTH_DATABASES
async def test_thinking_is_a_task(stage: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer(ThinkingDelta("They ask about a bird."), gate, "A bird.")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/parley", "set thinking adaptive")
        await stage.whisper()
        ts = stage.mention("what is a heron?")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        (message,) = from_bot(stage, ts)
        assert [(b["type"], b["title"]) for b in message.blocks] == [("task_card", "Thinking…")]
        gate.set()
        await stage.answer(stage.general, ts)
    task, text = message.blocks[:2]
    assert (task["status"], task["details"]) == ("complete", "They ask about a bird.")
    assert text["text"] == "A bird."
    ((tokens,),) = await stage.rows("SELECT output_tokens FROM calls")
    assert int(str(tokens)) > len(["A", "bird."])
    assert await stage.rows("SELECT text FROM messages WHERE role = 'assistant'") == [("A bird.",)]


@on_shared_bot
async def test_a_deleted_question_is_let_go(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer(gate, "Too late.")
    ts = dialogue.mention("what is a heron?")
    await model.until_asked()
    dialogue.workspace.delete(dialogue.general, ts)
    gate.set()
    model.answer("Here.")
    again = dialogue.mention("are you there?")
    assert await dialogue.answer(dialogue.general, again) == "Here."
    assert all("Too late." not in m.shown for m in dialogue.workspace.workspace.messages(dialogue.general))


@on_shared_bot
async def test_the_pane_suggests_prompts(dialogue: Dialogue) -> None:
    direct = dialogue.direct
    dialogue.workspace.look_at(dialogue.general)
    sessions = dialogue.workspace.workspace.sessions
    await dialogue.workspace.until(lambda: (direct, "") in sessions and sessions[direct, ""].prompts)
    titles = [prompt["title"] for prompt in sessions[direct, ""].prompts]
    assert titles[0] == "Summarize this channel"
    assert len(titles) == 4


@on_shared_bot
async def test_a_question_names_its_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    assert dialogue.workspace.workspace.session(dialogue.general, ts).title == "what is a heron?"


@on_shared_bot
async def test_a_title_of_ones_own_stays(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("A bird.")
    model.answer("Fish.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    dialogue.workspace.rename_session(dialogue.general, ts, "Herons")
    dialogue.workspace.say(dialogue.general, "what does it eat?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    assert dialogue.workspace.workspace.session(dialogue.general, ts).title == "Herons"


@on_shared_bot
async def test_prompts_follow_what_is_looked_at(dialogue: Dialogue) -> None:
    direct, sessions = dialogue.direct, dialogue.workspace.workspace.sessions

    def suggested(channel: str) -> bool:
        return (direct, "") in sessions and f"<#{channel}>" in str(sessions[direct, ""].prompts)

    for channel in (dialogue.general, dialogue.workspace.channel("engineering")):
        dialogue.workspace.look_at(channel)
        await dialogue.workspace.until(partial(suggested, channel))
    assert len(sessions[direct, ""].prompts) == 4


@on_shared_bot
async def test_a_workspace_without_a_pane_is_answered(dialogue: Dialogue, model: ScriptedModel) -> None:
    for method in ("assistant.threads.setSuggestedPrompts", "agents.sessions.setStatus"):
        dialogue.workspace.fail(method, error="unknown_method", times=9)
    dialogue.workspace.look_at(dialogue.general)
    model.answer("A bird.")
    ts = dialogue.workspace.say(dialogue.direct, "what is a heron?")
    assert await dialogue.answer(dialogue.direct, ts) == "A bird."
