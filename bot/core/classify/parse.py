"""Parse what was typed after `/classify`: the items themselves or where they are; categories; options."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core import span_or_text, typed_scope
from bot.core.classify.table.options import check_rest, take, wished
from bot.core.command import check_options, check_text
from bot.core.commands import CLASSIFY
from bot.core.domain import category
from bot.core.domain.category import bare
from bot.core.domain.classification import ClassifyOptions
from bot.core.time_span import times as spans
from bot.errors import UsageError
from bot.language import _

MOST_LINES = 500

# A message may say that a user ran into: something. So `into:` counts at the beginning of a line, or the last time in
# the last line; and without its colon after a quoted message.
_INTO = (
    re.compile(r"(?P<head>.*^[ \t]*)into:(?P<categories>.*)", re.IGNORECASE | re.DOTALL | re.MULTILINE),
    re.compile(r"(?P<head>.*\s|)into:(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?P<head>.*[\"”])\s*into\s+(?P<categories>[^\n]*)", re.IGNORECASE | re.DOTALL),
)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^“”\n]+)”")
# Not `splitlines`: it cuts at separators, as U+2028, that a person pastes within a message.
_LINE_END = re.compile(r"\r\n?|\n")
_BETWEEN = re.compile(r"(?:[\s,;]|and)*")
# Phones and some desktops turn two hyphens into a dash.
_OPTION = r"(?:--|—|\u2013)(?P<name>batch|multi)"
_OPTION_FIRST = re.compile(rf"\s*+{_OPTION}(?=\s|\Z)", re.IGNORECASE)
_OPTION_LAST = re.compile(rf"(?:\A|(?<=\s)){_OPTION}\Z", re.IGNORECASE)
_LONGEST_OPTION = len("--batch")
# "classify this file, please" says no more than "classify".
_ATTACHED = re.compile(
    r"(?:(?:please|pls|bitte|this|these|the|that|all|my|our|it|attached|attachment|file|csv|tsv|jsonl?|xlsx?"
    r"|ods|sheet|spreadsheet|messages|posts|feedback|reviews|rows|items|diese|datei|ce|fichier)[\s,.!:]*){1,8}",
    re.IGNORECASE,
)
# Said in a message: the categories without a colon, and messages below a heading.
_COLON = re.compile(r"(?:\A|\s)into:", re.IGNORECASE)
_OPTION_LIKE = re.compile(r"(?:--|—|\u2013)[a-z][a-z-]{1,40}(?=[\s=]|\Z)")
_INTO_WORD = re.compile(r"(?:\Ainto|\s(?:into|in))\s+", re.IGNORECASE)
_AND = re.compile(r" (?:and|und|or|oder) ", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:(?:these|those|this|the|diese|die)\s+)?(?:(?:following|folgenden)\s+)?(?:(?:customer|user|support)\s+)?"
    r"(?:messages|posts|feedback|reviews|comments|complaints|tickets|nachrichten):?[ \t]*\n(?P<lines>\S.*\n.*\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_KNOWN = ("--multi", "--batch", "--private")
_BESIDE = ("into:", "column=", "sheet=", "heading=", "encoding=")


def parse(typed: str) -> ClassifyOptions:
    """Parse what was typed after `/classify`. Raises `UsageError` with the sentence that says what to type instead."""
    parsed = parse_options(check_text(CLASSIFY, typed))
    if not (parsed.lines or parsed.link or parsed.channel or parsed.span or parsed.is_thread):
        raise UsageError(_("There are no messages to classify: put them one per line, before `into:`."))
    return parsed


def parse_options(typed: str) -> ClassifyOptions:
    """Parse what was typed where a file may hold the items: nothing but options is allowed, too."""
    typed, options = _take_options(typed)
    into = next(filter(None, (pattern.fullmatch(typed) for pattern in _INTO)), None)
    head = (into["head"] if into else typed).strip()
    head, more = _take_options(head)
    options |= more
    if into:
        check_options(into["categories"], _KNOWN, _("the categories follow `into:`, with commas between them"))
    sorted_into = category.read(into["categories"]) if into else ()
    parsed = ClassifyOptions(categories=sorted_into, several="multi" in options, is_batch="batch" in options)
    return _read_head(head, parsed)


def _read_head(head: str, parsed: ClassifyOptions) -> ClassifyOptions:
    rest, options = take(head)
    if not rest or _ATTACHED.fullmatch(rest):
        return replace(parsed, reading=wished(options))
    found = typed_scope.read(rest)
    if found and not (found.link and found.is_placed):
        span = found.span or ("" if found.link or found.is_thread else spans.DEFAULT)
        return replace(
            parsed,
            reading=wished(options),
            link=found.link,
            channel=found.channel or "",
            span=span,
            is_thread=found.is_thread,
        )
    check_rest(head, rest, options)
    quoting = _('if it is part of a text, put the text in quotes, as in `"it needs --verbose"`')
    check_options(rest, _KNOWN, quoting, beside=_BESIDE)
    span_or_text.check(head, CLASSIFY.name)
    lines = _items(head)
    if len(lines) > MOST_LINES:
        raise UsageError(
            _(
                "That is {count:,} messages; I take up to {limit} as typed lines. Send more as a file: mention me in a "
                "message with a CSV or XLSX file and say `classify`.",
                count=len(lines),
                limit=MOST_LINES,
            )
        )
    return replace(parsed, lines=lines)


def spoken(said: str, *, has_files: bool = False) -> str:
    """Return what would be typed for what follows “classify” in a message, "" where it asks for something else.

    It says where the messages are, perhaps followed by “into A, B”; or has the messages and `into:`; or a heading that
    ends with a colon and the messages below, one per line. `has_files`: “this file” says where, too.
    """
    said = said.strip()
    if _OPTION_LIKE.match(said):
        return said  # to be refused
    if match := _COLON.search(said):
        return said if said[: match.start()].strip() else ""
    if listed := _LISTED.fullmatch(said):
        return listed["lines"].strip()
    if "\n" in said or len(said) > typed_scope.LONGEST:
        return ""
    where, options = _take_options(said)
    for match in _INTO_WORD.finditer(where):
        if _is_scope(where[: match.start()], has_files=has_files) and where[match.end() :].strip():
            names = _names(where[match.end() :])
            return " ".join(filter(None, (where[: match.start()], f"into: {names}", *_typed(options))))
    return said if _is_scope(where, has_files=has_files) else ""


def _is_scope(text: str, *, has_files: bool) -> bool:
    found = typed_scope.read(text) if text.strip() else None
    is_place = found is not None and not (found.channel or "").isdigit()
    return is_place or (has_files and (not text.strip() or bool(_ATTACHED.fullmatch(text.strip()))))


def _names(said: str) -> str:
    """Return categories with commas between them, also before the last, which people say “and” before."""
    *before, last = " ".join(said.split()).split(",")
    return ", ".join(name for one in (*before, *_AND.split(f" {last.strip()}")) if (name := one.strip()))


def _typed(options: set[str]) -> list[str]:
    return [f"--{name}" for name in sorted(options)]


def _take_options(text: str) -> tuple[str, set[str]]:
    """Take options off the start and the end; elsewhere they are part of a message."""
    found: set[str] = set()
    start, end = 0, _stripped(text, len(text))
    while match := _OPTION_FIRST.match(text, start):
        found.add(match["name"].casefold())
        start = match.end()
    while match := _OPTION_LAST.search(text, max(start, end - _LONGEST_OPTION), end):
        found.add(match["name"].casefold())
        end = _stripped(text, match.start())
    return text[start:end].strip(), found


def _stripped(text: str, end: int) -> int:
    """Return where a text ends without the spaces before `end`."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


def _items(text: str) -> tuple[str, ...]:
    lines = [line for raw in _LINE_END.split(text) if (line := raw.strip())]
    if len(lines) == 1 and (quotes := _QUOTED.findall(lines[0])) and _BETWEEN.fullmatch(_QUOTED.sub("", lines[0])):
        lines = [straight or curly for straight, curly in quotes]
    return tuple(item for line in lines if (item := bare(line)))
