"""The rule of who may use the bot where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core import access
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.people import Participant
from bot.core.domain.typed_setting import read
from bot.errors import UsageError

SAM = Participant("USAM")
GUEST, ADMIN, OUTSIDER = replace(SAM, is_guest=True), replace(SAM, is_admin=True), replace(SAM, is_outsider=True)


def refused(participant: Participant, command: str = "", **settings: Any) -> str:
    held = ChannelSettings.model_validate(settings)
    return access.refusal(participant, "C1", held, "<@UADA>", command=command)


@pytest.mark.parametrize(
    ("participant", "settings", "says"),
    [
        (SAM, {}, ""),
        (SAM, {"denied_people": ["USAM"]}, "You can't use me here"),
        (SAM, {"denied_people": ["USAM"], "allowed_people": ["USAM"]}, "You can't use me here"),
        (SAM, {"allowed_people": ["UADA"]}, "Only certain people"),
        (SAM, {"allowed_people": ["USAM"]}, ""),
        (SAM, {"denied_channels": ["C1"]}, "in this channel"),
        (SAM, {"allowed_channels": ["C2"]}, "in this channel"),
        (SAM, {"allowed_channels": ["C1", "C2"]}, ""),
        (GUEST, {}, "Guests"),
        (GUEST, {"guests": True}, ""),
        (GUEST, {"allowed_people": ["USAM"]}, ""),
        (OUTSIDER, {}, "from the organization"),
        (OUTSIDER, {"outsiders": "mention"}, ""),
        (ADMIN, {"denied_people": ["USAM"], "allowed_people": ["UADA"]}, ""),
        (ADMIN, {"denied_channels": ["C1"]}, "in this channel"),
    ],
)
def test_people_and_channels_follow_the_settings(participant: Participant, settings: dict[str, Any], says: str) -> None:
    sentence = refused(participant, **settings)
    assert bool(sentence) is bool(says)
    assert says in sentence
    assert not sentence or "<@UADA>" in sentence


def test_channels_leave_direct_messages_alone() -> None:
    assert not refused(replace(SAM, is_direct=True), denied_channels=["C1"])


def test_a_command_is_off_for_everybody() -> None:
    assert "`/code`" in refused(ADMIN, "code", commands_off=["code"])
    assert not refused(SAM, "classify", commands_off=["code"])


def test_admins_always_have_the_settings() -> None:
    assert not refused(ADMIN, "parley", denied_channels=["C1"], allowed_people=["UADA"])
    assert refused(SAM, "parley", denied_channels=["C1"])


def test_helpers_are_named_in_order() -> None:
    assert access.helpers({"U2", "U1"}, "<@{}>".format) == "a workspace admin, <@U1> or <@U2>"
    assert access.helpers((), str) == "a workspace admin"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("allowed_people", "@U0ANNA, @U0BEN @U0ANNA", ["U0ANNA", "U0BEN"]),
        ("denied_channels", "#C0HELP", ["C0HELP"]),
        ("commands_off", "/code classify", ["code", "classify"]),
    ],
)
def test_lists_are_read_as_typed(name: str, typed: str, value: list[str]) -> None:
    assert read(name, typed, {}) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("denied_people", "anna"),
        ("agents", "@anna"),
        ("agents", "<@U1> @anna"),
        ("agents", "anna"),
        ("allowed_channels", "#general"),
        ("commands_off", "parley"),
    ],
)
def test_what_is_no_list_is_refused(name: str, typed: str) -> None:
    with pytest.raises(UsageError):
        read(name, typed, {})
