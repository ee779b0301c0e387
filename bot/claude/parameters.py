"""What a request may set on a model: temperature or top_p, by levels or exact; which settings it does not take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from bot.core.domain.setting_choices import Creativity
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from anthropic.types import ThinkingConfigParam

    from bot.claude.catalog import ModelCard
    from bot.core.domain.channel_settings import ChannelSettings

# The last API version that takes sampling parameters at all; later ones answer 400 to any of them.
SAMPLING_VERSION = "2023-06-01"
OF_LEVEL = N_("A temperature for {level} creativity must be between {lowest} and {highest}.")
OF_ANY = N_("A temperature must be between {lowest} and {highest}.")


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
                raise UsageError(_("Set a temperature or a top_p, not both: Claude accepts only one of them."))
            if not 0 < self.top_p <= 1:
                raise UsageError(_("A top_p must be greater than 0 and at most 1."))
        if self.temperature is not None:
            lowest, _usual, highest = LEVELS[self.level] if self.level else Level(0, 1, 1)
            if not lowest <= self.temperature <= highest:
                sentence = OF_LEVEL if self.level else OF_ANY
                raise UsageError(_(sentence, level=self.level, lowest=lowest, highest=highest))

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


def parameters(card: ModelCard, sampling: Sampling, *, thinks: bool = False, has_tools: bool = False) -> Parameters:
    """Say it in the one form that the model's API accepts: sampling if it takes any, no thinking if it can do without.

    Thinking stays off unless the channel wants it, because in a chat the first words matter most. A model that always
    thinks keeps thinking. A model that thinks does not sample: the API then accepts only temperature 1. Some models
    need it to use tools well; then nobody sees it.
    """
    arguments: Parameters = {}
    if thinks and "adaptive" in card.thinking_forms:
        # The summary of the thinking is what people may see; some models leave it out unless asked.
        arguments["thinking"] = {"type": "adaptive", "display": "summarized"}
        return arguments
    if has_tools and card.thinks_with_tools:
        arguments["thinking"] = {"type": "adaptive", "display": "omitted"}
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
        found["thinking"] = _("{model} does not support adaptive thinking", model=card.id)
    if settings.effort and not card.effort:
        found["effort"] = _("{model} has no effort setting", model=card.id)
    if settings.web and card.web_tools is None:
        found["web"] = _("{model} can't use the web", model=card.id)
    if settings.max_output > card.max_output:
        found["max_output"] = _("{model} writes at most {most:,} tokens", model=card.id, most=card.max_output)
    for name in ("creativity", "temperature", "top_p"):
        if getattr(settings, name) is None:
            continue
        if not card.sampling:
            found[name] = _("{model} no longer accepts a temperature or a top_p", model=card.id)
        elif thinks and "thinking" not in found:
            found[name] = _("a model that thinks accepts no temperature or top_p")
    return found
