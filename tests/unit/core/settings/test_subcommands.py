"""What is typed after `/parley`: found, or the nearest is named; and the help."""

from __future__ import annotations

import pytest

from bot.core.commands import BY_NAME
from bot.core.settings import help as help_
from bot.core.settings import subcommands
from bot.core.settings.subcommands import SUBCOMMANDS
from bot.errors import UsageError

LONGEST_HELP = 1_200  # characters; more is not read
LONGEST_SENTENCE = 420


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nonsense", "I don't know `nonsense`. See `/parley help`."),
        ("setings", "I don't know `setings`. Did you mean `/parley settings`? See `/parley help`."),
        ("pormpt hello", "I don't know `pormpt hello`. Did you mean `/parley prompt`? See `/parley help`."),
        ("helo", "I don't know `helo`. Did you mean `/parley help`? See `/parley help`."),
        ("sumarize 7d", "I don't know `sumarize 7d`. Did you mean `/summarize`? See `/parley help`."),
        ("summarize #x 7d", "I don't know `summarize #x 7d`. Did you mean `/summarize`? See `/parley help`."),
        ("privacy", "I don't know `privacy`. Did you mean `/parley help privacy`? See `/parley help`."),
        ("model opus", "I don't know `model opus`. Did you mean `/parley set model`? See `/parley help`."),
        ("x" * 90, f"I don't know `{'x' * 40}…`. See `/parley help`."),
        ("`evil` *bold*", "I don't know `'evil' *bold*`. See `/parley help`."),
        ("revert x", "I don't know `revert x`. Name the number of a change that `/parley history` shows"),
        ("revert", "Name the number of a change that `/parley history` shows, such as `/parley revert 3`."),
        ("triage maybe", "I don't know `triage maybe`. Type `/parley triage` and `on`, `off`, `settings`, `report`"),
        ("triage repot", "I don't know `triage repot`. Did you mean `/parley triage report`? Type"),
        ("settings lst", "I don't know `settings lst`. Did you mean `/parley settings list`? `/parley settings`"),
        ("set", "Name a setting and its value, such as `/parley set footer on`"),
        (
            "set fotter on",
            "There is no setting `fotter`. Did you mean `footer`? `/parley settings list all` shows them all.",
        ),
        ("unset fotter", "There is no setting `fotter`. Did you mean `footer`?"),
        ("why not", "I don't know `why not`. Type `/parley why` by itself."),
        ("workspace setings", "I don't know `setings`. Did you mean `/parley workspace settings`? Put `workspace`"),
        ("workspace persona Pirate: Arr.", "Personas always belong to the workspace, and each channel chooses one: "),
        ("workspace triage on", "Triage works only in channels: leave out `workspace` or `thread`."),
        ("workspace", "Put `workspace` or `thread <link to a message in it>` between"),
        ("open the door", "Type `/parley open` for this channel, or `/parley open #channel` for another."),
    ],
)
def test_a_slip_names_the_nearest(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        subcommands.parse(typed)
    assert caught.value.sentence.startswith(sentence)
    assert len(caught.value.sentence) < LONGEST_SENTENCE


@pytest.mark.parametrize("typed", ["", " help ", "HELP", "help classify", "help me"])
def test_help_is_never_a_mistake(typed: str) -> None:
    assert subcommands.find(typed) is subcommands.HELP
    subcommands.parse(typed)


def test_the_help_is_short_and_whole() -> None:
    shown = help_.overview("@Parley Test")
    assert len(shown) <= LONGEST_HELP
    assert "@Parley Test" in shown
    assert "@me" not in shown
    for name in ("summarize", "classify", "code", *(f"parley {one.example}" for one in SUBCOMMANDS if one.section)):
        assert f"`/{name}" in shown
    for topic in help_.topics():
        assert topic in shown


@pytest.mark.parametrize("one", SUBCOMMANDS, ids=lambda one: one.words)
def test_each_subcommand_is_in_a_page(one: subcommands.Subcommand) -> None:
    shown = help_.page(one.words, "@Parley")
    assert all(word in shown for word in one.words.split())
    assert not shown.startswith("There is no help")


@pytest.mark.parametrize(
    ("topic", "begins"),
    [
        ("classify", BY_NAME["classify"].help),
        ("/code", BY_NAME["code"].help),
        ("budgets", "`/parley budget` opens"),
        ("personas", "`/parley persona <name>`"),
        ("with privacy", "`/parley forget me` erases"),
        ("files", "Send files with your message"),
        ("Conversations?", "Mention @Parley with a question"),
        ("unset", "`/parley settings` opens"),
        ("triag", "There is no help on `triag`. Did you mean `triage`? The topics are summarize, "),
        ("models", "`/parley settings` opens"),
        ("retention_days", "`/parley settings` opens"),
        ("world peace", "There is no help on `world peace`. The topics are summarize, "),
    ],
)
def test_a_topic_has_its_page(topic: str, begins: str) -> None:
    assert help_.page(topic, "@Parley").startswith(begins)
