"""Exports of tickets that ran as formulas, were damaged, or kept people from their own words."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.triage.export import HEADINGS, LONGEST_CELL, CsvSheet, XlsxSheet, row

AT = datetime(2026, 11, 30, 23, 5, tzinfo=UTC)
# https://github.com/hhurz/tableExport.jquery.plugin/issues/230
# https://github.com/utksh1/SecuScan/issues/1847
# https://github.com/Tr3kkR/Yuzu/issues/4311
# https://github.com/chobbledotcom/tickets/pull/2238
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    "\uff20SUM(A1)",
    "hello\n=1+1",
    'He said "hi"\t=HYPERLINK("https://evil.example")',
]


def exported(text: str) -> dict[str, str]:
    record = Feedback(7, "T1", "C1", "1.2", "U1", text, AT, status=FeedbackStatus.TAKEN, assignee="U2", duplicate_of=3)
    sheet = CsvSheet()
    sheet.add([row(record, {"U1": "=Sam", "U2": "Ada"}, {3: "https://acme.slack.com/archives/C1/p1"})])
    (found,) = csv.DictReader(io.StringIO(sheet.close().decode("utf-8-sig"), newline=""))
    sheet.discard()
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    cell = exported(text)["text"]
    assert cell.count("'") == text.count("'") + 1
    assert cell.replace("'", "") == text.replace("'", "")


def test_a_name_is_no_formula_either() -> None:
    """https://github.com/netresearch/timetracker/issues/318: what others are called comes from outside, too."""
    assert exported("x")["person"] == "'=Sam"


def test_a_negative_number_stays_one() -> None:
    """https://github.com/netresearch/timetracker/pull/324: a guard that annoys those who wrote a number."""
    assert exported("-42")["text"] == "-42"


def test_each_fact_is_under_its_heading() -> None:
    found = exported("x" * 5_000)
    assert list(found) == list(HEADINGS)
    assert found["id"] == "7"
    assert (found["posted (UTC)"], found["first response (UTC)"]) == ("2026-11-30 23:05:00", "")
    assert (found["status"], found["assignee"], found["person's id"]) == ("taken", "Ada", "U1")
    assert found["repeats"].endswith("/p1")
    assert len(found["text"]) == LONGEST_CELL


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # Values were written into the XML as they were. https://github.com/openspout/openspout/issues/261
        ("<r>&</r>", "<r>&</r>"),
        ('<r></is></c><c r="A9"><f>1+1</f></c><c><is></r>', '<r></is></c><c r="A9"><f>1+1</f></c><c><is></r>'),
        ("<r><t>bold</t></r>", "<r><t>bold</t></r>"),
        # Half of a character ended an export. https://github.com/arsenetar/dupeguru/issues/210
        ("half \ud83d of one", "half \ufffd of one"),
        # https://github.com/awalker89/openxlsx/issues/294
        ("bell \x07", "bell \x07"),
        ("x" * 40_000, "x" * LONGEST_CELL),
    ],
    ids=["unclosed", "formula", "bold", "half", "controls", "long"],
)
def test_no_text_damages_a_workbook(text: str, shown: str) -> None:
    record = Feedback(7, "T1", "C1", "1.2", "U1", text, AT, summary=text, evidence=text)
    sheet = XlsxSheet()
    sheet.add([row(record, {"U1": text}, {})])
    head, cells = CalamineWorkbook.from_filelike(io.BytesIO(sheet.close())).get_sheet_by_index(0).to_python()
    sheet.discard()
    held = {name: str(cell).rstrip() for name, cell in zip(head, cells, strict=True)}
    assert held["text"] == held["summary"] == shown
    assert held["person"] == held["evidence"] == shown
