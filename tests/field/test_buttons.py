"""Cases from the field: buttons that are pressed twice, by two people, or after their work was done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import stamina

from bot.playground.anthropic.reply import MessageStop
from bot.playground.slack.elements import buttons
from tests.acceptance.test_again import DOWN, labels
from tests.acceptance.test_forget import erase
from tests.acceptance.test_usage import ask

if TYPE_CHECKING:
    from bot.playground.slack.wire import Json
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


def shown(dialogue: Dialogue, ts: str) -> list[Json]:
    return list(buttons(dialogue.answers(dialogue.general, ts)[0].blocks))


async def test_a_button_works_once_for_all(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Sources: slackapi/bolt-js#822, #1104, mozilla/bugbug#6732, getsentry/sentry#69252, chatwoot/chatwoot#5957."""
    workspace = dialogue.workspace
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    (message,), (used, *others) = dialogue.answers(dialogue.general, ts), shown(dialogue, ts)
    model.answer("three.")
    people = (workspace.me, workspace.me, workspace.sam)
    acks = await asyncio.gather(*(workspace.interactions.act(message, used, person) for person in people))
    assert all(ack.ok for ack in acks)
    await workspace.until(lambda: shown(dialogue, ts) == others)  # mozilla/bugbug#6734
    await dialogue.until_idle()
    assert [one.shown for one in dialogue.answers(dialogue.general, ts)][1:] == ["three."]
    assert len(model.requests) == 2
    told = [one.shown for person in (workspace.me, workspace.sam) for one in workspace.ephemerals(user=person)]
    assert told == ["This button was already used."] * 2


async def test_a_thumb_pressed_again_is_one_rating(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Source: slackapi/bolt-python#1435. Slack sends each press; the last one of a person counts."""
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = dialogue.answers(dialogue.general, ts)
    for thumb in ("rate.1", "rate.1", "rate.2", "rate.1"):
        await dialogue.workspace.press(message, thumb)
    assert [bool(row[0]) for row in await dialogue.rows("SELECT is_good FROM ratings")] == [True]


async def test_a_private_question_goes_by_its_own_address(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Sources: slack-go/slack#701, slackapi/bolt-python#1268. No method of the Web API reaches an ephemeral message."""
    model.answer("I see.")
    ts = dialogue.mention("my secret is 42")
    await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    await ask(dialogue, "forget me")
    before = len(dialogue.workspace.calls)
    await erase(dialogue)
    await dialogue.until_idle()
    methods = {call.method for call in dialogue.workspace.calls[before:]}
    assert not methods & {"chat.update", "chat.delete"}


async def test_a_failed_regeneration_keeps_the_answer(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: rmusser01/tldw_chatbook#2164, where the earlier answer was lost. The button works again."""
    stage.environ["TURN_ATTEMPTS"] = "1"
    with stamina.set_testing(True, attempts=1, cap=True):
        async with stage.bot():
            model.answer("A bird.")
            ts = stage.mention("what is a heron?")
            await stage.answer(stage.general, ts)
            (message,) = stage.answers(stage.general, ts)
            model.answer(DOWN)
            await stage.workspace.press(message, "regenerate.0")
            await stage.workspace.until(lambda: "I couldn't write a new answer." in message.shown)
            await stage.until_idle()
            assert message.shown.startswith("A bird.\n")
            assert labels(message) == ["Regenerate", "👍", "👎"]
            model.answer("A wader.")
            await stage.workspace.press(message, "regenerate.0")
            await stage.workspace.until(lambda: message.shown == "A wader.")


async def test_an_answer_without_text_can_be_tried(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Sources: danny-avila/LibreChat#3658, epam/ai-dial-chat#689. What failed has no answer to name."""
    model.answer(MessageStop("end_turn"))
    ts = dialogue.mention("what is a heron?")
    await dialogue.workspace.until(lambda: dialogue.answers(dialogue.general, ts))
    (message,) = dialogue.answers(dialogue.general, ts)
    assert labels(message) == ["Try again"]
    model.answer("A bird.")
    await dialogue.workspace.press(message, "regenerate.0")
    await dialogue.workspace.until(lambda: message.shown == "A bird.")


async def test_a_refusal_offers_no_retry(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Source: janhq/jan#7844. What would fail again is not offered again."""
    model.answer(MessageStop("refusal"))
    ts = dialogue.mention("what is a heron?")
    await dialogue.workspace.until(lambda: dialogue.answers(dialogue.general, ts))
    (message,) = dialogue.answers(dialogue.general, ts)
    assert "declined" in message.shown
    assert labels(message) == []
