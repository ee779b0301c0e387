"""Parse how a person wants a file read, after `classify`: `column=`, `sheet=`, `heading=`, `encoding=`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.core.classify.table import naming
from bot.core.command import shown
from bot.core.domain.classify_item import ReadAs
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {
    **dict.fromkeys(("column", "columns", "col"), "column"),
    **dict.fromkeys(("sheet", "worksheet"), "sheet"),
    **dict.fromkeys(("heading", "headings", "header", "headers"), "heading"),
    **dict.fromkeys(("encoding", "charset"), "encoding"),
}
_OPTION = re.compile(
    rf"(?:\A|(?<=[\s,;]))(?P<name>{'|'.join(sorted(_NAMES, reverse=True))})[ \t]{{0,4}}"
    r"(?P<sign>[=:]|(?=[\"“„«]))[ \t]{0,4}",
    re.IGNORECASE,
)
_LIKE_OPTION = re.compile(r"\A(?P<name>[A-Za-z][A-Za-z_-]{0,19})[ \t]{0,4}=[ \t]{0,4}\S")
# What closes a quotation that begins so, in the languages that differ.
_QUOTES = {
    **dict.fromkeys('"“”„', '"“”'),
    **dict.fromkeys("'\u2018\u2019\u201a", "'\u2018\u2019"),
    "`": "`",
    "«": "»",
    "»": "«",
}
_EXAMPLES = {"column": "text", "sheet": "2", "heading": "4", "encoding": "cp1251"}
_CHANNEL = re.compile(r"#[^\W\d]")  # `#3` is the third column
_LONGEST_VALUE = 200  # characters
# Names of columns and of sheets have blanks; what follows them is a link, a channel, or another option.
_VALUE_ENDS = re.compile(r"[,;\n<]|\s#[^\W\d]|\s(?:--|—|\u2013)[a-z]|\shttps?:")
_PLUS = re.compile(r"[ \t]{0,4}\+[ \t]{0,4}")
_WORD_ENDS = re.compile(r"[,;\s<]")
_BEHIND = re.compile(r"(?:\s(?:and|und|et|y|please|pls|bitte|thanks|thx))\Z", re.IGNORECASE)
_NEAR = ("delimiter", "separator", "row", "range", "skip", "field", "tab", *_NAMES)
_NO = frozenset(("no", "none", "off", "0", "false", "nein", "keine", "non", "aucun"))
LAST_HEADING = 1_000  # rows below it are not titles


def take(text: str) -> tuple[str, dict[str, str]]:
    """Take these options out of what was typed, unchanged; the last of each name counts.

    A column's or a sheet's name goes on, unless it is in quotes, up to a comma, a link, a channel or another option.
    Raises `UsageError` if an option is not understood, or text is left beside one: either could be meant.
    """
    matches = list(_OPTION.finditer(text))
    found: dict[str, str] = {}
    rest: list[str] = []
    start = 0
    for n, match in enumerate(matches):
        if match.start() < start:
            continue  # within the value before
        name = _NAMES[match["name"].casefold()]
        stop = matches[n + 1].start() if n + 1 < len(matches) else len(text)
        # Within a sentence, "the column: x is wrong" is not an option: there, one word is the value.
        is_apart = match["sign"] == "=" or text[start : match.start()].rstrip(" \t")[-1:] in {"", ",", ";", "\n"}
        value, end = _value(text, match.end(), stop, is_long=is_apart and name in {"column", "sheet"})
        if match["sign"] == "=" and "\n" not in text and not "".join((*rest, text[start : match.start()])).strip():
            _check_value(name, value, found)
        if value:
            found[name] = value
            rest.append(text[start : match.start()])
            start = end
    left = " ".join("".join((*rest, text[start:])).split(" ")).strip()
    if (other := _LIKE_OPTION.match(left)) and "\n" not in left:
        _check(other["name"].casefold())
    return left, found


def _check_value(name: str, value: str, found: Mapping[str, str]) -> None:
    """Raise `UsageError` for an option without a value, and for one that was given another one before."""
    if not value or _CHANNEL.match(value):
        raise UsageError(
            _(
                "`{option}=` needs a value right behind it, as in `{option}={example}`.",
                option=name,
                example=_EXAMPLES[name],
            )
        )
    if found.get(name, value) != value:
        said = _(
            "You gave `{option}=` twice: {one} and {other}.",
            option=name,
            one=shown(found[name]),
            other=shown(value),
        )
        several = _("Name several columns as in `column=title+body`.") if name == "column" else ""
        raise UsageError(" ".join(filter(None, (said, several))))


def check_rest(text: str, rest: str, options: Mapping[str, str]) -> None:
    """Raise `UsageError` for a line that has options beside other words; it says how to write them."""
    match = _OPTION.search(text)
    if not options or not match or "\n" in text or text[0] in _QUOTES or (match["sign"] != "=" and match.start()):
        return
    name, value = next(iter(options.items()))
    raise UsageError(
        _(
            "I read `{option}={value}` as an option, but not “{rest}” beside it. Put a name with a comma in quotes, "
            'as in `{option}="Likes, dislikes"`, and several columns as `column=title+body`. If all of it is a text to '
            "classify, put the text in quotes.",
            option=name,
            value=value[:60],
            rest=rest[:60],
        )
    )


def _value(text: str, at: int, stop: int, *, is_long: bool) -> tuple[str, int]:
    """Return an option's value, several in quotes with `+` between them as one, and where it ends."""
    parts: list[str] = []
    while at < len(text) and (closing := _QUOTES.get(text[at])):
        ends = (n for n in range(at + 1, min(len(text), at + 2 + _LONGEST_VALUE)) if text[n] in closing)
        if (end := next(ends, -1)) < 0 or "\n" in text[at:end]:
            break
        parts.append(text[at + 1 : end].strip())
        at = end + 1
        if not (plus := _PLUS.match(text, at)):
            return "+".join(parts), _comma(text, at)
        at = plus.end()
    stop = min(max(stop, at), at + _LONGEST_VALUE)
    found = (_VALUE_ENDS if is_long else _WORD_ENDS).search(text, at, stop)
    end = found.start() if found else stop
    value = text[at:end].strip()
    while behind := _BEHIND.search(value):
        value = value[: behind.start()].rstrip()
    return "+".join((*parts, value)) if value else "", _comma(text, end)


def _comma(text: str, at: int) -> int:
    """Return where an option ends, including the comma after it."""
    return at + 1 if text[at : at + 1] in {",", ";"} else at


def _check(name: str) -> None:
    if near := get_close_matches(name, _NEAR, n=1, cutoff=0.75):
        unknown = (
            _("I don't know the option `{option}=`: do you mean `{meant}=`?", option=name, meant=_NAMES[near[0]])
            if near[0] in _NAMES
            else _("I don't know the option `{option}=`.", option=name)
        )
        known = _(
            "A file is read with `column=`, `sheet=`, `heading=` and `encoding=`. If it is part of a text, put the "
            "text in quotes."
        )
        raise UsageError(f"{unknown} {known}")


def wished(options: Mapping[str, str]) -> ReadAs:
    """Parse the options. Raises `UsageError`."""
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
    raise UsageError(_("`heading=` takes the number of the row that has the headings, or `no` if none does."))
