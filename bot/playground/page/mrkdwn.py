"""Slack's mrkdwn as HTML for the page. Only safe tags come out."""

from __future__ import annotations

import re
from html import escape as html_escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.playground.page.emoji import with_emoji
from bot.playground.slack.blocks import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMES = frozenset({"http", "https", "mailto"})
# The deepest nesting of bold and italics; anything deeper is shown as typed.
DEPTH = 4

NAME = re.compile(r"<(?P<sign>[@#!])(?P<id>[\w^]+)(?:\|(?P<label>[^<>|]*))?>")
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<link>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^~\n]+)~(?![\w~])"
)
_TAGS = {"bold": "strong", "italic": "em", "strike": "s"}
_LINE = re.compile(r"(?P<quote>&gt;|>) ?|(?P<bullet>[•◦] |[-*] )|(?P<number>\d{1,3}\. )")


def mrkdwn_html(text: str, names: Mapping[str, str]) -> str:
    """Return Slack's mrkdwn as HTML."""
    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [
            *_lines_html(text[end : fence.start()], names),
            f"<pre><code>{html_escape(unescape(fence[1]))}</code></pre>",
        ]
        end = fence.end()
    return "".join([*parts, *_lines_html(text[end:], names)])


def is_safe(url: str) -> bool:
    """Return whether a link leads to a web or mail address."""
    try:
        return urlsplit(url.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _lines_html(text: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the HTML of lines outside a fence: runs of quoted, listed and plain lines become one element each."""
    run: list[str] = []
    kind = ""
    for line in text.strip("\n").split("\n") if text.strip() else ():
        match = _LINE.match(line)
        new = (match.lastgroup or "") if match else ""
        if new != kind and run:
            yield _run_html(kind, run, names)
            run = []
        kind = new
        run.append(line[match.end() :] if match else line)
    if run:
        yield _run_html(kind, run, names)


def _run_html(kind: str, lines: list[str], names: Mapping[str, str]) -> str:
    inner = [_inline_html(line, names) for line in lines]
    match kind:
        case "quote":
            return f"<blockquote>{'<br>'.join(inner)}</blockquote>"
        case "bullet" | "number":
            tag = "ul" if kind == "bullet" else "ol"
            return f"<{tag}>{''.join(f'<li>{item}</li>' for item in inner)}</{tag}>"
        case _:
            return "<br>".join(inner)


def _inline_html(text: str, names: Mapping[str, str], depth: int = 0) -> str:
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        end = match.end()
        kind, inner = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "code":
            parts.append(f"<code>{html_escape(unescape(inner))}</code>")
        elif kind == "link":
            parts.append(_bracket_html(match[0], inner, names))
        elif depth < DEPTH:
            parts.append(f"<{_TAGS[kind]}>{_inline_html(inner, names, depth + 1)}</{_TAGS[kind]}>")
        else:
            parts.append(_plain(match[0]))
    return "".join([*parts, _plain(text[end:])])


def _bracket_html(whole: str, inner: str, names: Mapping[str, str]) -> str:
    if name := NAME.fullmatch(whole):
        return mention_html(name["sign"], name["id"], name["label"] or "", names)
    url, _, label = inner.partition("|")
    return link_html(unescape(url), _plain(label or url)) if is_safe(unescape(url)) else _plain(whole)


def mention_html(sign: str, who: str, label: str, names: Mapping[str, str]) -> str:
    """Return the mention of a person, channel or group; the workspace's own name for it goes first."""
    shown = names.get(who) or unescape(label) or who
    return f'<span class="mention">{"#" if sign == "#" else "@"}{html_escape(shown)}</span>'


def link_html(url: str, label: str) -> str:
    """Return a link, or only its label, which is HTML, if the address is not safe."""
    if not is_safe(url):
        return label
    return f'<a href="{html_escape(url.strip())}" target="_blank" rel="noreferrer">{label}</a>'


def _plain(text: str) -> str:
    return html_escape(with_emoji(unescape(text)))
