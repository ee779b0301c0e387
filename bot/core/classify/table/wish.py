"""What a person says about reading a file, after `classify`: `column=`, `sheet=`, `heading=`, `encoding=`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.classify.table import naming
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTION = re.compile(
    r"(?:\A|(?<=\s))(?P<name>column|sheet|heading|encoding)[ \t]{0,4}[=:][ \t]{0,4}"
    r"(?:\"(?P<q>[^\"\n]{1,200})\"|“(?P<c>[^”\n]{1,200})”|(?P<w>[^\s\"“,]{1,200}))",
    re.IGNORECASE,
)
_NO = frozenset(("no", "none", "off", "0", "false", "nein", "keine", "non", "aucun"))
LAST_HEADING = 1_000  # rows below it are no titles


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a file is to be read, as far as someone said; what is "" or None is found by looking.

    `column` and `sheet` are names or numbers from 1 on, which `#` tells from names that are numbers; `heading` is the
    number of the row that names the columns, 0 for none; `encoding` as people write it.
    """

    column: str = ""
    sheet: str = ""
    heading: int | None = None
    encoding: str = ""


AS_FOUND = ReadAs()  # no one said anything: it is found by looking


def take(text: str) -> tuple[str, dict[str, str]]:
    """Take these options out of what was typed, as they stand there; the last of a name counts."""
    matches = list(_OPTION.finditer(text))
    found = {match["name"].casefold(): (match["q"] or match["c"] or match["w"]).strip() for match in matches}
    rest, start = [], 0
    for match in matches:
        rest.append(text[start : match.start()])
        start = match.end()
    return " ".join("".join((*rest, text[start:])).split(" ")).strip(), found


def wished(options: Mapping[str, str]) -> ReadAs:
    """Read the options. Raises `UsageError`."""
    return ReadAs(
        options.get("column", ""),
        options.get("sheet", ""),
        _row(options["heading"]) if "heading" in options else None,
        options.get("encoding", ""),
    )


def is_meant(wanted: str, title: str, number: int) -> bool:
    """Return whether someone means a sheet: by its name, or by its number from 1 on."""
    name = naming.folded(wanted)
    return bool(name) and name in {naming.folded(title), f"#{number}", f"{number}"}


def _row(value: str) -> int:
    if value.casefold() in _NO:
        return 0
    if value.isascii() and value.isdigit() and 0 < int(value) <= LAST_HEADING:
        return int(value)
    raise UsageError("`heading=` takes the number of the row that has the headings, or `no` if none does.")
