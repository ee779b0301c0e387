"""Summaries of conversations without a model: simple cues find decisions, questions, promises and disagreements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.schema import resolve
from bot.playground.rehearsal.text import central, sentences, shorten, stems, themes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Json = dict[str, Any]

SHOWN = 240  # characters of a statement
MOST = 6  # statements of a section
MOST_IDS = 3

_DECIDED = re.compile(
    r"\b(?:decided|agreed|approved|we(?:'| wi)ll go with|let's go with|settled|final(?:ly)?:)", re.IGNORECASE
)
_OPEN = re.compile(
    r"\?\s*$|\b(?:still open|unclear|to be decided|tbd|nobody knows|waiting for|blocked)\b", re.IGNORECASE
)
_ACTION = re.compile(
    r"\bI(?:'| wi)ll (?P<own>[^.?!\n]+)|\b(?:can|could) you (?:please )?(?P<asked>[^.?!\n]+)"
    r"|(?P<name>\b[A-Z][a-z]+) (?:will|takes?|is going to) (?P<told>[^.?!\n]+)"
)
_WHEN = re.compile(
    r"\b(?:by|until|before|on) (?:(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|noon"
    r"|end of (?:the )?(?:day|week|month)|\d{1,2}[:.]\d{2}|\d{1,2} \w+|\w+ \d{1,2})|\b(?:today|tomorrow|tonight)\b",
    re.IGNORECASE,
)
_DISAGREES = re.compile(
    r"\b(?:disagree|I don't think|not convinced|rather not|I'd rather|against|but I think)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One message of the conversation."""

    id: str
    name: str
    text: str


def lines_of(data: object) -> list[ConversationLine]:
    """Read `[{"id": "m1", "from": "Ada", "text": "…"}, …]`; entries of any other shape are skipped."""
    return [
        ConversationLine(entry["id"], str(entry.get("from") or ""), str(entry["text"]))
        for entry in (data if isinstance(data, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and "text" in entry
    ]


def digest(schema: Json, lines: Sequence[ConversationLine]) -> Json:
    """Fill in each section of the schema from the messages whose cues match its name; the others stay empty."""
    found: Json = {}
    for name, node in schema.get("properties", {}).items():
        entries = list(_SECTIONS[name](lines))[:MOST] if name in _SECTIONS else []
        fields = (resolve(node.get("items", {}), schema) or {}).get("properties", {})
        found[name] = [{field: _shown(entry.get(field, "")) for field in fields} for entry in entries]
    return found


def merge(schema: Json, parts: Sequence[Json]) -> Json:
    """Merge the summaries of parts, section by section: the parts take turns, duplicates are dropped."""
    found: Json = {}
    for name in schema.get("properties", {}):
        sections = [part.get(name) or [] for part in parts]
        turns = [section[n] for n in range(MOST) for section in sections if n < len(section)]
        found[name] = [entry for n, entry in enumerate(turns) if entry not in turns[:n]][: MOST * 2]
    return found


def _shown(value: object) -> object:
    return shorten(value, SHOWN) if isinstance(value, str) else value


def _gist(lines: Sequence[ConversationLine]) -> Iterator[Json]:
    for sentence in central("\n".join(line.text for line in lines)):
        source = next((line for line in lines if sentence.rstrip("…") in " ".join(line.text.split())), None)
        if source:
            yield _point(source, sentence)


def _said(sign: re.Pattern[str]) -> Callable[[Sequence[ConversationLine]], Iterator[Json]]:
    def section(lines: Sequence[ConversationLine]) -> Iterator[Json]:
        for line in lines:
            if sentence := next((one for one in sentences(line.text) if sign.search(one)), None):
                yield _point(line, sentence)

    return section


def _actions(lines: Sequence[ConversationLine]) -> Iterator[Json]:
    for line in lines:
        if not (match := _ACTION.search(line.text)):
            continue
        who = match["name"] or (line.name if match["own"] else "")
        found = _WHEN.search(line.text)
        when = found[0] if found else ""
        what = match["own"] or match["asked"] or match["told"]
        yield {"who": who, "what": what.strip().removesuffix(when).strip(), "when": when, "messages": [line.id]}


def _themes(lines: Sequence[ConversationLine]) -> Iterator[Json]:
    for theme in themes("\n".join(line.text for line in lines)):
        about = [line.id for line in lines if set(stems(theme.phrase)) & set(stems(line.text))]
        if about:
            yield {"text": theme.phrase.capitalize(), "messages": about[:MOST_IDS]}


def _point(line: ConversationLine, sentence: str) -> Json:
    return {"text": f"{line.name}: {sentence}" if line.name else sentence, "messages": [line.id]}


_SECTIONS: dict[str, Callable[[Sequence[ConversationLine]], Iterator[Json]]] = {
    "gist": _gist,
    "decided": _said(_DECIDED),
    "open": _said(_OPEN),
    "actions": _actions,
    "disagreements": _said(_DISAGREES),
    "themes": _themes,
}
