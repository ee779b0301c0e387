"""Splitting of Markdown into messages, without breaking what belongs together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.language import N_, _
from bot.slack.outbound import table
from bot.slack.outbound.boundary import between_characters, whole_around, wholes
from bot.slack.outbound.fence import QUOTE, lines, open_fence, resumed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.outbound.fence import MarkdownLine
    from bot.slack.outbound.table import Table

# Slack's limit for all the Markdown of one message; https://docs.slack.dev/reference/block-kit/blocks/markdown-block
MESSAGE_LIMIT = 12_000
STREAM_LIMIT = MESSAGE_LIMIT - 1_000  # characters streamed into one message; what follows is posted whole
SHORTER = (6_000, 3_000, 1_000)  # what to try where Slack takes less, as it has its own ways to count
MOST_MESSAGES = 3  # of one answer; what is left goes into a file
REST = "answer.md"
REST_NOTE = N_("The rest is in the file {name}.")

_CLOSING = 24  # characters that are kept for closing a code block; a longer closing is reckoned with where it comes
_CONTEXT = 3_000  # characters around a cut that are searched for what must not be cut
# Where to split, the best first: between paragraphs outside of lists, before a list's item, between any paragraphs,
# between lines, between words.
_BOUNDARIES = tuple(
    re.compile(boundary)
    for boundary in (
        r"(?<=\n\n)(?=\S)(?!(?:[-*+]|\d{1,9}[.)]) )",
        r"(?<=\n)(?=(?:[-*+]|\d{1,9}[.)]) )",
        r"\n\n",
        r"\n",
        r" ",
    )
)


def limits(most: int = MESSAGE_LIMIT) -> tuple[int, ...]:
    """Return how long messages can be: at first `most` characters, then less and less."""
    return (most, *(shorter for shorter in SHORTER if shorter < most))


def split(text: str, limit: int = MESSAGE_LIMIT, *, at_least: int = 0, most: int = 0) -> list[str]:
    """Split Markdown into messages of at most `limit` characters, the first of them no shorter than `at_least`.

    Splits between paragraphs where it can, else between lines, else between words, else anywhere but within what a
    person sees as one character. A code block that is split is closed in the one message and opened again in the next,
    as it was written; a table that is split repeats its header. A message has one table at most, of a size that Slack
    takes, as Slack wants it. `limit` is 400 or more, and `at_least` at least 100 less. With `most`, whatever is left
    after so many messages stays as it is in one more element.
    """
    parts: list[str] = []
    opened = ""
    while not most or len(parts) < most:
        whole = opened + text
        if (end := _end(whole, limit, max(at_least, len(opened)))) is None:
            break
        cut, last = end
        head, text = whole[:cut], whole[cut:].lstrip("\n")
        if head.strip():
            part = head[:at_least] + head[at_least:].rstrip()
            parts.append(part + _closing(part, last))
        opened, text = _resumed(whole, head, last, text)
        at_least = 0
    return [*parts, opened + text] if text.strip() or not parts else parts


def closing(text: str) -> str:
    """Return what closes the code block that is open at the text's end, "" for none."""
    return _closing(text, _last_line(text))


def _closing(text: str, last: MarkdownLine | None) -> str:
    if last is None or not last.is_open or last.fence is None:
        return ""
    return last.fence.closing if text.endswith("\n") else f"\n{last.fence.closing}"


def reopened(text: str, at: int) -> str:
    """Return a text from `at` on; a code block that is open there is opened again."""
    fence = open_fence(text[:at])
    return (f"{fence.opening}\n" if fence else "") + text[at:].lstrip("\n")


def _resumed(whole: str, head: str, last: MarkdownLine | None, text: str) -> tuple[str, str]:
    """Return what is before the rest of a text that was cut, and that rest, as it reads by itself."""
    if last is not None and last.is_open and last.fence is not None:
        return _outdented(*resumed(text, last.fence))
    if last is None or not last.path or not text:
        return _header(whole, len(head)), text
    if not head.endswith("\n") and whole[len(head) : len(head) + 1] != "\n":  # within a line of a quote
        return "> " * last.path.count(QUOTE), text
    return _outdented("", text)


def _last_line(text: str) -> MarkdownLine | None:
    if not any(mark in text for mark in ("```", "~~~", "\n> ", "- ", "* ", "+ ", ". ", ") ")) and text[:1] != ">":
        return None
    last = None
    for last in lines(text.rstrip("\n")):  # noqa: B007 (the last one is wanted)
        pass
    return last


def _outdented(opening: str, text: str) -> tuple[str, str]:
    """Take an indentation that would turn what goes on within a list into code off the lines that have it."""
    first = opening or text
    indent = len(first) - len(first.lstrip(" "))
    if indent < 4:  # noqa: PLR2004 (Markdown's own number)
        return opening, text
    found, kept = text.split("\n"), 0
    for line in found:
        if line.strip() and not line.startswith(" " * indent):
            break
        kept += 1
    return opening[indent:] if opening else "", "\n".join([*(line[indent:] for line in found[:kept]), *found[kept:]])


def _end(text: str, limit: int, at_least: int) -> tuple[int, MarkdownLine | None] | None:
    """Return where the first message ends, with its last line; None where the whole text is one."""
    tables = table.find(text[: limit + 1])
    most = _most(text, tables)
    if most >= len(text) and len(text) <= limit:
        return None
    room = limit - _CLOSING
    while True:
        cut = _end_within(text, tables, min(room, most), max(most, at_least) if most <= room else None, at_least)
        last = _last_line(text[:cut])
        if last is not None and last.is_opening and at_least < last.start < cut:
            cut = last.start  # what is after the beginning of a code block belongs to it
            return cut, _last_line(text[:cut])
        over = cut + len(_closing(text[:cut], last)) - limit
        if over <= 0 or room - over <= at_least:
            return cut, last
        room -= over


def _end_within(text: str, tables: Sequence[Table], room: int, exact: int | None, at_least: int) -> int:
    for one in tables:
        if one.start < room < one.end and (cut := _end_in_table(one, room, at_least)):
            return cut
    return exact if exact is not None else _cut(text, room, at_least)


def _most(text: str, tables: list[Table]) -> int:
    """Return up to where Slack takes the tables in one message."""
    if not tables:
        return len(text)
    first, *others = tables
    for number, row in enumerate(first.body):
        # The header counts as a row, its delimiter doesn't.
        if number >= table.MAX_ROWS - 1 or table.weight(first, _row_end(first, number)) > table.MAX_TEXT:
            return row if number else len(text)
    return others[0].start if others else len(text)


def _row_end(one: Table, number: int) -> int:
    return one.body[number + 1] if number + 1 < len(one.body) else one.end


def _end_in_table(one: Table, room: int, at_least: int) -> int | None:
    """Return where to end in a table that does not fit: after one of its rows, or before it where it began late."""
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


def _cut(text: str, room: int, at_least: int) -> int:
    """Return the best place to cut, in the second half of the room if there is one."""
    half = max(at_least, room // 2)
    begin = max(0, half - _CONTEXT)
    found = [(start + begin, end + begin) for start, end in wholes(text[begin : room + _CONTEXT])]
    for earliest, kept in ((half, found), (at_least, found), (half, [])):
        for boundary in _BOUNDARIES:
            for match in reversed(list(boundary.finditer(text, earliest, room))):
                if match.end() > at_least and whole_around(kept, match.end()) is None:
                    return match.end()
    within = whole_around(found, room)
    if within is not None and within[0] > at_least:
        return within[0]
    return max(between_characters(text, room, at_least), at_least + 1)


def parts(text: str, ending: str, shown: int, limit: int = MESSAGE_LIMIT) -> tuple[list[str], str]:
    """Split an answer into its messages, and the rest that goes into a file."""
    found = split(text + ending, limit, at_least=shown, most=MOST_MESSAGES)
    if len(found) <= MOST_MESSAGES:
        return found, ""
    *found, rest = split(text, limit, at_least=shown, most=MOST_MESSAGES)
    if len(found) < MOST_MESSAGES:  # the text alone fits, and its ending does not
        return [*found, rest, ending.strip()], ""
    tail = f"\n\n_{_(REST_NOTE, name=REST)}_{ending}"
    if len(found[-1]) + len(tail) <= limit:
        return [*found[:-1], found[-1] + tail], rest
    return [*found, tail.strip()], rest
