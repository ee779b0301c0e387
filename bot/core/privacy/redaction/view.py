"""A text as it is searched: JSON's escapes undone, and the way back to where something stands.

Much of what people wrote goes to the model as JSON, and files hold JSON, too. A password with a quote in it is written
otherwise there than in plain text, and must be known all the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

EDGE = "\x1e"  # in place of the quotes around a string of JSON: white space to every pattern

# What is quoted for the model has no "<" in it, see `bot.core.prompt_data`; and lines that begin as JSON does.
_JSON = re.compile(r"<(?P<tag>[a-z_]{1,20})>(?P<block>[\[{\"][^<]*)(?=</)|^[ \t]*(?P<line>[\[{\"][^\n]*)", re.MULTILINE)
_TOKEN = re.compile(r"\"|\\(?:u[0-9a-fA-F]{4}|.)|[^\"\\\n]+|[\n\\]", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(slots=True)
class UnescapedText:
    """What is searched, and where each stretch of it is in the text itself."""

    text: str = ""
    _parts: list[str] = field(default_factory=list)
    _here: list[int] = field(default_factory=lambda: [0])
    _there: list[int] = field(default_factory=lambda: [0])
    _length: int = 0

    def original(self, position: int) -> int:
        """Return where in the text itself something stands."""
        index = bisect_right(self._here, position) - 1
        return self._there[index] + position - self._here[index]

    def add(self, part: str, at: int) -> None:
        """Add a stretch that is in the text from `at` on."""
        if at - self._there[-1] != self._length - self._here[-1]:
            self._here.append(self._length)
            self._there.append(at)
        self._parts.append(part)
        self._length += len(part)

    def finish(self, end: int) -> UnescapedText:
        """Close the view of a text of so many characters."""
        self.add("", end)
        self.text = "".join(self._parts)
        return self


def view(text: str) -> UnescapedText:
    """Return a text's view. Its time grows with the text's length."""
    seen, last = UnescapedText(), 0
    for match in _JSON.finditer(text):
        start, end = match.span("block") if match["block"] else match.span("line")
        if match["tag"] and not text.startswith(f"</{match['tag']}>", end):
            continue
        seen.add(text[last:start], last)
        _decode(text, start, end, seen)
        last = end
    seen.add(text[last:], last)
    return seen.finish(len(text))


def _decode(text: str, start: int, end: int, seen: UnescapedText) -> None:
    """Add a stretch of JSON, its strings decoded; what is never closed stays as it is."""
    opened, inside = -1, list[tuple[str, int]]()
    for match in _TOKEN.finditer(text, start, end):
        sign, at = match[0], match.start()
        if opened < 0:
            if sign == '"':
                opened, inside = at, []
            else:
                seen.add(sign, at)
        elif sign == '"':
            seen.add(EDGE, opened)
            for part, there in inside:
                seen.add(part, there)
            seen.add(EDGE, at)
            opened = -1
        elif sign == "\n":
            seen.add(text[opened : at + 1], opened)
            opened = -1
        else:
            inside.append((_unescaped(sign), at))
    if opened >= 0:
        seen.add(text[opened:end], opened)


def _unescaped(sign: str) -> str:
    if sign[0] != "\\" or len(sign) == 1:
        return sign
    if len(sign) > 2:  # noqa: PLR2004 (a backslash and a letter; more is \uXXXX)
        return chr(int(f"0x{sign[2:]}", 0))
    return _ESCAPES.get(sign[1], sign[1])
