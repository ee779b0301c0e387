"""Markdown of canvases: Slack refuses a whole canvas for one block in another that it doesn't take."""

from __future__ import annotations

from bot.slack.outbound.fence import lines

DEEPEST_HEADING = 3  # h1 to h3
BULLETS = "-*+"
CALLS = "![", "!\u200b["  # a canvas reads `![](@U1)` as a mention, and `![](address)` as something to show


def canvas_markdown(text: str) -> str:
    """Return a text as a canvas takes it: nothing within a quote or a list item but text and lists of the same kind.

    Code is left as it is.
    """
    kinds: list[tuple[int, bool]] = []  # of the lists around a line: how far its items stand in, and whether it counts
    plain = (one.text if one.fence else _plain(one.text, kinds).replace(*CALLS) for one in lines(text))
    return "\n".join(plain)


def _plain(line: str, kinds: list[tuple[int, bool]]) -> str:
    """Return a line without what a canvas refuses, given the lists that it is in, which it may change."""
    body = line.lstrip(" \t")
    depth = len(line) - len(body)
    if body.startswith(">"):
        quoted = body.lstrip("> \t")
        if kinds and depth > kinds[0][0]:
            return line[:depth] + quoted
        marker = _marker(quoted)
        return f"> {quoted[len(marker) :].lstrip() if marker else quoted}"
    if marker := _marker(body):
        while kinds and kinds[-1][0] >= depth:
            kinds.pop()
        is_counted = kinds[-1][1] if kinds else marker[0].isdigit()
        kinds.append((depth, is_counted))
        sign = marker if is_counted == marker[0].isdigit() else "1." if is_counted else "-"
        return line[:depth] + sign + body[len(marker) :]
    if body and kinds and depth <= kinds[0][0]:
        kinds.clear()
    level = len(body) - len(body.lstrip("#"))
    return line.replace("#" * level, "#" * DEEPEST_HEADING, 1) if level > DEEPEST_HEADING else line


def _marker(body: str) -> str:
    """Return the sign of a list's item that a line begins with, "" for none."""
    digits = len(body) - len(body.lstrip("0123456789"))
    sign = body[: digits + 1]
    is_item = sign[-1:] in (".", ")") if digits else sign in BULLETS
    return sign if sign and is_item and body[len(sign) : len(sign) + 1] in {" ", "\t"} else ""
