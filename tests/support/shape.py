"""The shapes of Slack's events, filled in, and changed in one place each: absent, null, empty, odd."""

from __future__ import annotations

import itertools
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "shapes"
ABSENT = object()
ODD: tuple[object, ...] = (ABSENT, None, "", 7, [], {}, "odd", True, [None, 1], {"type": ["odd"]})
_WORD = re.compile(r"word\d+x")
_KNOWN = {
    "ts": "1764460800.000100",
    "deleted_ts": "1764460800.000100",
    "thread_ts": "1764460700.000100",
    "event_ts": "1764460800.000200",
    "channel": "C01GENERAL0",
    "user": "U01ADA00000",
    "subtype": "",
}

Path_ = tuple[str | int, ...]


def names() -> list[str]:
    """Return the kinds of events there are."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def event(name: str) -> dict[str, Any]:
    """Return an event of a kind, each of its texts a word of its own."""
    filled: dict[str, Any] = _filled(json.loads((FOLDER / f"{name}.json").read_text()), "", itertools.count())["event"]
    return filled


def _filled(thing: Any, name: str, numbers: Iterator[int]) -> Any:
    if isinstance(thing, dict):
        return {key: _filled(value, key, numbers) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_filled(one, name, numbers) for one in thing]
    return _KNOWN.get(name, f"word{next(numbers)}x") if thing == "" else thing


@cache
def paths(name: str) -> list[Path_]:
    """Return where everything is in an event."""
    return list(walk(event(name)))


def walk(thing: object, before: Path_ = ()) -> Iterator[Path_]:
    """Yield where everything is in a thing."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(thing, dict):
        inner = list(thing.items())
    elif isinstance(thing, list):
        inner = list(enumerate(thing))
    for key, value in inner:
        yield (*before, key)
        yield from walk(value, (*before, key))


def at(thing: Any, path: Path_) -> Any:
    """Return what is at a path."""
    for key in path:
        thing = thing[key]
    return thing


def changed(thing: Any, path: Path_, value: object) -> Any:
    """Return the same with something else at a path, or with nothing there: `ABSENT`."""
    first, *rest = path
    copy: Any = dict(thing) if isinstance(thing, dict) else list(thing)
    if rest:
        copy[first] = changed(copy[first], tuple(rest), value)
    elif value is ABSENT:
        del copy[first]
    else:
        copy[first] = value
    return copy


def words(thing: object) -> set[str]:
    """Return the words of an event, or of a text made of it."""
    return set(_WORD.findall(thing if isinstance(thing, str) else json.dumps(thing)))
