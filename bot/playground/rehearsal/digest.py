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
MOST_IDS = 3
# By the words of the request: how many sentences the gist has, and statements each other section.
SIZES = {"one sentence": (1, 3), "three sentences": (3, 15)}
USUAL = (2, 6)
LEAST_SAID = 2  # words of what somebody is asked to do
LEAST_ABOUT = 2  # messages of a theme
LEAST_TOLD = 3  # words that carry meaning, of a message in the gist

_DECIDED = re.compile(
    r"\b(?:decided|agreed|approved|we(?:'| wi)ll go with|let's go with|settled|final(?:ly)?:)", re.IGNORECASE
)
_OPEN = re.compile(
    r"\?\s*$|\b(?:still open|unclear|to be decided|tbd|nobody knows|waiting for|blocked)\b", re.IGNORECASE
)
_NAME = r"\b[A-Z][\w'-]{0,30}+(?: [A-Z][\w'-]{0,30}+)?"
_PRONOUNS = "It|This|That|There|These|Those|We|They|He|She|You|What|Who|Which|The|Everything|Nothing|Nobody|Everybody"
# "Loading takes a minute" is nobody's task.
_TIMES = r"\d+|an?|one|two|three|five|ten|ages|forever|too|so|longer|up"
_ACTION = re.compile(
    r"\bI(?:'| wi)ll (?P<own>[^.?!\n]+)"
    rf"|(?:@?(?P<called>{_NAME})[,:]? )?\b(?:[Cc]an|[Cc]ould) you (?:please )?(?P<asked>[^.?!,\n]+)"
    rf"(?:, (?P<meant>{_NAME})(?=[.?!\n]|\Z))?"
    rf"|\b(?!(?:{_PRONOUNS})\b)(?P<name>[A-Z][a-z]{{0,30}}) (?:will|takes(?! (?:{_TIMES})\b)|is going to) "
    r"(?P<told>[^.?!\n]+)"
)
_TO_BOT = re.compile(r"\s*@?Parley\b")
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
    answers: str = ""  # the id of the message that it replies to


def lines_of(data: object) -> list[ConversationLine]:
    """Read `[{"id": "m1", "from": "Ada", "text": "…"}, …]`; entries of any other shape are skipped."""
    return [
        ConversationLine(entry["id"], str(entry.get("from") or ""), str(entry["text"]), str(entry.get("answers") or ""))
        for entry in (data if isinstance(data, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and "text" in entry
    ]


def digest(schema: Json, lines: Sequence[ConversationLine], options: str = "") -> Json:
    """Fill in each section of the schema from the messages whose cues match its name; the others stay empty.

    `options` says how long. What people asked the bot does not count. A message is in one section, apart
    from the themes; the gist has what is left, if that says anything.
    """
    sentences_of_gist, most = next((size for words, size in SIZES.items() if words in options), USUAL)
    asked = {line.id for line in lines if _TO_BOT.match(line.text)}
    left = [line for line in lines if not asked & {line.id, line.answers}]
    found = {}
    for name, section in _SECTIONS.items():
        found[name] = list(section(left))[:most]
        used = {one for entry in found[name] for one in entry["messages"]}
        left = [line for line in left if name in SHARED or line.id not in used]
    told = [line for line in left if len(stems(line.text)) >= LEAST_TOLD]
    found["gist"] = list(_gist(told or lines, sentences_of_gist))
    return {
        name: [_only(entry, node, schema) for entry in found.get(name, ())]
        for name, node in schema.get("properties", {}).items()
    }


def _only(entry: Json, node: Json, schema: Json) -> Json:
    """Return an entry with the fields that its schema has."""
    fields = (resolve(node.get("items", {}), schema) or {}).get("properties", {})
    return {field: _shown(entry.get(field, "")) for field in fields}


def merge(schema: Json, parts: Sequence[Json]) -> Json:
    """Merge the summaries of parts, section by section: the parts take turns, duplicates are dropped."""
    found: Json = {}
    for name in schema.get("properties", {}):
        sections = [part.get(name) or [] for part in parts]
        turns = [section[n] for n in range(USUAL[1]) for section in sections if n < len(section)]
        found[name] = [entry for n, entry in enumerate(turns) if entry not in turns[:n]][: USUAL[1] * 2]
    return found


def _shown(value: object) -> object:
    return shorten(value, SHOWN) if isinstance(value, str) else value


def actions_of(text: str) -> list[str]:
    """Return who does what in a text, a line for each."""
    found = _actions([ConversationLine("", "", sentence) for sentence in sentences(text)])
    return [": ".join(filter(None, (one["who"], " ".join(filter(None, (one["what"], one["when"])))))) for one in found]


def _gist(lines: Sequence[ConversationLine], count: int) -> Iterator[Json]:
    for sentence in central("\n".join(line.text for line in lines), count):
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
        who = match["name"] or match["called"] or match["meant"] or (line.name if match["own"] else "")
        found = _WHEN.search(line.text)
        when = found[0] if found else ""
        what = (match["own"] or match["asked"] or match["told"]).strip().removesuffix(when).strip(" ,")
        if len(what.split()) >= LEAST_SAID:
            yield {"who": who, "what": what, "when": when, "messages": [line.id]}


def _themes(lines: Sequence[ConversationLine]) -> Iterator[Json]:
    told: set[str] = set()
    for theme in themes("\n".join(line.text for line in lines)):
        about = [line.id for line in lines if set(stems(theme.phrase)) <= set(stems(line.text))]
        if len(about) >= LEAST_ABOUT and not told.issuperset(about):
            told.update(about)
            yield {"text": theme.phrase.capitalize(), "messages": about[:MOST_IDS]}


def _point(line: ConversationLine, sentence: str) -> Json:
    return {"text": f"{line.name}: {sentence}" if line.name else sentence, "messages": [line.id]}


# In the order in which they take their messages.
_SECTIONS: dict[str, Callable[[Sequence[ConversationLine]], Iterator[Json]]] = {
    "themes": _themes,
    "actions": _actions,
    "decided": _said(_DECIDED),
    "disagreements": _said(_DISAGREES),
    "open": _said(_OPEN),
}
SHARED = {"themes"}  # whose messages are free for the other sections
