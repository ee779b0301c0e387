"""Where settings come from, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.domain.message import Place
from bot.core.domain.overrides import Overrides, OverridesChange
from bot.core.settings.history import reverted, saved, source
from bot.core.settings.place_text import PlaceText
from bot.errors import UsageError
from bot.slack.client import names, people

HERE = PlaceText(Place("T1", "C1"), "<#C1>")
AT = datetime(2026, 11, 24, tzinfo=UTC)


class Slack:
    """How Slack mentions them."""

    mention = staticmethod(people.mention)
    channel = staticmethod(names.channel)


def change(version: int, before: dict[str, Any], after: dict[str, Any]) -> OverridesChange:
    return OverridesChange(version, before, after, "U1", AT)


def test_the_nearest_layer_is_the_source() -> None:
    layers = Overrides({"effort": "low", "footer": True}), Overrides({"effort": "high"}), Overrides({})
    assert source("effort", layers) == 1
    assert source("footer", layers) == 0
    assert source("model", layers) is None


def test_one_way_to_sample_speaks_for_all() -> None:
    layers = Overrides({"temperature": 0.1}), Overrides({"top_p": 0.9})
    assert source("top_p", layers) == 1
    assert source("temperature", layers) is None


def test_changes_are_taken_back_in_turn() -> None:
    changes = (
        change(3, {"effort": "high", "footer": None}, {"effort": None, "footer": True}),
        change(2, {"effort": "low"}, {"effort": "high"}),
    )
    assert reverted(HERE, changes, 1, 3) == {"effort": "low", "footer": None}


def test_what_is_too_long_ago_stays() -> None:
    with pytest.raises(UsageError) as caught:
        reverted(HERE, (change(3, {}, {}),), 1, 3)
    assert caught.value.sentence.startswith("That is too long ago. `/parley history` shows")


@pytest.mark.parametrize(
    ("version", "latest", "told"),
    [
        (99, 3, "There's no change number 99 to the settings for <#C1>."),
        (1, 0, "There's no change number 1 to the settings for <#C1>."),
        (3, 3, "The settings for <#C1> are already as they were after change 3."),
        (0, 0, "The settings for <#C1> are already as they were before any change."),
    ],
)
def test_a_change_that_is_not_there_is_said(version: int, latest: int, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        reverted(HERE, (), version, latest)
    assert caught.value.sentence == told


def test_a_saved_sentence_ends_once() -> None:
    told = saved(HERE, {}, {"acknowledgment": "Thanks, we are on it."}, Slack())
    assert told == "Saved for <#C1>: `acknowledgment` not set → Thanks, we are on it."
