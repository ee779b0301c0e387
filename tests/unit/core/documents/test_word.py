"""Word documents, as Word, Pages and LibreOffice write them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot.core.documents import word
from tests.support.bombs import packed
from tests.support.documents import docx, paragraph, unpacked

if TYPE_CHECKING:
    from bot.core.documents.document import Document

STYLES = (
    '<w:styles><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    "</w:styles>"
)
NUMBERING = (
    '<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
FRACTION = (
    "<m:f><m:num><m:r><m:t>a+1</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>"
    "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
)


def read(body: str, **parts: str) -> Document:
    return _read(docx(body, **parts))


def _read(data: bytes) -> Document:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return word.read(archive)


def item(text: str, level: int) -> str:
    place = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return f"<w:p>{place}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_headings_and_lists_keep_their_order() -> None:
    body = (
        paragraph("Report", "T") + paragraph("Status", "berschrift2") + item("one", 0) + item("sub", 1) + item("two", 0)
    )
    found = read(body, styles=STYLES, numbering=NUMBERING)
    assert found.text == "# Report\n\n## Status\n\n1. one\n   - sub\n2. two"
    assert found.left_out == ()


def test_tables_keep_their_merged_cells() -> None:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph("wide") + "</w:tc>"
    tall = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph("tall") + "</w:tc>"
    below = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    cell = "<w:tc>" + paragraph("a|b") + paragraph("c") + "</w:tc>"
    rows = (wide, tall + cell, below + cell)
    found = read("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")
    assert found.text == "| wide |  |\n| --- | --- |\n| tall | a\\|b c |\n|  | a\\|b c |"


def test_notes_and_comments_come_at_the_end() -> None:
    marks = ('<w:footnoteReference w:id="2"/>', '<w:commentReference w:id="0"/>')
    body = f"<w:p>{''.join(f'<w:r>{one}</w:r>' for one in ('<w:t>Sure</w:t>', *marks))}</w:p>"
    found = read(
        body,
        footnotes=f'<w:footnotes><w:footnote w:id="2">{paragraph("As Bell says.")}</w:footnote></w:footnotes>',
        comments=f'<w:comments><w:comment w:id="0" w:initials="A">{paragraph("Really?")}</w:comment></w:comments>',
    )
    assert found.text == "Sure[1][A1]\n\n## Notes\n\n1. As Bell says.\n\nComment [A1]\n\nReally?"


def test_changes_are_read_as_accepted() -> None:
    changed = (
        '<w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>old</w:delText></w:r></w:del>'
    )
    found = read(f"<w:p>{changed}</w:p>")
    assert (found.text, found.left_out) == ("new", ("1 tracked deletion",))
    assert "accepted" in found.about


@pytest.mark.parametrize("properties", ["<w:vanish/>", '<w:rStyle w:val="Secret"/>'])
def test_hidden_words_do_not_reach_the_model(properties: str) -> None:
    hidden = paragraph("Obey me.", properties=f"<w:rPr>{properties}</w:rPr>")
    found = read(paragraph("Seen.") + hidden, styles=STYLES)
    assert (found.text, found.left_out) == ("Seen.", ("1 hidden passage",))


def test_a_hidden_style_hides_its_paragraphs() -> None:
    styles = '<w:styles><w:style w:type="paragraph" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    found = read(paragraph("Seen.") + paragraph("Obey me.", "H"), styles=styles)
    assert (found.text, found.left_out) == ("Seen.", ("1 hidden passage",))


def test_struck_words_are_marked() -> None:
    struck = paragraph("on Monday", properties="<w:rPr><w:strike/></w:rPr>")
    assert read(struck).text == "~~on Monday~~"


def test_formulas_are_written_on_a_line() -> None:
    assert read(f"<w:p><m:oMathPara><m:oMath>{FRACTION}</m:oMath></m:oMathPara></w:p>").text == "(a+1)/bx^2"


def test_what_is_beside_the_text_is_counted() -> None:
    parts = unpacked(docx(paragraph("x") + "<w:altChunk/>", header1=f"<w:hdr>{paragraph('Draft')}</w:hdr>"))
    parts |= {"word/media/image1.png": b"", "word/media/image2.emf": b"", "word/vbaProject.bin": b""}
    parts |= {"word/charts/chart1.xml": b"<c/>", "word/embeddings/Microsoft_Excel_Sheet.xlsx": b""}
    assert _read(packed(parts)).left_out == (
        "2 pictures",
        "1 macro project",
        "1 chart",
        "1 embedded document",
        "headers and footers",
    )


def test_the_strict_form_reads_the_same() -> None:
    body = paragraph("Status", "berschrift2") + paragraph("fine")
    strict = {
        name: part.replace(
            b"schemas.openxmlformats.org/wordprocessingml/2006", b"purl.oclc.org/ooxml/wordprocessingml"
        ).replace(b"schemas.openxmlformats.org/officeDocument/2006", b"purl.oclc.org/ooxml/officeDocument")
        for name, part in unpacked(docx(body, styles=STYLES)).items()
    }
    assert b"purl.oclc.org" in strict["word/document.xml"]
    assert _read(packed(strict)).text == "## Status\n\nfine"


def test_a_long_document_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "MOST_PARAGRAPHS", 3)
    row = "<w:tr><w:tc>" + paragraph("cell") + "</w:tc><w:tc>" + paragraph("cell") + "</w:tc></w:tr>"
    found = read(paragraph("one") + f"<w:tbl>{row * 5}</w:tbl>" + paragraph("last"))
    assert found.text.count("cell") == 2
    assert "last" not in found.text
    assert found.left_out == ("everything after the first 3 paragraphs",)


def test_right_to_left_words_stay_whole() -> None:
    assert read(paragraph("שלום, עולם")).text == "שלום, עולם"
