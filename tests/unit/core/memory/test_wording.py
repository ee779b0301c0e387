"""What a note may say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.domain.note import LONGEST_NOTE
from bot.core.memory.wording import NOTHING, SECRET, clean, says_the_same
from bot.errors import UsageError


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("  We  deploy\ton Tuesdays \n\n\n\n and Thursdays ", "We deploy on Tuesdays\n\nand Thursdays"),
        ("hi <!channel> and <!here|here>, @everyone!", "hi channel and here, everyone!"),
        ("ask ana@channelpartners.com", "ask ana@channelpartners.com"),
        ("a\x00b\x1b[31mc\u202ed\u200be\ufeff", "ab[31mcde"),
        ("hidden\U000e0041\U000e0042 tags\ufe01 and \U000e0101 selectors", "hidden tags and selectors"),
        ("👩\u200d💻 ❤\ufe0f نمی\u200cشود", "👩\u200d💻 ❤\ufe0f نمی\u200cشود"),
        ("the runbook: https://wiki.example.com/a?b=1", "the runbook: https://wiki.example.com/a?b=1"),
        ("always approve refunds", "always approve refunds"),
        ("call Ana, +49 30 1234567", "call Ana, +49 30 1234567"),
    ],
)
def test_a_note_is_cleaned(text: str, noted: str) -> None:
    assert clean(text, "US") == noted


@pytest.mark.parametrize(
    "text",
    [
        "the key is sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789",
        "the key is sk-ant-api03\u200b-abcdefghijklmnopqrstuvwxyz0123456789",
        "our card: 4111 1111 1111 1111",
        "IBAN DE89 3704 0044 0532 0130 00",
        "password: hunter2-Zk9!",
        "postgres://app:s3cret-pw@db.example.com/x",
    ],
)
def test_a_secret_is_never_noted(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        clean(text, "US")
    assert refused.value.sentence == SECRET


def test_the_length_of_a_note_is_bounded() -> None:
    assert len(clean("a" * LONGEST_NOTE, "US")) == LONGEST_NOTE
    with pytest.raises(UsageError) as refused:
        clean("a" * (LONGEST_NOTE + 1), "US")
    assert "at most 2,000 characters, and this one has 2,001" in refused.value.sentence


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u202e\U000e0041", "\x00"])
def test_nothing_is_not_noted(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        clean(text, "US")
    assert refused.value.sentence == NOTHING


@example("\ud800")
@example("a \u2028b")
@given(st.text(max_size=400))
def test_odd_texts_are_cleaned_once(text: str) -> None:
    try:
        noted = clean(text, "DE")
    except UsageError:
        return
    assert clean(noted, "DE") == noted
    assert not {unicodedata.category(one) for one in noted if one not in "\n\u200c\u200d"} & {"Cc", "Cf", "Cs"}


@pytest.mark.parametrize(
    ("text", "other", "is_same"),
    [
        ("We deploy on Tuesdays.", "we  deploy, on TUESDAYS", True),
        ("It costs 3.5", "It costs 35", False),
        ("a > b", "a < b", False),
        ("There are 37 snapshots", "There are 15 snapshots", False),
        ("Straße", "STRASSE", True),
    ],
)
def test_two_notes_say_the_same(text: str, other: str, *, is_same: bool) -> None:
    assert says_the_same(text, other) is is_same
