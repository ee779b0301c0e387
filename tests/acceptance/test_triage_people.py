"""What people do with feedback, and what goes wrong meanwhile: who may act, the form, teams that are gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_triage import (
    CRASH,
    arrived,
    card,
    data,
    judged,
    parley,
    post,
    results,
    root,
    statuses,
    support,
)

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


def sent(dialogue: Dialogue, channel: str, words: str) -> list[MessageRecord]:
    """Return what is in a channel that says some words."""
    return [one for one in dialogue.workspace.workspace.messages(channel) if words in one.shown]


async def shown(dialogue: Dialogue, model: ScriptedModel, text: str = CRASH) -> MessageRecord:
    """Post, and wait for the card."""
    model.answer(results(judged(1)))
    return await card(dialogue, post(dialogue, text), "Bug report")


async def test_people_of_elsewhere_can_not_act(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, rio = dialogue.workspace, dialogue.workspace.rio
    partners = next(c.id for c in workspace.workspace.channels.values() if rio.id in c.members and not c.is_im)
    for number, typed in enumerate(("set outsiders all", "triage on"), start=1):
        await workspace.command(partners, "/parley", typed)
        await dialogue.whisper(number)
    model.answer(results(judged(1)))
    ts = workspace.say(partners, CRASH, user=rio)
    await workspace.until(lambda: dialogue.answers(partners, ts))
    await workspace.press(dialogue.answers(partners, ts)[0], "feedback_take.0", user=rio)
    await workspace.until(lambda: workspace.ephemerals(user=rio))
    assert "Only people from this workspace" in workspace.ephemerals(user=rio)[-1].shown
    assert await statuses(dialogue) == ["open"]
    refused = await workspace.press(dialogue.answers(partners, ts)[0], "feedback_change.1", user=rio)
    assert refused.ok
    with pytest.raises(LookupError):
        workspace.modal(user=rio)


@BOTH_DATABASES
async def test_no_feedback_is_taken_out_and_back(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    below = await shown(dialogue, model)
    ts = below.thread_ts
    await dialogue.workspace.press(below, "feedback_dismiss.3")
    below = await card(dialogue, ts, "Not counted")
    await dialogue.workspace.until(lambda: not root(dialogue, ts).reactions)
    assert "No feedback came in" in await parley(dialogue, "triage report")
    await dialogue.workspace.press(below, "feedback_reopen.0")
    await card(dialogue, ts, "Bug report")
    await dialogue.workspace.until(lambda: list(root(dialogue, ts).reactions) == ["bug"])


@BOTH_DATABASES
async def test_the_form_assigns_and_sends_elsewhere(dialogue: Dialogue, model: ScriptedModel) -> None:
    engineering, leads = (dialogue.workspace.channel(name) for name in ("engineering", "leads"))
    await parley(dialogue, f"set teams Apps: <#{engineering}|engineering>; Leads: <#{leads}|leads>")
    await parley(dialogue, "set routes Bug report -> Apps")
    await parley(dialogue, "triage on")
    below = await shown(dialogue, model)
    await dialogue.workspace.until(lambda: sent(dialogue, engineering, "Summary 1"))
    await dialogue.workspace.press(below, "feedback_change.1")
    ada = dialogue.workspace.ada
    entered = {"category": "Bug report", "severity": "High", "team": "Leads", "assignee": ada.id}
    assert (await dialogue.workspace.submit(entered)).ok
    assert ada.id in (await card(dialogue, below.thread_ts, "Team: Leads")).shown
    await dialogue.workspace.until(lambda: sent(dialogue, leads, "Summary 1"))
    assert await dialogue.rows("SELECT status, assignee, team FROM feedback") == [("taken", ada.id, "Leads")]


async def test_a_person_names_the_first_post(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    first = await shown(dialogue, model)
    model.answer(results(judged(2, "Question", summary="Another one")))
    second = await card(dialogue, post(dialogue, "Is it me?", user=dialogue.workspace.ada), "Question")
    await dialogue.workspace.press(second, "feedback_change.1")
    same = {"category": "Question", "severity": "High"}
    for wrong in ("nonsense", "https://example.com/archives/C1/p1"):
        refused = await dialogue.workspace.submit(same | {"original": wrong})
        assert "not a link to a post" in refused.errors["original"]
    ((link,),) = await dialogue.rows("SELECT permalink FROM feedback WHERE id = 1")
    assert (await dialogue.workspace.submit(same | {"original": str(link)})).ok
    await card(dialogue, second.thread_ts, "repeats")
    assert await dialogue.rows("SELECT duplicate_of, root FROM feedback WHERE id = 2") == [(1, 1)]
    assert first.thread_ts != second.thread_ts


async def test_a_category_that_is_gone_stays_with_its_records(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "set categories Bug report, Wish")
    await parley(dialogue, "triage on")
    below = await shown(dialogue, model)
    await parley(dialogue, "set categories Wish, Praise")
    await dialogue.workspace.press(below, "feedback_change.1")
    assert "Bug report" in str(dialogue.workspace.modal())
    assert (await dialogue.workspace.submit({"category": "Bug report", "severity": "Low"})).ok
    await card(dialogue, below.thread_ts, "Low")
    model.answer(results(judged(2, "Wish")))
    await card(dialogue, post(dialogue, "It crashes again", user=dialogue.workspace.ada), "Wish")
    names = [one["name"] for one in data(model.requests[-1], "categories")]
    assert names == ["Wish", "Praise", "Other"]
    assert "Bug report | 1" in await parley(dialogue, "triage report")


async def test_any_language_is_shown_as_it_is(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    words = "\u1d58\u2e17\u16a0\u16a2\u16a6 \u0e04\u0e27\u0e32\u0e21"
    model.answer(results(judged(1, summary=words, language="qqq", evidence=words, area=words * 20)))
    assert words in (await card(dialogue, post(dialogue, words), "Bug report")).shown
    assert await dialogue.rows("SELECT language, length(area) FROM feedback") == [("qqq", 40)]


async def test_cards_are_for_the_whole_channel(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A card is in one language, whoever posts or presses a button; a message to a person, or a home, is in theirs."""
    workspace, me = dialogue.workspace, dialogue.workspace.me
    workspace.workspace.users[me.id] = replace(me, locale="de-DE")
    leads = workspace.channel("leads")
    workspace.kick(leads, workspace.bot)
    for typed in (f"set teams Apps: <#{leads}|leads>", "set routes Bug report -> Apps", "triage on"):
        await parley(dialogue, typed)
    found = await shown(dialogue, model)
    assert "sorted by AI, 90% sure" in found.shown
    await workspace.until(
        lambda: sent(dialogue, dialogue.direct, "kein Feedback posten: Ich bin nicht in diesem Channel")
    )
    await workspace.press(found, "feedback_take.0")
    await card(dialogue, found.thread_ts, "Taken by")
    workspace.open_home()
    await workspace.until(lambda: "Dein offenes Feedback" in str(workspace.home()))
    assert f"Die Triage ist für <#{support(dialogue)}> eingeschaltet." in await parley(dialogue, "triage report")


async def test_an_archived_teams_channel_is_told_of(dialogue: Dialogue, model: ScriptedModel) -> None:
    engineering = dialogue.workspace.channel("engineering")
    await parley(dialogue, f"set teams Apps: <#{engineering}|engineering>")
    await parley(dialogue, "set routes Bug report -> Apps")
    await parley(dialogue, "triage on")
    dialogue.workspace.workspace.channels[engineering].is_archived = True
    model.answer(results(judged(1)))
    await card(dialogue, post(dialogue), "can't be reached")
    messages = dialogue.workspace.workspace.messages
    await dialogue.workspace.until(lambda: messages(dialogue.direct))
    assert "it is archived" in messages(dialogue.direct)[-1].shown


async def test_a_team_gets_one_message_for_many(dialogue: Dialogue, model: ScriptedModel) -> None:
    engineering = dialogue.workspace.channel("engineering")
    await parley(dialogue, f"set teams Apps: <#{engineering}|engineering>")
    await parley(dialogue, "set routes Bug report -> Apps")
    await parley(dialogue, "set together 0")
    await parley(dialogue, "triage on")
    held = asyncio.Event()
    model.answer(held, results(judged(1, "Praise")))
    post(dialogue, "Good work with the export")
    await model.until_asked()
    posts = [post(dialogue, f"{CRASH}, case {n}") for n in range(8)]
    await arrived(dialogue)
    model.answer(results(*(judged(n) for n in range(2, 10))))
    held.set()
    await card(dialogue, posts[-1], "Bug report")
    await dialogue.workspace.until(lambda: sent(dialogue, engineering, "8 new posts"))
    (notice,) = sent(dialogue, engineering, "Summary")
    places = [notice.shown.index(f"Summary {number}") for number in range(2, 10)]
    assert places == sorted(places)


async def test_a_user_group_is_told(dialogue: Dialogue, model: ScriptedModel) -> None:
    (group,) = dialogue.workspace.workspace.groups
    await parley(dialogue, f"set teams On-call: <!subteam^{group.id}|@{group.handle}>")
    await parley(dialogue, "set routes High -> On-call")
    await parley(dialogue, "triage on")
    assert f"<!subteam^{group.id}>" in (await shown(dialogue, model)).text


async def test_an_empty_post_is_no_feedback(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    post(dialogue, "\u200b ", user=dialogue.workspace.sam)
    await arrived(dialogue)
    model.answer(results(judged(2)))
    await card(dialogue, post(dialogue), "Bug report")
    assert await statuses(dialogue) == ["ignored", "open"]
    assert len(model.requests) == 1


async def test_apps_count_where_the_channel_wants_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    dialogue.workspace.say_as_app(support(dialogue), CRASH)
    dialogue.workspace.say_as_workflow(support(dialogue), CRASH)
    await arrived(dialogue)
    assert await statuses(dialogue) == []
    await parley(dialogue, "set triage_bots true")
    await parley(dialogue, "set together 0")
    model.answer(results(judged(1)))
    await card(dialogue, dialogue.workspace.say_as_app(support(dialogue), CRASH), "Bug report")
    model.answer(results(judged(2)))
    await card(dialogue, dialogue.workspace.say_as_workflow(support(dialogue), CRASH), "Bug report")
