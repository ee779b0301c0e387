"""What was typed behind `/classify`: the items themselves or where they are; categories; options."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.core import span
from bot.core.classify import category
from bot.core.classify.category import Category, bare
from bot.core.command import check_text
from bot.errors import UsageError

MOST_LINES = 500

# A message may well say that somebody ran into: something. So `into:` counts where it begins a line, or stands in the
# last one, the last time; and without its colon behind a quoted message.
_INTO = (
    re.compile(r"(?P<head>.*^[ \t]*)into:(?P<categories>.*)", re.IGNORECASE | re.DOTALL | re.MULTILINE),
    re.compile(r"(?P<head>.*\s|)into:(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?P<head>.*[\"”])\s*into\s+(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”")
_BETWEEN = re.compile(r"(?:[\s,;]|and)*")
# Phones and some desktops turn two hyphens into a dash.
_OPTION = r"(?:--|—|\u2013)(?P<{0}>batch|multi)"
_OPTION_FIRST = re.compile(rf"\A\s*{_OPTION.format('name')}(?=\s|\Z)", re.IGNORECASE)
_OPTION_LAST = re.compile(rf"(?:\A|(?<=\s)){_OPTION.format('name')}\s*\Z", re.IGNORECASE)
_COLUMN = re.compile(
    r"(?:\A|\s)column\s*[=:]\s*(?:\"(?P<q>[^\"\n]+)\"|“(?P<c>[^”\n]+)”|(?P<w>[^\s\"“,]+))", re.IGNORECASE
)
_LINK = re.compile(r"https?://[^\s<>|]+")
_CHANNEL = re.compile(r"#(?P<channel>[^\s,;:]+)\s*(?P<span>.*)")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants sorted, and how.

    Either `lines` are the items, or `link` leads to them (a message, a thread, a file), or `channel` and `span` name
    them ("" for this channel; the span as it was typed), or none of these: then they are in what comes along. No
    categories: the channel's. `several`: an item may have several. `is_batch`: cheaper, when there is time.
    """

    lines: tuple[str, ...] = ()
    link: str = ""
    channel: str = ""
    span: str = ""
    categories: tuple[Category, ...] = ()
    column: str = ""
    several: bool = False
    is_batch: bool = False


def parse(typed: str) -> Wish:
    """Read what was typed behind `/classify`. Raises `UsageError` with the sentence that says what to type instead."""
    wish = parse_options(check_text("classify", typed))
    if not (wish.lines or wish.link or wish.channel or wish.span):
        raise UsageError("There are no messages to classify: put them one a line, before `into:`.")
    return wish


def parse_options(typed: str) -> Wish:
    """Read what was typed where the items may also come along as a file: then nothing but options is allowed, too."""
    typed, options = _take_options(typed)
    into = next(filter(None, (pattern.fullmatch(typed) for pattern in _INTO)), None)
    head = (into["head"] if into else typed).strip()
    head, more = _take_options(head)
    options |= more
    sorted_into = category.read(into["categories"]) if into else ()
    wish = Wish(categories=sorted_into, several="multi" in options, is_batch="batch" in options)
    return _read_head(head, wish)


def _read_head(head: str, wish: Wish) -> Wish:
    column = _COLUMN.search(head)
    rest = (head[: column.start()] + head[column.end() :]).strip() if column else head
    named = replace(wish, column=column["q"] or column["c"] or column["w"]) if column else wish
    if not rest:
        return named
    if _LINK.fullmatch(rest):
        return replace(named, link=rest)
    if where := _where(rest):
        return replace(named, channel=where[0], span=where[1])
    lines = _items(head)
    if len(lines) > MOST_LINES:
        raise UsageError(
            f"That is {len(lines)} messages; I take up to {MOST_LINES} as typed lines. Send more as a file: "
            "mention me in a message with a CSV or XLSX file and say `classify`."
        )
    return replace(wish, lines=lines)


def _where(text: str) -> tuple[str, str] | None:
    """Read `#channel 7d`, `#channel` or `7d`; None for anything else, as for a message about a channel."""
    match = _CHANNEL.fullmatch(text)
    channel, rest = (match["channel"], match["span"].strip()) if match else ("", text)
    words, more = span.take(rest)
    if more or not (channel or words):
        return None
    return channel, words or span.DEFAULT


def _take_options(text: str) -> tuple[str, set[str]]:
    """Take options off the start and the end; elsewhere they are part of a message."""
    found: set[str] = set()
    while match := _OPTION_FIRST.search(text) or _OPTION_LAST.search(text):
        found.add(match["name"].casefold())
        text = text[: match.start()] + text[match.end() :]
        text = text.strip()
    return text, found


def _items(text: str) -> tuple[str, ...]:
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    if len(lines) == 1 and (quotes := _QUOTED.findall(lines[0])) and _BETWEEN.fullmatch(_QUOTED.sub("", lines[0])):
        lines = [straight or curly for straight, curly in quotes]
    return tuple(item for line in lines if (item := bare(line)))
