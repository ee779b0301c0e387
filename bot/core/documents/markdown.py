"""Write a tree of HTML as Markdown, in reading order: headings, lists, tables, quotations, code."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from lxml import etree

from bot.core.documents.document import text_of
from bot.core.markdown_table import cell

_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
        *_HEADINGS,
    )
)
_CUT = {"s": "~~", "strike": "~~", "del": "~~"}
_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_BULLET, _BREAK = "- ", "\0"  # which no text of a tree has
LONGEST_ADDRESS = 500  # characters; those that are longer only count who follows them
WIDEST = 60  # columns of a table, spans included
MOST_LEVELS = 12  # of lists and quotations that are shown as such


def markdown(root: etree._Element) -> str:
    """Return what a tree says."""
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            writer.end(element)
        elif writer.start(element):
            walk.skip_subtree()
    writer.flush()
    return "\n".join(writer.lines).strip()


@dataclass(slots=True)
class _List:
    """An open list: the number of its next item, 0 for bullets."""

    number: int


@dataclass(slots=True)
class _Writer:
    lines: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # what will be the next block
    lists: list[_List] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)  # what each line of an open quotation or item begins with
    marker: str = ""  # of an item that has said nothing yet
    opening: str = ""  # of a heading
    before: tuple[str, ...] = ()  # what the lines of the last block begin with
    was_item: bool = False  # so that the next item follows without a blank line

    def start(self, element: etree._Element) -> bool:
        """Begin an element; return whether all of it is written."""
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
            if tag == "pre":
                self.block(_fenced(element))
                self._tail(element)
                return True
            if tag == "table" and (table := _table(element)) is not None:
                self.block(table)
                self._tail(element)
                return True
        self._open(element)
        self.said.append(element.text or "")
        return False

    def _open(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in ("ul", "ol"):
            self.lists.append(_List(_number(element.get("start"), 1) if tag == "ol" else 0))
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self.prefixes.append("> ")
        elif tag in _HEADINGS:
            self.opening = _HEADINGS[tag]
        elif tag == "hr":
            self.block("---")
        elif tag == "br":
            self.said.append(_BREAK)
        elif tag in _CUT:
            self.said.append(_CUT[tag])
        elif tag == "img" and (alt := " ".join((element.get("alt") or "").split())):
            self.said.append(f"[picture: {alt}]")

    def end(self, element: etree._Element) -> None:
        """End an element, and say what follows it."""
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
            self.opening = ""
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag in ("li", "blockquote") and self.prefixes:
                self.prefixes.pop()
                self.marker = ""
        elif tag in _CUT:
            self.said.append(_CUT[tag])
        elif tag == "a" and (address := _address(element)):
            self.said.append(f" <{address}>")
        self._tail(element)

    def _tail(self, element: etree._Element) -> None:
        self.said.append(element.tail or "")

    def _item(self) -> None:
        number = self.lists[-1].number if self.lists else 0
        self.marker = f"{number}. " if number else _BULLET
        if number:
            self.lists[-1].number += 1
        self.prefixes.append(" " * len(self.marker))

    def flush(self) -> None:
        """Write what was said as a block of its own."""
        lines = (" ".join(line.split()) for line in "".join(self.said).split(_BREAK))
        self.said.clear()
        if text := "\n".join(line for line in lines if line):
            self.block(self.opening + (text.replace("\n", " ") if self.opening else text))

    def block(self, text: str) -> None:
        """Write lines, each after what the open quotations and items begin with."""
        prefixes = tuple(self.prefixes[:MOST_LEVELS])
        whole = "".join(prefixes)
        is_item = bool(self.marker)
        first = whole[: len(whole) - len(self.marker)] + self.marker if is_item else whole
        if self.lines and not (is_item and self.was_item):
            common = takewhile(lambda both: both[0] == both[1], zip(self.before, prefixes, strict=False))
            self.lines.append("".join(prefix for prefix, _ in common).rstrip())
        head, *rest = text.split("\n")
        self.lines += [f"{first}{head}", *(f"{whole}{line}" for line in rest)]
        self.marker, self.was_item, self.before = "", bool(self.lists), prefixes


def _number(value: str | None, other: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else other  # noqa: PLR2004


def _address(element: etree._Element) -> str:
    """Return where a link leads, "" if its text says so already, or if it leads to a place in the same document."""
    address = (element.get("href") or "").strip()
    scheme, _, rest = address.partition(":")
    if scheme.lower() not in _SCHEMES or len(address) > LONGEST_ADDRESS:
        return ""
    said = text_of(element).strip()
    return address if said and said.rpartition("://")[2].strip("/") != rest.strip("/") and said != rest else ""


def _fenced(element: etree._Element) -> str:
    text = text_of(element).strip("\n")
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}" if text.strip() else ""


def _table(table: etree._Element) -> str | None:
    """Write a table; None for one that only lays out a page: it holds another, or has but one column."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    grid = _grid(table)
    width = max(map(len, grid), default=0)
    if width < 2:  # noqa: PLR2004 (one column is not a table)
        return None
    rows = [[*row, *[""] * (width - len(row))] for row in grid if any(row)]
    if not rows:
        return ""
    rule = ["---"] * width
    caption = " ".join(text_of(found).split()) if (found := table.find("caption")) is not None else ""
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
    return "\n".join([*([caption, ""] if caption else []), *lines])


def _grid(table: etree._Element) -> list[list[str]]:
    """Lay a table's cells out; a cell over several columns or rows goes into the first of them."""
    grid: list[list[str]] = []
    taken: dict[int, int] = {}  # columns that cells of rows above reach into: for how many rows yet
    for row in table.iter("tr"):
        cells: list[str] = []
        for one in row.iterchildren("td", "th"):
            _skip(cells, taken)
            width = min(max(_number(one.get("colspan"), 1), 1), WIDEST - len(cells))
            if width < 1:
                break
            below = _number(one.get("rowspan"), 1) - 1
            taken |= dict.fromkeys(range(len(cells), len(cells) + width), below)
            said = markdown(one) if len(one) else one.text or ""
            cells += [cell(said), *[""] * (width - 1)]
        _skip(cells, taken)
        grid.append(cells)
    return grid


def _skip(cells: list[str], taken: dict[int, int]) -> None:
    while taken.get(len(cells), 0) > 0:
        taken[len(cells)] -= 1
        cells.append("")
