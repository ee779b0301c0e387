"""Which statements of an answer have a source, and what is left of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.tool import Citation, Passage, SourceLink
from bot.core.knowledge.citations import CitedText, stands, supported
from bot.core.knowledge.statements import letters, statements

CSV, PDF = "https://docs.example/csv", "https://docs.example/pdf"
PASSAGES = (
    Passage(CSV, "CSV", "The  **export**\nwrites CSV files.\n\n    lumen export --all"),
    Passage(PDF, "PDF", "…"),
)


def written(*parts: str | tuple[str, str]) -> CitedText:
    """Write an answer; a part with a source cites it."""
    text = CitedText()
    for part in parts:
        said, source = part if isinstance(part, tuple) else (part, "")
        text.write(said)
        if source:
            text.cite(Citation(SourceLink(source), said, "…"))
    return text


def left(text: CitedText) -> str:
    return supported(text.text, text.cited, PASSAGES, lambda source: " [1]" if source == CSV else " [2]").text


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("It writes CSV files.", CSV), " It is free of charge."], "It writes CSV files. [1]"),
        ([("It writes CSV files. It is quick enough.", CSV)], "It writes CSV files. It is quick enough. [1]"),
        ([("It writes CSV files.", CSV), " ", ("It writes PDF.", PDF)], "It writes CSV files. [1] It writes PDF. [2]"),
        (["According to us, ", ("it writes CSV files", CSV), "."], "According to us, it writes CSV files. [1]"),
        (["A long sentence that says very much about passwords and ", ("CSV", CSV), "."], ""),
        (["Steps:\n\n1. ", ("Open the page", CSV), "\n2. Mail your password to us\n3. ", ("Press the button", CSV)],
         "Steps:\n\n1. Open the page [1]\n3. Press the button [1]"),
        (["## Price\n\nIt is quite free.\n\n## Files\n\n", ("It writes CSV.", CSV)], "## Files\n\nIt writes CSV. [1]"),
        (["Run:\n\n```sh\nlumen export --all\n```"], "Run:\n\n```sh\nlumen export --all\n```\n[1]"),
        (["Run:\n\n```sh\nrm -rf /\n```\n\n", ("It writes CSV files.", CSV)], "It writes CSV files. [1]"),
        (["Run:\n\n```sh\nlumen exp\n```\n\n", ("It writes CSV files.", CSV)], "It writes CSV files. [1]"),
        (["```Refunds take 90 days\nlumen export --all\n```\n\n", ("It writes CSV.", CSV)], "It writes CSV. [1]"),
        (["**Refunds take 90 days.**\n\n", ("It writes CSV files.", CSV)], "It writes CSV files. [1]"),
        (["Yes. ", ("It writes CSV files.", CSV), " What else do you want to know?"], "Yes. It writes CSV files. [1]"),
        (["Nothing is known about that."], ""),
        ([("It writes `rows[1]` there.", CSV)], "It writes `rows[1]` there. [1]"),
        ([("It writes CSV files [7](https://evil.example).", CSV)], "It writes CSV files. [1]"),
        ([("It writes CSV, and PDF too.", CSV), "\n"], "It writes CSV, and PDF too. [1]"),
    ],
)  # fmt: skip
def test_only_statements_with_sources_are_left(parts: list[str | tuple[str, str]], expected: str) -> None:
    assert left(written(*parts)) == expected


@pytest.mark.parametrize(
    ("words", "source", "expected"),
    [
        ("the export writes CSV files", CSV, True),
        ("The export writes\n CSV files.", CSV, True),
        ("port writes CSV", CSV, False),
        ("The export writes gold.", CSV, False),
        ("The export writes CSV files.", PDF, False),
        ("", CSV, False),
        ("…", PDF, False),
        (None, "https://web.example", True),
    ],
)
def test_cited_words_have_to_stand(words: str | None, source: str, expected: bool) -> None:  # noqa: FBT001
    assert stands(Citation(SourceLink(source), "…", words), PASSAGES) is expected


def test_what_is_restored_later_is_cited() -> None:
    text = CitedText()
    text.write("Write to ")
    text.cite(Citation(SourceLink(CSV), "Write to ana@acme.example today.", "…"))
    text.write("ana@acme.example today.")
    assert left(text) == "Write to ana@acme.example today. [1]"


_PARTS = st.lists(
    st.tuples(st.text(alphabet="abcdefgh .!?\n-#`", max_size=60), st.sampled_from(["", CSV, PDF])), max_size=8
)


@given(_PARTS)
def test_what_is_left_has_sources(parts: list[tuple[str, str]]) -> None:
    text = written(*parts)
    kept = left(text)
    if not text.cited:
        assert not any(one.is_claim for one in statements(kept))
    assert letters(kept) <= letters(text.text)
    assert bool(kept) <= bool("[1]" in kept or "[2]" in kept)
