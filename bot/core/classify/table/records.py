"""Read rows of JSON: lines of objects, arrays of them under any key, tables by column, and wrappers of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.classify.table import naming
from bot.core.decoding.text import clean
from bot.core.documents.grid import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Grid, bounded, filled
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEPEST = 8  # levels in which arrays are looked for
MOST_ARRAYS = 50
MOST_OF_PAGE = 4  # keys of an object that is only a page of others
DEEPEST_CELL = 5  # levels of an object that become columns of their own: `user.name`
LONGEST_NESTED = 100_000  # characters of a cell that holds JSON

# Objects that wrap a value: RSS of app stores, XML turned to JSON, WordPress.
_WRAPPERS = frozenset({"label", "value", "$t", "#text", "_text", "rendered"})
_TABLES = (
    ("columns", "data"),
    ("headers", "rows"),
    ("header", "rows"),
    ("columns", "rows"),
    ("fields", "values"),
    ("fields", "rows"),
    ("cols", "rows"),
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_DIGITS = re.compile(r"\d+")
LONGEST_INTEGER = 300  # digits; a longer one is kept as text, as Python reads none of some thousand
_ASSIGNED = re.compile(r"\A\s*[\w.$\[\]\"' ]{1,200}=\s*(?=[\[{])")  # an archive's `window.data.part0 = [`


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_INTEGER else digits


_DECODER = json.JSONDecoder(parse_int=_integer)


@dataclass(slots=True)
class _Records:
    """Objects, or rows of an array, and their name."""

    title: str
    values: Sequence[object]
    numbers: Sequence[int] = field(default_factory=tuple)


def looks_like(text: str) -> bool:
    """Return whether a text begins like JSON, or like a script that holds nothing else."""
    start = text[:2_000].lstrip("\ufeff \t\r\n")
    return start[:1] in {"{", "["} or _ASSIGNED.match(start) is not None


def read(name: str, text: str) -> list[Grid]:
    """Read the tables of a JSON text, in their order. Raises `UsageError` for what is no JSON, or holds no rows."""
    body = text.lstrip("\ufeff \t\r\n").rstrip()
    body = _ASSIGNED.sub("", body, count=1).rstrip(";") if body[:1] not in {"[", "{", '"'} else body
    try:
        found = _lines(name, text) or _whole(name, body)
    except RecursionError:
        raise UsageError(
            _("I can't read {name}: it is nested too deeply. Send an array of objects, or CSV.", name=name)
        ) from None
    grids = [grid for one in found if (grid := _grid(one)).rows]
    if not grids:
        raise UsageError(
            _(
                "I found no rows in {name}: it should be an array of objects such as "
                '`[{{"text": "…"}}, {{"text": "…"}}]`, or one object per line.',
                name=name,
            )
        )
    return grids


def _lines(name: str, text: str) -> list[_Records]:
    """Read one object per line; nothing if the first line is not complete in itself. Only CR and LF end a line."""
    lines = [(number, line) for number, line in enumerate(_LINE_END.split(text), start=1) if line.strip(" \t\ufeff")]
    if len(lines) < 2 or not _is_json(lines[0][1]):  # noqa: PLR2004 - one line may be an array
        return []
    values, numbers = list[object](), list[int]()
    for number, line in islice(lines, MOST_ROWS):
        try:
            values.append(_DECODER.decode(line.strip("\ufeff \t")))
        except ValueError:
            raise UsageError(_("Line {line} of {name} is not valid JSON.", line=number, name=name)) from None
        numbers.append(number)
    return [_Records("", values, numbers)]


def _is_json(line: str) -> bool:
    try:
        _DECODER.decode(line.strip("\ufeff \t"))
    except ValueError:
        return False
    return True


def _whole(name: str, body: str) -> list[_Records]:
    values = list[object]()
    at = 0
    try:
        while at < len(body) and len(values) < MOST_ROWS:
            value, at = _DECODER.raw_decode(body, at)
            values.append(value)
            at = _next(body, at)
    except json.JSONDecodeError as error:
        raise UsageError(_("Line {line} of {name} is not valid JSON.", line=error.lineno, name=name)) from None
    if len(values) != 1:
        return [_Records("", values, range(1, len(values) + 1))]
    found = list(islice(_find(values[0], "", 0), MOST_ARRAYS))
    found = found or list(islice(_find_texts(values[0], "", 0), MOST_ARRAYS))
    return found or ([_Records("", values)] if isinstance(values[0], dict) and values[0] else [])


_BETWEEN = re.compile(r"[\s,\x1e]*")


def _next(body: str, at: int) -> int:
    match = _BETWEEN.match(body, at)
    return match.end() if match else at


def _find(value: object, path: str, depth: int) -> Iterator[_Records]:
    """Find what can be rows: arrays, objects by their ids, columns side by side."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        yield from _of_array(value, path, depth)
    elif isinstance(value, dict):
        if (made := _of_columns(value, path)) is not None:
            yield made
            return
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _find(inner, f"{path}.{key}" if path else str(key), depth + 1)
        if (made := _by_id(value, path)) is not None:
            yield made


def _of_array(value: list[object], path: str, depth: int) -> Iterator[_Records]:
    if (pages := _pages(value)) is not None:
        yield _Records(f"{path}.{pages[0]}" if path else pages[0], pages[1])
    elif any(isinstance(one, dict) for one in value) or (value and not any(isinstance(one, list) for one in value)):
        yield _Records(path, value)
    elif value and all(isinstance(one, list) for one in value):
        if all(any(isinstance(cell, dict) for cell in one) for one in value[:3] if isinstance(one, list)):
            yield _Records(path, [cell for one in value if isinstance(one, list) for cell in one])  # pages
        else:
            yield _Records(path, value)
    if depth == 0 and len(value) == 1 and isinstance(value[0], dict):
        yield from _find(value[0], path, depth + 1)


def _pages(value: list[object]) -> tuple[str, list[object]] | None:
    """Return the objects of pages that someone has put into one array, and their key."""
    found: list[object] = []
    keys = set[str]()
    for page in value:
        if not isinstance(page, dict) or len(page) > MOST_OF_PAGE:
            return None
        arrays = [
            key for key, inner in page.items() if isinstance(inner, list) and inner and isinstance(inner[0], dict)
        ]
        if len(arrays) != 1:
            return None
        keys.add(arrays[0])
        found += page[arrays[0]]
    return (keys.pop(), found) if len(keys) == 1 else None


def _of_columns(value: Mapping[str, object], path: str) -> _Records | None:
    """Read a table that is stored by column, or with its headings apart, as data frames are."""
    for names, rows in _TABLES:
        head, body = value.get(names), value.get(rows)
        if isinstance(head, list) and isinstance(body, list) and body and all(isinstance(one, list) for one in body):
            titles = [_cell(one.get("name", one)) if isinstance(one, dict) else _cell(one) for one in head]
            return _Records(
                path or rows, [dict(zip(titles, one, strict=False)) for one in body if isinstance(one, list)]
            )
    columns = list(value.values())
    if len(columns) < 2:  # noqa: PLR2004 - a table of one column is an array under a key
        return None
    lists = [one for one in columns if isinstance(one, list)]
    if len(lists) == len(columns) and len({len(one) for one in lists}) == 1 and not _holds_objects(lists):
        rows_ = zip(*lists, strict=True)
        return _Records(path, [dict(zip(value, row, strict=True)) for row in islice(rows_, MOST_ROWS)])
    by_row = [one for one in columns if isinstance(one, dict)]
    keys = list(by_row[0]) if len(by_row) == len(columns) else []
    if keys and all(list(one) == keys for one in by_row) and all(map(str.isdigit, keys)):
        heads = list(value)
        return _Records(path, [dict(zip(heads, (one[key] for one in by_row), strict=True)) for key in keys[:MOST_ROWS]])
    return None


def _holds_objects(columns: Sequence[list[object]]) -> bool:
    return any(isinstance(cell, dict | list) for one in columns for cell in one[:20])


def _by_id(value: Mapping[str, object], path: str) -> _Records | None:
    """Read objects that are kept under their ids, as Firebase does."""
    inner = [one for one in value.values() if isinstance(one, dict)]
    if len(inner) < 2 or len(inner) != len(value):  # noqa: PLR2004 - one object is not a table
        return None
    shared = set(inner[0]).intersection(*inner[1:20])
    if not shared or all(isinstance(inner[0][key], dict | list) for key in shared):
        return None
    return _Records(path, [{"id": key} | one for key, one in value.items() if isinstance(one, dict)])


def _find_texts(value: object, path: str, depth: int) -> Iterator[_Records]:
    """Find texts that are kept under their ids: `{"r1": "It is slow", "r2": "Love it"}`."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return
    if _are_ids(value):
        yield _Records(path, [{"id": key, "text": text} for key, text in value.items()])
        return
    for key, inner in value.items():
        yield from _find_texts(inner, f"{path}.{key}" if path else str(key), depth + 1)


def _are_ids(texts: Mapping[str, object]) -> bool:
    """Return whether the keys of texts are ids, not names: they differ in digits only, or none is a usual name."""
    if len(texts) < 2 or not all(text is None or isinstance(text, str) for text in texts.values()):  # noqa: PLR2004
        return False
    if not any(map(naming.is_known, texts)):
        return True
    return len({_DIGITS.sub("0", key) for key in texts}) == 1


def _each_by_id(values: Sequence[object]) -> list[object] | None:
    """Read objects of one text each, under an id of its own: `[{"r1": "It is slow"}, {"r2": "Love it"}]`."""
    if not all(isinstance(one, dict) and len(one) == 1 for one in values):
        return None
    together = {key: text for one in values if isinstance(one, dict) for key, text in one.items()}
    if len(together) != len(values) or not _are_ids(together):
        return None
    return [{"id": key, "text": text} for key, text in together.items()]


def _grid(found: _Records) -> Grid:
    numbers = found.numbers or range(1, len(found.values) + 1)
    found_values = _each_by_id(found.values) or found.values
    values = [(number, value) for number, value in zip(numbers, found_values, strict=False) if value is not None]
    values = values[:MOST_ROWS]
    if values and all(isinstance(value, list) for _, value in values):
        lists = ((number, tuple(map(_cell, value))) for number, value in values if isinstance(value, list))
        return bounded((row for row in lists if filled(row[1])), title=found.title)
    records = [(number, _flat(value)) for number, value in values]
    counts = Counter(key for _, record in records for key, cell in record.items() if cell)
    order = dict.fromkeys(key for _, record in records for key in record)
    room = min(MOST_COLUMNS, max(1, MOST_CELLS // max(1, len(records))))
    kept = set(sorted(order, key=lambda key: -counts[key])[:room])
    names = tuple(key for key in order if key in kept)
    cut = partial(_, N_("I kept the {most:,} most frequent of {all:,} keys as columns."), most=room, all=len(order))
    rows = tuple((number, tuple(record.get(key, "") for key in names)) for number, record in records)
    return Grid(rows, names, title=found.title, remarks=(cut,) if len(order) > room else ())


def _flat(value: object) -> dict[str, str]:
    """Return an object's values by their path; of another value, the text."""
    if not isinstance(value, dict):
        return {"text": _cell(value)}
    while len(value) == 1 and isinstance(inner := next(iter(value.values())), dict):
        value = inner  # the `node` of a connection
    record: dict[str, str] = {}
    _flatten(value, "", record, 0)
    return record


def _flatten(value: Mapping[str, object], path: str, record: dict[str, str], depth: int) -> None:
    for key, inner in islice(value.items(), MOST_COLUMNS):
        name = clean(f"{path}.{key}" if path else str(key))
        if isinstance(inner, dict) and inner and depth < DEEPEST_CELL and not _is_document(inner):
            _flatten(inner, name, record, depth + 1)
        else:
            wrapped = path if key in _WRAPPERS and path and path not in record else name
            record[wrapped] = _cell(inner)


def _is_document(value: Mapping[str, object]) -> bool:
    return value.get("type") == "doc" and isinstance(value.get("content"), list)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict | list):
        return _nested(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact until here
        return str(int(value))
    return "" if value is None else str(value)


def _nested(value: Mapping[str, object] | list[object]) -> str:
    if isinstance(value, list):
        if value and all(isinstance(one, str | int | float) for one in value):
            return ", ".join(map(_cell, value))
    elif _is_document(value):
        return "\n".join(_paragraphs(value))
    return clean(json.dumps(value, ensure_ascii=False)[:LONGEST_NESTED]) if value else ""


def _paragraphs(value: Mapping[str, object]) -> Iterator[str]:
    """Return the paragraphs of a document that is kept as a tree, as Jira does."""
    content = value.get("content")
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict):
            yield "".join(_words(block, 0))


def _words(node: Mapping[str, object], depth: int) -> Iterator[str]:
    if isinstance(text := node.get("text"), str):
        yield clean(text)
    content = node.get("content")
    for inner in content if isinstance(content, list) and depth < DEEPEST else ():
        if isinstance(inner, dict):
            yield from _words(inner, depth + 1)
