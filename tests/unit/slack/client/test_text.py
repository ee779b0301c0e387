from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.client import text

CHUNKS = st.lists(
    st.one_of(
        st.sampled_from(
            ("<", "<!", "!", "chan", "nel", "<!channel>", "<!here|here>", "EVERYONE", "subteam", "^S1", ">")
        ),
        st.text(max_size=3),
    ),
    max_size=20,
)


@given(CHUNKS)
@example(["<!here", "\n", ">"])
@example(["<!channel", "é>"])
def test_chunks_are_as_harmless_as_the_whole(chunks: list[str]) -> None:
    shown = held = ""
    for chunk in chunks:
        held += chunk
        end = text.safe_end(held)
        shown, held = shown + text.harmless(held[:end]), held[end:]
    assert shown + text.harmless(held) == text.harmless("".join(chunks))


@given(CHUNKS)
def test_no_broadcast_is_left_whole(chunks: list[str]) -> None:
    assert not re.search(r"<!(channel|here|everyone)[>|]|<!subteam\^", text.harmless("".join(chunks)), re.IGNORECASE)


@given(CHUNKS)
def test_little_is_ever_held_back(chunks: list[str]) -> None:
    written = "".join(chunks)
    assert len(written) - text.safe_end(written) <= len("<!everyone\n")


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
    assert text.plain(wire) == typed


WIRE = st.lists(
    st.one_of(st.sampled_from(("<", ">", "|", "@", "#C1", "!", "https://", "&amp;", "mailto:")), st.text(max_size=5))
).map("".join)


@given(st.one_of(WIRE, st.text(alphabet=st.characters(categories=("Cs", "Cc", "L")))))
def test_any_text_can_be_stored_and_sent(wire: str) -> None:
    typed = text.plain(wire)
    assert typed.encode().decode() == typed
    assert "\0" not in typed


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_is_escaped_comes_back(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text.plain(escaped) == typed


@pytest.mark.parametrize(
    ("wire", "rest"),
    [
        ("<@U0BOT> hi", "hi"),
        ("<@U0BOT|parley>: hi", "hi"),
        ("  <@U0BOT>,hi", "hi"),
        ("ask <@U0BOT> please", "ask  please"),
        ("<@U0BOT><@U0BOT>", ""),
        ("<@U0BOTTOM> hi", "<@U0BOTTOM> hi"),
    ],
)
def test_the_mention_is_taken_out(wire: str, rest: str) -> None:
    assert text.without_mention(wire, "U0BOT") == rest


@pytest.mark.parametrize(
    ("wire", "is_mentioned"),
    [("<@U0BOT>", True), ("a <@U0BOT|parley> b", True), ("<@U0BOTTOM>", False), ("&lt;@U0BOT&gt;", False)],
)
def test_a_mention_is_the_whole_id(wire: str, is_mentioned: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert text.mentions(wire, "U0BOT") is is_mentioned


@pytest.mark.parametrize(
    ("wire", "addresses_other"),
    [
        ("<@U0SAM> lunch?", True),
        (" <@U0SAM|sam> lunch?", True),
        ("<@U0BOT> and <@U0SAM>", False),
        ("lunch, <@U0SAM>?", False),
        ("<@U0SAM> did <@U0BOT> answer you?", True),
        ("<@U0SAM>, <@U0BOT> hello", False),
        ("<@U0SAM> &amp; <@U0BOT|parley>: hello", False),
        ("<@U0SAM> look.\n<@U0BOT> sum it up", False),
        ("<@U0SAM> look! <@U0BOT> sum it up", False),
        ("<!here> lunch?", False),
        ("<!subteam^S1|@oncall> can you roll it back?", True),
        ("<!subteam^S1> and <@U0SAM>, please", True),
        ("<!subteam^S1|@oncall>, <@U0BOT>: what happened?", False),
        ("ask <!subteam^S1|@oncall>", False),
    ],
)
def test_the_first_word_addresses(wire: str, addresses_other: bool) -> None:  # noqa: FBT001 (as above)
    assert text.addresses_other(wire, "U0BOT") is addresses_other
