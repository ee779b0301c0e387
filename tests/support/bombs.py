"""Files that break, fill or hold up what reads them; each made by a few lines, and at most 20 MB."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

MEGABYTE = 1_000_000
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Comment</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>it hangs a lot</t></is></c></row>'
)
_SHEET = "xl/worksheets/sheet1.xml"
_BOOK = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
}


@dataclass(frozen=True, slots=True)
class Bomb:
    """A file, how it comes to the bot, and what the bot should say of it, one of these, within so many seconds."""

    name: str
    make: Callable[[], bytes]
    way: Literal["classify", "ask", "summarize"] = "classify"
    said: tuple[str, ...] = ()
    seconds: float = 10.0


def parts(rows: str, strings: str = "") -> dict[str, bytes]:
    """Write the parts of a workbook with one sheet, whose rows are given as XML."""
    written = {
        **_BOOK,
        _SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    return {name: text.encode() for name, text in written.items()}


def xlsx(rows: str, strings: str = "") -> bytes:
    """Write a workbook with one sheet, whose rows are given as XML."""
    return packed(parts(rows, strings))


def packed(parts: dict[str, bytes]) -> bytes:
    """Write a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def sparse(corner: str) -> bytes:
    """Two rows, and one cell in a far corner."""
    row = "".join(filter(str.isdigit, corner))
    return xlsx(f'{_ROWS}<row r="{row}"><c r="{corner}"><v>1</v></c></row>')


def unaddressed() -> bytes:
    """Two rows, and far below a row of many cells that do not say where they are."""
    return xlsx(f'{_ROWS}<row r="1048576">{"<c><v>1</v></c>" * 16_384}</row>')


def dense(rows: int, columns: int) -> bytes:
    """Many cells, without their addresses."""
    return xlsx(_ROWS + f"<row>{'<c><v>1</v></c>' * columns}</row>" * rows)


def repeated_string() -> bytes:
    """One text of 30,000 characters in a million cells."""
    cell = '<c t="s"><v>0</v></c>'
    return xlsx(f"<row>{cell * 100}</row>" * 10_000, f"<si><t>{'x' * 30_000}</t></si>")


def billion_laughs() -> bytes:
    """Entities that hold each other."""
    entities = "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 12))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>'
    cell = '<c r="A1" t="inlineStr"><is><t>&a11;</t></is></c>'
    sheet = f'{text}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    return packed({name: part.encode() for name, part in _BOOK.items()} | {_SHEET: sheet.encode()})


def deep_xml() -> bytes:
    """A million open elements in a sheet."""
    return xlsx("<row>" * 1_000_000)


def ods(repeated: str) -> bytes:
    """A spreadsheet of the other kind, whose one cell is repeated."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S"><table:table-row '
        f'{repeated}><table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>'.encode()
    return packed({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def nested_zip() -> bytes:
    """Ten zips of a gigabyte of zeros each, in one, under a sheet's name."""
    inner = stored({}, {"zeros": (deflated(1_000), 1_000 * MEGABYTE)})
    return stored({f"xl/{n}.zip": inner for n in range(10)}, {})


def deflated(megabytes: int) -> bytes:
    """Return blanks by the hundred megabytes, squeezed, at once: one squeezed stretch again and again."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    stretch = squeeze.compress(b" " * (10 * MEGABYTE)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return stretch * (megabytes // 10) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def zeros(megabytes: int, claimed: int) -> bytes:
    """Write a workbook whose sheet unpacks to so many megabytes, and claims so many bytes."""
    return stored({**{name: text.encode() for name, text in _BOOK.items()}}, {_SHEET: (deflated(megabytes), claimed)})


def stored(parts: dict[str, bytes], squeezed: dict[str, tuple[bytes, int]]) -> bytes:
    """Write a zip of parts, and of others that are squeezed already and claim a size. Checksums are wrong."""
    body, central = bytearray(), bytearray()
    all_parts = {name: (data, len(data), 0) for name, data in parts.items()}
    all_parts |= {name: (data, claimed, 8) for name, (data, claimed) in squeezed.items()}
    for name, (data, size, method) in all_parts.items():
        check = zlib.crc32(data) if not method else 0
        sizes = struct.pack("<3I", check, len(data), min(size, 0xFFFFFFFE))
        common = struct.pack("<5H", 20, 0, method, 0, 0) + sizes + struct.pack("<2H", len(name), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2I", 0, 0, 0, 0, len(body))
        central += name.encode()
        body += b"PK\x03\x04" + common + name.encode() + data
    count = len(all_parts)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(central), len(body), 0)
    return bytes(body + central + end)


def overlapping_zip() -> bytes:
    """Thousands of entries that share one stretch of compressed bytes: https://www.bamsoftware.com/hacks/zipbomb/."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezed.compress(bytes(20 * MEGABYTE)) + squeezed.flush()
    check = zlib.crc32(bytes(20 * MEGABYTE))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, check, len(body), 20 * MEGABYTE, 5, 0) + b"xl/00"
    names = [b"xl/%05d" % number for number in range(5_000)]
    central = b"".join(
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            0,
            check,
            len(body),
            20 * MEGABYTE,
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
        for name in names
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(names), len(names), len(central), len(local) + len(body), 0)
    return local + body + central + end


def other_keys() -> bytes:
    """JSON lines, each with keys of its own: as many columns as rows."""
    return b"".join(b'{"key%d":"%s"}\n' % (number, b"x" * 5) for number in range(49_000))


def long_row() -> bytes:
    """One JSON line of 18 MB."""
    return json.dumps({"text": "word " * (18 * MEGABYTE // 5)}).encode()


def wide_row() -> bytes:
    """One JSON line with a million keys."""
    return b"{%s}\n" % b",".join(b'"k%d":1' % number for number in range(1_000_000))


def deep_json() -> bytes:
    """Half a million levels in one JSON line."""
    return b'{"text":' + b"[" * 500_000 + b"]" * 500_000 + b"}\n"


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """Write a PDF of objects that are numbered from 1 on."""
    out = bytearray(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, table)
    return bytes(out)


_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def fan_out() -> bytes:
    """A tree of ten levels, whose nodes are each there a hundred times: 100^10 pages, of ten objects."""
    nodes = [b"<</Type/Pages/Count 1/Kids[%s]>>" % (b"%d 0 R " % number * 100) for number in range(3, 13)]
    return pdf(_CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def loop() -> bytes:
    """Pages that are their own parents' parents."""
    return pdf(_CATALOG, b"<</Type/Pages/Count 2/Kids[3 0 R 3 0 R]>>", b"<</Type/Pages/Count 2/Kids[2 0 R 2 0 R]>>")


def million_pages() -> bytes:
    """A million pages, of one object."""
    return pdf(
        _CATALOG, b"<</Type/Pages/Count 1000000/Kids[%s]>>" % (b"3 0 R " * 1_000_000), b"<</Type/Page/Parent 2 0 R>>"
    )


def many_objects() -> bytes:
    """Four hundred thousand pages, each an object of its own: 20 MB."""
    count = 250_000
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<</Type/Page/Parent 2 0 R>>"
    return pdf(_CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), *[page] * count)


def growing_xref() -> bytes:
    """A table of objects that unpacks to a gigabyte."""
    body = b"\x78\xda" + deflated(1_000)
    head = b"%PDF-1.7\n1 0 obj\n" + _CATALOG + b"\nendobj\n"
    stream = b"2 0 obj\n<</Type/XRef/Size 250000000/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(
        body
    )
    return head + stream + body + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def deep_pdf() -> bytes:
    """Ten million open brackets."""
    return pdf(_CATALOG, b"[" * 10_000_000)


def many_streams() -> bytes:
    """A PDF whose table is broken, so that all of it is searched."""
    return b"%PDF-1.7\n" + b"1 0 obj<</A 1>>" * 1_200_000 + b"startxref\n5\n%%EOF"


def _noise(size: int) -> bytes:
    return Random(1).randbytes(size)  # noqa: S311 (nobody has to guess it)


def png(width: int, height: int, more: int = 0) -> bytes:
    """A picture of one colour, of which the header claims any size; `more` bytes that nothing squeezes go with it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"prVt", _noise(more))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def heavy_pdf() -> bytes:
    """One page beside 14 MB that nothing squeezes; there is nothing wrong with it."""
    stream = b"<</Length %d>>stream\n%s\nendstream" % (14 * MEGABYTE, _noise(14 * MEGABYTE))
    return pdf(_CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", stream)


def long_rows() -> bytes:
    """Few rows, each as long as a book; there is nothing wrong with them."""
    return b"id,comment\n" + b"".join(b'%d,"%s"\n' % (number, b"word " * 180_000) for number in range(25))


def many_rows(count: int) -> bytes:
    """As many rows as are taken, with some cells each; there is nothing wrong with them."""
    row = "{0},2026-11-30,mobile,The export of my invoices has been failing since {0} days and nobody answers me.,{1}\n"
    return ("id,date,area,comment,note\n" + "".join(row.format(n, "x" * 300) for n in range(count))).encode()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARAGRAPH = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>It hangs a lot when I export my invoices.</w:t></w:r></w:p>"


def word(body: str, before: str = "") -> bytes:
    """Write a Word document of a body in XML."""
    document = f'{before}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return packed(
        {"[Content_Types].xml": _BOOK["[Content_Types].xml"].encode(), "word/document.xml": document.encode()}
    )


def many_slides() -> bytes:
    """As many slides as make 20 MB, all of them one part."""
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/slide" Target="slides/slide{n % 9}.xml"/>' for n in range(50_000)
    )
    return packed({"ppt/_rels/presentation.xml.rels": links.encode(), "ppt/presentation.xml": b"<p/>"})


def odt_of_spaces() -> bytes:
    """One element that stands for a billion blanks, ten thousand times."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    body = '<text:p>x<text:s text:c="999999999"/></text:p>' * 10_000
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0"><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.text"
    manifest = f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>'.encode()
    return packed({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def mail_in_mail() -> bytes:
    """Ten thousand parts in parts."""
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(10_000))
    return f"From: a@x.example\n{parts}\nx".encode()


def long_header() -> bytes:
    """Addresses of 10 MB in one header."""
    return b"To: " + b"<a@x.example>, (" * 600_000 + b"\n\nHello."


def epub(pages: dict[str, str], *, package: str = "", **others: str) -> bytes:
    """Make an e-book of some pages; `package` goes before its list of parts, and a name of `others` has a _ for a /."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    opf = (
        f'{package}<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Herons</dc:title><dc:creator>Ada</dc:creator></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OEBPS/book.opf": opf}
    parts |= {f"OEBPS/{name}": page for name, page in pages.items()}
    parts |= {name.replace("_", "/"): text for name, text in others.items()}
    return packed({name: text.encode() for name, text in parts.items()})


def book(chapters: int, text: str, before: str = "") -> bytes:
    """Write an e-book whose chapters all say the same."""
    page = f"{before}<html><body><p>{text}</p></body></html>"
    return epub({f"{number}.xhtml": page for number in range(chapters)}, package=before)


def rich_text_of(words: bytes, count: int) -> bytes:
    """Write a rich text of one thing again and again."""
    return b"{\\rtf1 x " + words * count + b"}"


NOT_READ = (
    *(
        "I can't read",
        "is more than I can read",
        "is too large",
        "is larger than",
        "unpacks to",
    ),
    *("columns", "cells", "is not valid JSON", "has more than 50,000 rows"),
)
TWO_ROWS = ("it hangs a lot",)
NOTHING = (*NOT_READ, "There are no rows")
A_PART = (*NOT_READ, "From broad.", "From keys.", "This is how I read it")

READ = ("ehears",)  # the rehearsal model's answer
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "' + "ha" * 50_000 + '"><!ENTITY b "' + "&a;" * 50_000 + '">]>'
_BLIP = (
    "<w:p><w:r><w:drawing>"
    f'<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_OFFICE}" r:embed="p1"/>'
    "</w:drawing></w:r></w:p>"
)
_TABLES = f"<w:tbl><w:tr><w:tc>{_PARAGRAPH}" * 60_000
_LINK = rb"{\field{\*\fldinst{HYPERLINK "

BOMBS: dict[str, Bomb] = {
    "sheet, a cell at XFD1048576": Bomb("far.xlsx", lambda: sparse("XFD1048576"), said=(*NOT_READ, *TWO_ROWS)),
    "sheet, a cell at B1048576": Bomb("low.xlsx", lambda: sparse("B1048576"), said=(*NOT_READ, *TWO_ROWS)),
    "sheet, a cell at XFD5000": Bomb("wide.xlsx", lambda: sparse("XFD5000"), said=(*NOT_READ, *TWO_ROWS)),
    "sheet, a cell at XFD300": Bomb("wide.xlsx", lambda: sparse("XFD300"), said=(*NOT_READ, *TWO_ROWS)),
    "sheet, 16,384 columns": Bomb("broad.xlsx", lambda: dense(200, 16_384), said=NOT_READ),
    "sheet, 15,500 x 1,000 cells": Bomb("dense.xlsx", lambda: dense(15_500, 1_000), said=NOT_READ),
    "sheet, one text in a million cells": Bomb("same.xlsx", repeated_string, said=NOT_READ),
    "sheet, entities in entities": Bomb("laughs.xlsx", billion_laughs, said=NOTHING),
    "sheet, a million open elements": Bomb("deep.xlsx", deep_xml, said=NOTHING),
    "ODS, one cell repeated 16,384 x 1,048,576": Bomb(
        "rows.ods", lambda: ods('table:number-rows-repeated="1048576"'), said=NOT_READ
    ),
    "ODS, one cell repeated 16,384 x 40,000": Bomb(
        "rows.ods", lambda: ods('table:number-rows-repeated="40000"'), said=NOT_READ
    ),
    "zip, nested": Bomb("nested.xlsx", nested_zip, said=NOT_READ),
    "zip, 4 GB": Bomb("zeros.xlsx", lambda: zeros(4_000, 4_000 * MEGABYTE), said=NOT_READ),
    "zip, 2 GB that claim 1 kB": Bomb("lying.xlsx", lambda: zeros(2_000, 1_000), said=NOT_READ),
    "zip, 5,000 overlapping entries": Bomb("overlap.xlsx", overlapping_zip, said=NOT_READ),
    "JSONL, other keys in each row": Bomb("keys.jsonl", other_keys, said=A_PART),
    "JSONL, one row of 18 MB": Bomb("row.jsonl", long_row, said=NOT_READ),
    "JSONL, a million keys": Bomb("broad.jsonl", wide_row, said=A_PART),
    "JSONL, 500,000 levels": Bomb("deep.jsonl", deep_json, said=NOT_READ),
    "CSV, one line of 20 MB": Bomb("line.csv", lambda: b"word " * 4_000_000, said=NOT_READ),
    "CSV, 20 MB of commas": Bomb("commas.csv", lambda: b"," * (20 * MEGABYTE), said=NOTHING),
    "CSV, 16,384 columns": Bomb("broad.csv", lambda: (b"a b," * 16_384 + b"\n") * 300, said=A_PART),
    "CSV, a quote that never ends": Bomb("quote.csv", lambda: b'text\n"' + b"word\n" * 3_900_000, said=NOT_READ),
    "CSV, 10 million rows": Bomb("rows.csv", lambda: b"a\n" * 10_000_000, said=NOT_READ),
    "text, 20 MB of line ends": Bomb("ends.txt", lambda: b"\n" * (20 * MEGABYTE), said=NOTHING),
    "PDF, fan-out": Bomb("fan.pdf", fan_out, "ask", NOT_READ),
    "PDF, a loop": Bomb("loop.pdf", loop, "ask", NOT_READ),
    "PDF, a million pages": Bomb("pages.pdf", million_pages, "ask", (*NOT_READ, "ehears")),
    "PDF, 250,000 objects": Bomb("objects.pdf", many_objects, "ask", (*NOT_READ, "ehears")),
    "PDF, a table that grows": Bomb("xref.pdf", growing_xref, "ask", NOT_READ),
    "PDF, ten million brackets": Bomb("deep.pdf", deep_pdf, "ask", NOT_READ),
    "PDF, no table, a million objects": Bomb("search.pdf", many_streams, "ask", NOT_READ),
    "PNG, 100,000 x 100,000": Bomb("huge.png", lambda: png(100_000, 100_000), "ask", ("pixels",)),
    "text, 4 MB of one line": Bomb("line.txt", lambda: b"word " * 800_000, "ask", ("Rehearsal", "rehearsal")),
    "text, 4 MB, summarized": Bomb("long.txt", lambda: b"We decided to ship it.\n" * 170_000, "summarize", ("ehears",)),
    "text, 4 MB of bytes that are none": Bomb("bytes.txt", lambda: b"\x81\x8d" * 2_000_000, "ask", ("it is not text",)),
    "CSV, 50,000 rows, 20 MB": Bomb(
        "many.csv", lambda: many_rows(50_000), said=("Shall I", "I would sort"), seconds=40.0
    ),
    "CSV, 25 rows of 900 kB": Bomb("long.csv", long_rows, said=("1. ",), seconds=40.0),
    "PDF, one page of 14 MB": Bomb("heavy.pdf", heavy_pdf, "ask", ("ehears",)),
    "PNG of 7 MB": Bomb("big.png", lambda: png(900, 900, 6_900_000), "ask", ("ehears",)),
    "DOCX, 10,000 pages": Bomb("book.docx", lambda: word(_PARAGRAPH * 250_000), "ask", (*NOT_READ, *READ)),
    "DOCX, 10,000 pages, summarized": Bomb("book.docx", lambda: word(_PARAGRAPH * 250_000), "summarize", READ),
    "DOCX, entities in entities": Bomb(
        "laughs.docx", lambda: word(_PARAGRAPH.replace("lot", "&b;"), _LAUGHS), "ask", NOT_READ
    ),
    "DOCX, a million open elements": Bomb("deep.docx", lambda: word("<w:p>" * 1_000_000), "ask", NOT_READ),
    "DOCX, tables in tables": Bomb("tables.docx", lambda: word(_TABLES), "ask", NOT_READ),
    "DOCX, 4 GB": Bomb("zeros.docx", lambda: zeros(4_000, 4_000 * MEGABYTE), "ask", NOT_READ),
    "DOCX, one picture 200,000 times": Bomb(
        "same.docx", lambda: word(_BLIP * 200_000), "ask", (*NOT_READ, *READ, "no text")
    ),
    "PPTX, 50,000 links": Bomb("links.pptx", many_slides, "ask", NOT_READ),
    "XLSX, asked about, a cell at XFD1048576": Bomb("far.xlsx", lambda: sparse("XFD1048576"), "ask", NOT_READ),
    "XLSX, asked about, 1,000 x 1,000 cells": Bomb("dense.xlsx", lambda: dense(1_000, 1_000), "ask", READ),
    "ODT, a billion blanks": Bomb("blanks.odt", odt_of_spaces, "ask", (*NOT_READ, *READ)),
    "HTML, 300,000 open elements": Bomb("deep.html", lambda: b"x<div>" * 300_000, "ask", (*NOT_READ, *READ)),
    "HTML, 4 MB of tables": Bomb("rows.html", lambda: b"<table><tr><td>a<td>b</table>" * 130_000, "ask", READ),
    "HTML, one style of 4 MB": Bomb("style.html", lambda: b"x<style>" + b".a{/*" * 700_000, "ask", READ),
    "mail, 10,000 parts in parts": Bomb("parts.eml", mail_in_mail, "ask", (*NOT_READ, *READ)),
    "mail, a header of 10 MB": Bomb("header.eml", long_header, "ask", (*NOT_READ, *READ)),
    "EPUB, entities in entities": Bomb("laughs.epub", lambda: book(1, "&b;", _LAUGHS), "ask", (*NOT_READ, *READ)),
    "EPUB, 100,000 chapters": Bomb("parts.epub", lambda: book(100_000, "word"), "ask", NOT_READ),
    "EPUB, one chapter of 200 MB": Bomb(
        "long.epub", lambda: book(1, "word " * 40_000_000), "ask", (*NOT_READ, "no text")
    ),
    "EPUB, a million open elements": Bomb("deep.epub", lambda: book(1, "<div>" * 1_000_000), "ask", ("is empty",)),
    "EPUB, 4 GB": Bomb("zeros.epub", lambda: zeros(4_000, 4_000 * MEGABYTE), "ask", NOT_READ),
    "RTF, 18 MB of a picture": Bomb("pict.rtf", lambda: rich_text_of(b"89504e47", 2_300_000), "ask", READ),
    "RTF, 5 million brackets": Bomb("deep.rtf", lambda: rich_text_of(b"{", 5_000_000), "ask", (*NOT_READ, *READ)),
    "RTF, 100,000 links": Bomb("links.rtf", lambda: rich_text_of(_LINK, 100_000), "ask", (*NOT_READ, *READ)),
    "code, 49,000 brackets": Bomb("deep.py", lambda: b"(" * 49_000, "ask", ("ehears",)),
}
