from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack import text

LIMIT = 300  # small, so that small examples are split
SENTINEL = "The sentinel stands behind all."

FENCES = st.sampled_from(("```", "````", "~~~", "   ```", "`" * 20))
INFOS = st.sampled_from(("", "python", " python", "c++ title='a b.cpp'", "python\t", "x" * 80, "ünï"))
LINES = st.lists(st.integers(0, 40).map(lambda words: " ".join(["word"] * words)), min_size=1, max_size=8)
PROSE = st.one_of(
    LINES.map("\n".join),
    st.integers(1, 800).map(lambda length: "y" * length),
    st.sampled_from(("", "``", "a `b` c", "```inline``` code")),
)


@st.composite
def code(draw: st.DrawFn) -> str:
    fence = draw(FENCES)
    inner = draw(st.sampled_from(("", "``", "~~", "\n\n", "    indented")))
    lines = "\n".join([*draw(LINES), inner, *draw(LINES)])
    return f"{fence}{draw(INFOS)}\n{lines}\n{fence}"


@st.composite
def markdown(draw: st.DrawFn) -> str:
    """Write paragraphs and code blocks whose words are numbered, so that each can be found again."""
    blocks = draw(st.lists(st.one_of(PROSE, code()), max_size=6))
    numbers = iter(range(10_000))
    return re.sub(r"word", lambda _: f"w{next(numbers)}", "\n\n".join(blocks))


def words(markdown: str) -> tuple[list[str], list[str]]:
    """Return the numbered words of the prose and of the code, as a Markdown parser reads them."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    prose = " ".join(token.content for token in tokens if token.type == "inline")
    code = " ".join(token.content for token in tokens if token.type == "fence")
    return re.findall(r"\bw\d+\b", prose), re.findall(r"\bw\d+\b", code)


@given(markdown())
def test_no_part_is_over_the_limit(written: str) -> None:
    parts = text.split(written, LIMIT)
    assert all(len(part) <= LIMIT for part in parts)
    assert all(part.strip() for part in parts) or not written.strip()


@given(markdown())
def test_nothing_is_lost_or_repeated(written: str) -> None:
    parts = [words(part) for part in text.split(written, LIMIT)]
    prose, code = words(written)
    assert [word for part, _ in parts for word in part] == prose
    assert [word for _, part in parts for word in part] == code


@given(markdown())
def test_every_part_closes_its_code(written: str) -> None:
    for part in text.split(written, LIMIT):
        last = MarkdownIt("commonmark").parse(f"{part}\n\n{SENTINEL}")[-2]
        assert (last.type, last.content) == ("inline", SENTINEL)


@given(markdown(), st.integers(0, LIMIT - 100))
def test_what_was_streamed_stays_first(written: str, shown: int) -> None:
    first = text.split(written, LIMIT, at_least=min(shown, len(written)))[0]
    assert first.startswith(written[:shown])


@given(st.text(alphabet="ab \n", max_size=2_000))
def test_prose_without_words_is_whole(written: str) -> None:
    parts = text.split(written, LIMIT)
    assert "".join("".join(parts).split()) == "".join(written.split())


@pytest.mark.parametrize("written", ["`" * 50_000, "~" * 50_000, "```\n" * 20_000, "x" * 50_000, "\n" * 50_000])
def test_odd_texts_are_split_too(written: str) -> None:
    parts = text.split(written)
    assert all(len(part) <= text.MESSAGE_LIMIT for part in parts)
    assert set("".join(parts)) <= set(written) | {"\n"}


def test_a_short_text_stays_one() -> None:
    assert text.split("") == [""]
    assert text.split("# Hello\n\n- one") == ["# Hello\n\n- one"]


def test_paragraphs_are_kept_together() -> None:
    paragraphs = ["a " * 60, "b " * 60, "c " * 60]
    assert [part[0] for part in text.split("\n\n".join(paragraphs), LIMIT)] == ["a", "c"]


def test_a_code_block_is_opened_again() -> None:
    lines = "\n".join(f"line_{number} = {number}" for number in range(30))
    first, *_, last = text.split(f"```python\n{lines}\n```\nDone.", LIMIT)
    assert first.endswith("\n```")
    assert last.startswith("```python\nline_")
    assert last.endswith("\n```\nDone.")


def test_a_block_in_a_list_is_closed() -> None:
    lines = "\n".join(f"  line_{number} = {number}" for number in range(30))
    first, *_, last = text.split(f"- An item:\n\n  ```python\n{lines}\n  ```\n\nDone.", LIMIT)
    assert first.endswith("\n```")
    assert last.startswith("  ```python\n  line_")


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("", ""),
        ("```python\nprint()", "\n```"),
        ("```python\nprint()\n```", ""),
        ("```python\nprint()\n", "```"),
        ("~~~~\na\n~~~", "\n~~~~"),
        ("```\na\n`````", ""),
        ("```\n```python", "\n```"),
        ("```\r\na\r\n```\r", ""),
        ("a ``` b", ""),
    ],
)
def test_an_open_block_can_be_closed(written: str, end: str) -> None:
    assert text.closing(written) == end


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
    ],
)
def test_the_first_word_addresses(wire: str, addresses_other: bool) -> None:  # noqa: FBT001 (as above)
    assert text.addresses_other(wire, "U0BOT") is addresses_other
