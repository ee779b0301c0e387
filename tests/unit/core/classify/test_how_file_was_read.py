from __future__ import annotations

import io
import zipfile

import pytest

from bot.core.actions import READ_COLUMN, READ_ENCODING, READ_HEADING, READ_SHEET
from bot.core.classify import file_reader, how_file_was_read
from bot.core.domain.classify_item import ReadAs
from bot.core.domain.spreadsheet import Spreadsheet
from bot.errors import UsageError

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
SURE, DOUBTFUL = Spreadsheet("a.csv", ("text",)), Spreadsheet("a.csv", ("text",), doubts=("column",))


@pytest.mark.parametrize(
    ("read", "items", "price", "expected"),
    [
        (None, 9_000, 5.0, False),
        (SURE, 9_000, 5.0, False),
        (DOUBTFUL, 25, 0.01, False),
        (DOUBTFUL, 26, 0.001, True),
        (DOUBTFUL, 3, 0.02, True),
        (DOUBTFUL, 3, None, True),
        (Spreadsheet("a.csv", ("text",), doubts=("encoding",)), 2, 0.001, True),
    ],
)
def test_a_doubtful_reading_is_asked_where_it_costs(
    read: Spreadsheet | None,
    items: int,
    price: float | None,
    expected: bool,  # noqa: FBT001 - a case
) -> None:
    assert how_file_was_read.is_asked(read, items, price, listed=25) is expected


def test_a_choice_changes_what_it_names() -> None:
    before = ReadAs(column="#2", sheet="#1", heading=3, encoding="cp1252")
    assert how_file_was_read.changed(before, READ_COLUMN.name, "#4") == ReadAs("#4", "#1", 3, "cp1252")
    assert how_file_was_read.changed(before, READ_HEADING.name, "0") == ReadAs("#2", "#1", 0, "cp1252")
    assert how_file_was_read.changed(before, READ_ENCODING.name, "cp1251") == ReadAs("#2", "#1", 3, "cp1251")
    # Another sheet has other columns, and its headings elsewhere.
    assert how_file_was_read.changed(before, READ_SHEET.name, "#2") == ReadAs("", "#2", None, "cp1252")
    for forged in ("", "-1", "x", "9" * 20):
        with pytest.raises(UsageError):
            how_file_was_read.changed(before, READ_HEADING.name, forged)


def table(title: str, *rows: tuple[str, ...]) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = ("".join(cell.format(one) for one in row) for row in rows)
    written = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    return f'<table:table table:name="{title}">{written}</table:table>'


def ods(active: str, manifest: str = "", kind: str = "spreadsheet") -> bytes:
    tables = table("Old", ("Id", "Comment"), ("1", "an old one")) + table("New", ("Id", "Comment"), ("1", "a new one"))
    spaces = " ".join(f'xmlns:{one}="{NAMES}:{one}:1.0"' for one in ("office", "table", "text"))
    opened, closed = "<office:body><office:spreadsheet>", "</office:spreadsheet></office:body>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml", f"<office:document-content {spaces}>{opened}{tables}{closed}</office:document-content>"
        )
        archive.writestr("settings.xml", f'<x><i config:name="ActiveTable" config:type="string">{active}</i></x>')
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{NAMES}:manifest:1.0">{manifest}</manifest:manifest>',
        )
    return file.getvalue()


def test_an_open_document_is_read_where_it_opens() -> None:
    read = file_reader.read("a.ods", ods("New"))
    assert ([item.text for item in read.items()], read.title) == (["a new one"], "New")
    assert read.titles == ("Old", "New")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ods("Old", manifest="<manifest:encryption-data/>"), "protected by a password"),
        (ods("Old", kind="text"), "it is a text document"),
    ],
)
def test_another_open_document_is_named(data: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        file_reader.read("a.ods", data)
    assert said in caught.value.sentence
