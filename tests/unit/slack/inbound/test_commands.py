from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import PARLEY, SUMMARIZE
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.slack.inbound.commands import read

BODY = {
    "trigger_id": "1.2.3",
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U0ADA",
    "response_url": "https://hooks.slack.com/commands/1",
    "text": "--private a &lt;b&gt; <#C2|general>",
}


def test_a_payload_is_read() -> None:
    command = read(SUMMARIZE, BODY)
    assert (command.name, command.text, command.is_private) == ("summarize", "a <b> #general", True)
    assert command.place == Place("T1", "C1")
    assert command.asker == Requester("U0ADA", "T1", "https://hooks.slack.com/commands/1")


def test_an_id_is_all_that_was_said() -> None:
    once = read(SUMMARIZE, BODY).id
    assert read(SUMMARIZE, dict(reversed(BODY.items()))).id == once
    assert read(SUMMARIZE, BODY | {"text": "something else"}).id != once
    assert read(SUMMARIZE, BODY | {"trigger_id": "1.2.4"}).id != once


def test_a_setting_keeps_its_words() -> None:
    command = read(PARLEY, BODY | {"text": "prompt --private"})
    assert (command.text, command.is_private) == ("prompt --private", True)


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_typed_is_no_text(text: str | None) -> None:
    assert read(SUMMARIZE, BODY | {"text": text}).text == ""
    assert not read(SUMMARIZE, BODY | {"text": text}).is_private


def test_settings_are_always_private() -> None:
    assert read(PARLEY, BODY | {"text": "prompt"}).is_private


@given(st.text(alphabet=st.characters()))
def test_any_text_can_be_stored(text: str) -> None:
    read_text = read(SUMMARIZE, BODY | {"text": text}).text
    assert read_text.encode().decode() == read_text
