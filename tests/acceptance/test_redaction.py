"""What a channel wants hidden does not leave for the model, and is there again in what people read."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bot.playground.anthropic.reply import ThinkingDelta
from bot.playground.anthropic.rules import MessagesApiError
from tests.acceptance import test_classify, test_classify_batch, test_code, test_summarize, test_triage
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_usage import ask

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

EMAIL, PHONE, CARD = "anna@acme-corp.com", "+49 30 901820", "4111 1111 1111 1111"
IBAN, KEY = "DE89 3704 0044 0532 0130 00", "AKIAIOSFODNN7EXAMPLE"
ALL = (EMAIL, PHONE, CARD, IBAN, KEY)
SAID = f"Mail {EMAIL} or call {PHONE}; card {CARD}, account {IBAN}, key {KEY}."


async def redact(dialogue: Dialogue, channel: str = "") -> None:
    await dialogue.workspace.command(channel or dialogue.general, "/parley", "set redact true")
    await dialogue.workspace.until(
        lambda: any("`redact` is set" in one.shown for one in dialogue.workspace.ephemerals())
    )


def left(model: ScriptedModel) -> list[str]:
    """Return what the model got to see of what is hidden."""
    sent = json.dumps([asked.body for asked in model.requests], ensure_ascii=False)
    return [value for value in ALL if value in sent]


async def kept(dialogue: Dialogue, sql: str, words: str) -> list[str]:
    """Return the texts that a query finds and that hold some words."""
    return [str(row[0]) for row in await dialogue.rows(sql) if words in str(row[0])]


@on_shared_bot
async def test_a_conversation_is_redacted_and_restored(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    model.answer("Write to [em", "ail-1] or dial [", "phone", "-1]", "; not [email-7], [car")
    ts = dialogue.mention(SAID)
    text = await dialogue.answer(dialogue.general, ts)
    assert EMAIL in text
    assert PHONE in text
    assert "not [email-7], [car" in text
    assert left(model) == []
    # What is kept is what was said; the next question repeats it, with the same placeholders.
    model.answer("Yes.")
    dialogue.workspace.say(dialogue.general, f"is {EMAIL} right, or bob@acme-corp.com?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    first, second = model.requests
    assert first.system == second.system
    assert second.turns[: len(first.turns)] == first.turns
    assert "is [email-1] right, or [email-2]?" in second.text
    assert left(model) == []
    await test_code.settled(dialogue)
    assert len(await kept(dialogue, "SELECT text FROM messages", EMAIL)) == 3


@on_shared_sqlite_bot
async def test_the_small_print_tells_of_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    (message,) = dialogue.answers(dialogue.general, ts)
    assert "redacted · AI-generated" in message.small_print


@on_shared_sqlite_bot
async def test_other_channels_send_words_as_they_are(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("[email-1]?")
    assert await dialogue.answer(dialogue.general, dialogue.mention(SAID)) == "[email-1]?"
    assert set(left(model)) == set(ALL)
    assert "placeholder" not in "".join(model.requests[0].system)


@on_shared_sqlite_bot
async def test_what_came_before_a_cut_is_restored(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    model.answer("Write to [email-1] and ", MessagesApiError(500, "gone"))
    model.answer("wait for [email-1].")
    ts = dialogue.mention(SAID)
    assert await dialogue.answer(dialogue.general, ts) == f"Write to {EMAIL} and wait for {EMAIL}."
    assert left(model) == []


@on_shared_sqlite_bot
async def test_thinking_and_the_channels_prompt_are_redacted(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    await ask(dialogue, "set thinking adaptive")
    await ask(dialogue, f"prompt Support is {EMAIL}.")
    model.answer(ThinkingDelta("They want [email-1]."), "Ask [email-1].")
    ts = dialogue.mention("whom do I ask?")
    shown = await dialogue.answer(dialogue.general, ts)
    assert shown.splitlines()[-1] == f"Ask {EMAIL}."  # below how long it thought, if that was shown before
    assert "Support is [email-1]." in "\n".join(model.requests[0].system)
    assert left(model) == []


@on_shared_sqlite_bot
async def test_commands_are_redacted_and_restored(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    model.answer("Somebody at [email-1] has a key.", to="Mail")
    await dialogue.workspace.command(dialogue.general, "/summarize", SAID)
    await dialogue.workspace.until(
        lambda: any(EMAIL in one.shown for one in test_code.answers(dialogue) if "has a key" in one.shown)
    )
    model.answer({"results": [test_classify.entry(1, "Billing", 40, "card [card-1]"), test_classify.entry(2, "Bug")]})
    message = await test_classify.command(dialogue, f"{SAID}\nIt crashes\ninto: Billing, Bug", "1. Billing")
    assert "2. Bug" in message.shown
    assert await kept(dialogue, "SELECT evidence FROM classify_items", CARD)
    model.answer(test_code.block('# mail.py\nTO = "[email-1]"'))
    await dialogue.workspace.command(dialogue.general, "/code", f"python a constant with {EMAIL}")
    await test_code.settled(dialogue)
    assert await kept(dialogue, "SELECT content FROM code_files", EMAIL)
    assert left(model) == []


@on_shared_sqlite_bot
async def test_a_channel_summary_is_redacted_and_restored(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    dialogue.workspace.say(dialogue.general, SAID, user=dialogue.workspace.ada)
    point = test_summarize.point("Anna is at [email-1], [phone-1].", "m1")
    model.answer(test_summarize.findings(gist=[point]))
    await test_summarize.ask(dialogue, "24h")
    assert f"Anna is at {EMAIL}, {PHONE}." in (await test_summarize.summary(dialogue)).shown
    assert left(model) == []


@on_shared_sqlite_bot
async def test_feedback_is_redacted_and_restored(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue, test_triage.support(dialogue))
    await test_triage.parley(dialogue, "triage on")
    judged = test_triage.judged(1, summary="[email-1] was charged", evidence="card [card-1]")
    model.answer(test_triage.results(judged))
    ts = test_triage.post(dialogue, SAID)
    assert f"{EMAIL} was charged" in (await test_triage.card(dialogue, ts, "charged")).shown
    assert left(model) == []


@on_shared_sqlite_bot
async def test_a_batch_is_redacted(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    gate = asyncio.Event()
    gate.set()
    test_classify_batch.script(model, gate)
    rows = test_classify.table(test_classify_batch.ITEMS, (SAID,))
    ts = dialogue.mention(f"classify {test_classify.INTO} --batch", files={"feedback.csv": rows})
    await test_classify_batch.come_through(dialogue, ts, "500 messages**")
    assert await dialogue.rows("SELECT count(*) FROM calls WHERE is_batch") == [(10,)]
    assert left(model) == []


@on_shared_sqlite_bot
async def test_a_private_summary_is_followed_up_redacted(dialogue: Dialogue, model: ScriptedModel) -> None:
    await redact(dialogue)
    dialogue.workspace.say(dialogue.general, SAID, user=dialogue.workspace.ada)
    model.answer(test_summarize.findings(gist=[test_summarize.point("Anna is at [email-1].", "m1")]))
    await test_summarize.ask(dialogue, "24h")
    summary = await test_summarize.summary(dialogue)
    assert summary.small_print.startswith("redacted · AI")
    model.answer("At [email-1].")
    dialogue.workspace.say(dialogue.direct, "where is she?", thread_ts=summary.thread_ts)
    assert (await test_summarize.summary(dialogue, 3)).shown == f"At {EMAIL}."
    assert "Anna is at [email-1]" in str(model.requests[1].turns)
    assert left(model) == []


@on_shared_sqlite_bot
async def test_a_list_in_another_channel_is_redacted(dialogue: Dialogue, model: ScriptedModel) -> None:
    support = test_triage.support(dialogue)
    await redact(dialogue, support)
    dialogue.workspace.say(support, SAID, user=dialogue.workspace.ada)
    model.answer(test_classify.all_as("Billing", 1, 1))
    link = f"https://acme.slack.com/archives/{support}"
    message = await test_classify.command(dialogue, f"{link} into: Billing, Bug", "1. Billing")
    model.answer("To [email-1].")
    dialogue.workspace.say(dialogue.general, f"do I write to {EMAIL}?", thread_ts=message.thread_ts)
    await dialogue.workspace.until(
        lambda: any(f"To {EMAIL}." in one.shown for one in dialogue.answers(dialogue.general, message.thread_ts))
    )
    assert left(model) == []
