"""Read an e-book (EPUB): its chapters in their order, each as the web page that it is."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import accumulate
from posixpath import normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from bot.core.decoding.text import decode
from bot.core.documents import open_xml, web_page
from bot.core.documents.document import Document, Thing, counted, text_of
from bot.core.documents.markdown import markdown
from bot.core.documents.refusal import LOCKED_BOOK
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
LARGEST_PACKAGE = 4_000_000  # bytes of the part that lists the others
MOST_TEXT = 8_000_000  # bytes of chapters: more than Claude can be shown at once, and what is parsed in a few seconds
MOST_CHAPTERS = 1_000
MOST_AUTHORS = 5
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read(shown: str, archive: zipfile.ZipFile) -> Document:
    """Read a book. Raises `UsageError` for one that is encrypted, and whatever a damaged one sets off."""
    path = next(one.get("full-path", "") for one in _all(open_xml.parsed(_part(archive, CONTAINER)), "rootfile"))
    package = open_xml.parsed(_part(archive, path))
    chapters = _chapters(package, path, set(archive.namelist()))
    if _encrypted(archive).intersection(chapters):
        raise UsageError(_(LOCKED_BOOK, name=shown))
    found, texts = Counter[Thing](), list[str]()
    fitting = _fitting(archive, chapters)
    for chapter in fitting:
        root, _is_whole = web_page.parsed(_page(chapter, archive.read(chapter)))
        if root is not None:
            found += web_page.cleaned(root)
            texts.append(markdown(root))
    is_cut = len(fitting) < len(chapters)
    more = (partial(_, N_("everything after the first {n:,} parts"), n=len(fitting)),) if is_cut else ()
    text = "\n\n".join(filter(None, [*_heads(package), *texts])) if any(texts) else ""
    return Document(text, (*more, *counted(found)))


def _chapters(package: etree._Element, path: str, names: set[str]) -> list[str]:
    """Return the parts that are the book's pages, in their order."""
    parts = {one.get("id", ""): one for one in _all(package, "item")}
    listed = (parts.get(one.get("idref", "")) for one in _all(package, "itemref"))
    found = (_target(path, one) for one in listed if one is not None and one.get("media-type", "") in _PAGES)
    return [one for one in dict.fromkeys(found) if one in names]


def _fitting(archive: zipfile.ZipFile, chapters: Sequence[str]) -> Sequence[str]:
    sizes = accumulate(archive.getinfo(one).file_size for one in chapters[:MOST_CHAPTERS])
    return [one for one, size in zip(chapters, sizes, strict=False) if size <= MOST_TEXT]


def _page(name: str, data: bytes) -> str:
    """Return a page as HTML: what XHTML closes at once, as an empty title, would otherwise swallow what follows."""
    try:
        return etree.tostring(open_xml.parsed(data), method="html", encoding="unicode")
    except etree.XMLSyntaxError:
        return decode(name, data).text


def _heads(package: etree._Element) -> Iterator[str]:
    title = next(map(_line, _all(package, "title")), "")
    authors = [said for one in _all(package, "creator") if (said := _line(one))][:MOST_AUTHORS]
    yield f"# {title}" if title else ""
    yield ", ".join(authors)


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    """Return the parts that are encrypted: fonts often are, without that the book is."""
    if ENCRYPTION not in archive.namelist():
        return set()
    root = open_xml.parsed(_part(archive, ENCRYPTION))
    return {unquote(one.get("URI", "")) for one in _all(root, "CipherReference")}


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_PACKAGE:
        raise open_xml.TooMuchXmlError
    return archive.read(name)


def _target(package: str, item: etree._Element) -> str:
    """Return the name of the part that an item is; `package` is the part that lists it."""
    folder = package.rpartition("/")[0]
    return normpath(f"{folder}/{unquote(item.get('href', ''))}").lstrip("/")


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in root.iter("{*}" + name))


def _line(element: etree._Element) -> str:
    return " ".join(text_of(element).split())[:300]
