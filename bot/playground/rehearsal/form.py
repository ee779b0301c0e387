"""Fills in a JSON schema from a text, and chooses categories by shared words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.schema import resolve
from bot.playground.rehearsal.meanings import PROPOSALS, area_of, is_leftover, score, signs
from bot.playground.rehearsal.text import STOPWORDS, sentences, shorten, stem, stems, tagged, themes, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Json = dict[str, Any]

SHOWN_OF_TEXT = 200  # characters
FEWEST_PROPOSED = 2
WORDS_BEHIND = 2  # of evidence, after the decisive word
FEWEST_WORDS = 2  # that carry meaning, in a sentence that says something
UNKNOWN = {"don't", "dont", "don", "not", "nicht", "no"}
ANOTHER = re.compile(r"[,.;]\s+(?:and|und|also|außerdem),?\s+(?=please|bitte|could|can|könnt)", re.IGNORECASE)
SAME = 0.5  # the share of common words that makes two texts duplicates

# An example of each format that the API's schemas may ask for.
FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "date": "2026-01-01",
    "duration": "P1D",
    "email": "nobody@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
# What can't be read from a text; anything else is null.
SCALARS = {"integer": 1, "number": 0.5, "boolean": False}


@dataclass(frozen=True, slots=True)
class FormItem:
    """One numbered text of a request."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class FormScope:
    """What a part of the schema is filled in from."""

    root: Json
    items: tuple[FormItem, ...]
    subject: FormItem
    earlier: tuple[FormItem, ...] = ()
    whole: str = ""  # of which the subject is a part


def fill(schema: Json, prompt: str) -> object:
    """Fill in a schema from a request: one entry for each numbered message, or from the text if it has none."""
    items = numbered(tagged(prompt, "messages"))
    document = next((text for tag in ("document", "request") if (text := plain(tagged(prompt, tag)))), prompt)
    subject = items[0] if len(items) == 1 else FormItem(1, document)
    return _fill(schema, FormScope(schema, items, subject, numbered(tagged(prompt, "earlier"))))


def numbered(data: object) -> tuple[FormItem, ...]:
    """Read `[{"item": 1, "text": "…"}, …]`; entries of any other shape are skipped."""
    if not isinstance(data, list):
        return ()
    return tuple(
        FormItem(entry["item"], str(entry["text"]))
        for entry in data
        if isinstance(entry, dict) and isinstance(entry.get("item"), int) and "text" in entry
    )


def plain(data: object) -> str:
    """Return the text of `{"text": "…"}`, or the data itself if it is a string."""
    if isinstance(data, dict):
        data = data.get("text")
    return data if isinstance(data, str) else ""


def choose(options: Sequence[object], text: str) -> object:
    """Choose the option that the text suggests most. Without a cue, take the catch-all option, or the first one."""
    found = signs(text)
    scores = [score(str(option), found) for option in options]
    best = max(scores)
    if best > 0:
        return options[scores.index(best)]
    return next((option for option in options if is_leftover(str(option))), options[0])


def propose(texts: Sequence[str]) -> list[Json]:
    """Propose the categories that some texts suggest, at least two."""
    chosen = [choose([*PROPOSALS, "Other"], text) for text in texts]
    spoken_for = [name for name in PROPOSALS if name in chosen]
    rest = (name for name in PROPOSALS if name not in spoken_for)
    names = [*spoken_for, *islice(rest, max(0, FEWEST_PROPOSED - len(spoken_for)))]
    return [{"name": name, "definition": PROPOSALS[name]} for name in names]


def confidence(options: Sequence[object], text: str) -> int:
    """Return the confidence of a choice in percent: more cues, more confidence."""
    found = signs(text)
    best = max(score(str(option), found) for option in options)
    return round(min(95, 55 + 15 * best)) if best > 0 else 30


def evidence(options: Sequence[object], text: str) -> str:
    """Return the word of a text that most supports the chosen option, with the words around it; "" if none does."""
    chosen, parts = str(choose(options, text)), text.split()
    scores = [max((_support(chosen, word) for word in words(part)), default=0.0) for part in parts]
    if not any(scores):
        return ""
    decisive = scores.index(max(scores))
    before = range(max(0, decisive - 1), decisive)
    behind = range(min(len(parts) - 1, decisive + WORDS_BEHIND), decisive, -1)
    first = next((number for number in before if stems(parts[number])), decisive)
    last = next((number for number in behind if stems(parts[number])), decisive)
    return " ".join(parts[first : last + 1]).strip(".,:;!?")


def _support(option: str, word: str) -> float:
    """Return how much a word supports an option; of those that do, the words that carry meaning come first."""
    weight = score(option, {stem(word)})
    return weight / 2 if word in STOPWORDS else weight


def duplicate_of(item: FormItem, others: Sequence[FormItem]) -> int:
    """Return the number of the first earlier text that shares most of its words with this one, 0 for none."""
    own = {stem(word) for word in words(item.text)}
    for other in sorted(others, key=lambda one: one.number):
        its = {stem(word) for word in words(other.text)}
        if other.number < item.number and len(own & its) > SAME * max(1, len(own | its)):
            return other.number
    return 0


def things(text: str) -> list[str]:
    """Return the parts of a text that plainly ask for something else than what comes before."""
    return [part.strip(" ,.;") for part in ANOTHER.split(text)]


def further(node: Json, scope: FormScope) -> list[object]:
    """Fill in what else a text is about."""
    inner = resolve(node["items"], scope.root) or {}
    whole = scope.whole or scope.subject.text
    parts = [FormItem(scope.subject.number, part) for part in things(whole)[1:]]
    return [_fill(inner, replace(scope, subject=part, whole=whole)) for part in parts]


def missing(facts: Sequence[object], text: str) -> list[object]:
    """Return the facts that a text does not name, none where it says that it doesn't know."""
    told = {stem(word) for word in words(text)}
    if UNKNOWN & set(words(text)) and {"know", "weiß"} & set(words(text)):
        return []
    return [fact for fact in facts if not told.issuperset(stem(word) for word in words(str(fact)))]


def _fill(node: Json, scope: FormScope) -> object:
    node = resolve(node, scope.root) or {}
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return choose(node["enum"], scope.subject.text)
    branches = node.get("anyOf") or node.get("allOf")
    return _fill(branches[0], scope) if branches else _fill_type(node, scope)


def _fill_type(node: Json, scope: FormScope) -> object:
    kind = node.get("type")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            fields: Json = node.get("properties", {})
            return {name: _fill_property(name, fields, scope) for name in fields}
        case "array":
            return _fill_array(node, scope)
        case "string":
            return FORMATS.get(node.get("format", "")) or _sentence(scope.subject.text)
        case scalar:
            return SCALARS.get(str(scalar))


def _fill_property(name: str, fields: Json, scope: FormScope) -> object:
    node = fields[name]
    if name in NUMBER and node.get("type") == "integer":
        return scope.subject.number
    if name in BY_NAME:
        return BY_NAME[name](node, scope)
    if name == "area" and node.get("type") == "string" and "enum" not in node:
        return area_of(scope.subject.text)
    if name in ABOUT_CHOICE and (options := _options(fields, scope)):
        return ABOUT_CHOICE[name](options, scope.subject.text)
    return _fill(node, scope)


# Fields of a record of feedback that are no sentence and no choice.
BY_NAME: dict[str, Callable[[Json, FormScope], object]] = {
    "duplicate_of": lambda _, scope: duplicate_of(scope.subject, (*scope.earlier, *scope.items)),
    "asks": lambda _, scope: "?" in scope.subject.text,
    "language": lambda *_: "en",
    "words": lambda _, scope: scope.subject.text if len(things(scope.whole or scope.subject.text)) > 1 else "",
    "further": further,
    "missing": lambda node, scope: missing(node["items"]["enum"], scope.subject.text),
}
# Fields that describe the choice in another field of the same object.
ABOUT_CHOICE: dict[str, Callable[[Sequence[object], str], object]] = {
    "confidence": confidence,
    "p": confidence,
    "evidence": evidence,
    "q": evidence,
}
NUMBER = ("item", "n")  # fields for the number of the text that an object is about


def _options(fields: Json, scope: FormScope) -> Sequence[object]:
    """Return the options of the first field that has some."""
    nodes = [resolve(node, scope.root) or {} for node in fields.values()]
    nodes += [resolve(node["items"], scope.root) or {} for node in nodes if isinstance(node.get("items"), dict)]
    return next((node["enum"] for node in nodes if node.get("enum")), ())


def _fill_array(node: Json, scope: FormScope) -> list[object]:
    inner = resolve(node.get("items", {}), scope.root) or {}
    if any(inner.get("properties", {}).get(name, {}).get("type") == "integer" for name in NUMBER):
        is_split = "further" in inner["properties"]
        return [_fill(inner, _about(scope, item, is_split=is_split)) for item in scope.items]
    if inner.get("properties", {}).keys() == {"name", "definition"}:
        return list(propose([item.text for item in scope.items] or [scope.subject.text]))
    if inner.get("type") == "string" and "enum" not in inner:
        return [theme.phrase for theme in themes(scope.subject.text, 3)]
    return [_fill(inner, scope)]


def _about(scope: FormScope, item: FormItem, *, is_split: bool) -> FormScope:
    """Return the scope of an item: of what it is first about, if it may be about several things."""
    first = replace(item, text=things(item.text)[0]) if is_split else item
    return replace(scope, subject=first, whole=item.text)


def _sentence(text: str) -> str:
    """Return the first sentence that says something, or else the first one."""
    found = sentences(text)
    telling = (sentence for sentence in found if len(stems(sentence)) >= FEWEST_WORDS)
    return shorten(next(telling, next(iter(found), "")), SHOWN_OF_TEXT)
