"""A post about several things: a record for each, on one card; made one again by a press, or split by hand."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_asking import judging, questions, reply
from tests.acceptance.test_drafts import learn, with_team
from tests.acceptance.test_feedback_records import link, sent
from tests.acceptance.test_forget import erase
from tests.acceptance.test_triage import card, data, judged, parley, post, results, root, support
from tests.support.knowledge import citing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.anthropic.reply import ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import Plain, ScriptedModel

CRASH, WISH = "The export crashes on big files", "please add a dark mode"
ANSWER = "Choose View in the menu, then the dark mode."
POST = f"{CRASH}, and {WISH}!"
BOTH = [(0, "open", "Bug report", "High"), (1, "open", "Feature request", "Low")]
WHOLE = {"item", "nature", "language"}  # what is said of a post, not of each thing


def thing(words: str, category: str, summary: str, **more: Any) -> dict[str, Any]:
    whole = judged(0, category, summary=summary, words=words, **more)
    return {name: value for name, value in whole.items() if name not in WHOLE}


def sorting(crash: dict[str, Any] | None = None, wish: dict[str, Any] | None = None) -> Callable[..., list[Plain]]:
    """Sort each message: a crash, a wish, or both; with what else is said of either."""

    def of(one: dict[str, Any]) -> dict[str, Any]:
        wished = {"severity": "Low"} | (wish or {})
        if CRASH not in one["text"]:
            return judged(one["item"], "Feature request", summary="Dark mode", **wished)
        more = [thing(WISH, "Feature request", "Dark mode", **wished)] if WISH in one["text"] else []
        return judged(one["item"], summary="Crash", words=CRASH, further=more, **crash or {})

    return lambda asked: [results(*map(of, data(asked, "messages")))]


def messages(asked: ModelRequest) -> list[str]:
    return [one["text"] for one in data(asked, "messages")]


async def begin(dialogue: Dialogue, *typed: str) -> None:
    for words in ("set together 0", *typed, "triage on"):
        await parley(dialogue, words)


async def posted(dialogue: Dialogue, model: ScriptedModel, **more: Any) -> tuple[str, MessageRecord]:
    model.answer(sorting(**more))
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    return ts, await card(dialogue, ts, "Dark mode")


async def records(dialogue: Dialogue) -> list[tuple[object, ...]]:
    rows = "SELECT part, status, category, severity FROM feedback WHERE status != 'answer' ORDER BY message, part"
    return await dialogue.rows(rows)


def menus(shown: MessageRecord) -> dict[str, list[str]]:
    """Return the values of each menu below a card, by the action's name."""
    found = {}
    for block in shown.blocks:
        for one in block.get("elements", ()):
            if one.get("type") == "static_select":
                found[one["action_id"].partition(".")[0]] = [option["value"] for option in one["options"]]
    return found


def control(shown: MessageRecord, name: str) -> str:
    """Return the id of the action with a name."""
    elements = [one for block in shown.blocks for one in block.get("elements", ())]
    ids: list[str] = [one["action_id"] for one in elements if "action_id" in one]
    return next(one for one in ids if one.startswith(name))


def told(dialogue: Dialogue, words: str) -> list[str]:
    """Return what was shown with these words to someone alone, whoever it was."""
    people = dialogue.workspace.me, dialogue.workspace.ada
    return [one.shown for person in people for one in dialogue.workspace.ephemerals(person) if words in one.shown]


@on_shared_bot
async def test_each_thing_is_a_record(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, "set first_response 2h")
    ts, shown = await posted(dialogue, model)
    assert await records(dialogue) == BOTH
    assert shown.shown.index("Crash") < shown.shown.index("Dark mode")
    await dialogue.workspace.until(lambda: list(root(dialogue, ts).reactions) == ["bug"])
    first, second = menus(shown)["feedback_resolve"]
    assert first != second
    await dialogue.workspace.choose(shown, control(shown, "feedback_resolve"), second)
    await card(dialogue, ts, "Resolved by")
    assert [row[1] for row in await records(dialogue)] == ["open", "resolved"]
    found = await parley(dialogue, "feedback find dark mode")
    assert "1 post with “dark mode”" in found
    assert "resolved: Dark mode" in found
    assert "open: Crash" in await parley(dialogue, "feedback find big files")
    await dialogue.until_idle()
    assert len(dialogue.answers(support(dialogue), ts)) == 1
    clocks = "SELECT record FROM feedback_clocks WHERE kind = 'first response' AND due_at IS NOT NULL ORDER BY record"
    assert await dialogue.rows(clocks) == [(int(first),), (int(second),)]
    assert "2 records as" in await parley(dialogue, "feedback export")
    rows = list(csv.DictReader(io.StringIO((sent(dialogue).content or b"").decode("utf-8-sig"))))
    assert [(row["text"], row["part"]) for row in rows] == [(CRASH, "1"), (WISH, "2")]


@on_shared_bot
async def test_a_press_makes_one_thing_of_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts, shown = await posted(dialogue, model)
    old, second = replace(shown), menus(shown)["feedback_take"][1]
    model.answer(sorting())
    workspace, name = dialogue.workspace, control(shown, "feedback_join")
    await asyncio.gather(*(workspace.press(shown, name, user=one) for one in (workspace.me, workspace.ada)))
    await workspace.until(lambda: told(dialogue, "This post is one thing already"))
    await model.until_asked(2)
    await dialogue.until_idle()
    assert len(told(dialogue, "This post is one thing already")) == 1
    assert [row[:2] for row in await records(dialogue)] == [(0, "open"), (1, "joined")]
    assert "Dark mode" not in (await card(dialogue, ts, "Crash")).shown
    await workspace.choose(old, control(old, "feedback_take"), second)
    await workspace.until(lambda: told(dialogue, "no longer a record of its own"))
    assert [row[:2] for row in await records(dialogue)] == [(0, "open"), (1, "joined")]
    assert "1 post with" in await parley(dialogue, "feedback find dark mode")
    model.answer(judging())
    await card(dialogue, post(dialogue, f"{POST} Thanks"), "Bug report")
    assert data(model.requests[-1], "one_thing") == [POST]


@on_shared_bot
async def test_an_edit_and_a_deletion_reach_all_parts(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts, _ = await posted(dialogue, model)
    model.answer(judging("Billing"))
    dialogue.workspace.edit(support(dialogue), ts, "I was charged twice")
    assert "Dark mode" not in (await card(dialogue, ts, "Billing")).shown
    assert [row[1:3] for row in await records(dialogue)] == [("open", "Billing"), ("withdrawn", "Feature request")]
    model.answer(sorting())
    dialogue.workspace.edit(support(dialogue), ts, POST)
    await card(dialogue, ts, "Dark mode")
    assert [row[:2] for row in await records(dialogue)] == [(0, "open"), (1, "withdrawn"), (2, "open")]
    dialogue.workspace.delete(support(dialogue), ts)
    await card(dialogue, ts, "Withdrawn")
    await dialogue.until_idle()
    assert {row[1] for row in await records(dialogue)} == {"withdrawn"}
    assert set(await dialogue.rows("SELECT text, excerpt, evidence, files FROM feedback")) == {("", "", "", None)}


@on_shared_bot
async def test_a_thing_keeps_its_record_after_an_edit(dialogue: Dialogue, model: ScriptedModel) -> None:
    """What is about the same stays the same, and what someone has taken stays though the model does not see it."""
    await begin(dialogue)
    slow, login = "the search takes a minute", "my login is lost each day"
    wish = thing(WISH, "Feature request", "Dark mode")
    ends = [thing(slow, "Performance issue", "Slow"), thing(login, "Bug report", "Login")]
    model.answer(judging(words=CRASH, summary="Crash", further=[wish, *ends]))
    ts = post(dialogue, f"{POST} Also {slow}, {login}", user=dialogue.workspace.sam)
    shown = await card(dialogue, ts, "Login")
    await dialogue.workspace.choose(shown, control(shown, "feedback_take"), menus(shown)["feedback_take"][2])
    await card(dialogue, ts, "Taken by")
    model.answer(judging(words=CRASH, summary="Crash", further=[thing(f"{login}!", "Bug report", "Lost")]))
    dialogue.workspace.edit(support(dialogue), ts, f"{CRASH}. Also {slow}, {login}!")
    shown = await card(dialogue, ts, "Lost")
    assert "Dark mode" not in shown.shown
    assert await dialogue.rows("SELECT part, status, summary FROM feedback ORDER BY part") == [
        (0, "open", "Crash"),
        (1, "withdrawn", ""),
        (2, "taken", "Slow"),
        (3, "open", "Lost"),
    ]


@on_shared_bot
async def test_words_are_split_off_by_hand(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    model.answer(judging(summary="Crash"))
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    await card(dialogue, ts, "Crash")
    address = await link(dialogue, ts)
    assert "not in that post" in await parley(dialogue, f"feedback split {address} a light mode")
    assert "too few words" in await parley(dialogue, f"feedback split {address} {POST}")
    model.answer(sorting())
    assert "becomes a record" in await parley(dialogue, f'feedback split {address} "{WISH}"')
    await card(dialogue, ts, "Dark mode")
    assert messages(model.requests[-1]) == [f"{CRASH}, and … !", WISH]
    assert await records(dialogue) == BOTH
    assert "of their own already" in await parley(dialogue, f"feedback split {address} a dark mode")
    model.answer(judging(summary="Crash again"))
    dialogue.workspace.edit(support(dialogue), ts, f"{POST} Thanks")
    assert "Dark mode" in (await card(dialogue, ts, "Crash again")).shown
    assert "dark mode" not in messages(model.requests[-1])[0]
    model.answer(judging(summary="Only a crash"))
    dialogue.workspace.edit(support(dialogue), ts, CRASH)
    assert "Dark mode" not in (await card(dialogue, ts, "Only a crash")).shown


@on_shared_bot
async def test_a_part_is_merged_by_its_number(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    model.answer(sorting())
    earlier = post(dialogue, "Could you add a dark mode please", user=dialogue.workspace.ada)
    await card(dialogue, earlier, "Dark mode")
    ts, _ = await posted(dialogue, model)
    old, new = await link(dialogue, earlier), (await link(dialogue, ts))
    assert "has 2 records" in await parley(dialogue, f"feedback merge {new} into {old}")
    assert "has 2 records" in await parley(dialogue, f"feedback merge {new} 3 into {old}")
    assert "has 1 record," in await parley(dialogue, f"feedback merge {new} 2 into {old} 2")
    assert "Merged" in await parley(dialogue, f"feedback merge {new} 2 into {old}")
    assert (await card(dialogue, ts, "repeats")).shown.count("repeats") == 1
    repeats = "SELECT part, duplicate_of IS NULL FROM feedback ORDER BY message, part"
    assert [bool(row[1]) for row in await dialogue.rows(repeats)] == [True, True, False]


@on_shared_sqlite_bot
async def test_a_part_repeats_an_earlier_wish(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    model.answer(judging("Feature request", summary="Dark"))
    earlier = post(dialogue, "Could you add a dark mode please", user=dialogue.workspace.ada)
    await card(dialogue, earlier, "Dark")
    ((number,),) = await dialogue.rows("SELECT id FROM feedback")
    ts, shown = await posted(dialogue, model, wish={"duplicate_of": number})
    assert shown.shown.count("repeats") == 1
    model.answer(judging("Feature request", summary="Again"))
    await card(dialogue, post(dialogue, "please add a dark mode", user=dialogue.workspace.me), "Again")
    known = [one["text"] for one in data(model.requests[-1], "earlier")]
    assert WISH in known
    assert POST not in known
    assert ts != earlier


@on_shared_bot
async def test_several_things_are_asked_about_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Also where a person has split them: the answer goes to whatever lacks something."""
    await begin(dialogue, "set needs Bug report: version; Feature request: reason")
    lacking = {"crash": {"missing": ["version"]}, "wish": {"missing": ["reason"]}}
    ts, shown = await posted(dialogue, model, **lacking)
    await dialogue.workspace.until(lambda: questions(dialogue, ts))
    await dialogue.until_idle()
    assert ["**version, reason**" in one for one in questions(dialogue, ts)] == [True]
    for _ in range(2):
        model.answer(sorting(**lacking))
    await dialogue.workspace.press(shown, control(shown, "feedback_join"))
    await model.until_asked(2)
    await dialogue.until_idle()
    await parley(dialogue, f"feedback split {await link(dialogue, ts)} {WISH}")
    assert "Missing: reason" in (await card(dialogue, ts, "Dark mode")).shown
    model.answer(sorting({"missing": []}, {"missing": []}))
    reply(dialogue, ts, "Version 2, and it hurts my eyes")
    await card(dialogue, ts, "Answered: version")
    await dialogue.until_idle()
    assert "reason" not in (await card(dialogue, ts, "Answered: version")).shown
    asked = messages(model.requests[-1])
    assert asked == [f"{one}\nVersion 2, and it hurts my eyes" for one in (f"{CRASH}, and … !", WISH)]
    assert len(questions(dialogue, ts)) == 1


@on_shared_sqlite_bot
async def test_each_question_gets_its_own_draft(dialogue: Dialogue, model: ScriptedModel) -> None:
    engineering = await with_team(dialogue, "set routes Feature request -> Apps", "set together 0")
    await learn(dialogue, ANSWER)
    model.answer(*citing(ANSWER), to="<question>")
    ts, _ = await posted(dialogue, model, crash={"asks": False}, wish={"asks": True})
    await dialogue.workspace.until(lambda: len(dialogue.workspace.workspace.messages(engineering)) == 2)
    await dialogue.until_idle()
    assert data(model.requests[-1], "question")["question"] == WISH
    draft = dialogue.workspace.workspace.messages(engineering)[-1]
    assert "Draft for" in draft.shown
    assert "Dark mode" in draft.shown
    await dialogue.workspace.press(draft, control(draft, "draft_send"))
    assert "About “Dark mode”:" in (await card(dialogue, ts, "Choose View")).shown
    await dialogue.until_idle()
    await parley(dialogue, f"forget thread {await link(dialogue, ts)}")
    await erase(dialogue)
    await dialogue.until_idle()
    words = "SELECT text, excerpt, summary, evidence FROM feedback ORDER BY part"
    assert await dialogue.rows(words) == [("",) * 4] * 2
    assert await dialogue.rows("SELECT text, sent_text, sources FROM drafts") == [("", "", None)]
    assert [row[:3] for row in await records(dialogue)] == [row[:3] for row in BOTH]
    assert "no feedback with" in await parley(dialogue, "feedback find dark mode")


@on_shared_sqlite_bot
async def test_posts_stay_whole_where_that_is_wanted(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, "set split_posts off")
    model.answer(judging())
    await card(dialogue, post(dialogue, POST), "Bug report")
    assert "further" not in str({key: value for key, value in model.requests[-1].body.items() if key != "system"})
    assert len(await records(dialogue)) == 1


@on_shared_sqlite_bot
async def test_a_team_makes_one_thing_of_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Where the card is only in the team's channel, below its message."""
    workspace, engineering = dialogue.workspace, dialogue.workspace.channel("engineering")
    team = f"set teams Apps: <#{engineering}|engineering>"
    await begin(dialogue, "set cards team", team, "set routes Bug report -> Apps; Feature request -> Apps")
    model.answer(sorting())
    ts = post(dialogue, POST, user=workspace.sam)
    await workspace.until(lambda: workspace.workspace.messages(engineering))
    (notice,) = workspace.workspace.messages(engineering)
    assert "2 new posts" in notice.shown
    model.answer(sorting())
    await workspace.press(notice, control(notice, "feedback_join"))
    await workspace.until(lambda: "Dark mode~~ (joined)" in notice.shown)
    await dialogue.until_idle()
    assert dialogue.answers(support(dialogue), ts) == []
    assert [one for one in notice.blocks if "feedback_join" in str(one)] == []
