from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bot.core.classify import export
from bot.core.classify.item import Item, Sorted, Verdict

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
    assert heading == list(export.HEADINGS)
    assert rows[0] == ["1", "it crashes", "Bug; Praise", "90", "crashes", "", "", "row 2"]
    assert [row[5] for row in rows] == ["", "yes", "yes", ""]
    assert rows[2][2] == "Unclassified"
    assert rows[3][1] == 'a\nb "c" \U0001f525'


def test_formulas_lose_their_power() -> None:
    _, _, second, third, _ = rows_of(export.to_csv(RESULTS, 60))
    assert second[1] == '\'=HYPERLINK("http://x")'
    assert second[2] == "'@Bug"
    assert third[1] == "'-1 for this"


@given(st.text(max_size=30))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = export.harmless(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_the_workbook_holds_texts_only() -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(export.to_xlsx(RESULTS, 60)))
    rows = workbook.get_sheet_by_index(0).to_python()
    assert rows[0] == list(export.HEADINGS)
    assert [row[1] for row in rows[1:]] == [one.item.text for one in RESULTS]
    assert rows[1][3] == 90.0


@pytest.mark.parametrize("text", ["x" * 90_000, "\x01\x0b control", "_x0041_"])
def test_odd_texts_fit_a_workbook(text: str) -> None:
    data = export.to_xlsx([Sorted(Item(1, text), Verdict(1, ("Bug",), 90))], 60)
    cell = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1][1]
    assert str(cell)[:4] == text[:4]
