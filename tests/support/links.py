"""What a client may make a link of: as several readers of Markdown, and Slack, would find it, on the wide side."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.message import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_ENDING = "com|net|org|edu|gov|info|biz|io|dev|app|xyz|[a-z]{2}"
# Addresses in plain text: with a scheme, as GitHub has them, and hosts as linkify-it has them.
_PLAIN = re.compile(
    r"(?:https?|ftp|slack)://[^\s<>]*[a-z0-9][^\s<>]*"
    r"|(?<![a-z0-9])www\.[^\s<>]*[a-z0-9][^\s<>]*"
    r"|(?<![\w.@/%+-])(?:[a-z0-9-]+\.)+[a-z]{2,}[/?#]+[^\s<>\[|]*[a-z0-9][^\s<>]*"
    rf"|(?<![\w.@/%+-])(?:[a-z0-9-]+\.){{2,}}(?:{_ENDING})(?![\w-]|\.\w)"
    r"|(?<![\w.%+-])[\w.%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\?[^\s<>]*)?",
    re.IGNORECASE,
)
_SLACK = re.compile(r"<([^<>\s|@#!][^<>\s|]*)(?:\|[^<>\n]*)?>")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|www\.|.*@|.*\..*\|", re.IGNORECASE)
_LABELED = re.compile(r"\]\(([^()\s]+)\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_NAIVE_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def links(text: str) -> set[str]:
    """Return every address that a reader of a Markdown text may link to."""
    text = harmless(text)
    found = set(_by_markdown(text)) | set(_by_hand(text))
    for block in blocks(text, 0, len(text)):
        found |= set(links_in(block)) if block["type"] == "table" else set(_by_markdown(block["text"]))
    return {one for one in found if re.search(r"[:/.@]\W*\w", one)}


def _by_markdown(text: str) -> Iterator[str]:
    for block in _MARKDOWN.parse(text):
        if block.type == "html_block":
            yield from _PLAIN.findall(_LABELED.sub(" ", block.content))
        yield from _by_token(block.children or [])


def _by_token(tokens: list[Token]) -> Iterator[str]:
    words: list[str] = []
    depth = 0
    for token in tokens:
        if token.type == "link_open":
            yield str(token.attrs["href"])
        elif token.type == "image":
            yield str(token.attrs["src"])
        depth += token.nesting if token.type.startswith("link_") else 0
        if depth:
            words.append("\0")
            continue
        words.append({"code_inline": "\0", "softbreak": "\n", "hardbreak": "\n"}.get(token.type, token.content))
    for run in "".join(words).split("\0"):
        yield from _PLAIN.findall(_LABELED.sub(" ", run))
        yield from filter(_SCHEME.match, _SLACK.findall(run))


def _by_hand(text: str) -> Iterator[str]:
    """Find what those find who know of code no more than its backticks, and nothing of the rest of Markdown."""
    rest = _NAIVE_CODE.sub(" ", text)
    for reading in (rest, html.unescape(rest), _ESCAPED.sub(r"\1", rest)):
        yield from _LABELED.findall(reading)
        yield from _PLAIN.findall(_LABELED.sub(" ", reading))
        yield from filter(_SCHEME.match, _SLACK.findall(reading))
        yield from re.findall(r"\]\(\s*<?([^\s<>()]+)", reading)
        yield from re.findall(r"^[ \t>*+-]*\[[^\]\n]+\]:\s*<?([^\s<>]+)", reading, re.MULTILINE)


def links_in(value: Any) -> Iterator[str]:
    """Yield every address that a reader of a message's JSON may link to: in Markdown, in tables, in cards."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"url", "image_url"}:
                yield str(inner)
            elif name == "text" and isinstance(inner, str):
                yield from _in_text(value, inner)
            else:
                yield from links_in(inner)
    elif isinstance(value, list):
        for one in value:
            yield from links_in(one)


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts of a message's JSON."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(one)


def _in_text(element: dict[str, Any], text: str) -> Iterator[str]:
    """Yield what may be a link in a text, unless it is a plain one, or the label of a link or of code."""
    kind, style = element.get("type"), element.get("style") or {}
    if kind in {"plain_text", "link", "user", "emoji"} or (
        kind == "text" and isinstance(style, dict) and style.get("code")
    ):
        return
    yield from _PLAIN.findall(text) if kind == "text" else links(text)
