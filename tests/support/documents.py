"""Office files, mail and web pages, made by a few lines each."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from email.message import EmailMessage

import odfdo
import xlsxwriter
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.support.bombs import packed

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PIXEL = b"\x89PNG\r\n\x1a\n"


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the parts of a packed file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def docx(body: str, **others: str) -> bytes:
    """Write a Word document of a body in XML, and of other parts: `styles`, `footnotes`, `comments`, `numbering`."""
    kinds = {"document": "document.main", **{name: name.rstrip("1") for name in others}}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{name.rstrip("1")}" Target="{name}.xml"/>'
        for number, name in enumerate(others)
    )
    written = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
        ),
        "_rels/.rels": _relationships(
            f'<Relationship Id="r0" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{_W}" xmlns:m="{_M}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": _relationships(links),
        **{f"word/{name}.xml": text.replace(">", f' xmlns:w="{_W}">', 1) for name, text in others.items()},
    }
    return packed({name: text.encode() for name, text in written.items()})


def _relationships(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """Write a paragraph."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{named}<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def pictured(*pictures: bytes) -> bytes:
    """Write a Word document with pictures in it, the last one in a hidden passage."""
    blips = [
        f'<w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_OFFICE}" '
        f'r:embed="p{number}"/></w:drawing>'
        for number, _ in enumerate(pictures)
    ]
    runs = [f"<w:r>{blip}</w:r>" for blip in blips[:-1]]
    runs += [f"<w:r><w:rPr><w:vanish/></w:rPr>{blip}</w:r>" for blip in blips[-1:]]
    links = "".join(
        f'<Relationship Id="p{number}" Type="{_OFFICE}/image" Target="media/image{number}.png"/>'
        for number, _ in enumerate(pictures)
    )
    parts = unpacked(docx(f"<w:p><w:r><w:t>Two charts.</w:t></w:r>{''.join(runs)}</w:p>"))
    parts["word/_rels/document.xml.rels"] = _relationships(links).encode()
    return packed(parts | {f"word/media/image{number}.png": data for number, data in enumerate(pictures)})


def pptx() -> bytes:
    """Write two slides and a hidden one, with items, a table, a chart and notes."""
    shown = Presentation()
    plan = shown.slides.add_slide(shown.slide_layouts[1])
    plan.shapes.title.text = "Plan"
    frame = plan.placeholders[1].text_frame
    frame.text = "Ship in May"
    below = frame.add_paragraph()
    below.text, below.level = "after the review", 1
    plan.notes_slide.notes_text_frame.text = "Say hello first."
    figures = shown.slides.add_slide(shown.slide_layouts[6])
    table = figures.shapes.add_table(2, 2, 0, 0, Inches(2), Inches(1)).table
    for place, text in (((0, 0), "Team"), ((0, 1), "Open|closed"), ((1, 0), "Apps"), ((1, 1), "7")):
        table.cell(*place).text = text
    data = CategoryChartData()  # type: ignore[no-untyped-call] # nor has the library types for it
    data.categories = ["Q1", "Q2"]
    data.add_series("Sales", (1, 2.5))  # type: ignore[no-untyped-call] # as above
    figures.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(2), Inches(2), data)
    hidden = shown.slides.add_slide(shown.slide_layouts[5])
    hidden.shapes.title.text = "Not for you"
    hidden.element.set("show", "0")
    out = io.BytesIO()
    shown.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    """Write two sheets and a hidden one, with a date, a percentage, a formula and a merged cell."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sales = book.add_worksheet("Sales")
        sales.write_row(0, 0, ["Day", "Share", "Sum"])
        day = datetime(2026, 5, 1)  # noqa: DTZ001 (Excel knows no zones)
        sales.write_datetime(1, 0, day, book.add_format({"num_format": "dd.mm.yyyy"}))
        sales.write_number(1, 1, 0.25, book.add_format({"num_format": "0%"}))
        sales.write_formula(1, 2, "=1+2", None, 3)
        sales.merge_range("A3:B3", "together")
        book.add_worksheet("Notes").write(0, 0, "a|b")
        lists = book.add_worksheet("Lists")
        lists.write(0, 0, "for choosing")
        lists.hide()
    return out.getvalue()


def odt(*bodies: odfdo.Element) -> bytes:
    """Write an OpenDocument text."""
    document = odfdo.Document("text")
    document.body.clear()
    for one in bodies:
        document.body.append(one)
    return saved(document)


def saved(document: odfdo.Document) -> bytes:
    """Return an OpenDocument file's bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def eml(text: str, *, page: str = "", attachments: dict[str, bytes] | None = None) -> bytes:
    """Write a mail."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ada Lovelace <ada@example.com>", "sam@example.com"
    mail["Date"], mail["Subject"] = "Mon, 30 Nov 2026 10:00:00 +0000", "Grüße aus Köln"
    mail.set_content(text)
    if page:
        mail.add_alternative(page, subtype="html")
    for name, data in (attachments or {}).items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
