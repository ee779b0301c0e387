from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.client import escaping


@pytest.mark.parametrize(
    ("wire", "typed"),
    [
        ("a &lt;b&gt; &amp;amp; &amp;lt;", "a <b> &amp; &lt;"),
        ("<https://example.com/?a=1&amp;b=2>", "https://example.com/?a=1&b=2"),
        ("<https://example.com|https://example.com>", "https://example.com"),
        ("<https://example.com/deep|the page>", "the page (https://example.com/deep)"),
        ("<mailto:ada@example.com|ada@example.com>", "ada@example.com"),
        ("<mailto:ada@example.com|Ada>", "Ada (ada@example.com)"),
        ("<tel:+15550100|+15550100>", "+15550100"),
        ("<#C012AB|general>", "#general"),
        ("<#C012AB|>", "#C012AB"),
        ("<#C012AB>", "#C012AB"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S012AB|@support>", "@support"),
        ("<!date^1700000000^{date}|14 Nov 2023>", "14 Nov 2023"),
        ("<!date^1764460800^{date_num}>", "2025-11-30 00:00 UTC"),
        ("<!date^1764460800^{date_num}^https://x.example>", "2025-11-30 00:00 UTC"),
        ("<!date^soon^{date_num}>", "<!date^soon^{date_num}>"),
        ("<@U012AB> said", "<@U012AB> said"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("<https://example.com|", "<https://example.com|"),
        ("<>", "<>"),
        ("half \ud83d of one, and \0", "half  of one, and "),
    ],
)
def test_markup_becomes_what_was_typed(wire: str, typed: str) -> None:
    assert escaping.plain(wire) == typed


WIRE = st.lists(
    st.one_of(st.sampled_from(("<", ">", "|", "@", "#C1", "!", "https://", "&amp;", "mailto:")), st.text(max_size=5))
).map("".join)


@given(st.one_of(WIRE, st.text(alphabet=st.characters(categories=("Cs", "Cc", "L")))))
def test_any_text_can_be_stored_and_sent(wire: str) -> None:
    typed = escaping.plain(wire)
    assert typed.encode().decode() == typed
    assert "\0" not in typed


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_is_escaped_comes_back(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaping.plain(escaped) == typed
