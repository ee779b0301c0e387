"""Read a Word document (DOCX): its text as if all changes were accepted, with its tables, notes and comments."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import mammoth
from lxml import etree

from bot.core.documents import open_xml, web_page
from bot.core.documents.document import Document, Thing, counted, text_of
from bot.core.documents.markdown import markdown
from bot.language import N_, _

if TYPE_CHECKING:
    import zipfile
    from collections import Counter
    from collections.abc import Iterator, Mapping

    from bot.core.documents.document import Words

MOST_PARAGRAPHS = 5_000  # some 300 pages: what the library reads in two seconds
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SHAPES = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_MARKS = frozenset((f"{_WORD}rubyPr", f"{_WORD}rt"))  # how a word is read, beside it
_OFF = frozenset(("0", "false", "off"))
# How a formula's parts are written on one line.
_JOINED = {"f": "/", "sSup": "^", "sSub": "_", "rad": "√", "nary": " "}
_STYLE_MAP = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
comment-reference => sup
strike => s
"""
_NOTES = ("footnote-", "endnote-")  # how the library names them
_BODY = re.compile(r"word/(?:document|footnotes|endnotes|comments)\d*\.xml", re.IGNORECASE)
_MARGIN = re.compile(r"word/(?:header|footer)\d*\.xml", re.IGNORECASE)


def read(archive: zipfile.ZipFile) -> Document:
    """Read a document. Raises whatever a damaged one sets off."""
    parts = open_xml.parts(archive)
    found = open_xml.beside(parts)
    hidden = _hidden_styles(parts)
    is_cut, pictures = False, list[bytes]()
    for name, part in parts.items():
        if _BODY.fullmatch(name):
            root = open_xml.parsed(part)
            is_cut = _cut(root) or is_cut
            _prepare(root, hidden, found)
            pictures += open_xml.pictures(name, (root,), parts)
            parts[name] = etree.tostring(root)

    written = mammoth.convert_to_html(
        open_xml.packed(parts),
        style_map=_STYLE_MAP,
        include_embedded_style_map=False,  # the file's own
        convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
    )
    unique = tuple(dict.fromkeys(pictures))
    lost = max(0, found.pop(Thing.PICTURE, 0) - len(unique))
    left_out = (
        *((partial(_, N_("everything after the first {n:,} paragraphs"), n=MOST_PARAGRAPHS),) if is_cut else ()),
        *counted(found),
        *_margins(parts),
    )
    about = open_xml.CHANGED if found[Thing.TRACKED_DELETION] else ""
    return Document(_markdown(written.value), left_out, about, pictures=unique, lost=lost)


def _markdown(written: str) -> str:
    root, _is_whole = web_page.parsed(written)
    if root is None:
        return ""
    for link in list(root.iter("a")):
        address = link.get("href") or ""
        if address.startswith("#") and "-ref-" in address:  # from a note back to its place
            web_page.drop(link)
    notes = (one for one in root.iter("ol") if len(one) and (one[0].get("id") or "").startswith(_NOTES))
    if (first := next(notes, None)) is not None:
        heading = etree.Element("h2")
        heading.text = "Notes"
        first.addprevious(heading)
    return markdown(root)


def _hidden_styles(parts: Mapping[str, bytes]) -> frozenset[str]:
    if "word/styles.xml" not in parts:
        return frozenset()
    styles = open_xml.parsed(parts["word/styles.xml"]).iter(f"{_WORD}style")
    return frozenset(one.get(f"{_WORD}styleId", "") for one in styles if _is_on(one.find(f"{_WORD}rPr/{_WORD}vanish")))


def _prepare(root: etree._Element, hidden: frozenset[str], found: Counter[Thing]) -> None:
    """Take out of a part what its reader does not see and what the library does not need; count what is lost."""
    for paragraph in list(root.iter(f"{_WORD}p")):
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        if style is not None and style.get(f"{_WORD}val") in hidden:
            found[Thing.HIDDEN_PASSAGE] += bool(text_of(paragraph).strip())
            _drop(paragraph)
    for run in list(root.iter(f"{_WORD}r")):
        properties = run.find(f"{_WORD}rPr")
        if properties is None:
            continue
        style = properties.find(f"{_WORD}rStyle")
        if _is_on(properties.find(f"{_WORD}vanish")) or (style is not None and style.get(f"{_WORD}val") in hidden):
            found[Thing.HIDDEN_PASSAGE] += bool(text_of(run).strip())
            _drop(run)
        elif properties.find(f"{_WORD}strike") is None:
            _drop(properties)  # fonts and languages are most of a document
    deleted = (*root.iter(f"{_WORD}del"), *root.iter(f"{_WORD}moveFrom"))
    found[Thing.TRACKED_DELETION] += sum(bool(text_of(one).strip()) for one in deleted)
    found[Thing.EMBEDDED_DOCUMENT] += sum(1 for _ in root.iter(f"{_WORD}altChunk"))
    for formula in list(root.iter(f"{_MATH}oMath")):
        _spell_out(formula)
    for wrapper in list(root.iter(f"{_WORD}fldSimple", f"{_WORD}ruby", f"{_WORD}rubyBase")):
        _unwrap(wrapper)
    for box in list(root.iter(f"{_WORD}txbxContent")):
        _take_out(box)


def _unwrap(wrapper: etree._Element) -> None:
    """Put what a wrapper holds in its place: the library reads it there."""
    parent = wrapper.getparent()
    if parent is None:
        return
    for child in list(wrapper):
        if child.tag not in _MARKS:
            wrapper.addprevious(child)
    parent.remove(wrapper)


def _take_out(box: etree._Element) -> None:
    """Put a text box's paragraphs after the one that it hangs on, unless the library reads them where they are."""
    around = [one.tag for one in box.iterancestors()]
    if not any(str(tag).startswith(_SHAPES) for tag in around):
        return  # the older form, which the library reads
    choice = next((one for one in box.iterancestors() if one.tag == f"{_CHOICE}AlternateContent"), None)
    if choice is not None and choice.find(f"{_CHOICE}Fallback") is not None:
        return  # which holds the same in the older form
    anchor = next((one for one in box.iterancestors(f"{_WORD}p")), None)
    for paragraph in reversed(list(box)):
        if anchor is not None:
            anchor.addnext(paragraph)


def _is_on(switch: etree._Element | None) -> bool:
    return switch is not None and switch.get(f"{_WORD}val") not in _OFF


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _cut(root: etree._Element) -> bool:
    """Keep the first paragraphs of a part; return whether there were more."""
    paragraphs = root.iter(f"{_WORD}p")
    last = next(islice(paragraphs, MOST_PARAGRAPHS, None), None)
    node = last
    while node is not None and (parent := node.getparent()) is not None:
        for sibling in list(node.itersiblings()):
            parent.remove(sibling)
        node = parent
    if last is not None:
        _drop(last)
    return last is not None


def _spell_out(formula: etree._Element) -> None:
    """Put a formula's letters in its place, on one line."""
    parent = formula.getparent()
    if parent is None:
        return
    if parent.tag == f"{_MATH}oMathPara":
        formula, parent = parent, parent.getparent()
    if parent is None:
        return
    run = etree.Element(f"{_WORD}r")
    etree.SubElement(run, f"{_WORD}t").text = _line(formula)
    parent.replace(formula, run)


def _line(element: etree._Element) -> str:
    if element.tag == f"{_MATH}t":
        return element.text or ""
    parts = [part for child in element if (part := _line(child))]
    mark = _JOINED.get(str(element.tag).removeprefix(_MATH), "")
    if not mark:
        return "".join(parts)
    return mark.join(part if len(part) == 1 else f"({part})" for part in (["", *parts] if mark == "√" else parts))


def _margins(parts: Mapping[str, bytes]) -> Iterator[Words]:
    """Yield that there are headers or footers that say more than a number."""
    for name, part in parts.items():
        if _MARGIN.fullmatch(name):
            texts = open_xml.parsed(part).iter(f"{_WORD}t")
            if any(map(str.isalpha, "".join(one.text or "" for one in texts))):
                yield partial(_, N_("headers and footers"))
                return
