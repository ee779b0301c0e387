"""Read a web page: what a browser would show of it, as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from bot.core.documents.document import Document, Thing, counted, text_of
from bot.core.documents.markdown import markdown
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

# What shows no text of its own, or that of another page.
_SILENT = frozenset(
    (
        *("applet", "audio", "base", "canvas", "datalist", "embed", "head", "iframe", "input", "link", "math", "meta"),
        *("noembed", "noframes", "noscript", "object", "script", "style", "svg", "template", "video"),
    )
)
_EMBEDDED = {
    "iframe": Thing.EMBEDDED_PAGE,
    "object": Thing.EMBEDDED_OBJECT,
    "embed": Thing.EMBEDDED_OBJECT,
    "svg": Thing.DRAWING,
}
# Declarations that hide what they are about, in the attribute `style` or in a style sheet.
_HIDING = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|mso-hide\s{0,9}:\s{0,9}all"
    r"|(?<![\w-])(?:font-size|max-height|opacity)\s{0,9}:\s{0,9}(?:0?\.0\d{0,3}|[01]px|0(?![\d.])|0\.0{1,3}(?!\d))"
    r"|(?<![\w-])color\s{0,9}:\s{0,9}transparent"
    r"|(?<![\w-])(?:left|top|right|text-indent|margin-left|margin-top)\s{0,9}:\s{0,9}-\d{3,9}"
    r"|clip\s{0,9}:\s{0,9}rect\(\s{0,9}[01](?:px)?[\s,]"
    r"|clip-path\s{0,9}:\s{0,9}(?:inset\(\s{0,9}(?:[5-9]\d|100)%|circle\(0)",
    re.IGNORECASE,
)
_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9]{0,9})?(?P<mark>[.#])(?P<name>[\w-]{1,99})", re.IGNORECASE)
# A box of no size hides what it holds, unless that flows over.
_FLAT = re.compile(r"(?<![\w-])(?:width|height)\s{0,9}:\s{0,9}0(?:px)?(?![\w.%])", re.IGNORECASE)
_CUT_OFF = re.compile(r"(?<![\w-])overflow\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
MOST_RULES = 20_000  # characters of a rule of a style sheet


def read(text: str) -> Document:
    """Read a page."""
    root, is_whole = parsed(text)
    if root is None:
        return Document("")
    titled = next(root.iter("title"), None)
    title = " ".join(text_of(titled).split()) if titled is not None else ""
    found = cleaned(root)
    written = markdown(root)
    heading = f"# {title}\n\n" if title and written and not written.startswith("# ") else ""
    return Document(
        heading + written, (*counted(found), *(() if is_whole else (partial(_, N_("what is nested too deep")),)))
    )


def parsed(text: str) -> tuple[etree._Element | None, bool]:
    """Parse HTML as browsers do, however broken it is; None for nothing. Return whether it is whole, too.

    Nothing is fetched.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # there is nothing but blanks and comments
        return None, True
    return root, not any("depth" in fault.message for fault in parser.error_log)


def drop(element: etree._Element) -> None:
    """Take an element out of its tree, with all that is in it, and leave what follows it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def cleaned(root: etree._Element) -> Counter[Thing]:
    """Remove what shows no text, and what is hidden; count what a reader would miss."""
    found: Counter[Thing] = Counter()
    names = set(_hidden_names(root))
    gone: list[etree._Element] = []
    walk = etree.iterwalk(root, events=("start",))
    for _event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else "script"
        if tag in _EMBEDDED:
            found[_EMBEDDED[tag]] += 1
        elif tag in _SILENT:
            pass
        elif _is_hidden(element, names):
            found[Thing.HIDDEN_PASSAGE] += bool(text_of(element).strip())
        else:
            found[Thing.PICTURE] += tag == "img" and not _is_tiny(element)
            continue
        gone.append(element)
        walk.skip_subtree()
    for element in gone:
        drop(element)
    return found


def _is_hidden(element: etree._Element, names: set[tuple[str, str]]) -> bool:
    given: dict[str, str] = dict(element.items())  # type: ignore[arg-type] # as it is for HTML
    if not given:
        return False
    if "hidden" in given or _hides(given.get("style", "")):
        return True
    classes = given.get("class", "").split()
    tag = element.tag
    marks = (*(f".{one}" for one in classes), f"#{given.get('id', '')}")
    return any((tag, mark) in names or ("", mark) in names for mark in marks)


def _hides(style: str) -> bool:
    return bool(style and (_HIDING.search(style) or (_CUT_OFF.search(style) and _FLAT.search(style))))


def _is_tiny(element: etree._Element) -> bool:
    """Return whether a picture is one that counts who opens a mail."""
    return bool({element.get("width"), element.get("height")} & {"0", "1"})


def _hidden_names(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Find the classes and ids that the page's style sheets hide on every screen: rules outside of `@media`."""
    for style in root.iter("style"):
        for selectors, body in _rules(style.text or ""):
            if not _hides(body):
                continue
            for selector in selectors.split(","):
                if match := _SELECTOR.fullmatch(selector.strip()):
                    yield (match["tag"] or "").lower(), match["mark"] + match["name"]


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    sheet = "".join(part.partition("/*")[0] for part in sheet.split("*/"))
    depth, start, selectors = 0, 0, ""
    for match in re.finditer(r"[{};]", sheet):
        mark, at = match[0], match.start()
        if mark == "{":
            if not depth:
                selectors = sheet[start:at].strip()[:MOST_RULES]
                start = at + 1
            depth += 1
        elif mark == "}":
            depth = max(0, depth - 1)
            if not depth:
                if not selectors.startswith("@"):
                    yield selectors, sheet[start : min(at, start + MOST_RULES)]
                start = at + 1
        elif not depth:  # `@import …;`
            start = at + 1
