from __future__ import annotations

from io import BytesIO

import pytest
from pptx import Presentation
from pypdf import PdfReader, PdfWriter

from bot.core.attachments.attach import decoded, opened
from bot.core.attachments.limits import TOKENS_PER_PAGE
from bot.core.documents.kinds import DOCUMENT, PDF
from bot.core.domain.message import FileRef
from bot.errors import FileError
from tests.support.bombs import png
from tests.support.documents import pictured, pptx
from tests.support.spoken import said

GREETING = "Привет! Приложение не открывается после обновления, помогите, пожалуйста."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_texts_are_read_in_their_encoding(encoding: str) -> None:
    assert decoded("notes.txt", GREETING.encode(encoding)) == GREETING


def test_bytes_in_no_encoding_are_refused() -> None:
    with pytest.raises(FileError) as refused:
        decoded("notes.txt", bytes(range(128, 256)))

    assert "encoding of *notes.txt*" in refused.value.about("notes.txt")


@pytest.mark.parametrize(
    ("pages", "room", "read"),
    [(3, 100_000, 3), (3, 5_000, 2), (120, 200_000, 80), (110, 10**6, 110), (601, 2 * 10**6, 600)],
)
def test_as_many_pages_are_read_as_fit(pages: int, room: int, read: int) -> None:
    data = BytesIO()
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(9, 9)
    writer.write(data)
    found = opened(FileRef("F1", "a.pdf", PDF, 0), data.getvalue(), room)
    assert len(PdfReader(BytesIO(found.attachment.data)).pages) == read
    assert found.attachment.tokens == read * TOKENS_PER_PAGE
    told = f"I read the first {read} of the {pages} pages of *a.pdf*: no more fit at once."
    assert found.told == ("" if read == pages else told)


def test_people_and_claude_are_told_apart() -> None:
    found = said(lambda: opened(FileRef("F1", "plan.pptx", DOCUMENT, 0), pptx(), 10**6))
    assert found.told == "Ich habe *plan.pptx* gelesen. Nicht dabei: 1 ausgeblendete Folie."
    assert found.attachment.context == "Not read: 1 hidden slide."


def test_pictures_inside_a_document_go_along() -> None:
    """Not those that no reader sees, nor bullets; what is left out is said."""
    first, second, bullet = png(50, 50), png(60, 90), png(9, 9)
    data = pictured(first, bullet, second, first, png(70, 70))
    found = opened(FileRef("F1", "a.docx", DOCUMENT, 0), data, 100_000)
    assert found.attachment.data == b"Two charts."
    assert [(one.name, one.media_type, one.data) for one in found.pictures] == [
        ("a.docx, picture 1", "image/png", first),
        ("a.docx, picture 2", "image/png", second),
    ]
    assert found.told == "I read *a.docx*, except for 3 pictures."
    assert "Not read: 3 pictures." in found.attachment.context
    without_room = opened(FileRef("F1", "a.docx", DOCUMENT, 0), data, 1_700)
    assert [one.data for one in without_room.pictures] == [first]


def test_pictures_on_hidden_slides_stay_there() -> None:
    shown, pictures = Presentation(), [png(50, 50), png(60, 60)]
    for number, picture in enumerate((*pictures, pictures[0])):
        slide = shown.slides.add_slide(shown.slide_layouts[5])
        slide.shapes.title.text = f"Slide {number}"
        slide.shapes.add_picture(BytesIO(picture), 0, 0)
        slide.element.set("show", "0" if number == 1 else "1")
    out = BytesIO()
    shown.save(out)
    found = opened(FileRef("F1", "a.pptx", DOCUMENT, 0), out.getvalue(), 100_000)
    assert [one.data for one in found.pictures] == pictures[:1]
    assert found.told == "I read *a.pptx*, except for 1 hidden slide."
