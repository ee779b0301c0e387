"""Posts about several things, as others had trouble with splitting and merging."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.triage.splitting import apart, find, pairs, rest
from tests.acceptance.conftest import on_shared_bot
from tests.acceptance.test_feedback_records import link
from tests.acceptance.test_splitting import POST, WISH, begin, control, menus, sorting
from tests.acceptance.test_triage import card, parley, post

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


@on_shared_bot
async def test_a_part_keeps_the_files_of_its_post(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/zammad/zammad/issues/195, https://github.com/frappe/helpdesk/issues/2260."""
    await begin(dialogue)
    model.answer(sorting())
    await card(dialogue, post(dialogue, POST, files={"log.txt": b"Error 17"}), "Dark mode")
    names = await dialogue.rows("SELECT part, files LIKE '%log.txt%' FROM feedback ORDER BY part")
    assert [(part, bool(has)) for part, has in names] == [(0, True), (1, True)]


@on_shared_bot
async def test_what_is_split_off_a_closed_post_is_open(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/frappe/helpdesk/issues/2260: of the first, nothing is opened again."""
    await begin(dialogue, "set split_posts off")
    model.answer(sorting())
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    shown = await card(dialogue, ts, "Crash")
    await dialogue.workspace.press(shown, "feedback_resolve.2")
    await card(dialogue, ts, "Resolved")
    model.answer(sorting())
    await parley(dialogue, f"feedback split {await link(dialogue, ts)} {WISH}")
    await card(dialogue, ts, "Dark mode")
    statuses = "SELECT status FROM feedback ORDER BY part"
    assert await dialogue.rows(statuses) == [("resolved",), ("open",)]


@on_shared_bot
async def test_what_was_joined_is_not_opened_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/frappe/helpdesk/issues/2539, https://github.com/OTRS/otrs/pull/808: by a form of before."""
    await begin(dialogue)
    model.answer(sorting())
    ts = post(dialogue, POST, user=dialogue.workspace.sam)
    shown = await card(dialogue, ts, "Dark mode")
    await dialogue.workspace.choose(shown, control(shown, "feedback_change"), menus(shown)["feedback_change"][1])
    model.answer(sorting())
    await dialogue.workspace.press(shown, control(shown, "feedback_join"), user=dialogue.workspace.ada)
    await dialogue.until_rows("SELECT status FROM feedback WHERE status = 'joined'")
    await dialogue.workspace.submit({"category": "Praise", "assignee": dialogue.workspace.me.id})
    await dialogue.until_idle()
    rows = await dialogue.rows("SELECT status, category, assignee FROM feedback ORDER BY part")
    assert rows == [("open", "Bug report", ""), ("joined", "Feature request", "")]


WISHES = [f"wish number {number}" for number in range(50)]


@pytest.mark.parametrize(
    ("quotes", "text", "found"),
    [
        # A model that quotes what is not there, https://github.com/Matinrahimik/open_yapper/issues/9
        (["It crashes", "Add a light mode"], "It crashes, add a dark mode", []),
        # … that finds several things in one, https://github.com/nageoffer/ragent/issues/124
        (["Export crashes", "Export crashes on Mac"], "Export crashes on Mac", []),
        # … that corrects what it quotes: typographic marks, case, spaces
        (["it “crashes”", "ADD a dark-mode"], 'It "crashes" — add a dark mode', ['It "crashes', "add a dark mode"]),
        # … that numbers what it quotes as the post does not
        (["1. It crashes", "2. Add a dark mode"], "It crashes. Add a dark mode", []),
        # Quotations of others, as in a reply by mail
        (["It crashes", "> Add a dark mode"], "It crashes\n> Add a dark mode", ["It crashes", "Add a dark mode"]),
        # … and that finds fifty: four records a post
        (WISHES, ", ".join(WISHES), WISHES[:4]),
        (["Büroklammer fehlt", "ŞİFRE kayboldu"], "Büroklammer fehlt; şifre kayboldu", ["Büroklammer fehlt"]),
    ],
)
def test_only_words_of_the_post_are_split(quotes: list[str], text: str, found: list[str]) -> None:
    words = [one for _, one in apart(quotes, text)]
    assert words == (found if len(found) > 1 else [])


def test_what_is_split_off_is_not_in_the_first() -> None:
    """https://github.com/zammad/zammad/issues/3063."""
    text = "The export crashes. Please add a dark mode. It crashes each time."
    span = find("please add a dark mode", text)
    assert span is not None
    assert rest(text, [span]) == "The export crashes … It crashes each time"


def test_an_edit_that_moves_things_keeps_their_records() -> None:
    old = ["the search is slow", "please add a dark mode", "my login is lost"]
    assert pairs(old, ["My login is lost!", "a dark mode, please", "prices are wrong"]) == {0: 2, 1: 1}
