"""A report that lacks what its category needs: its writer is asked once, and the answer completes the record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_triage import arrived, card, data, judged, parley, post, results, statuses, support

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.anthropic.reply import ModelRequest
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import Plain, ScriptedModel

NEEDS = "set needs Bug report: version, steps; Billing: invoice number"
QUESTION = "Could you add this for the team"


async def begin(dialogue: Dialogue, *typed: str) -> None:
    for words in (NEEDS, *typed, "triage on"):
        await parley(dialogue, words)


def judging(category: str = "Bug report", **more: Any) -> Callable[[ModelRequest], list[Plain]]:
    """Answer with a judgment of the only message that is asked about."""
    return lambda asked: [results(judged(data(asked, "messages")[0]["item"], category, **more))]


async def posted(dialogue: Dialogue, model: ScriptedModel, *missing: str, user: User | None = None) -> str:
    """Post a report that lacks something, and wait until its card says so."""
    model.answer(judging(missing=list(missing)))
    ts = post(dialogue, user=user or dialogue.workspace.sam)
    await card(dialogue, ts, "Waiting for")
    return ts


def reply(dialogue: Dialogue, ts: str, text: str, **who: Any) -> str:
    return dialogue.workspace.say(support(dialogue), text, thread_ts=ts, **{"user": dialogue.workspace.sam} | who)


def questions(dialogue: Dialogue, ts: str, words: str = QUESTION) -> list[str]:
    return [one.shown for one in dialogue.answers(support(dialogue), ts) if words in one.shown]


async def asked(dialogue: Dialogue, ts: str, words: str = QUESTION) -> str:
    await dialogue.workspace.until(lambda: questions(dialogue, ts, words))
    return questions(dialogue, ts, words)[0]


async def not_asked(dialogue: Dialogue, ts: str) -> None:
    await arrived(dialogue)
    await dialogue.until_idle()
    assert questions(dialogue, ts) == []


@on_shared_bot
async def test_an_answer_completes_the_record(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "steps", "version", "invoice number")
    assert data(model.requests[0], "needs")[0] == {"category": "Bug report", "facts": ["version", "steps"]}
    assert "**version, steps**" in await asked(dialogue, ts)
    assert "Waiting for: version, steps" in (await card(dialogue, ts, "Bug report")).shown
    model.answer(judging(severity="Critical", missing=["steps"]))
    reply(dialogue, ts, "It is 3.2")
    shown = (await card(dialogue, ts, "Critical")).shown
    assert data(model.requests[1], "messages")[0]["text"].endswith("export dialog\nIt is 3.2")
    assert "Answered: version" in shown
    assert "Waiting for: steps" in shown
    model.answer(judging(severity="Low", missing=[]))
    reply(dialogue, ts, "I don't know any steps")
    assert "Waiting" not in (await card(dialogue, ts, "Low")).shown
    await dialogue.until_idle()
    assert len(questions(dialogue, ts)) == 1
    assert await statuses(dialogue) == ["open", "answer", "answer"]


@on_shared_bot
async def test_an_edited_post_is_not_asked_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    await asked(dialogue, ts)
    model.answer(judging("Billing", missing=["invoice number"]))
    dialogue.workspace.edit(support(dialogue), ts, "I was charged twice")
    assert "Waiting for: invoice number" in (await card(dialogue, ts, "Billing")).shown
    await dialogue.until_idle()
    assert len(questions(dialogue, ts)) == 1


@on_shared_bot
async def test_a_deleted_post_takes_its_answers_along(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    model.answer(judging(severity="Low", missing=[]))
    reply(dialogue, ts, "It is 3.2")
    await card(dialogue, ts, "Low")
    dialogue.workspace.delete(support(dialogue), ts)
    await card(dialogue, ts, "Withdrawn")
    await dialogue.until_idle()
    assert len(model.requests) == 2


@on_shared_sqlite_bot
async def test_the_poster_is_asked_in_their_language(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, sam = dialogue.workspace, dialogue.workspace.sam
    workspace.workspace.users[sam.id] = replace(sam, locale="de-DE")
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    assert sam.id in await asked(dialogue, ts, "Kannst du das für das Team ergänzen")
    assert "sorted by AI" in (await card(dialogue, ts, "Waiting for")).shown


@on_shared_sqlite_bot
async def test_whom_the_team_answered_is_not_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    held = asyncio.Event()
    model.answer(held, judging(missing=["version"]))
    ts = post(dialogue, user=dialogue.workspace.sam)
    await model.until_asked()
    reply(dialogue, ts, "Which version is it?", user=dialogue.workspace.ada)
    await arrived(dialogue)
    held.set()
    await card(dialogue, ts, "Missing: version")
    model.answer(judging(severity="Low", missing=[]))
    reply(dialogue, ts, "It is 3.2")
    assert "Missing" not in (await card(dialogue, ts, "Low")).shown
    await not_asked(dialogue, ts)


@on_shared_sqlite_bot
async def test_what_is_added_at_once_is_not_asked_for(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    held = asyncio.Event()
    model.answer(held, judging(missing=["version", "steps"]))
    model.answer(judging(severity="Low", missing=["steps"]))
    ts = post(dialogue, user=dialogue.workspace.sam)
    await model.until_asked()
    reply(dialogue, ts, "It is 3.2")
    await arrived(dialogue)
    held.set()
    assert "**steps**" in await asked(dialogue, ts)
    await dialogue.until_idle()
    assert len(questions(dialogue, ts)) == 1


@on_shared_sqlite_bot
async def test_only_the_posters_words_are_answers(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    await asked(dialogue, ts)
    reply(dialogue, ts, "Same here, in 3.1", user=dialogue.workspace.ada)
    dialogue.workspace.say_as_app(support(dialogue), "Build 3.3 is out", thread_ts=ts)
    await arrived(dialogue)
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]
    assert len(model.requests) == 1


@on_shared_sqlite_bot
async def test_a_report_is_asked_about_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "version")
    await asked(dialogue, ts)
    assert await dialogue.rows("SELECT responded_at FROM feedback") == [(None,)]
    model.answer(judging(severity="Low", missing=["version", "steps"]))
    later = post(dialogue, "And it freezes, too", user=dialogue.workspace.sam)
    assert "Waiting for: version, steps" in (await card(dialogue, ts, "Low")).shown
    await not_asked(dialogue, later)
    assert len(questions(dialogue, ts)) == 1


@on_shared_sqlite_bot
async def test_apps_are_not_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, "set triage_bots true")
    model.answer(judging(missing=["version"]))
    ts = dialogue.workspace.say_as_app(support(dialogue), "The export crashes")
    await card(dialogue, ts, "Missing: version")
    await not_asked(dialogue, ts)


@pytest.mark.parametrize("outsiders", ["nobody", "all"])
@on_shared_sqlite_bot
async def test_outsiders_are_asked_where_they_are_answered(
    dialogue: Dialogue, model: ScriptedModel, outsiders: str
) -> None:
    workspace, rio = dialogue.workspace, dialogue.workspace.rio
    partners = next(c.id for c in workspace.workspace.channels.values() if rio.id in c.members and not c.is_im)
    for number, typed in enumerate((NEEDS, f"set outsiders {outsiders}", "triage on"), start=1):
        await workspace.command(partners, "/parley", typed)
        await dialogue.whisper(number)
    model.answer(judging(missing=["version"]))
    ts = workspace.say(partners, "The export crashes", user=rio)
    await workspace.until(lambda: [one for one in dialogue.answers(partners, ts) if "Bug report" in one.shown])
    await dialogue.until_idle()
    said = [one for one in dialogue.answers(partners, ts) if QUESTION in one.shown]
    assert len(said) == (outsiders == "all")


@on_shared_sqlite_bot
async def test_an_unknown_category_needs_nothing(dialogue: Dialogue) -> None:
    assert "no category “Crash”" in await parley(dialogue, "set needs Crash: version")
    assert "It takes up to 30 categories" in await parley(dialogue, "set needs version, steps")
    assert "Bug report (version, steps)" in await parley(dialogue, NEEDS)
