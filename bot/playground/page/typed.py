"""Typed text in Slack's format, and back: links, addresses, people, channels, groups and broadcasts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.slack.blocks import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BRACKET = re.compile(r"<(?P<inner>[^<>]+)>")
_CODE = r"(?P<code>(?s:```.*?```)|`[^`\n]+`)"
_URL = r"(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)\"'\]])"
_MAIL = r"(?P<mail>(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+)"


def as_typed(text: str, mentions: Mapping[str, str]) -> str:
    """Return typed text as Slack's client sends it; `mentions` maps `@name` and `#channel` to their wire format.

    The longest name counts, whatever its case, if nothing continues it. Code stays as it is.
    """
    known = {name.casefold(): form for name, form in mentions.items()}
    parts: list[str] = []
    end = 0
    for match in re.compile(pattern(known), re.IGNORECASE).finditer(text):
        parts += [escape(text[end : match.start()]), _sent(match, known)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def pattern(names: Iterable[str]) -> str:
    """Return the pattern of all that is not sent as typed, and of code."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return rf"{_CODE}|{_URL}|{_MAIL}|(?P<name>(?<![\w/])(?:{either or '(?!)'})(?![.-]*\w))"


def _sent(match: re.Match[str], known: Mapping[str, str]) -> str:
    written = escape(match[0])
    match match.lastgroup:
        case "url":
            return f"<{written}>"
        case "mail":
            return f"<mailto:{written}|{written}>"
        case "name":
            return known.get(match[0].casefold(), written)
        case _:
            return written


def typed(text: str, names: Mapping[str, str]) -> str:
    """Return message text as a user would type it, with `names` for ids; the reverse of `as_typed`."""

    def plain(bracket: re.Match[str]) -> str:
        target, _, label = bracket["inner"].partition("|")
        if target.startswith("!"):
            return label or f"@{target[1:]}"
        if target.startswith(("@", "#")):
            return f"{target[0]}{names.get(target[1:]) or label or target[1:]}"
        return target.removeprefix("mailto:")

    return unescape(_BRACKET.sub(plain, text))
