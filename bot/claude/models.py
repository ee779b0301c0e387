"""The models that people can choose: those that the API offers to this key and the catalog knows."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING

from bot.claude.catalog import catalog, display_name, find, successor, today
from bot.claude.errors import FOREIGN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anthropic import AsyncAnthropic
    from anthropic.types import ModelInfo

    from bot.claude.model_facts import Clock

log = logging.getLogger(__name__)

DEADLINE = 1.0  # seconds: see `lazy.OFFERED_WITHIN`
KEPT_FOR = 3_600.0  # seconds
TRIED_AGAIN_AFTER = 60.0  # seconds
PAGE = 100


class ModelList:
    """Asks the API once an hour; if it does not answer, its last answer or the catalog is used.

    `without_web` gets the ids and aliases of the models that can't use the web, where the API says so.
    """

    def __init__(self, anthropic: AsyncAnthropic, without_web: set[str], clock: Clock = today) -> None:
        self._anthropic, self._clock = anthropic, clock
        self._without_web = without_web
        self._names: Mapping[str, str] = {model: display_name(model) for model in catalog().models}
        self._until = 0.0

    async def names(self) -> Mapping[str, str]:
        """Return the models' names by their ids, the newest first. Never raises."""
        if self._until <= monotonic():
            try:
                async with asyncio.timeout(DEADLINE):
                    found = [info async for info in self._anthropic.models.list(limit=PAGE)]
            except (TimeoutError, *FOREIGN) as error:
                log.warning("the models can't be listed, so the catalog is used: %s", type(error).__name__)
                self._until = monotonic() + TRIED_AGAIN_AFTER
                return self._current()
            # What a model takes and costs has to be known before it is chosen.
            offered = {one.id: one.display_name for one in found if one.lifecycle != "retired" and find(one.id)}
            self._without_web.clear()
            self._without_web.update(*(_all_ids(one) for one in found if lacks_web(one)))
            self._names, self._until = offered or self._names, monotonic() + KEPT_FOR
        return self._current()

    def _current(self) -> Mapping[str, str]:
        on = self._clock()
        return {model: name for model, name in self._names.items() if not successor(model, on)}


def lacks_web(info: ModelInfo) -> bool:
    """Return whether the API says that a model can't search the web; it may say nothing, or not have all fields."""
    tools = getattr(info.capabilities, "server_tools", None)
    return getattr(getattr(tools, "web_search", None), "supported", None) is False


def _all_ids(info: ModelInfo) -> set[str]:
    card = find(info.id)
    return {info.id, *(card.aliases if card else ())}
