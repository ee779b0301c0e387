"""Which words of a post are about which of several things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.triage.splitting import MOST, apart, find, rest

POST = "The export crashes on big files, and please add a dark mode!"


@pytest.mark.parametrize(
    ("quotes", "found"),
    [
        (["The export crashes on big files", "add a dark mode"], [0, 1]),
        (["the EXPORT\ncrashes, on big files.", "“please add a dark mode”"], [0, 1]),
        (["The export crashes on big files", "The login is slow"], []),
        (["The export crashes on big files, and please", "please add a dark mode"], []),
        (["", "add a dark mode"], [0, 1]),
        (["The export crashes", "big files", "add a dark mode"], [0, 1, 2]),
        (["The export crashes", "export crashes on", "a dark mode"], [0, 2]),
        ([POST, "add a dark mode"], []),
        (["The export crashes", "!"], []),
        ([], []),
        ([""], []),
        (["The export crashes"], []),
    ],
)
def test_only_what_stands_apart_is_split(quotes: list[str], found: list[int]) -> None:
    parts = apart(quotes, POST)
    assert [number for number, _ in parts] == found
    assert all(words in POST or " … " in words for _, words in parts)


def test_words_are_as_the_post_has_them() -> None:
    quotes = ["the export crashes on big files", "PLEASE add a dark mode"]
    assert apart(quotes, POST) == [(0, "The export crashes on big files"), (1, "please add a dark mode")]
    assert rest(POST, [find("please add a dark mode", POST) or (0, 0)]) == "The export crashes on big files, and … !"


def test_a_script_without_spaces_is_split_too() -> None:
    post = "書き出しが落ちます。ダークモードを追加してください。"
    assert [words for _, words in apart(["書き出しが落ちます", "ダークモードを追加してください"], post)] == [
        "書き出しが落ちます",
        "ダークモードを追加してください",
    ]


TEXT = st.text("ab cd.", max_size=40)


@given(st.lists(TEXT, max_size=6), TEXT)
def test_parts_never_share_a_word(quotes: list[str], text: str) -> None:
    parts = apart(quotes, text)
    assert len(parts) != 1
    assert len(parts) <= MOST
    assert [number for number, _ in parts] == sorted({number for number, _ in parts})
    assert sum(len(words.replace(" … ", "")) for _, words in parts) <= len(text)
