"""What each of Claude's models accepts and costs, and how to send it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from bot.errors import SettingsError
from bot.language import _

DATE_DIGITS = 8  # of the day in an id

_WORD = re.compile(r"[a-z]+|[0-9]+")

# A misspelled field in the data file must not go unnoticed.
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars per million tokens; a cache entry lives five minutes or an hour."""

    __pydantic_config__ = _STRICT

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal


@dataclass(frozen=True, slots=True)
class LongContext:
    """A price step: above so many prompt tokens, all of the call's tokens cost `factor` times as much."""

    __pydantic_config__ = _STRICT

    above: int
    factor: Decimal


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one model accepts and costs; `catalog.toml` says what each field means. Windows are in tokens."""

    __pydantic_config__ = _STRICT

    id: str
    context_window: int
    max_output: int
    thinking_unasked: Literal["off", "on", "always"]
    aliases: tuple[str, ...] = ()
    prices: Prices | None = None
    long_context: LongContext | None = None
    thinking_off: Literal["disabled", "between_tools"] | None = None
    thinking_forms: tuple[Literal["adaptive", "enabled", "disabled", "between_tools"], ...] = ()
    sampling: bool = False
    effort: bool = True
    structured_outputs: bool = True
    thinks_with_tools: bool = False
    web_tools: tuple[str, str] | None = ("web_search_20260318", "web_fetch_20260318")
    min_cacheable: int | None = None
    kept_until: date | None = None
    retires: date | None = None
    replacement: str | None = None

    def has_retired(self, on: date) -> bool:
        """Return whether the model can no longer be called on a day: from its announced date on."""
        return self.retires is not None and on >= self.retires

    def retires_soon(self, on: date) -> bool:
        """Return whether it retires within the catalog's `retires_soon` days of a day, or has retired."""
        return self.retires is not None and (self.retires - on).days <= catalog().retires_soon

    @classmethod
    def unknown(cls, model: str) -> ModelCard:
        """Describe a model that the API offers and the catalog does not list: price unknown, careful limits.

        It is newer than the catalog, so it takes structured outputs and no sampling, as all recent ones.
        """
        return cls(id=model, context_window=200_000, max_output=32_000, thinking_unasked="on", effort=False)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The data file: models by their id, and retired ids with the model to use instead."""

    __pydantic_config__ = _STRICT

    as_of: date
    retires_soon: int  # days before a model's end from which on the operator is warned
    batch_share: Decimal  # of the price, for what is handed in as a batch
    search_fee: Decimal  # dollars a search of the web
    models: dict[str, ModelCard]
    retired: dict[str, str]


@cache
def catalog() -> Catalog:
    """Read the data file, once."""
    text = (files("bot.claude") / "catalog.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    data["models"] = {model: {"id": model, **fields} for model, fields in data["models"].items()}
    return TypeAdapter(Catalog).validate_python(data)


def today() -> date:
    """Return the date by which models retire: UTC's."""
    return datetime.now(UTC).date()


def find(model: str) -> ModelCard | None:
    """Return the card of a model's id, alias or dated id, retired or not; the card carries the id asked for."""
    for card in catalog().models.values():
        if model == card.id:
            return card
        if model in card.aliases:
            return replace(card, id=model)
    return None


def known(on: date) -> dict[str, str]:
    """Return the models that have not retired by a day: their names by their ids, in the catalog's order."""
    return {model: display_name(model) for model in catalog().models if not successor(model, on)}


def named(typed: str, on: date) -> str:
    """Return the id of the model that people call so on a day, such as "opus" or "Claude Haiku 4.5", "" for none.

    A family alone is its newest model.
    """
    words = [word for word in _WORD.findall(typed[:60].casefold()) if word not in {"claude", "latest"}]
    ids = [card.id for card in catalog().models.values() if not card.has_retired(on)]
    parts = {one: _WORD.findall(one)[1:] for one in ids}
    if exact := [one for one in ids if parts[one] == words]:
        return exact[0]
    fitting = [one for one in ids if words[:1] == parts[one][:1] and len(words) == 1]
    return max(fitting, key=lambda one: [int(part) for part in parts[one][1:]], default="")


def display_name(model: str) -> str:
    """Return what a model is called, by its id: "Claude Haiku 5.5"."""
    family = [word.capitalize() for word in _WORD.findall(model) if word.isalpha()]
    version = [word for word in _WORD.findall(model) if word.isdigit() and len(word) < DATE_DIGITS]
    return f"{' '.join(family)} {'.'.join(version)}".strip()


def lookup(model: str, on: date | None = None) -> ModelCard:
    """Return the card of a model that can be asked on a day, today by default.

    Raises `SettingsError` for a retired id, naming the replacement, and for an unknown one, naming those known.
    """
    on = on or today()
    if new := successor(model, on):
        raise SettingsError([_("The model {model} is retired; use {new} instead.", model=model, new=new)])
    if card := find(model):
        return card
    known = [card.id for card in catalog().models.values() if not card.has_retired(on)]
    closest = get_close_matches(model.strip().lower(), known, n=1, cutoff=0.5)
    hint = [_("Did you mean {model}?", model=closest[0])] if closest else []
    unknown, listed = _("I don't know the model “{model}”.", model=model[:60]), ", ".join(known)
    raise SettingsError([" ".join((unknown, *hint, _("Known: {models}.", models=listed)))])


def successor(model: str, on: date) -> str:
    """Return the model to use instead of one that has retired by a day, "" for one that has not, or is unknown."""
    new = ""
    while following := _replacement(new or model, on):
        new = following
    return new


def _replacement(model: str, on: date) -> str:
    if model in catalog().retired:
        return catalog().retired[model]
    card = find(model)
    return card.replacement or "" if card and card.has_retired(on) else ""
