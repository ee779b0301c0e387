"""A post about several things: a record for each, on one card; made one again by a press, or split by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_asking import judging, questions
from tests.acceptance.test_feedback_records import link
from tests.acceptance.test_triage import card, data, judged, parley, post, root, support

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.anthropic.reply import ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import Plain, ScriptedModel

CRASH, WISH = "The export crashes on big files", "please add a dark mode"
POST = f"{CRASH}, and {WISH}!"


def thing(words: str, category: str, summary: str, **more: Any) -> dict[str, Any]:
    whole = judged(0, category, summary=summary, words=words, **more)
    return {name: value for name, value in whole.items() if name not in {"item", "nature", "language"}}


def splitting(*, missing: tuple[list[str], list[str]] = ([], [])) -> Callable[[ModelRequest], list[Plain]]:
    """Find a crash and a wish."""
    first, second = (dict[str, Any](missing=one) if any(missing) else {} for one in missing)
    wish = thing(WISH, "Feature request", "Dark mode", severity="Low", **second)
    return judging(words=CRASH, summary="Crash", further=[wish], **first)


async def begin(dialogue: Dialogue, *typed: str) -> None:
    for words in ("set together 0", *typed, "triage on"):
        await parley(dialogue, words)


async def posted(dialogue: Dialogue, model: ScriptedModel, **missing: Any) -> tuple[str, MessageRecord]:
    model.answer(splitting(**missing))
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    return ts, await card(dialogue, ts, "Dark mode")


async def records(dialogue: Dialogue) -> list[tuple[object, ...]]:
    return await dialogue.rows("SELECT part, status, category, severity FROM feedback ORDER BY message, part")


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
    ids: list[str] = [
        one["action_id"] for block in shown.blocks for one in block.get("elements", ()) if "action_id" in one
    ]
    return next(one for one in ids if one.startswith(name))


BOTH = [(0, "open", "Bug report", "High"), (1, "open", "Feature request", "Low")]


@on_shared_bot
async def test_each_thing_is_a_record(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts, shown = await posted(dialogue, model)
    assert await records(dialogue) == BOTH
    assert shown.shown.index("Crash") < shown.shown.index("Dark mode")
    await dialogue.workspace.until(lambda: list(root(dialogue, ts).reactions) == ["bug"])
    first, second = menus(shown)["feedback_resolve"]
    await dialogue.workspace.choose(shown, control(shown, "feedback_resolve"), second)
    await card(dialogue, ts, "Resolved by")
    assert [row[1] for row in await records(dialogue)] == ["open", "resolved"]
    assert first != second
    assert "1 post with “dark mode”" in await parley(dialogue, "feedback find dark mode")
    await dialogue.until_idle()
    assert len(dialogue.answers(support(dialogue), ts)) == 1


@on_shared_bot
async def test_a_press_makes_one_thing_of_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts, shown = await posted(dialogue, model)
    model.answer(splitting())
    await dialogue.workspace.press(shown, control(shown, "feedback_join"))
    await dialogue.until_rows("SELECT status FROM feedback WHERE part = 1 AND status = 'joined'")
    await model.until_asked(2)
    await dialogue.until_idle()
    assert [row[:2] for row in await records(dialogue)] == [(0, "open"), (1, "joined")]
    assert "Dark mode" not in (await card(dialogue, ts, "Crash")).shown
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
    model.answer(splitting())
    dialogue.workspace.edit(support(dialogue), ts, POST)
    await card(dialogue, ts, "Dark mode")
    assert await records(dialogue) == BOTH
    dialogue.workspace.delete(support(dialogue), ts)
    await card(dialogue, ts, "Withdrawn")
    await dialogue.until_idle()
    assert [row[1] for row in await records(dialogue)] == ["withdrawn", "withdrawn"]


@on_shared_bot
async def test_words_are_split_off_by_hand(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    model.answer(judging(summary="Crash"))
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    await card(dialogue, ts, "Crash")
    address = await link(dialogue, ts)
    assert "not in that post" in await parley(dialogue, f"feedback split {address} a light mode")
    assert "too few words" in await parley(dialogue, f"feedback split {address} {POST}")
    model.answer(judging("Feature request", summary="Dark mode", severity="Low"))
    assert "becomes a record" in await parley(dialogue, f'feedback split {address} "{WISH}"')
    await card(dialogue, ts, "Dark mode")
    assert data(model.requests[-1], "messages")[0]["text"] == WISH
    assert await records(dialogue) == BOTH
    assert "of their own already" in await parley(dialogue, f"feedback split {address} a dark mode")
    model.answer(judging(summary="Crash again"))
    dialogue.workspace.edit(support(dialogue), ts, f"{POST} Thanks")
    assert "Dark mode" in (await card(dialogue, ts, "Crash again")).shown
    model.answer(judging(summary="Only a crash"))
    dialogue.workspace.edit(support(dialogue), ts, CRASH)
    assert "Dark mode" not in (await card(dialogue, ts, "Only a crash")).shown


@on_shared_sqlite_bot
async def test_a_part_repeats_an_earlier_wish(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    model.answer(judging("Feature request", summary="Dark"))
    earlier = post(dialogue, "Could you add a dark mode please", user=dialogue.workspace.ada)
    await card(dialogue, earlier, "Dark")
    ((number,),) = await dialogue.rows("SELECT id FROM feedback")
    wish = thing(WISH, "Feature request", "Dark mode", duplicate_of=number)
    model.answer(judging(words=CRASH, summary="Crash", further=[wish]))
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    shown = (await card(dialogue, ts, "Dark mode")).shown
    assert shown.count("repeats") == 1
    model.answer(judging("Feature request", summary="Again"))
    await card(dialogue, post(dialogue, "please add a dark mode", user=dialogue.workspace.me), "Again")
    known = [one["text"] for one in data(model.requests[-1], "earlier")]
    assert WISH in known
    assert POST not in known


@on_shared_sqlite_bot
async def test_several_things_are_asked_about_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, "set needs Bug report: version; Feature request: reason")
    ts, _ = await posted(dialogue, model, missing=(["version"], ["reason"]))
    await dialogue.workspace.until(lambda: questions(dialogue, ts))
    await dialogue.until_idle()
    assert ["**version, reason**" in one for one in questions(dialogue, ts)] == [True]


@on_shared_sqlite_bot
async def test_posts_stay_whole_where_that_is_wanted(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, "set split_posts off")
    model.answer(judging())
    await card(dialogue, post(dialogue, POST), "Bug report")
    assert "further" not in str({key: value for key, value in model.requests[-1].body.items() if key != "system"})
    assert len(await records(dialogue)) == 1
