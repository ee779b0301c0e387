"""What a setting accepts, in words; and the sentence for a value that it does not accept.

The words come from the setting's declaration, its type and its bounds, so that no library's words reach anyone.
"""

from __future__ import annotations

import types
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from bot.core.commands import SWITCHABLE
from bot.core.domain import programming_language
from bot.language import N_, _, or_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from bot.core.domain.setting_field import Shown

# What settings accept, where their types can't say it.
CATEGORIES = N_("2 to 50 categories: names separated by commas, or one `Name: definition` per line")
LANGUAGES = N_("one of these languages: {languages}")
PEOPLE = N_("people, such as @anna @ben, picked from the list that opens when you type @")
CHANNELS = N_("channels, such as #help #sales, picked from the list that opens when you type #")
COMMANDS = N_("commands: {commands}")
SEVERITIES = N_("2 to 10 names, mildest first, separated by commas")
ROUTES = N_("up to 30 routes, one per line, such as `Billing -> Payments` or `Bug report + Critical -> On-call`")
TEAMS = N_("up to 30 teams, one per line, such as `Payments: #payments @anna`")
REPOSITORY = N_("a repository, such as `acme/app`")
NUMBERS = {
    (int, "ge"): N_("a whole number from {least:,} to {most:,}"),
    (float, "ge"): N_("a number from {least:,} to {most:,}"),
    (float, "gt"): N_("a number above {least:,} and up to {most:,}"),
}
BY_KIND = {"people": PEOPLE, "channels": CHANNELS, "choices": COMMANDS}

OWN = "value_error"  # pydantic's type of a fault that a check of ours found: its words are for people
BOUNDS = ("ge", "gt", "le", "max_length")


def in_words(field: FieldInfo, shown: Shown) -> str:
    """Return what a setting accepts, such as "a whole number from 1 to 100"."""
    kind = field.annotation
    if get_origin(kind) in {Union, types.UnionType}:
        kind = next(one for one in get_args(kind) if one is not types.NoneType)
    if declared := shown.accepts or BY_KIND.get(shown.kind or ""):
        commands = ", ".join(f"/{name}" for name in SWITCHABLE)
        return _(declared, languages=", ".join(programming_language.NAMES), commands=commands)
    return _of_type(kind, _bounds(field))


def refusal(name: str, faults: Sequence[ErrorDetails], accepts: str) -> str:
    """Return the sentences for a value that a setting does not accept."""
    refused = _("I can't set `{name}` to that.", name=name)
    return " ".join([refused, *_reason(faults), _("It takes {accepted}.", accepted=accepts)])


def field_refusal(faults: Sequence[ErrorDetails], accepts: str) -> str:
    """Return the sentences below a field of a form for a value that it does not accept; forms show no code."""
    return " ".join([*_reason(faults), _("This field takes {accepted}.", accepted=accepts)]).replace("`", "")


def _reason(faults: Sequence[ErrorDetails]) -> list[str]:
    return [sentence(str(one["ctx"]["error"])) for one in faults if one["type"] == OWN][:1]


def sentence(text: str) -> str:
    """Return a text with a capital letter first and one full stop last; a question keeps its mark."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def choices(names: Sequence[str]) -> str:
    """Return names to choose from: "`low`, `medium` or `high`"."""
    return or_list(f"`{name}`" for name in names if name)


def _bounds(field: FieldInfo) -> Mapping[str, float]:
    return {
        bound: value
        for one in field.metadata
        for bound in BOUNDS
        if isinstance(value := getattr(one, bound, None), int | float)
    }


def _of_type(kind: Any, bounds: Mapping[str, float]) -> str:  # noqa: ANN401 (any type that a setting has)
    if kind is bool:
        return choices(["on", "off"])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return choices([str(one.value) for one in kind])
    if get_origin(kind) is Literal:
        return choices([str(one) for one in get_args(kind)])
    if kind is str and "max_length" in bounds:
        return _("a text of up to {most:,} characters", most=bounds["max_length"])
    least = "gt" if "gt" in bounds else "ge"
    if declared := NUMBERS.get((kind, least)):
        return _(declared, least=bounds[least], most=bounds["le"])
    raise TypeError(f"what {kind} accepts has to be declared in words")
