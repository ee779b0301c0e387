"""Bots that ask for what a report lacks, and what their users reported about them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.acceptance.conftest import on_shared_sqlite_bot
from tests.acceptance.test_asking import QUESTION, asked, begin, judging, posted, questions, reply
from tests.acceptance.test_triage import arrived, card, data, statuses, support

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@on_shared_sqlite_bot
async def test_an_answer_reopens_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/probot/no-response/issues/32: closed by hand, reopened as its author answered."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    await asked(dialogue, ts)
    shown = await card(dialogue, ts, "Waiting for")
    await dialogue.workspace.press(shown, "feedback_resolve.2")
    assert "Waiting" not in (await card(dialogue, ts, "Resolved by")).shown
    reply(dialogue, ts, "It is 3.2")
    await arrived(dialogue)
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["resolved"]
    assert len(model.requests) == 1


@on_shared_sqlite_bot
async def test_an_edited_answer_is_read_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/spikey-mikey/SampleApi/issues/4: asked again, perhaps since the answer had been edited."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "version", "steps")
    model.answer(judging(severity="Critical", missing=["steps"]))
    answer = reply(dialogue, ts, "It is 3.2")
    await card(dialogue, ts, "Critical")
    model.answer(judging(severity="Low", missing=[]))
    dialogue.workspace.edit(support(dialogue), answer, "It is 3.3, and I press Export")
    assert "Answered: version, steps" in (await card(dialogue, ts, "Low")).shown
    assert data(model.requests[-1], "messages")[0]["text"].endswith("\nIt is 3.3, and I press Export")
    await dialogue.until_idle()
    assert len(questions(dialogue, ts)) == 1


@on_shared_sqlite_bot
async def test_an_answer_to_the_bot_is_one(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/Q00/ouroboros/issues/216: it asked for more, and took no notice of what came."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    await asked(dialogue, ts)
    model.answer(judging(severity="Low", missing=[]), to="<needs>")
    model.answer("Thanks, noted.")
    reply(dialogue, ts, f"<@{dialogue.workspace.bot.id}> it is 3.2")
    assert "Answered: version" in (await card(dialogue, ts, "Low")).shown
    await card(dialogue, ts, "Thanks, noted.")


@on_shared_sqlite_bot
async def test_a_picture_is_an_answer(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/behaviorbot/request-info/issues/29: the instructions came as a picture."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "steps")
    model.answer(judging(severity="Low", missing=[]))
    reply(dialogue, ts, "", files={"steps.png": PIXEL})
    assert "Answered: steps" in (await card(dialogue, ts, "Low")).shown
    assert "[file: steps.png]" in data(model.requests[-1], "messages")[0]["text"]


@on_shared_sqlite_bot
async def test_an_answer_that_comes_twice_counts_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/ansible/ansibullbot/pull/171: the same request for information, several times."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    model.answer(judging(severity="Low", missing=["version"]))
    reply(dialogue, ts, "What do you mean?")
    await card(dialogue, ts, "Low")
    dialogue.workspace.redeliver(dialogue.workspace.deliveries.log[-1].event_id)
    await not_asked_again(dialogue, ts)
    assert await statuses(dialogue) == ["open", "answer"]
    assert len(model.requests) == 2


@on_shared_sqlite_bot
async def test_others_with_the_same_trouble_answer_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/flutter/flutter/issues/133254: whose comment takes the label away."""
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    reply(dialogue, ts, "Me too, since 3.1", user=dialogue.workspace.ada)
    await not_asked_again(dialogue, ts)
    assert "Waiting for: version" in (await card(dialogue, ts, "Bug report")).shown
    assert await statuses(dialogue) == ["open"]


async def not_asked_again(dialogue: Dialogue, ts: str) -> None:
    await arrived(dialogue)
    await dialogue.until_idle()
    assert len(questions(dialogue, ts, QUESTION)) == 1
