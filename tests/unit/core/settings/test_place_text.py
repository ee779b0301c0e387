"""How places are named, and values written, in what is said about settings."""

from __future__ import annotations

import pytest

from bot.core.domain.message import Place
from bot.core.settings.parse import SettingsAction, parse
from bot.core.settings.place_text import PlaceText
from bot.core.settings.value_text import short_value_text, value_text
from bot.slack.client import names, people

LINK = "https://acme.slack.com/archives/C1/p1700000000000100"
WORKSPACE = PlaceText(Place("T1", ""))
CHANNEL = PlaceText(Place("T1", "C1"), "<#C1>")
THREAD = PlaceText(Place("T1", "C1", "1700000000.000100"), "<#C1>", LINK)


class Slack:
    """How Slack mentions them."""

    mention = staticmethod(people.mention)
    channel = staticmethod(names.channel)


@pytest.mark.parametrize(
    ("at", "name", "scope"),
    [
        (WORKSPACE, "the workspace", "workspace"),
        (CHANNEL, "<#C1>", ""),
        (PlaceText(Place("T1", "D1")), "this conversation", ""),
        (THREAD, "this thread", LINK),
    ],
)
@pytest.mark.parametrize("typed", ["settings", "settings list", "set footer on", "unset footer", "why", "revert 3"])
def test_a_command_is_about_its_place(at: PlaceText, name: str, scope: str, typed: str) -> None:
    assert at.name == name
    command = at.command(typed)
    assert parse(command.strip("`").removeprefix("/parley")).scope == scope


def test_each_layer_has_its_name() -> None:
    assert THREAD.layers == ("the workspace", "<#C1>", "this thread")
    assert parse(THREAD.command("history").strip("`").removeprefix("/parley")).action is SettingsAction.HISTORY


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("routes", [{"when": ["Bug report", "Critical"], "team": "Apps"}], "Bug report + Critical → Apps"),
        ("teams", [{"name": "Apps", "channel": "C1", "people": ["U1"]}], "Apps: <#C1> <@U1>"),
        ("categories", [{"name": "Bug"}, {"name": "Praise"}], "Bug, Praise"),
        ("denied_people", ["U1", "W2"], "<@U1>, <@W2>"),
        ("agents", ["U1"], "<@U1>"),
        ("allowed_channels", ["C1", "G2"], "<#C1>, <#G2>"),
        ("commands_off", ["code"], "/code"),
        ("footer", True, "on"),
        ("footer", None, "not set"),
        ("instructions", "", "not set"),
        ("max_output", 0, "0"),
    ],
)
def test_values_are_written_for_people(name: str, value: object, told: str) -> None:
    assert value_text(name, value, Slack()) == told


def test_a_short_value_cuts_no_mention() -> None:
    denied = [f"U{number:08}" for number in range(30)]
    told = short_value_text("denied_people", denied, Slack())
    assert told.endswith(">…")
    assert len(told) <= 201
    team = [{"name": "Apps", "channel": "", "people": denied}]
    assert short_value_text("teams", team, Slack()).endswith(">…")
