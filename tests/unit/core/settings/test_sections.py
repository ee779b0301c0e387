"""The headings under which settings are shown."""

from __future__ import annotations

from itertools import chain

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.settings.sections import MAIN, SECTIONS, grouped


def test_each_setting_is_under_one_heading() -> None:
    listed = list(chain.from_iterable(SECTIONS.values()))
    assert sorted(listed) == sorted(ChannelSettings.model_fields)


def test_empty_headings_are_left_out() -> None:
    assert grouped(["model", "guests", "instructions"]) == {
        MAIN: ["instructions", "model"],
        "Who can use me": ["guests"],
    }
