"""Words of others stay words: no reader of Markdown finds a link in them."""

from __future__ import annotations

import pytest

from bot.core.literal import literal
from tests.support.links import links


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/?q=secret",
        "HTTP://evil.example/?q=secret ftp://evil.example/secret slack://channel?id=secret",
        "www.evil.example/?q=secret",
        "secret@evil.example",
        "[x](https://evil.example/?q=secret)",
        "<https://evil.example/?q=secret|x> <www.evil.example|x>",
        "![x](https://evil.example/i.png?q=secret)",
        "`a\nhttps://evil.example/?q=secret",
    ],
)
def test_no_literal_text_is_a_link(text: str) -> None:
    assert links(text)
    found = {link.replace("\u200b", "") for link in links(f"_{literal(text)} …_") if "\u200b" not in link}
    assert not found


@pytest.mark.parametrize("text", ["Version 1.2.3 of main.py, e.g. by @ada", "50 % @ noon", "www", "a: // b"])
def test_a_literal_text_without_markup_stays(text: str) -> None:
    assert literal(text) == text
