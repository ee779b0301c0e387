from __future__ import annotations

import csv
import io
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bot.core.classify import export, file_reader
from bot.core.classify.formula import harmless, restored
from bot.core.decoding.text import clean
from bot.core.domain.classification import Sorted, Verdict
from bot.core.domain.classify_item import HEADINGS, Item

RESULTS = [
    Sorted(Item(1, "it crashes", "row 2"), Verdict(1, ("Bug", "Praise"), 90, "crashes")),
    Sorted(Item(2, '=HYPERLINK("http://x")'), Verdict(2, ("@Bug",), 30)),
    Sorted(Item(3, "-1 for this"), Verdict(3), corrected_by=""),
    Sorted(Item(4, 'a\nb "c" \U0001f525'), Verdict(4, ("Bug",), 10), corrected_by="U1"),
]


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_csv_has_all() -> None:
    heading, *rows = rows_of(export.to_csv(RESULTS, 60))
    assert heading == list(HEADINGS)
    assert rows[0] == ["1", "it crashes", "Bug; Praise", "90", "crashes", "", "", "row 2"]
    assert [row[5] for row in rows] == ["", "yes", "yes", ""]
    assert rows[2][2] == "Unclassified"
    assert rows[3][1] == 'a\nb "c" \U0001f525'


def test_formulas_lose_their_power() -> None:
    _, _, second, third, _ = rows_of(export.to_csv(RESULTS, 60))
    assert second[1] == '\'=HYPERLINK("http://x")'
    assert second[2] == "'@Bug"
    assert third[1] == "'-1 for this"


# What a text may hold that parts cells, is dropped before them, or begins a formula.
TEXTS = st.text(st.sampled_from(list("=+-@\uff1d\uff0b;,|\t\n\r\"' ab1%.\u00a0\u200b\u2028\ufeff\u00e9")), max_size=25)
BLANK = "".join(map(chr, range(33))) + '\u00a0\u200b\u2028\ufeff"'


def is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]\d+([.,]\d+)*([eE][+-]?\d+)?%?", cell) is not None


@settings(max_examples=500)
@given(TEXTS | st.text(max_size=30), st.sampled_from(",;\t|"))
def test_no_cell_begins_like_a_formula(text: str, delimiter: str) -> None:
    guarded = harmless(text)
    assert restored(guarded) == text
    for row in csv.reader(io.StringIO(guarded, newline=""), delimiter=delimiter):
        for cell in row:
            begins = cell.lstrip(BLANK).startswith(("=", "+", "-", "@", "\uff1d", "\uff0b"))
            assert not begins or is_number(text)


@pytest.mark.parametrize("cell", ["-42", "-0.4", "-5%", "+3", "-1,234.50", "+1e6", "it's -5 today", "a - b = c"])
def test_what_runs_nothing_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_defusing_takes_linear_time() -> None:
    started = time.process_time()
    for text in (";" * 500_000 + "=", "';" * 250_000, "=-" * 250_000, ";-1" * 150_000, "'" * 500_000, ' "' * 250_000):
        assert restored(harmless(text)) == text
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("cell", "value", "shown"),
    [
        ("-42", -42.0, "0"),
        ("-5%", -0.05, "0%"),
        ("+3", 3.0, "+0;-0;0"),
        ("1.50", 1.5, "0.00"),
        ("-12.5%", -0.125, "0.0%"),
        ("0", 0.0, "0"),
    ],
)
def test_numbers_stay_numbers(cell: str, value: float, shown: str) -> None:
    assert export.number(cell) == (value, shown)


@pytest.mark.parametrize(
    "cell",
    [
        "00123",
        "1e5",
        "2026-11-02",
        "1/2",
        "1234567890123456",
        "0.1234567890123456",
        "-0",
        "1,5",
        "",
        "%",
        "\u0661",
        "1.",
        ".5",
    ],
)
def test_what_would_change_stays_a_text(cell: str) -> None:
    assert export.number(cell) is None


KEPT = st.lists(
    (TEXTS | st.text(max_size=40)).map(lambda text: clean(text).strip().replace("\r\n", "\n").replace("\r", "\n")),
    min_size=1,
    max_size=4,
).filter(all)


@settings(max_examples=150)
@given(KEPT)
def test_our_own_files_are_read_again(texts: list[str]) -> None:
    results = [
        Sorted(Item(number, text, "row 9", ("-42", "00123")), Verdict(number, ("=Bug",), 90))
        for number, text in enumerate(texts, start=1)
    ]
    for name, write in (("a.csv", export.to_csv), ("a.xlsx", export.to_xlsx)):
        read = file_reader.read(name, write(results, 60, ("refund", "@id")))
        assert [item.text for item in read.items()] == texts
        assert read.doubts == ()
        assert read.items()[0].cells[-2:] == ("-42", "00123")
        assert read.items()[0].cells[1] == "=Bug"
        assert read.headings[-2:] == ("refund", "@id")


def test_the_workbook_holds_texts_only() -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(export.to_xlsx(RESULTS, 60)))
    rows = workbook.get_sheet_by_index(0).to_python()
    assert rows[0] == list(HEADINGS)
    assert [row[1] for row in rows[1:]] == [one.item.text for one in RESULTS]
    assert rows[1][3] == 90.0


@pytest.mark.parametrize("text", ["x" * 90_000, "\x01\x0b control", "_x0041_"])
def test_odd_texts_fit_a_workbook(text: str) -> None:
    data = export.to_xlsx([Sorted(Item(1, text), Verdict(1, ("Bug",), 90))], 60)
    cell = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1][1]
    assert str(cell)[:4] == text[:4]
