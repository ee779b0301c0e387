"""What a setting accepts, in words; and the sentence for a value that it does not accept.

The words come from the setting's declaration, its type and its bounds, so that no library's words reach anyone.
"""

from __future__ import annotations

import types
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from bot.core.commands import SWITCHABLE
from bot.core.domain import programming_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from bot.core.domain.setting_field import Shown

# What settings accept, where their types can't say it.
CATEGORIES = "2 to 50 categories: names separated by commas, or one `Name: definition` per line"
LANGUAGES = f"one of these languages: {', '.join(programming_language.NAMES)}"
PEOPLE = "people, such as @anna @ben, picked from the list that opens when you type @"
CHANNELS = "channels, such as #help #sales, picked from the list that opens when you type #"
COMMANDS = f"commands: {', '.join(f'/{name}' for name in SWITCHABLE)}"
SEVERITIES = "2 to 10 names, mildest first, separated by commas"
ROUTES = "up to 30 routes, one per line, such as `Billing -> Payments` or `Bug report + Critical -> On-call`"
TEAMS = "up to 30 teams, one per line, such as `Payments: #payments @anna`"
REPOSITORY = "a repository, such as `acme/app`"
BY_KIND = {"people": PEOPLE, "channels": CHANNELS, "choices": COMMANDS}

OWN = "value_error"  # pydantic's type of a fault that a check of ours found: its words are for people
BOUNDS = ("ge", "gt", "le", "max_length")


def in_words(field: FieldInfo, shown: Shown) -> str:
    """Return what a setting accepts, such as "a whole number from 1 to 100"."""
    kind = field.annotation
    if get_origin(kind) in {Union, types.UnionType}:
        kind = next(one for one in get_args(kind) if one is not types.NoneType)
    return shown.accepts or BY_KIND.get(shown.kind or "") or _of_type(kind, _bounds(field))


def refusal(name: str, faults: Sequence[ErrorDetails], accepts: str) -> str:
    """Return the sentences for a value that a setting does not accept."""
    reasons = [str(one["ctx"]["error"]) for one in faults if one["type"] == OWN]
    return " ".join([f"I can't set `{name}` to that.", *map(sentence, reasons[:1]), f"It takes {accepts}."])


def sentence(text: str) -> str:
    """Return a text with a capital letter first and one full stop last."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def choices(names: Sequence[str]) -> str:
    """Return names to choose from: "`low`, `medium` or `high`"."""
    *others, last = [f"`{name}`" for name in names if name]
    return f"{', '.join(others)} or {last}" if others else last


def _bounds(field: FieldInfo) -> Mapping[str, float]:
    return {
        bound: value
        for one in field.metadata
        for bound in BOUNDS
        if isinstance(value := getattr(one, bound, None), int | float)
    }


def _of_type(kind: Any, bounds: Mapping[str, float]) -> str:  # noqa: ANN401 (any type that a setting has)
    if kind is bool:
        return "`on` or `off`"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return choices([str(one.value) for one in kind])
    if get_origin(kind) is Literal:
        return choices([str(one) for one in get_args(kind)])
    if kind is int:
        return f"a whole number{_range(bounds)}"
    if kind is float:
        return f"a number{_range(bounds)}"
    if kind is str and "max_length" in bounds:
        return f"a text of up to {bounds['max_length']:,} characters"
    raise TypeError(f"what {kind} accepts has to be declared in words")


def _range(bounds: Mapping[str, float]) -> str:
    least = f" from {bounds['ge']:,}" if "ge" in bounds else f" above {bounds['gt']:,}" if "gt" in bounds else ""
    until = " and up to" if "gt" in bounds else " to"
    return f"{least}{until} {bounds['le']:,}" if "le" in bounds else least
