"""The model's facts: what fits, what it accepts, what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from bot.claude import catalog, prices, prompts, tools
from bot.claude.catalog import ModelCard, find, lookup, successor, today
from bot.claude.parameters import faults
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.tokens import TOKENS_PER_TURN, estimate_tokens
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.tool import Passage, Round
    from bot.core.ports import Request

Clock: TypeAlias = "Callable[[], date]"

FORM_TOKENS = 1_000  # that a form to fill in takes at most


class ModelLimits:
    """Implements `bot.core.ports.ModelFacts`. `card` is the default; a channel may have another.

    `clock` tells the day: models retire while the bot runs. `without_web` are ids and aliases of models that can't
    use the web, whatever the catalog says; it is filled when the API lists its models.
    """

    def __init__(self, card: ModelCard, clock: Clock = today) -> None:
        self._card, self.clock = card, clock
        self.without_web: set[str] = set()
        self.prompts = prompts.load()
        self._prompt_tokens = max(estimate_tokens(prompt) for prompt in self.prompts.values())

    @property
    def card(self) -> ModelCard:
        """The default model, or its replacement once it has retired."""
        new = self.successor(self._card.id)
        return (find(new) if new else None) or self._card

    def successor(self, model: str) -> str:
        """Return the replacement of a model that has retired, by their ids, "" for any other."""
        return successor(model, self.clock())

    def _current(self, model: str) -> ModelCard | None:
        """Return the card of a model, or of its replacement; None for an unknown one."""
        return find(self.successor(model) or model)

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Return how many input tokens fit with `max_output` output tokens in the channel's model.

        Prompts, ours and the channel's, are already taken off. No more than what a model's first price covers: a prompt
        beyond that step costs several times as much.
        """
        card = self.card_of(settings)
        room = card.context_window - min(max_output, card.max_output)
        if card.long_context is not None:
            room = min(room, card.long_context.above)
        return max(0, room - self._prompt_tokens - estimate_tokens(prompts.instructions_of(settings)))

    def faults(self, settings: ChannelSettings) -> Mapping[str, str]:
        """Return why the channel's model does not support settings, by their names."""
        try:
            lookup(settings.model, self.clock()) if settings.model else None
        except SettingsError as error:
            return {"model": " ".join(error.faults), **faults(self.card_of(settings), settings)}
        return faults(self.card_of(settings), settings)

    def find(self, typed: str) -> str:
        """Return the id of the model that people call so, "" for none."""
        return "" if find(typed) else catalog.named(typed, self.clock())

    def current(self, settings: ChannelSettings) -> tuple[str, str]:
        """Return the id and the name of the model that answers."""
        id_ = self.card_of(settings).id
        return id_, catalog.display_name(id_)

    def price(
        self, input_tokens: int, output_tokens: int, settings: ChannelSettings = DEFAULTS, *, is_batch: bool = False
    ) -> float | None:
        """Return what so many tokens cost in dollars with the channel's model; None where its price is unknown."""
        dollars = prices.price(self.card_of(settings), input_tokens, output_tokens, is_batch=is_batch)
        return None if dollars is None else float(dollars)

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Return what a request costs at most, in millionths of a dollar; None where the model's price is unknown."""
        card = self.card_of(request.settings)
        words = sum(estimate_tokens(turn.text) + TOKENS_PER_TURN for turn in (*request.turns, *request.last))
        words += sum(_size(one) for one in request.rounds) + sum(_found(turn.passages) for turn in request.turns)
        words += sum(estimate_tokens(f"{tool.description}{tool.schema}") for tool in request.tools)
        looked_up, searches, steps = tools.ceiling(request, card)
        files = sum(attachment.tokens for turn in request.turns for attachment in turn.attachments)
        ours = self._prompt_tokens + estimate_tokens(prompts.instructions_of(request.settings)) + FORM_TOKENS
        prompt, output = words + looked_up + files + ours, min(request.max_output, card.max_output)
        return prices.ceiling(card, prompt, output, is_batch=is_batch, searches=searches, steps=steps)

    def card_of(self, settings: ChannelSettings) -> ModelCard:
        """Return the channel's model, its replacement once it has retired, or the default if it is unknown."""
        card = (self._current(settings.model) if settings.model else None) or self.card
        if self.without_web.isdisjoint((card.id, *card.aliases)):
            return card
        return replace(card, web_tools=None)


def _size(one: Round) -> int:
    """Return how many tokens a round takes, about."""
    found = sum(_found(result.passages) for result in one.results)
    results = found + sum(estimate_tokens(result.content) + TOKENS_PER_TURN for result in one.results)
    return estimate_tokens(one.content) + results + estimate_tokens(one.added) + TOKENS_PER_TURN


def _found(passages: Iterable[Passage]) -> int:
    """Return how many tokens passages take, about."""
    return sum(estimate_tokens(f"{one.source}{one.title}{one.text}") for one in passages)
