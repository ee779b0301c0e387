"""What each of Claude's models accepts and costs, and how to send it."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

from pydantic import ConfigDict, TypeAdapter

from bot.calls import MICROS
from bot.core.domain.setting_choices import Creativity
from bot.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from anthropic.types import ThinkingConfigParam

    from bot.calls import Call
    from bot.core.domain.channel_settings import ChannelSettings

# The last API version that takes sampling parameters at all; later ones answer 400 to any of them.
SAMPLING_VERSION = "2023-06-01"
TOKENS_PER_PRICE = 1_000_000
SOON = 60  # days before its end from which on a model is said to retire
BATCH_SHARE = Decimal("0.5")  # of the price, for what is handed in as a batch


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
    """What one model accepts and costs; `catalogue.toml` says what each field means. Windows are in tokens."""

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
    min_cacheable: int | None = None
    kept_until: date | None = None
    retires: date | None = None
    replacement: str | None = None

    def has_retired(self, on: date) -> bool:
        """Return whether the model can no longer be called on a day: from its announced date on."""
        return self.retires is not None and on >= self.retires

    def retires_soon(self, on: date) -> bool:
        """Return whether it retires within `SOON` days of a day, or has retired."""
        return self.retires is not None and (self.retires - on).days <= SOON

    @classmethod
    def unknown(cls, model: str) -> ModelCard:
        """Describe a model that the API offers and the catalogue does not list: price unknown, careful limits.

        It is newer than the catalogue, so it takes structured outputs and no sampling, as all recent ones.
        """
        return cls(id=model, context_window=200_000, max_output=32_000, thinking_unasked="on", effort=False)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The data file: models by their id, and retired ids with the model to use instead."""

    __pydantic_config__ = _STRICT

    as_of: date
    models: dict[str, ModelCard]
    retired: dict[str, str]


@cache
def catalogue() -> Catalogue:
    """Read the data file, once."""
    text = (files("bot.claude") / "catalogue.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    data["models"] = {model: {"id": model, **fields} for model, fields in data["models"].items()}
    return TypeAdapter(Catalogue).validate_python(data)


def today() -> date:
    """Return the date by which models retire: UTC's."""
    return datetime.now(UTC).date()


def find(model: str) -> ModelCard | None:
    """Return the card of a model's id, alias or dated id, retired or not; the card carries the id asked for."""
    for card in catalogue().models.values():
        if model == card.id:
            return card
        if model in card.aliases:
            return replace(card, id=model)
    return None


def named(typed: str, on: date) -> str:
    """Return the id of the model that people call so on a day, such as "opus" or "Claude Haiku 4.5", "" for none.

    A family alone is its newest model.
    """
    words = [word for word in _WORD.findall(typed[:60].casefold()) if word not in {"claude", "latest"}]
    ids = [card.id for card in catalogue().models.values() if not card.has_retired(on)]
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
        raise SettingsError([f"The model {model} is retired; use {new} instead."])
    if card := find(model):
        return card
    known = [card.id for card in catalogue().models.values() if not card.has_retired(on)]
    closest = get_close_matches(model.strip().lower(), known, n=1, cutoff=0.5)
    hint = f" Did you mean {closest[0]}?" if closest else ""
    raise SettingsError([f"I don't know a model “{model[:60]}”.{hint} Known: {', '.join(known)}."])


def successor(model: str, on: date) -> str:
    """Return the model to use instead of one that has retired by a day, "" for one that has not, or is unknown."""
    new = ""
    while following := _replacement(new or model, on):
        new = following
    return new


def _replacement(model: str, on: date) -> str:
    if model in catalogue().retired:
        return catalogue().retired[model]
    card = find(model)
    return card.replacement or "" if card and card.has_retired(on) else ""


class Level(NamedTuple):
    """The temperatures of a level of creativity."""

    lowest: float
    usual: float
    highest: float


LEVELS = {
    Creativity.LOW: Level(0.1, 0.2, 0.3),
    Creativity.MEDIUM: Level(0.4, 0.5, 0.7),
    Creativity.HIGH: Level(0.8, 0.9, 1.0),
}


@dataclass(frozen=True, slots=True)
class Sampling:
    """How freely to sample: a level, an exact temperature (within the level, if one is given), or an exact top_p.

    Raises `UsageError` for what no model takes; its sentence says why.
    """

    level: Creativity | None = None
    temperature: float | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if self.top_p is not None:
            if self.temperature is not None or self.level is not None:
                raise UsageError("Set a temperature or a top_p, not both: Claude accepts only one of them.")
            if not 0 < self.top_p <= 1:
                raise UsageError("A top_p must be greater than 0 and at most 1.")
        if self.temperature is not None:
            lowest, _, highest = LEVELS[self.level] if self.level else Level(0, 1, 1)
            if not lowest <= self.temperature <= highest:
                of_level = f" for {self.level} creativity" if self.level else ""
                raise UsageError(f"A temperature{of_level} must be between {lowest} and {highest}.")

    def body(self) -> dict[str, object]:
        """Return the fields of a request's body."""
        if self.top_p is not None:
            return {"top_p": self.top_p}
        if self.temperature is not None:
            return {"temperature": self.temperature}
        return {"temperature": LEVELS[self.level].usual} if self.level else {}


class Parameters(TypedDict, total=False):
    """Arguments of the SDK's `messages` methods that depend on the model."""

    thinking: ThinkingConfigParam
    extra_headers: dict[str, str]
    extra_body: dict[str, object]


def sampling(settings: ChannelSettings, usual: Creativity) -> Sampling:
    """Return how a channel samples: as it is set, otherwise at the purpose's default level."""
    if settings.temperature is not None or settings.top_p is not None:
        return Sampling(temperature=settings.temperature, top_p=settings.top_p)
    return Sampling(settings.creativity or usual)


def parameters(card: ModelCard, sampling: Sampling, *, thinks: bool = False) -> Parameters:
    """Say it in the one form that the model's API accepts: sampling if it takes any, no thinking if it can do without.

    Thinking stays off unless the channel wants it, because in a chat the first words matter most. A model that always
    thinks keeps thinking. A model that thinks does not sample: the API then accepts only temperature 1.
    """
    arguments: Parameters = {}
    if thinks and "adaptive" in card.thinking_forms:
        # The summary of the thinking is what people may see; some models leave it out unless asked.
        arguments["thinking"] = {"type": "adaptive", "display": "summarized"}
        return arguments
    if card.thinking_off == "disabled":
        arguments["thinking"] = {"type": "disabled"}
    elif card.thinking_off == "between_tools":
        arguments["thinking"] = {"type": "between_tools"}
    if card.sampling and (body := sampling.body()):
        # The SDK's methods have no such arguments any more, and its own API version would refuse the fields.
        arguments["extra_headers"] = {"anthropic-version": SAMPLING_VERSION}
        arguments["extra_body"] = body
    return arguments


def faults(card: ModelCard, settings: ChannelSettings) -> dict[str, str]:
    """Return why a model does not support some of a channel's settings, by their names."""
    found: dict[str, str] = {}
    thinks = settings.thinking == "adaptive"
    if thinks and "adaptive" not in card.thinking_forms:
        found["thinking"] = f"{card.id} does not support adaptive thinking"
    if settings.effort and not card.effort:
        found["effort"] = f"{card.id} has no effort setting"
    if settings.max_output > card.max_output:
        found["max_output"] = f"{card.id} writes at most {card.max_output:,} tokens"
    for name in ("creativity", "temperature", "top_p"):
        if getattr(settings, name) is None:
            continue
        if not card.sampling:
            found[name] = f"{card.id} no longer takes a temperature or a top_p"
        elif thinks and "thinking" not in found:
            found[name] = "a model that thinks takes no temperature or top_p"
    return found


def cost(card: ModelCard, call: Call) -> Decimal | None:
    """Return what a call cost in dollars, with cache entries of five minutes; None where the price is unknown."""
    if card.prices is None:
        return None
    prompt = call.input_tokens + call.cache_read_tokens + call.cache_write_tokens
    dollars = (
        call.input_tokens * card.prices.input
        + call.cache_read_tokens * card.prices.cache_read
        + call.cache_write_tokens * card.prices.cache_write_5m
        + call.output_tokens * card.prices.output
    ) / TOKENS_PER_PRICE
    if call.is_batch:
        dollars *= BATCH_SHARE
    is_long = card.long_context is not None and prompt > card.long_context.above
    return dollars * card.long_context.factor if card.long_context and is_long else dollars


def micros(call: Call) -> int | None:
    """Return what a call cost in millionths of a dollar, rounded up; None where its model or the price is unknown."""
    card = find(call.model)
    dollars = cost(card, call) if card else None
    return None if dollars is None else math.ceil(dollars * MICROS)


def ceiling(card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False) -> int | None:
    """Return the most that a call can cost in millionths of a dollar: all of its prompt is written to the cache.

    None where the price is unknown.
    """
    if card.prices is None:
        return None
    read = max(card.prices.input, card.prices.cache_write_5m)
    dollars = (input_tokens * read + output_tokens * card.prices.output) / TOKENS_PER_PRICE
    if card.long_context is not None and input_tokens > card.long_context.above:
        dollars *= card.long_context.factor
    return math.ceil(dollars * (BATCH_SHARE if is_batch else 1) * MICROS)


def price(card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False) -> Decimal | None:
    """Return what tokens of short prompts cost in dollars, none of them cached; None where the price is unknown."""
    if card.prices is None:
        return None
    dollars = (input_tokens * card.prices.input + output_tokens * card.prices.output) / TOKENS_PER_PRICE
    return dollars * BATCH_SHARE if is_batch else dollars
