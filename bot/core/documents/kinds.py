"""The kinds of files that are read, declared once: what to read a file as, what a refusal says, what the docs list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from bot.language import N_

PDF, TEXT, PAGE, MAIL = "application/pdf", "text/plain", "text/html", "message/rfc822"
NOTEBOOK = "application/x-ipynb+json"
DOCUMENT = "application/x-office"  # our own name: what such a file is, its content says
READ = (DOCUMENT, MAIL, PAGE, NOTEBOOK)
SOURCES = (PAGE, NOTEBOOK)  # whose text is code, too, for those who ask about that
PACKED = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-cfb
RTF = b"{\\rtf"
TNEF = b"\x78\x9f\x3e\x22"  # https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxtnef
_STARTS = (PACKED, COMPOUND, RTF, TNEF)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its name for people, its extensions, how its media types begin, the type to read it as."""

    words: str
    endings: tuple[str, ...]
    declared: tuple[str, ...]
    media_type: str = DOCUMENT


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = (
    Kind(
        "Word (DOCX)",
        (".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot"),
        (f"{_OPEN_XML}wordprocessingml", "application/msword", "application/vnd.ms-word"),
    ),
    Kind(
        "Excel (XLSX, XLSB, XLS)",  # not for people: for the docs, as all of these; `READABLE` is for people
        (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls"),
        (f"{_OPEN_XML}spreadsheetml", "application/vnd.ms-excel"),
    ),
    Kind(
        "PowerPoint (PPTX)",
        (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".ppt", ".pps"),
        (f"{_OPEN_XML}presentationml", "application/vnd.ms-powerpoint"),
    ),
    Kind(
        "OpenDocument (ODT, ODS, ODP)",  # not for people: as above
        (".odt", ".ods", ".odp", ".ott", ".ots", ".otp"),
        ("application/vnd.oasis.opendocument",),
    ),
    Kind("RTF", (".rtf",), ("application/rtf", "application/x-rtf", "text/rtf", "text/richtext")),
    Kind("e-mails (EML)", (".eml", ".mht", ".mhtml"), ("message/rfc822", "multipart/related"), MAIL),
    Kind(
        "web pages (HTML)",  # not for people: as above
        (".html", ".htm", ".xhtml"),
        ("text/html", "application/xhtml"),
        PAGE,
    ),
    Kind("e-books (EPUB)", (".epub",), ("application/epub",)),
    Kind("notebooks (IPYNB)", (".ipynb",), (NOTEBOOK,), NOTEBOOK),
)
WORDS = (
    "images (PNG, JPEG, GIF, WebP)",  # not for people: as above
    "PDFs",
    *(one.words for one in DOCUMENTS),
    "text and code files",  # not for people: as above
)
READABLE = N_(
    "I can read images (PNG, JPEG, GIF, WebP), PDFs, Word (DOCX), Excel (XLSX, XLSB, XLS), PowerPoint (PPTX), "
    "OpenDocument (ODT, ODS, ODP), RTF, e-mails (EML), web pages (HTML), e-books (EPUB), notebooks (IPYNB), and text "
    "and code files"
)

_BY_ENDING = {ending: one.media_type for one in DOCUMENTS for ending in one.endings}
_BY_ENDING |= dict.fromkeys((".gdoc", ".gsheet", ".gslides"), DOCUMENT)  # which say where the document is


def of_name(name: str) -> str:
    """Return the type to read a document as by its extension, "" for what is none."""
    return _BY_ENDING.get(PurePath(name.lower()).suffix, "")


def of_type(media_type: str) -> str:
    """Return the type to read a document as by its declared type, "" for what is none."""
    return next((one.media_type for one in DOCUMENTS if media_type.startswith(one.declared)), "")


def is_document(data: bytes) -> bool:
    """Return whether a file begins as documents do, whatever it is called."""
    return data.startswith(_STARTS)
