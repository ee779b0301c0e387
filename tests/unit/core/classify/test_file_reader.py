from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.classify import file_reader
from bot.core.documents import archive
from bot.core.domain.classify_item import MOST_ITEMS, Item, ReadAs
from bot.errors import UsageError

CSV = b"id,created,message\n1,2026-11-01,My app crashes when I open it\n2,2026-11-02,I forgot my password again\n"


def texts(name: str, data: bytes, column: str = "") -> list[str]:
    return [item.text for item in file_reader.read(name, data, ReadAs(column=column)).items()]


def xlsx(*rows: tuple[object, ...], empty_first: bool = False) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        if empty_first:
            workbook.add_worksheet("empty")
        page = workbook.add_worksheet("data")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return file.getvalue()


def test_a_csv_is_read_by_looking() -> None:
    read = file_reader.read("a.csv", CSV)
    assert read.headings == ("id", "created", "message")
    assert read.items() == [
        Item(1, "My app crashes when I open it", "row 2", ("1", "2026-11-01")),
        Item(2, "I forgot my password again", "row 3", ("2", "2026-11-02")),
    ]


@pytest.mark.parametrize("column", ["created", "CREATED", " created ", "2"])
def test_a_column_is_named_or_numbered(column: str) -> None:
    assert texts("a.csv", CSV, column) == ["2026-11-01", "2026-11-02"]


def test_a_wrong_column_names_the_right_ones() -> None:
    with pytest.raises(UsageError) as caught:
        texts("a.csv", CSV, "body")
    assert "no column \u201cbody\u201d in a.csv" in caught.value.sentence
    assert "\u201cid\u201d, \u201ccreated\u201d, \u201cmessage\u201d" in caught.value.sentence


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"message;id\nit crashes, badly;1\nit hangs;2\n"),
        ("a.tsv", b"id\tmessage\n1\tit crashes, badly\n2\tit hangs\n"),
        ("a.csv", b"it crashes, badly|1\nit hangs|2\n"),
        ("a.csv", b'"message"\n"it crashes, badly"\n"it hangs"\n'),
        ("a.csv", '\ufeffmessage\r\n"it crashes, badly"\r\nit hangs\r\n'.encode()),
        ("a.csv", 'message,id\n"it crashes, badly",1\nit hangs,2\n'.encode("utf-16")),
        ("a.txt", b"it crashes, badly\n\n  it hangs\n"),
        ("a.jsonl", b'{"id": 1, "message": "it crashes, badly"}\n\n{"message": "it hangs", "more": [1]}\n'),
        ("a.jsonl", b'"it crashes, badly"\n"it hangs"\n'),
        ("unnamed", b'{"message": "it crashes, badly"}\n{"message": "it hangs"}\n'),
        ("a.xlsx", xlsx(("id", "message"), (1, "it crashes, badly"), (2, "it hangs"))),
        ("unnamed", xlsx(("id", "message"), (1, "it crashes, badly"), (2, "it hangs"), empty_first=True)),
    ],
)
def test_every_kind_of_file_is_read(name: str, data: bytes) -> None:
    assert texts(name, data) == ["it crashes, badly", "it hangs"]


def test_newlines_quotes_nul_and_emoji_stay() -> None:
    data = 'id,message\n1,"it ""crashes""\nand\0 burns \U0001f525"\n2,it hangs here\n'.encode()
    assert texts("a.csv", data) == ['it "crashes"\nand burns \U0001f525', "it hangs here"]


def test_a_huge_cell_stays_whole() -> None:
    assert texts("a.csv", b"message,id\n" + b"x " * 45_000 + b",1\n") == [("x " * 45_000).strip()]


def test_windows_letters_are_read() -> None:
    assert texts("a.csv", "message,id\nGr\xf6\xdfe \x80,1\n".encode("latin-1")) == ["Gr\xf6\xdfe \u20ac"]


def test_numbers_in_a_sheet_are_texts() -> None:
    read = file_reader.read("a.xlsx", xlsx(("id", "message"), (1, "it hangs"), (2.5, "it crashes")))
    assert [cells[0] for _, cells in read.rows] == ["1", "2.5"]


def test_rows_without_a_text_are_left_out() -> None:
    read = file_reader.read("a.csv", b"id,message\n1,it hangs a lot\n2,\n\n3\n4,it crashes a lot\n")
    assert read.items() == [Item(1, "it hangs a lot", "row 2", ("1",)), Item(2, "it crashes a lot", "row 6", ("4",))]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.csv", b"", "no rows"),
        ("a.csv", b"\n\n", "no rows"),
        ("a.csv", b"message\n", "no rows"),
        ("a.xlsx", b"PK\x03\x04broken", "can't read a.xlsx"),
        ("a.xlsx", b"no zip at all", "can't read a.xlsx"),
        ("a.csv", bytes(range(256)) * 50 + b"\0" * 2_000, "can't read a.csv"),
        ("a.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "can't read a.pdf"),
        ("a.csv", b"%PDF-1.4\n", "can't read a.csv"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)), "can't read a.png"),
        ("a.exe", b"MZ" + bytes(range(1, 256)) * 4, "can't read a.exe"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "can't read a.xls"),
        ("a.rtf", b"{\\rtf1\\ansi hello}", "can't read a.rtf"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "Line 2 of a.jsonl"),
        ("a.jsonl", b"[" * 100_000, "can't read a.jsonl"),
        ("a.txt", b"x\n" * (MOST_ITEMS + 1), "50,000 rows"),
        ("a.csv", b"x,1\n" * (MOST_ITEMS + 2), "50,000 rows"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        file_reader.read(name, data)
    assert sentence in caught.value.sentence


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 10_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 20_000)
    with pytest.raises(UsageError, match="usage"):
        file_reader.read("a.xlsx", file.getvalue())


def outcome(name: str, data: bytes) -> list[str] | str:
    try:
        return texts(name, data)
    except UsageError as error:
        return error.sentence


@settings(max_examples=200)
@given(
    st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.jsonl", "a.xlsx", "a"]),
    st.binary(max_size=400) | st.text().map(str.encode),
)
def test_any_bytes_are_rows_or_a_sentence(name: str, data: bytes) -> None:
    found = outcome(name, data)
    assert found or isinstance(found, list)
    if isinstance(found, list):
        assert all(text and "\0" not in text for text in found)
