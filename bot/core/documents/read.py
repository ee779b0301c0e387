"""Find out what a file is by its content, and let the module for it read it."""

from __future__ import annotations

import json
import logging
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core.decoding.text import decode
from bot.core.documents import archive, book, kinds, mail, notebook, refusal, rich_text, web_page
from bot.core.documents.document import Document
from bot.core.documents.identify import with_content_type, with_type
from bot.errors import UsageError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from bot.core.domain.message import FileRef

log = logging.getLogger(__name__)

_LOOKED_AT = 1_000  # bytes
_LOCKED = "locked"
# How Office 97 to 2003 name a stream of a compound file, in UTF-16, and what a file with it is.
_STREAMS = {
    "EncryptedPackage": _LOCKED,
    "WordDocument": ".doc",
    "PowerPoint Document": ".ppt",  # not for people: in a file
    "__nameid_version1.0": ".msg",
    "Workbook": ".xls",
    "Book": ".xls",
}
_ODF = "application/vnd.oasis.opendocument."


def read(shown: str, name: str, media_type: str, data: bytes) -> Document:
    """Read a document. `shown` is its name as sentences have it. Raises `UsageError`.

    It accepts anything and may take any time and memory, so call it where `FileReader` bounds both.
    """
    try:
        found = _read(shown, name, media_type, data)
    except (UsageError, MemoryError, RecursionError):
        raise
    except Exception as error:
        log.info("a document could not be read: %s", type(error).__name__)
        raise refusal.damaged_document(shown) from error
    if not found.text.strip():
        raise refusal.without_text(shown, found.left_out)
    return found


def _read(shown: str, name: str, media_type: str, data: bytes) -> Document:
    if data.startswith(kinds.PACKED):
        return _packed(shown, name, data)
    if data.startswith(kinds.COMPOUND):
        return _compound(shown, name, data)
    if data.startswith(kinds.RTF):
        return rich_text.read(data)
    if data.startswith(kinds.TNEF):
        raise UsageError(refusal.of_kind(shown, ".dat"))
    if media_type == kinds.MAIL:
        return mail.read(data, _attachment)
    return _text(shown, media_type, _decoded(shown, data))


def _text(shown: str, media_type: str, text: str) -> Document:
    start = text.lstrip()[:_LOOKED_AT].lower()
    if media_type == kinds.PAGE or start.startswith(("<!doctype html", "<html")):  # not for people: in a file
        return web_page.read(text)
    if media_type == kinds.NOTEBOOK:
        return notebook.read(text)
    if address := _address(text):
        raise refusal.only_a_link(shown, address)
    return Document(text)  # whatever its name says


def _packed(shown: str, name: str, data: bytes) -> Document:
    with archive.opened(shown, data) as opened:
        names = opened.namelist()
        if book.CONTAINER in names:
            return book.read(shown, opened)
        found = _office(opened, names)
        if found is not None:
            return found(opened)
        is_book = any(one.startswith("xl/") for one in names) or _mimetype(opened) == f"{_ODF}spreadsheet"
        if not is_book:
            raise UsageError(refusal.of_kind(shown, _ending(name, names)))
    from bot.core.documents import sheet  # noqa: PLC0415 (as below: each loads its library)

    return sheet.read(shown, data)


def _office(opened: zipfile.ZipFile, names: list[str]) -> Callable[[zipfile.ZipFile], Document] | None:
    """Return what reads a packed text or presentation."""
    if any(one.startswith("word/") for one in names):
        from bot.core.documents import word  # noqa: PLC0415

        return word.read
    if any(one.startswith("ppt/") for one in names):
        from bot.core.documents import slides  # noqa: PLC0415

        return slides.read
    mimetype = _mimetype(opened)
    if mimetype.startswith((f"{_ODF}text", f"{_ODF}presentation")):
        from bot.core.documents import open_document  # noqa: PLC0415

        return open_document.read if mimetype.startswith(f"{_ODF}text") else open_document.read_slides
    return None


def _mimetype(opened: zipfile.ZipFile) -> str:
    if "mimetype" not in opened.namelist():
        return ""
    with opened.open("mimetype") as part:
        return part.read(_LOOKED_AT).decode("ascii", errors="replace").strip().removesuffix("-template")


def _ending(name: str, names: list[str]) -> str:
    """Return the extension that says what a packed file is that is not read."""
    ending = PurePath(name.lower()).suffix
    if any(one.startswith("Index/") or one == "Index.zip" for one in names):
        return ending if ending in (".numbers", ".key") else ".pages"
    return ".zip"


def _compound(shown: str, name: str, data: bytes) -> Document:
    streams = (ending for stream, ending in _STREAMS.items() if stream.encode("utf-16-le") in data)
    ending = next(streams, PurePath(name.lower()).suffix)
    if ending == ".xls":
        from bot.core.documents import sheet  # noqa: PLC0415

        return sheet.read(shown, data)
    if ending == _LOCKED:
        raise refusal.protected(shown)
    raise UsageError(refusal.of_kind(shown, ending)) if ending in refusal.ADVICE else refusal.damaged_document(shown)


def _attachment(file: FileRef, data: bytes) -> Document:
    """Read a mail's attachment, if it is a text of any kind; those of its own are not read. Raises `UsageError`."""
    media_type = with_content_type(with_type(file), data).media_type
    if media_type == kinds.MAIL:
        return mail.read(data, _unread)
    if media_type in kinds.READ:
        return read(file.name, file.name, media_type, data)
    if media_type == kinds.TEXT:
        return Document(_decoded(file.name, data).strip())
    return _unread(file, data)


def _unread(file: FileRef, _data: bytes) -> Document:
    raise UsageError(f"{file.name} is not read here.")  # not for people: `mail` lists it as not read


def _decoded(shown: str, data: bytes) -> str:
    try:
        return decode(shown, data).text
    except ValueError:
        raise refusal.damaged_document(shown) from None


def _address(text: str) -> str:
    """Return where a document on Google Drive is, if a file is what Drive leaves on a disk in its place."""
    try:
        found = json.loads(text[:_LOOKED_AT]) if text.startswith("{") else {}
    except ValueError:
        return ""
    address = found.get("url") or found.get("doc_id") if isinstance(found, dict) else ""
    return str(address)[:200] if isinstance(address, str) else ""
