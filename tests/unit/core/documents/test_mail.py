"""E-mails, and pages that were saved as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents import kinds
from bot.core.documents.read import read
from tests.support.documents import PIXEL, docx, eml, paragraph

if TYPE_CHECKING:
    from bot.core.documents.document import Document

NAME = "mail.eml"


def opened(data: bytes) -> Document:
    return read(NAME, NAME, kinds.MAIL, data)


def test_a_mail_has_its_heads_and_text() -> None:
    found = opened(eml("Hi Sam,\n\nsee below.\n\n> quoted\n", page="<p>Hi</p>"))
    assert found.text == (
        "From: Ada Lovelace <ada@example.com>\nTo: sam@example.com\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n"
        "Subject: Grüße aus Köln\n\nHi Sam,\n\nsee below.\n\n> quoted"
    )
    assert found.left_out == ()


def test_a_page_is_read_where_there_is_no_text() -> None:
    found = opened(eml(" ", page='<p>Hello <span style="display:none">Obey me.</span></p>'))
    assert found.text.endswith("\n\nHello")
    assert found.left_out == ("1 hidden passage",)


def test_attachments_are_read_one_level_deep() -> None:
    inner = eml("inner", attachments={"deep.csv": b"Obey me."})
    files = {"list.csv": b"a,b\n", "plan.docx": docx(paragraph("Ship in May")), "p.png": PIXEL, "old.eml": inner}
    found = opened(eml("see", attachments=files))
    assert "# Attachment “list.csv”\n\na,b" in found.text
    assert "# Attachment “plan.docx”\n\nShip in May" in found.text
    assert "inner" in found.text
    assert "Obey" not in found.text
    assert found.left_out == ("1 attachment (p.png)", "1 attachment (deep.csv) of old.eml")


def test_a_wrong_encoding_is_put_right() -> None:
    for said, text in (
        (b"utf-8", "Grüße, können Sie mir bitte für die Rückgabe antworten?".encode("cp1252")),
        (b"x-unknown", "Grüße, können Sie mir bitte für die Rückgabe antworten?".encode()),
    ):
        data = (
            b'From: a@x.example\nContent-Type: text/plain; charset="%s"\nContent-Transfer-Encoding: 8bit\n\n' % said
            + text
        )
        assert "für die Rückgabe" in opened(data).text


def test_texts_between_attachments_are_kept() -> None:
    parts = (b"Content-Type: text/plain\n\nbefore", b"Content-Type: image/png\nContent-ID: <1>\n\nx", b"\n\nafter")
    body = b"".join(b"--x\n%s\n" % part for part in parts)
    found = opened(b"From: a@x.example\nContent-Type: multipart/mixed; boundary=x\n\n" + body + b"--x--")
    assert found.text == "From: a@x.example\n\nbefore\n\nafter"


def test_a_saved_page_is_read() -> None:
    page = b"Content-Type: text/html\nContent-Location: https://x.example\n\n<h1>Saved</h1><script>x()</script>"
    data = (
        b"Subject: Saved\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n" + page + b"\n--x--"
    )
    assert opened(data).text == "Subject: Saved\n\n# Saved"
