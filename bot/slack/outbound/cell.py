"""Cells of Markdown tables: where a row is split, and a cell's Markdown as Slack's rich text, links and names alive.

Nothing in a cell rings anyone but people: a group that the model names is told by its label.
Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_MARK = re.compile(r"\\.|`+|<(?:[@#!]|https?://|mailto:|tel:)[^<>]*+>|\|")
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
# What Slack has elements of its own for. A name that rings was made harmless before, by a space without width.
_THING = re.compile(
    r"<@(?P<user>[UWB][A-Z0-9]+)(?:\|[^<>]*+)?>"
    r"|<#(?P<channel>[CDG][A-Z0-9]+)(?:\|[^<>]*+)?>"
    r"|<\u200b?!(?:subteam\^)?(?P<ringing>\w+)(?:\|(?P<ringing_label>[^<>]*+))?>"
    r"|<\u200b?!date\^[^<>|]*+\|(?P<date>[^<>]++)>"
    r"|<(?P<url>(?i:https?://|mailto:|tel:)[^<>|\s]++)(?:\|(?P<label>[^<>]*+))?>"
    r"|(?P<line><(?i:br) ?/?>)"
    r"|(?P<bare>(?i:https?)://[^\s<>|\"]++)"
    r"|(?<![\w.+-])(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?<![\w:]):(?P<emoji>[+-]1|(?=[^:\s]{0,63}[a-z])[a-z0-9_+'-]{1,64}):(?![\w:])"
)
_ELEMENTS = {
    "user": {"type": "user", "user_id": "{}"},
    "channel": {"type": "channel", "channel_id": "{}"},
    "emoji": {"type": "emoji", "name": "{}"},
    "mail": {"type": "link", "url": "mailto:{}", "text": "{}"},
    "date": {"type": "text", "text": "{}"},
    "line": {"type": "text", "text": "\n"},
}
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_AFTER_ADDRESS = ".,;:!?'*_~`"
_LINKED = ("https://", "http://", "mailto:", "tel:")


def cells(line: str, columns: int = 0) -> list[str]:
    """Split a row into what its cells hold.

    A pipe in code, or in a link of Slack's own form, splits nothing, as people see it; unless only a split there gives
    the `columns` that are wanted, as Markdown has it.
    """
    line = line.strip()
    begin = 1 if line.startswith("|") else 0
    whole = _split(line, begin, _pipes(line))
    if columns and len(whole) != columns:
        each = _split(line, begin, [at for at, mark in _marks(line) if mark == "|"])
        if len(each) == columns:
            return each
    return whole


def _marks(line: str) -> list[tuple[int, str]]:
    """Return the unescaped pipes of a line."""
    return [(found.start(), found[0]) for found in re.finditer(r"\\.|\|", line)]


def _pipes(line: str) -> list[int]:
    """Return where a line's cells end: at pipes that stand neither in code nor in a link, and are not escaped."""
    marks = list(_MARK.finditer(line))
    ticks: defaultdict[str, list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        if mark[0][0] == "`":
            ticks[mark[0]].append(number)
    found, number = [], 0
    while number < len(marks):
        mark = marks[number]
        if mark[0] == "|":
            found.append(mark.start())
        elif mark[0][0] == "`":
            same = ticks[mark[0]]
            closing = bisect_right(same, number)
            number = same[closing] if closing < len(same) else number
        number += 1
    return found


def _split(line: str, begin: int, pipes: list[int]) -> list[str]:
    inner = [at for at in pipes if at >= begin]
    ends = inner if inner and inner[-1] == len(line) - 1 else [*inner, len(line)]
    starts = [begin, *(at + 1 for at in ends[:-1])]
    return [line[start:end].strip().replace("\\|", "|") for start, end in zip(starts, ends, strict=True)]


def rich_text(text: str, *, is_bold: bool = False) -> dict[str, Any]:
    """Lay a cell out as rich text, which may not be empty."""
    elements = list(_elements(text, is_bold=is_bold)) or [{"type": "text", "text": " "}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


@cache
def _markdown() -> MarkdownIt:
    # What is in angle brackets is Slack's, and read below.
    return MarkdownIt("commonmark").enable("strikethrough").disable(["autolink", "html_inline"])


def _elements(text: str, *, is_bold: bool) -> Iterator[dict[str, Any]]:
    style = {"bold": True} if is_bold else {}
    link = ""
    for token in _markdown().parseInline(text)[0].children or []:
        name, _, edge = token.type.rpartition("_")
        if name in _STYLES and edge == "open":
            style = {**style, _STYLES[name]: True}
        elif name in _STYLES and edge == "close":
            style = {kind: on for kind, on in style.items() if kind != _STYLES[name]}
        elif name == "link":
            link = _target(token) if edge == "open" else ""
        elif said := "\n" if token.type in {"softbreak", "hardbreak"} else token.content:
            is_code = token.type == "code_inline"
            look = {"style": {**style, "code": True} if is_code else style} if style or is_code else {}
            if link:
                yield {"type": "link", "url": link, "text": said, **look}
            elif is_code:
                yield {"type": "text", "text": said, **look}
            else:
                yield from _pieces(said, look)


def _target(token: Token) -> str:
    address = str(token.attrs.get("href", ""))
    return address if address.startswith(_LINKED) else ""


def _pieces(text: str, look: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a run of text, with what Slack has elements for apart."""
    end = 0
    for match in _THING.finditer(text):
        element, behind = _element(match)
        if before := text[end : match.start()]:
            yield {"type": "text", "text": before, **look}
        yield {**element, **(look if element["type"] in {"text", "link"} else {})}
        end = behind
    if rest := text[end:]:
        yield {"type": "text", "text": rest, **look}


def _element(match: re.Match[str]) -> tuple[dict[str, Any], int]:
    """Return the element for what was found, and where that ends."""
    end = match.end()
    if match["bare"]:
        address = _without_punctuation(match["bare"])
        return {"type": "link", "url": address, "text": address}, match.start() + len(address)
    if match["url"]:
        label = match["label"] or match["url"].removeprefix("mailto:").removeprefix("tel:")
        return {"type": "link", "url": match["url"], "text": label}, end
    if match["ringing"]:
        label = match["ringing_label"] or match["ringing"]
        return {"type": "text", "text": f"@{label.removeprefix('@')}"}, end
    kind = str(match.lastgroup)
    return {key: value.format(match[kind]) for key, value in _ELEMENTS[kind].items()}, end


def _without_punctuation(address: str) -> str:
    """Leave the punctuation of a sentence after an address to the sentence; a bracket, where it opens in neither."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _BRACKETS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _AFTER_ADDRESS:
            break
        end -= 1
    return address[:end]
