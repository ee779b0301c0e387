"""What a spreadsheet makes of our files: nothing runs, numbers stay numbers, and nothing else becomes one."""

from __future__ import annotations

import csv
import io
import re

import pytest
from python_calamine import CalamineWorkbook

from bot.core.classify import export, file_reader
from bot.core.domain.classification import Sorted, Verdict
from bot.core.domain.classify_item import HEADINGS, Item

FOLDER = "a report in a public tracker"
VARIANT = "a variant of the others"
GITHUB = "https://github.com"
BLANK = "".join(map(chr, range(33))) + '\u00a0\u200b\ufeff"'
NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?")


def result(text: str, cell: str = "") -> list[Sorted]:
    return [Sorted(Item(1, text, "row 2", (cell,)), Verdict(1, ("Bug",), 90, text[:20]))]


def cells(data: bytes, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [cell for row in rows for cell in row]


def workbook_cell(data: bytes, column: int) -> object:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1][column]


# what somebody wrote, and where that was trouble
RUNS = [
    ("My app crashes;=1+1;", FOLDER),
    ("ok;=cmd|' /C calc'!A0", FOLDER),
    ("=cmd|' /C calc'!A0", f"{GITHUB}/hhurz/tableExport.jquery.plugin/issues/230"),
    ("@SUM(1+9)*cmd|' /C calc'!A0", f"{GITHUB}/untangle/ngfw_src/pull/40"),
    ("+cmd|'/c calc'!A1 and more", f"{GITHUB}/brightdata/sdk-python/pull/52"),
    ("-2h pairing", f"{GITHUB}/netresearch/timetracker/pull/324"),
    ("-2+3+cmd|'/c calc'!A1", f"{GITHUB}/Semkoo/niko-table-registry/pull/194"),
    ("-- comment", f"{GITHUB}/Semkoo/niko-table-registry/pull/194"),
    ('"=1+1"', f"{GITHUB}/openemr/openemr/pull/2700"),
    ("\t=1+1", f"{GITHUB}/Tr3kkR/Yuzu/issues/4311"),
    ("\r=1+1", f"{GITHUB}/netresearch/timetracker/issues/318"),
    ("it hangs\n=1+1", VARIANT),
    ("it hangs\n- always\n- on start", VARIANT),
    ("it hangs\t=1+1", VARIANT),
    ('it hangs;"=1+1"', VARIANT),
    ("  =1+1", VARIANT),
    ("\u00a0\u200b=1+1", VARIANT),
    ("\uff1d1+1", VARIANT),
    ("it hangs, -1+1", VARIANT),
    ("'=1+1", VARIANT),
]

# a cell of the file that was sent, what the workbook holds, and where that was trouble
KEPT: list[tuple[str, object, str]] = [
    ("-0.4", -0.4, FOLDER),
    ("-42", -42.0, FOLDER),
    ("-5%", -0.05, FOLDER),
    ("-0.02", -0.02, f"{GITHUB}/hhurz/tableExport.jquery.plugin/issues/296"),
    ("-17", -17.0, f"{GITHUB}/grafana/grafana/pull/17363"),
    ("-19.99", -19.99, f"{GITHUB}/woocommerce/woocommerce/issues/25379"),
    ("-1234", -1234.0, f"{GITHUB}/mui/mui-x/pull/13888"),
    ("+3", 3.0, VARIANT),
    ("030611", "030611", f"{GITHUB}/hhurz/tableExport.jquery.plugin/issues/103"),
    ("098475324", "098475324", f"{GITHUB}/rubo77/table2CSV/issues/2"),
    ("468768768833943384", "468768768833943384", f"{GITHUB}/react-csv/react-csv/issues/136"),
    ("4111111111111111", "4111111111111111", f"{GITHUB}/MicrosoftDocs/OfficeDocs-Support/issues/745"),
    ("1e5", "1e5", VARIANT),
    ("2026-11-02", "2026-11-02", VARIANT),
    ("3-4", "3-4", VARIANT),
    ("MARCH1", "MARCH1", VARIANT),
    ("TRUE", "TRUE", VARIANT),
    ("https://example.com", "https://example.com", VARIANT),
]


@pytest.mark.parametrize(("text", "source"), RUNS)
def test_nothing_runs_wherever_cells_part(text: str, source: str) -> None:
    assert source
    results = result(text, text)
    data = export.to_csv(results, 60, (text,))
    for delimiter in ",;\t|":
        begins = [cell.lstrip(BLANK)[:1] for cell in cells(data, delimiter) if not NUMBER.fullmatch(cell)]
        assert not set(begins) & set("=+-@\uff1d\uff0b\uff0d\uff20")
    held = export.to_xlsx(results, 60, (text,))
    formulas = CalamineWorkbook.from_filelike(io.BytesIO(held)).get_sheet_by_index(0).to_python()
    assert str(formulas[1][1]).replace("\r", "").strip() == text.replace("\r", "").strip()


@pytest.mark.parametrize(("text", "source"), RUNS)
def test_our_files_give_texts_back(text: str, source: str) -> None:
    assert source
    whole = text.strip().replace("\r", "\n")
    for name, write in (("a.csv", export.to_csv), ("a.xlsx", export.to_xlsx)):
        assert [item.text for item in file_reader.read(name, write(result(whole), 60, ("note",))).items()] == [whole]


@pytest.mark.parametrize(("cell", "expected", "source"), KEPT)
def test_cells_stay_what_they_were(cell: str, expected: object, source: str) -> None:
    assert source
    results = result("it hangs", cell)
    assert cells(export.to_csv(results, 60, ("note",)), ",")[-1] == cell
    held = workbook_cell(export.to_xlsx(results, 60, ("note",)), len(HEADINGS))
    assert (held, type(held)) == (expected, type(expected))


@pytest.mark.parametrize("text", ["<r>&</r>", '<r></is></c><c r="A9"><f>1+1</f></c><c><is></r>'])
def test_markup_in_a_cell_is_a_text(text: str) -> None:
    """https://github.com/openspout/openspout/issues/261: values were written into the XML as they were."""
    held = export.to_xlsx(result(text, text), 60, (text,))
    head, cells = CalamineWorkbook.from_filelike(io.BytesIO(held)).get_sheet_by_index(0).to_python()
    assert [str(one).rstrip() for one in (head[-1], cells[1], cells[-1])] == [text] * 3


def test_a_long_text_is_cut_in_words() -> None:
    text = "word " * 10_000
    assert cells(export.to_csv(result(text), 60), ",")[len(HEADINGS) + 1] == text
    held = str(workbook_cell(export.to_xlsx(result(text), 60), 1))
    assert len(held) == export.LONGEST_CELL
    assert held.endswith("(cut: the CSV has all of it)")
