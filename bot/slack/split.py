"""Splitting of Markdown into messages, without breaking what belongs together."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from bot.slack import table

if TYPE_CHECKING:
    from bot.slack.table import Table

# Slack's limit for all the Markdown of one message; https://docs.slack.dev/reference/block-kit/blocks/markdown-block
MESSAGE_LIMIT = 12_000
MOST_MESSAGES = 3  # of one answer; what is left goes into a file
REST = "answer.md"
REST_NOTE = f"\n\n_The rest is in the file {REST}._"

# What opens or closes a code block; bounded, so that repeating it always leaves room for text.
_FENCE = re.compile(r"^ {0,3}(?P<ticks>`{3,20}|~{3,20})(?P<info>[^`~]{0,80})$")
_LONGEST_CLOSING = 1 + 3 + 20
# Where to split, the best first: between paragraphs outside of lists, before a list's item, between any paragraphs,
# between lines, between words.
_BOUNDARIES = tuple(
    re.compile(boundary)
    for boundary in (
        r"\n\n+(?=\S)(?!(?:[-*+]|\d{1,9}[.)]) )",
        r"\n+(?=(?:[-*+]|\d{1,9}[.)]) )",
        r"\n\n",
        r"\n",
        r" ",
    )
)
_JOINERS = ("\u200d", "\ufe0f", "\u20e3")  # zero-width joiner, emoji presentation, keycap
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_REGIONS = ("\U0001f1e6", "\U0001f1ff")
_LONGEST_CHARACTER = 40


def split(text: str, limit: int = MESSAGE_LIMIT, *, at_least: int = 0, most: int = 0) -> list[str]:
    """Split Markdown into messages of at most `limit` characters, the first of them no shorter than `at_least`.

    Splits between paragraphs where it can, else between lines, else anywhere but within what a person sees as one
    character. A code block that is split is closed in the one message and opened again in the next; a table that is
    split repeats its header. A message has one table at most, of a size that Slack takes, as Slack wants it. `limit` is
    200 or more, and `at_least` at least 100 less. With `most`, whatever is left behind so many messages stands as it is
    in one element more.
    """
    parts: list[str] = []
    opened = ""
    while (not most or len(parts) < most) and (cut := _end(opened + text, limit, at_least)) is not None:
        whole = opened + text
        head, text = whole[:cut], whole[cut:].lstrip("\n")
        if head.strip():
            part = head[:at_least] + head[at_least:].rstrip()
            parts.append(part + closing(part))
        fence = _open_fence(head)
        opened = f"{fence}\n" if fence else _header(whole, cut)
        at_least = 0
    return [*parts, opened + text] if text.strip() or not parts else parts


def closing(text: str) -> str:
    """Return what closes the code block that is open at the text's end, "" for none."""
    match = _FENCE.match(_open_fence(text))
    if not match:
        return ""
    return match["ticks"] if text.endswith("\n") else f"\n{match['ticks']}"


def _end(text: str, limit: int, at_least: int) -> int | None:
    """Return where the first message ends, None where the whole text is one."""
    tables = table.find(text[: limit + 1])
    most = _most(text, tables)
    if most >= len(text) and len(text) <= limit:
        return None
    room = limit - _LONGEST_CLOSING
    for one in tables:
        if one.start < min(room, most) < one.end and (cut := _end_in_table(one, min(room, most), at_least)):
            return cut
    if most <= room:
        return max(most, at_least)
    return _cut(text, room, max(at_least, room // 2))


def _most(text: str, tables: list[Table]) -> int:
    """Return up to where Slack takes the tables in one message."""
    if not tables:
        return len(text)
    first, *others = tables
    for number, row in enumerate(first.body):
        # The header counts as a row, its delimiter doesn't.
        if number >= table.MAX_ROWS - 1 or _row_end(first, number) - first.start > table.MAX_TEXT:
            return row if number else len(text)
    return others[0].start if others else len(text)


def _row_end(one: Table, number: int) -> int:
    return one.body[number + 1] if number + 1 < len(one.body) else one.end


def _end_in_table(one: Table, room: int, at_least: int) -> int | None:
    """Return where to end in a table that does not fit: behind one of its rows, or before it where it began late."""
    rows = [row for row in one.body[1:] if at_least <= row <= room]
    if one.start >= max(at_least, room // 2, 1) or (not rows and one.start > at_least):
        return one.start
    return rows[-1] if rows else None


def _header(text: str, cut: int) -> str:
    """Return the header of the table whose rows are cut apart at `cut`, "" for none."""
    for one in table.find(text[: cut + table.MAX_HEADER]):
        if cut in one.body[1:]:
            return text[one.start : one.body[0]]
    return ""


def _cut(text: str, room: int, earliest: int) -> int:
    for boundary in _BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(text, earliest, room)]
        if ends and ends[-1] > 0:
            return ends[-1]
    return _between_characters(text, room, earliest)


def _between_characters(text: str, room: int, earliest: int) -> int:
    """Step back from within an emoji or a letter with its accents."""
    for cut in range(room, max(earliest, room - _LONGEST_CHARACTER, 0), -1):
        after, before = text[cut], text[cut - 1]
        joined = after in _JOINERS or before == _JOINERS[0] or unicodedata.combining(after)
        flag = all(_REGIONS[0] <= side <= _REGIONS[1] for side in (before, after))
        if not (joined or flag or _SKIN_TONES[0] <= after <= _SKIN_TONES[1]):
            return cut
    return room


def _open_fence(text: str) -> str:
    """Return the line that opened a code block which is still open at the text's end, "" for none."""
    opened = ticks = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match and not opened:
            opened, ticks = line, match["ticks"]
        elif match and match["ticks"].startswith(ticks) and not match["info"].strip():
            opened = ""
    return opened


def parts(text: str, ending: str, shown: int) -> tuple[list[str], str]:
    """Split an answer into its messages, and the rest that goes into a file."""
    found = split(text + ending, at_least=shown, most=MOST_MESSAGES)
    if len(found) <= MOST_MESSAGES:
        return found, ""
    *found, rest = split(text, at_least=shown, most=MOST_MESSAGES)
    if len(found) < MOST_MESSAGES:  # the text alone fits, and its ending does not
        return [*found, rest, ending.strip()], ""
    tail = REST_NOTE + ending
    if len(found[-1]) + len(tail) <= MESSAGE_LIMIT:
        return [*found[:-1], found[-1] + tail], rest
    return [*found, tail.strip()], rest
