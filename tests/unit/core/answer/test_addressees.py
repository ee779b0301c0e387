from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answer.stop_or_continue import is_stop
from bot.core.answer.whom_to_answer import SILENCE, is_refused, may_be_for_bot, needs_reading, wants_answer
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import IncomingMessage, Message, Place, Role
from bot.core.domain.setting_choices import Answers, Outsiders
from bot.core.domain.thread import Conversation

INCOMING = IncomingMessage(Place("T1", "C1", "1.0"), "2.0", "U0ADA", "T1", "hi", False, False, False)  # noqa: FBT003 (its last three)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def wanted(settings: dict[str, Any], **incoming: Any) -> bool:
    began = incoming.pop("began", False)
    conversation = Conversation(settings=ChannelSettings(**settings), is_known=True, began_with_bot=began)
    return wants_answer(replace(INCOMING, **incoming), conversation)


@pytest.mark.parametrize(
    ("answers", "mentioned", "began", "plain"),
    [("thread", True, True, False), ("mention", True, False, False), ("all", True, True, True)],
)
def test_each_mode_answers_its_own(answers: str, *, mentioned: bool, began: bool, plain: bool) -> None:
    settings = {"answers": answers}
    assert wanted(settings, mentions_bot=True) is mentioned
    assert wanted(settings, began=True) is began
    assert wanted(settings) is plain
    assert not wanted(settings, addresses_other=True, began=True)
    assert not wanted(settings, addresses_other=True, mentions_bot=True)
    assert wanted(settings, is_direct=True)


@pytest.mark.parametrize(
    ("outsiders", "mention", "follow_up"), [("nobody", False, False), ("mention", True, False), ("all", True, True)]
)
def test_outsiders_get_what_is_allowed(outsiders: str, *, mention: bool, follow_up: bool) -> None:
    settings = {"outsiders": outsiders}
    assert wanted(settings, is_outsider=True, mentions_bot=True, began=True) is mention
    assert wanted(settings, is_outsider=True, began=True) is follow_up
    incoming = replace(INCOMING, is_outsider=True, mentions_bot=True)
    assert is_refused(incoming, ChannelSettings(outsiders=Outsiders(outsiders))) is not mention
    assert not is_refused(replace(incoming, is_outsider=False), ChannelSettings())
    assert not is_refused(replace(incoming, mentions_bot=False), ChannelSettings())


@given(st.sampled_from(Answers), st.booleans(), st.booleans(), st.booleans())
def test_a_bot_never_speaks_uninvited(answers: Answers, began: bool, mentions: bool, direct: bool) -> None:  # noqa: FBT001 (a case)
    incoming = {"is_bot": True, "mentions_bot": mentions, "is_direct": direct, "began": began}
    assert not wanted({"answers": answers}, **incoming)
    assert wanted({"answers": answers, "answers_bots": True}, **incoming) is mentions


def test_two_bots_do_not_talk_for_ever() -> None:
    exchange = (Message(Role.USER, "UBOT", "ping", is_bot=True), Message(Role.ASSISTANT, "", "pong"))
    settings = ChannelSettings(answers_bots=True)
    incoming = replace(INCOMING, is_bot=True, mentions_bot=True)
    person = (Message(Role.USER, "U0ADA", "go on"),)
    for turns, (before, after) in product(range(5), [((), ()), (person, ()), (person * 2, person)]):
        conversation = Conversation(settings=settings, messages=before + exchange * turns + after)
        assert wants_answer(incoming, conversation) is (turns < 3 or bool(after))


@pytest.mark.parametrize("text", ["stop", "Stop", "STOP!", " stop. ", "please  stop", "Stop…"])
def test_a_mere_stop_is_known(text: str) -> None:
    assert is_stop(text)
    assert not wanted({"answers": "all"}, text=text, mentions_bot=True, is_direct=True)


@pytest.mark.parametrize("text", ["", "stop the build", "don't stop", "nonstop", "why stop?"])
def test_other_words_are_no_stop(text: str) -> None:
    assert not is_stop(text)


def test_only_a_whole_channel_is_listened_to() -> None:
    top = replace(INCOMING, id="1.0")
    everything = ChannelSettings(answers=Answers.ALL)
    assert not may_be_for_bot(top, ChannelSettings())
    assert may_be_for_bot(top, everything)
    assert not may_be_for_bot(replace(top, is_bot=True), everything)
    assert not may_be_for_bot(replace(top, addresses_other=True), everything)
    assert may_be_for_bot(INCOMING, ChannelSettings())
    assert may_be_for_bot(replace(top, mentions_bot=True), ChannelSettings())
    assert may_be_for_bot(replace(top, is_direct=True), ChannelSettings())


def test_history_is_asked_for_when_it_is_missing() -> None:
    mention = replace(INCOMING, mentions_bot=True)
    known = Conversation(is_known=True, silent_since=NOW - SILENCE + timedelta(seconds=1))
    silent = replace(known, silent_since=NOW - SILENCE - timedelta(seconds=1))
    assert needs_reading(mention, Conversation(), NOW)
    assert not needs_reading(replace(mention, id="1.0"), Conversation(), NOW)
    assert not needs_reading(mention, known, NOW)
    assert needs_reading(mention, silent, NOW)
    assert not needs_reading(INCOMING, silent, NOW)
    assert not needs_reading(replace(mention, is_direct=True), silent, NOW)
