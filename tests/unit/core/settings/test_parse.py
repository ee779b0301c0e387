from __future__ import annotations

import pytest

from bot.core.domain.channel_settings import MAX_INSTRUCTIONS
from bot.core.settings.parse import SettingsAction, SettingsCommand, parse
from bot.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        ("prompt", SettingsCommand(SettingsAction.SHOW, "instructions")),
        ("  PROMPT  ", SettingsCommand(SettingsAction.SHOW, "instructions")),
        ("prompt --reset", SettingsCommand(SettingsAction.UNSET, "instructions")),
        ("prompt —Reset", SettingsCommand(SettingsAction.UNSET, "instructions")),
        ("prompt \u2013reset", SettingsCommand(SettingsAction.UNSET, "instructions")),
        ("prompt Answer like a pirate.", SettingsCommand(SettingsAction.SET, "instructions", "Answer like a pirate.")),
        ("prompt\nOne line.\nAnother.", SettingsCommand(SettingsAction.SET, "instructions", "One line.\nAnother.")),
        (
            "prompt Never --reset anything",
            SettingsCommand(SettingsAction.SET, "instructions", "Never --reset anything"),
        ),
        (
            "prompt " + "x" * MAX_INSTRUCTIONS,
            SettingsCommand(SettingsAction.SET, "instructions", "x" * MAX_INSTRUCTIONS),
        ),
    ],
)
def test_a_command_is_parsed(typed: str, parsed: SettingsCommand) -> None:
    assert parse(typed) == parsed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "prompt " + "x" * (MAX_INSTRUCTIONS + 1),
            "A channel's prompt has at most 10,000 characters; this one has 10,001.",
        ),
    ],
)
def test_anything_else_gets_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)
    assert caught.value.sentence == sentence
