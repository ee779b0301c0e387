from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answer.vocative import addresses, addresses_handle, may_address_someone, opening, turns_to

NAMES = ("Ana", "Ben Okoro", "José", "So", "will", "jean-luc")


@pytest.mark.parametrize(
    "text",
    [
        "Ana, can you look?",
        "ana: look",
        "Ana?",
        "Ana",
        "Ana - can you look",
        "Ana \N{EM DASH} can you look",
        "@Ana can you look",
        "hey Ana can you look",
        "Hi Ana! look",
        "Thanks, Ana.",
        "thank you Ben",
        "Ben Okoro, look",
        "José, mira",
        "Jean-Luc, engage",
        "Ana and Ben, can you look?",
        "Ana & Ben: look",
        "Ana, Ben: look",
        "> what the bot said\n\nAna, is that so?",
        "ANA!\nlook",
        "Good morning Ana, look",
        "Guten Morgen Ana, schau mal",
        "Moin Ana, schau mal",
        "Grüße Ben, schau mal",
        "Buenos días Ana",
        "thanks a lot Ana",
        "ok Ana, go",
        "Ana please look",
        "Ana can you send it to the whole team today",
        "Ben Okoro could you send it to the whole team",
        "Ana kannst du das bitte allen schicken",
    ],
)
def test_who_is_spoken_to_by_name(text: str) -> None:
    assert may_address_someone(text)
    assert addresses(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Ana is on leave, who else?",
        "Ana's laptop, is it fixed?",
        "@Anaconda is a package",
        "Anaconda, is it installed?",
        "hi Analysts",
        "ask Ana, please",
        "So, what now?",
        "Will, then?",
        "what about Ana?",
        "> Ana, can you look?\nwhat did she say?",
        "Ana and what she said",
        "Ana can send it",
        "ok Ana said so",
        "Thanks, Ana is on leave, who else?",
        "morgen Ana fragen",
        "",
        "@",
        "hey",
    ],
)
def test_who_is_only_talked_about(text: str) -> None:
    assert not addresses(text, NAMES)


def test_a_later_sentence_turns_to_another() -> None:
    assert turns_to("Ana, thanks! Parley, sum it up", ["Parley"])
    assert turns_to("Ana: see below.\n@Parley sum it up", ["Parley"])
    assert not turns_to("Ana, Parley is wrong", ["Parley"])


def test_a_handle_that_is_asked_is_somebody() -> None:
    for text in ("@support can you look?", "hey @data-team please look", "@oncall, could you look?"):
        assert addresses_handle(text, ["Parley"])
        assert may_address_someone(text)
    for text in (
        "@parley can you",
        "@Claude please",
        "@here can you",
        "@media queries fail",
        "@dataclass, why?",
        "a@b can you",
    ):
        assert not addresses_handle(text, ["Parley"])


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_any_words_and_names_can_be_compared(text: str, names: list[str]) -> None:
    if addresses(text, names):
        assert may_address_someone(text)
    assert len(opening(text)) <= 200
    turns_to(text, names)
