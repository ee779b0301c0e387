"""Parse options in plain words: how long, in what shape, for whom, about what, in which language."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

from bot.core.domain.summary import Length, Shape, SummaryOptions
from bot.core.typed_scope import skip_gap

_LANGUAGES = """
arabic bengali bulgarian cantonese catalan chinese croatian czech danish dutch english estonian farsi filipino finnish
french german greek gujarati hebrew hindi hungarian icelandic indonesian irish italian japanese kannada korean latin
latvian lithuanian malay malayalam mandarin marathi norwegian persian polish portuguese punjabi romanian russian serbian
slovak slovenian spanish swahili swedish tagalog tamil telugu thai turkish ukrainian urdu vietnamese welsh
deutsch español francais français italiano português nederlands polski svenska dansk norsk suomi čeština türkçe
русском українською 日本語 中文 한국어
"""  # not for people: what they type
_LANGUAGE = (
    rf"(?:(?:simple|plain|brazilian|british|american|simplified|traditional)\s+)?(?:{'|'.join(_LANGUAGES.split())})"
)
_LENGTHS = {"brief": Length.SHORT, "detailed": Length.LONG} | {str(length): length for length in Length}
_SHAPES = {"bullet": Shape.BULLETS, "list": Shape.BULLETS, "para": Shape.PARAGRAPH, "prose": Shape.PARAGRAPH}

# The words that open an option. Free ones (`focus on …`) go on until the next of these.
_FIXED = {
    "length": rf"(?P<length>{'|'.join(_LENGTHS)})(?:\s+(?:summary|version))?",
    "shape": r"(?:as|in)\s+(?:an?\s+)?(?P<shape>bullet(?:s|\s+points?|\s+list)?|list|paragraphs?|prose|table)",
    "only_actions": r"(?P<only_actions>(?:only|just)\s+(?:the\s+)?actions?(?:\s+items?)?"
    r"|actions?(?:\s+items?)?\s+only)",
    "language": rf"(?:in|auf|en)\s+(?P<language>{_LANGUAGE})",
}
_FREE = {
    "role": r"as\s+(?P<role>(?:an?|the)\s+{free})",
    "focus": r"focus(?:ing|ed|sed)?\s+on\s+(?P<focus>{free})",
    "audience": r"for\s+(?!(?:the\s+)?(?:record|first|last|sake|moment|time|most|example|instance|sale|now|once|\d))"
    r"(?P<audience>{free})",
}
_OPENS = (
    *_FIXED.values(),
    r"as\s+(?:an?|the)",
    r"focus(?:ing|ed|sed)?\s+on",
    r"for",
)
_NAMELESS = re.compile(r"\?P<\w+>")
_NEXT = "|".join(_NAMELESS.sub("?:", opening) for opening in _OPENS)
_FREE_WORDS = rf"[^\n,;:.]{{1,80}}?(?=[ \t]*(?:\Z|[,;]|\.\Z)|[ \t]+(?:and[ \t]+)?(?:{_NEXT})(?:\W|\Z))"
_OPTION = re.compile(
    "|".join(
        [
            *(rf"(?:{pattern})(?=[ \t,;]|\.?\Z)" for pattern in _FIXED.values()),
            *(pattern.format(free=_FREE_WORDS) for pattern in _FREE.values()),
        ]
    ),
    re.IGNORECASE,
)


def take(text: str, options: SummaryOptions) -> tuple[SummaryOptions, str] | None:
    """Take one option off the start of a text; return it merged into `options`, and the rest; None if there is none.

    A second option of the same kind is not one.
    """
    match = _OPTION.match(text)
    if match is None:
        return None
    name, words = next((name, words) for name, words in match.groupdict().items() if words is not None)
    if getattr(options, name) != _DEFAULTS[name]:
        return None
    return replace(options, **{name: _value(name, " ".join(words.split()))}), skip_gap(text[match.end() :])


def read(text: str) -> SummaryOptions | None:
    """Parse a text that holds only options; None if it says anything else, or nothing."""
    rest, options = text.strip().removesuffix(".").rstrip(), SummaryOptions()
    if not rest:
        return None
    while rest:
        taken = take(rest, options)
        if taken is None:
            return None
        options, rest = taken
    return options


def is_plain(options: SummaryOptions) -> bool:
    """Return whether options are of the kinds with fixed words, which no one's text begins with by chance."""
    return not (options.role or options.focus or options.audience)


def _value(name: str, words: str) -> Any:  # noqa: ANN401 - each option has its own type
    low = words.lower()
    match name:
        case "length":
            return _LENGTHS[low]
        case "shape":
            return next((shape for word, shape in _SHAPES.items() if low.startswith(word)), Shape.TABLE)
        case "only_actions":
            return True
        case _:
            return words


_DEFAULTS = {field.name: field.default for field in fields(SummaryOptions)}
