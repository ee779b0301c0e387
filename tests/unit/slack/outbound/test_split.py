from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack.outbound import table
from bot.slack.outbound.split import MESSAGE_LIMIT, STREAM_LIMIT, closing, limits, parts, split

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
    parts = split(written, LIMIT)
    assert all(len(part) <= LIMIT for part in parts)
    assert all(part.strip() for part in parts) or not written.strip()


@given(markdown())
def test_nothing_is_lost_or_repeated(written: str) -> None:
    parts = [words(part) for part in split(written, LIMIT)]
    prose, code = words(written)
    assert [word for part, _ in parts for word in part] == prose
    assert [word for _, part in parts for word in part] == code


@given(markdown())
def test_every_part_closes_its_code(written: str) -> None:
    for part in split(written, LIMIT):
        last = MarkdownIt("commonmark").parse(f"{part}\n\n{SENTINEL}")[-2]
        assert (last.type, last.content) == ("inline", SENTINEL)


@given(markdown(), st.integers(0, LIMIT - 100))
def test_what_was_streamed_stays_first(written: str, shown: int) -> None:
    first = split(written, LIMIT, at_least=min(shown, len(written)))[0]
    assert first.startswith(written[:shown])


@given(st.text(alphabet="ab \n", max_size=2_000))
def test_prose_without_words_is_whole(written: str) -> None:
    parts = split(written, LIMIT)
    assert "".join("".join(parts).split()) == "".join(written.split())


@pytest.mark.parametrize("written", ["`" * 50_000, "~" * 50_000, "```\n" * 20_000, "x" * 50_000, "\n" * 50_000])
def test_odd_texts_are_split_too(written: str) -> None:
    parts = split(written)
    assert all(len(part) <= MESSAGE_LIMIT for part in parts)
    assert set("".join(parts)) <= set(written) | {"\n"}


def test_a_short_text_stays_one() -> None:
    assert split("") == [""]
    assert split("# Hello\n\n- one") == ["# Hello\n\n- one"]


def test_paragraphs_are_kept_together() -> None:
    paragraphs = ["a " * 60, "b " * 60, "c " * 60]
    assert [part[0] for part in split("\n\n".join(paragraphs), LIMIT)] == ["a", "c"]


def test_a_code_block_is_opened_again() -> None:
    lines = "\n".join(f"line_{number} = {number}" for number in range(30))
    first, *_, last = split(f"```python\n{lines}\n```\nDone.", LIMIT)
    assert first.endswith("\n```")
    assert last.startswith("```python\nline_")
    assert last.endswith("\n```\nDone.")


def test_a_block_in_a_list_is_closed() -> None:
    lines = "\n".join(f"  line_{number} = {number}" for number in range(30))
    first, *_, last = split(f"- An item:\n\n  ```python\n{lines}\n  ```\n\nDone.", LIMIT)
    assert first.endswith("\n  ```")  # less indented, it would end the item and open a block of its own
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
    assert closing(written) == end


TABLE_LIMIT = 600
CELL = st.sampled_from(("word", "word word", "", "ünï word", "مرحبا word", "👩🏽\u200d🚀 word", "a\\|word", "**word**"))


@st.composite
def tables(draw: st.DrawFn) -> str:
    columns = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELL, min_size=columns, max_size=columns), max_size=30))
    lines = [["head"] * columns, ["---"] * columns, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Write prose, code and tables whose words are numbered, so that each can be found again."""
    blocks = draw(st.lists(st.one_of(PROSE, code(), tables(), tables()), max_size=6))
    numbers = iter(range(10_000))
    return re.sub(r"word", lambda _: f"w{next(numbers)}", "\n\n".join(blocks))


@given(documents())
def test_tables_are_whole_in_their_parts(written: str) -> None:
    """Each word is in one part, in its place; each part has one table at most, of the size that Slack takes."""
    parts = split(written, TABLE_LIMIT)
    assert re.findall(r"\bw\d+\b", "\n".join(parts)) == re.findall(r"\bw\d+\b", written)
    for part in parts:
        assert len(part) <= TABLE_LIMIT
        found = table.find(part)
        assert len(found) <= 1
        assert all(table.fits(one) for one in found)


@given(documents())
def test_rows_stay_rows(written: str) -> None:
    """No row loses its table, however often that is split: the header comes again."""

    def rows(markdown: str) -> list[str]:
        lines = [markdown[one.start : one.end].rstrip("\n").split("\n")[2:] for one in table.find(markdown)]
        return [row.strip() for body in lines for row in body]

    parts = split(written, TABLE_LIMIT)
    assert [row for part in parts for row in rows(part)] == rows(written)


def test_a_long_table_repeats_its_header() -> None:
    lines = "\n".join(f"| {number} | value |" for number in range(250))
    first, second, third = split(f"Before.\n\n| n | v |\n|---|---|\n{lines}\n\nAfter.")
    assert first.startswith("Before.\n\n| n | v |")
    assert first.endswith("| 98 | value |")
    assert second.startswith("| n | v |\n|---|---|\n| 99 | value |")
    assert third.endswith("| 249 | value |\n\nAfter.")


def test_two_tables_are_two_messages() -> None:
    one = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert split(f"First:\n\n{one}\n\nSecond:\n\n{one}") == [f"First:\n\n{one}\n\nSecond:", one]


def test_a_list_is_cut_between_items() -> None:
    items = [f"{number}. An item\n   that goes on in a second line" for number in range(1, 30)]
    for part in split("\n".join(items), LIMIT):
        assert re.match(r"\d+\. An item", part)
        assert part.endswith("second line")


@pytest.mark.parametrize("character", ["👩🏽\u200d🚀", "e\u0301", "🇩🇪", "שָׁ", "3\ufe0f\u20e3"])
def test_a_character_is_never_cut_apart(character: str) -> None:
    for part in split(character * 500, LIMIT):
        assert part == character * (len(part) // len(character))


@given(st.text(alphabet="אבג مرحبا👩🏽\u200d🚀🇩🇪\n ", max_size=3_000))
def test_scripts_and_emoji_are_whole(written: str) -> None:
    parts = split(written, LIMIT)
    assert all(len(part) <= LIMIT for part in parts)
    assert "".join("".join(parts).split()) == "".join(written.split())


def test_a_huge_text_is_split_whole() -> None:
    paragraphs = [f"Paragraph {number} with some words in it." for number in range(8_000)]
    written = "\n\n".join(paragraphs)
    assert len(written) > 300_000
    assert "\n\n".join(split(written)) == written


# Lists, quotes and odd fences

MARKERS = st.sampled_from(("- ", "* ", "1. ", "12) ", "> ", "- [ ] ", "- [x] ", "> - ", "- > ", "1. - "))
TICKS = st.sampled_from(("```", "````", "~~~", "~~~~~", "```````"))
ODD_INFOS = st.sampled_from(("", "bash", "python title='a b'", "x" * 90, "diff a.py", "text with `no` end"))


@st.composite
def contained(draw: st.DrawFn) -> str:
    """Write a code block behind a marker, its lines indented as the marker wants; it may never be closed."""
    marker, ticks, info = draw(MARKERS), draw(TICKS), draw(ODD_INFOS)
    info = info.replace("`", "") if ticks[0] == "`" else info
    marker = marker.replace("[ ] ", "").replace("[x] ", "")  # which to Markdown itself is not part of the marker
    inside = "".join("> " if part == ">" else " " * (len(part) + 1) for part in marker.split())
    lines = [
        f"{inside}{line}" for line in draw(st.lists(st.sampled_from(("word word", "", "  word", "word")), max_size=40))
    ]
    end = [f"{inside}{ticks}"] if draw(st.booleans()) else []
    before = draw(st.sampled_from(("", "word:\n", "- word\n", "1. word\n\n")))
    return "\n".join([f"{before}{marker}{ticks}{info}", *lines, *end])


@st.composite
def nested(draw: st.DrawFn) -> str:
    """Write Markdown of every kind, its words numbered, so that each can be found again."""
    blocks = draw(st.lists(st.one_of(PROSE, code(), contained(), contained()), max_size=6))
    numbers = iter(range(100_000))
    return re.sub(r"word", lambda _: f"w{next(numbers)}", "\n\n".join(blocks))


@given(nested())
def test_containers_are_split_whole(written: str) -> None:
    """All of the text is there, in its order; no part is over the limit, and none turns what follows into code."""
    parts = split(written, LIMIT)
    assert re.findall(r"\bw\d+\b", "\n".join(parts)) == re.findall(r"\bw\d+\b", written)
    for part in parts:
        assert len(part) <= LIMIT
    for part in parts[:-1]:
        assert closing(part) == ""
        last = MarkdownIt("commonmark").parse(f"{part}\n\n{SENTINEL}")[-2]
        assert (last.type, last.content) == ("inline", SENTINEL)


@given(nested())
def test_code_in_containers_stays_code(written: str) -> None:
    """Whatever its block is cut into, a word of code is code, and a word of prose is prose."""
    prose, code = words(written)
    parts = [words(part) for part in split(written, LIMIT)]
    assert [word for part, _ in parts for word in part] == prose
    assert [word for _, part in parts for word in part] == code


@pytest.mark.parametrize(
    ("opening", "indent"),
    [
        ("- [ ] ```bash", "  "),
        ("- [x] ```bash", "      "),
        ("1. ~~~", "   "),
        ("- ```" + "x" * 90, "  "),
        ("> ```sh", "> "),
        ("- a\n  - b\n    - ```", "      "),
        ("10. a\n\n    ```js", "    "),
    ],
)
def test_a_block_behind_a_marker_is_reopened(opening: str, indent: str) -> None:
    ticks = "~~~" if "~" in opening else "```"
    lines = "\n".join(f"{indent}line_{number}" for number in range(60))
    first, *_, last = split(f"{opening}\n{lines}\n{indent}{ticks}\nDone.", LIMIT)
    assert first.startswith(opening)
    assert first.endswith(ticks)
    assert last.lstrip("> -1.[x]").startswith(ticks)
    assert last.endswith("Done.")
    assert closing(last) == closing(first) == ""


@pytest.mark.parametrize(
    "whole",
    [
        "[a label of some words](https://example.com/a_(b)?c=d)",
        "<https://example.com/x|the label>",
        "<@U0ADA|Ada Lovelace>",
        "<!date^1392734382^{date} at {time}|Feb 18>",
        "`a piece of code`",
        "![an image](https://example.com/i.png 'its title')",
    ],
)
def test_what_is_one_is_not_cut(whole: str) -> None:
    for offset in range(60):
        parts = split("x " * (LIMIT // 2 - 20) + "y" * offset + f" {whole} and more words " * 3, LIMIT)
        assert sum(part.count(whole) for part in parts) == 3


def test_an_entity_is_not_cut() -> None:
    parts = split("&amp;" * 200, LIMIT)
    assert all(set(part.split("&amp;")) == {""} for part in parts)


def test_a_deep_list_goes_on_as_a_list() -> None:
    items = "\n".join(f"        - w{number} " + "word " * 5 for number in range(30))
    for part in split(f"- a\n    - b\n{items}\n- c", LIMIT):
        assert not [token for token in MarkdownIt("commonmark").parse(part) if token.type == "code_block"]


@pytest.mark.parametrize("most", [MESSAGE_LIMIT, 3_500, 3_000, 500])
def test_each_further_try_is_shorter(most: int) -> None:
    tried = limits(most)
    assert tried[0] == most
    assert all(later < earlier for earlier, later in pairwise(tried))


def test_a_full_stream_fits_its_message() -> None:
    found, rest = parts("word " * 20_000, "", STREAM_LIMIT)
    assert rest
    assert all(len(part) <= MESSAGE_LIMIT for part in found)
    assert len(found[0]) >= STREAM_LIMIT
