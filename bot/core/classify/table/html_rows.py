"""Read the tables of a web page: many tools save one as `.xls`. Also reads Excel's own XML of 2003."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from bot.core.decoding.text import clean
from bot.core.documents.grid import MOST_COLUMNS, MOST_ROWS, Grid, filled

MOST_TABLES = 50
LOOKED_AT = 20_000  # characters, to tell a page from another text
DEEPEST = 20  # tables in tables
WIDEST = 50  # columns that one cell may span
LONGEST_TAG = 1_000  # characters of a tag that are looked at

_OPENS = re.compile(r"\s*(?:<!--|<!doctype|<[a-z])", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|table)\b", re.IGNORECASE)
_OPENS_2003 = re.compile(r"\A\s*<\?xml.{0,600}?(?:<\?mso-application|<(?:\w+:)?Workbook\b)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,20}(?::[A-Za-z]{1,20})?)(?=[\s/>])")
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s{0,4}=\s{0,4}(\"[^\"]{0,200}\"|'[^']{0,200}'|[^\s\"'>]{1,200})")
_LINE_END = re.compile(r"\s+")
_ROWS, _CELLS, _TABLES = {"tr", "row"}, {"td", "th", "cell"}, {"table", "worksheet"}
_SILENT = {"script", "style", "title"}
_BREAKS = {"br", "p", "div", "li"}


def looks_like(text: str) -> bool:
    """Return whether a text is a web page, or Excel's XML of 2003."""
    head = text[:LOOKED_AT].lstrip("\ufeff")
    return bool((_OPENS.match(head) and _PAGE.search(head)) or _OPENS_2003.match(head))


def read(text: str) -> list[Grid]:
    """Read the tables of a page, in their order."""
    return [Grid(tuple(table.rows), title=table.title) for table in _parse(text).tables if table.rows]


@dataclass(slots=True)
class _Table:
    title: str
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    span: int = 1
    seen: int = 0

    def begin_cell(self, index: int, span: int) -> None:
        """Begin a cell: at the column `index`, where blank ones were left out; over `span` columns."""
        self.end_cell()
        self.row = [] if self.row is None else self.row
        self.row += [""] * (min(MOST_COLUMNS, index - 1) - len(self.row))
        self.span = min(WIDEST, max(1, span))
        self.cell = []

    def end_cell(self) -> None:
        if self.cell is not None and self.row is not None and len(self.row) < MOST_COLUMNS:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split("\n"))
            self.row += ["\n".join(line for line in lines if line), *[""] * (self.span - 1)]
        self.cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self.seen += 1
            cells = tuple(map(clean, self.row))
            if filled(cells) and len(self.rows) < MOST_ROWS:
                self.rows.append((self.seen, cells))
        self.row = None


@dataclass(slots=True)
class _Page:
    """What a page's tags produce."""

    tables: list[_Table] = field(default_factory=list)
    open: list[_Table] = field(default_factory=list)
    is_2003: bool = False

    def begin(self, tag: str, given: str) -> None:
        self.is_2003 = self.is_2003 or tag == "worksheet"
        if tag in _TABLES and not (self.is_2003 and tag == "table"):
            table = _Table(_attribute(given, "name") if tag == "worksheet" else "")
            if len(self.tables) < MOST_TABLES and len(self.open) < DEEPEST:
                self.tables.append(table)
            self.open.append(table)
        elif not self.open:
            return
        elif tag in _ROWS:
            self.open[-1].end_row()
            self.open[-1].row = []
        elif tag in _CELLS:
            self.open[-1].begin_cell(_number(_attribute(given, "index")), _number(_attribute(given, "colspan")))
        elif tag in _BREAKS and self.open[-1].cell:
            self.open[-1].cell.append("\n")

    def end(self, tag: str) -> None:
        if not self.open:
            return
        if tag in _CELLS:
            self.open[-1].end_cell()
        elif tag in _ROWS:
            self.open[-1].end_row()
        elif tag in _TABLES and not (self.is_2003 and tag == "table"):
            self.open.pop().end_row()

    def say(self, data: str) -> None:
        if self.open and (cell := self.open[-1].cell) is not None:
            cell.append(data if self.is_2003 else _LINE_END.sub(" ", data))


def _parse(text: str) -> _Page:
    """Read a page in one pass. The standard library's parser takes quadratic time on odd pages."""
    page, at = _Page(), 0
    while (start := text.find("<", at)) >= 0:
        page.say(unescape(text[at:start]))
        at = _tag(page, text, start)
    page.say(unescape(text[at:]))
    while page.open:
        page.open.pop().end_row()
    return page


def _tag(page: _Page, text: str, start: int) -> int:
    """Handle the tag that opens at `start`; return where the text continues."""
    if text.startswith("<!--", start):
        return _behind(text, "-->", start + 4)
    if text.startswith("<![CDATA[", start):
        end = _behind(text, "]]>", start)
        page.say(text[start + 9 : end].removesuffix("]]>"))
        return end
    match = _TAG.match(text, start)
    if match is None:
        if text[start + 1 : start + 2] in {"!", "?"}:
            return _behind(text, ">", start)
        page.say("<")
        return start + 1
    end = _behind(text, ">", match.end())
    tag = match["name"].rpartition(":")[2].casefold()
    if match["slash"]:
        page.end(tag)
    elif tag in _SILENT:
        return _behind(text, f"</{match['name']}", end)
    else:
        page.begin(tag, text[match.end() : min(end, match.end() + LONGEST_TAG)])
    return end


def _behind(text: str, ending: str, start: int) -> int:
    """Return the position after the next `ending`, the end of the text if there is none."""
    found = text.find(ending, start)
    return len(text) if found < 0 else found + len(ending)


def _attribute(given: str, name: str) -> str:
    return next(
        (
            unescape(value.strip("\"'"))
            for key, value in _ATTRIBUTE.findall(given)
            if key.rpartition(":")[2].casefold() == name
        ),
        "",
    )


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0  # noqa: PLR2004 - 9,999
