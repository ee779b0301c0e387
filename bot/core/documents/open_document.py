"""Read OpenDocument texts and presentations (ODT, ODP), as LibreOffice writes them.

https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree
from odfdo import Document as OdfDocument

from bot.core.documents import open_xml
from bot.core.documents.document import Document, Thing, counted, text_of

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_SPACES = {
    prefix: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for prefix, name in (
        ("draw", "drawing"),
        *((name, name) for name in ("office", "presentation", "style", "table", "text")),
    )
}
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "content.xml"


def read(archive: zipfile.ZipFile) -> Document:
    """Read a text. Raises whatever a damaged one sets off."""
    parts = open_xml.parts(archive)
    root = open_xml.parsed(parts[_CONTENT])
    found = _beside(root)
    _drop_hidden(root, found)
    comments = list(map(_comment, root.iter(_name("office:annotation"))))
    parts[_CONTENT] = etree.tostring(root)
    written = OdfDocument(open_xml.packed(parts)).to_markdown()
    text = written.strip() if isinstance(written, str) else ""
    if comments:
        text = "\n\n".join([text, "## Comments", *comments])
    return Document(text, counted(found), open_xml.CHANGED if found[Thing.TRACKED_DELETION] else "")


def read_slides(archive: zipfile.ZipFile) -> Document:
    """Read a presentation. Raises whatever a damaged one sets off."""
    root = open_xml.parsed(open_xml.parts(archive)[_CONTENT])
    found = _beside(root)
    _drop_hidden(root, found)
    hidden = _styles(root, "style:drawing-page-properties", "presentation:visibility", "hidden")
    written = []
    for number, slide in enumerate(root.iter(_name("draw:page")), start=1):
        if slide.get(_name("draw:style-name")) in hidden:
            found[Thing.HIDDEN_SLIDE] += 1
            continue
        notes = slide.find(_name("presentation:notes"))
        said = "\n".join(_lines(notes)) if notes is not None else ""
        if notes is not None:
            slide.remove(notes)
        lines = list(_lines(slide))
        written.append("\n".join([f"## Slide {number}", "", *lines, *(["", f"Notes: {said}"] if said else [])]))
    return Document("\n\n".join(written), counted(found))


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_SPACES[prefix]}}}{name}"


def _text(element: etree._Element) -> str:
    return " ".join(text_of(element).split())


def _beside(root: etree._Element) -> Counter[Thing]:
    return Counter(
        {
            Thing.PICTURE: sum(1 for _ in root.iter(_name("draw:image"))),
            Thing.EMBEDDED_OBJECT: sum(1 for _ in root.iter(_name("draw:object"), _name("draw:object-ole"))),
            Thing.TRACKED_DELETION: sum(1 for _ in root.iter(_name("text:deletion"))),
        }
    )


def _drop_hidden(root: etree._Element, found: Counter[Thing]) -> None:
    """Take out what a reader does not see: hidden sections, and text in a style that hides it."""
    hidden = _styles(root, "style:text-properties", "text:display", "none")
    for element in list(root.iter(*map(_name, ("text:section", "text:p", "text:h", "text:span")))):
        is_hidden = element.get(_name("text:display")) == "none" or element.get(_name("text:style-name")) in hidden
        if is_hidden and (parent := element.getparent()) is not None:
            found[Thing.HIDDEN_PASSAGE] += bool(_text(element))
            blank = etree.Element(_name("text:span"))
            blank.tail = element.tail
            parent.replace(element, blank)


def _styles(root: etree._Element, properties: str, name: str, value: str) -> set[str]:
    return {
        style.get(_name("style:name"), "")
        for style in root.iter(_name("style:style"))
        for one in style.iter(_name(properties))
        if one.get(_name(name)) == value
    }


def _comment(annotation: etree._Element) -> str:
    author = annotation.findtext(f"{_DC}creator") or ""
    said = " ".join(filter(None, map(_text, annotation.iter(_name("text:p")))))
    return f"{author}: {said}" if author else said


def _lines(element: etree._Element) -> Iterator[str]:
    """Yield a slide's paragraphs; those of lists as items, those of a table's row on one line."""
    level = 0
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if one.tag == _name("text:list"):
            level += 1 if event == "start" else -1
        elif event == "start" and one.tag == _name("table:table-row"):
            yield f"| {' | '.join(_text(cell) for cell in one.iter(_name('table:table-cell')))} |"
        elif event == "start" and one.tag in (_name("text:p"), _name("text:h")):
            is_cell = next(one.iterancestors(_name("table:table-row")), None) is not None
            if (said := _text(one)) and not is_cell:
                yield f"{'  ' * (level - 1)}- {said}" if level else said
