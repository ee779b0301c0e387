"""Conversation without a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.rehearsal.conversation import ABILITIES, converse


def thread(*said: str) -> list[tuple[str, str]]:
    turns = [turn for text in said for turn in (("user", text), ("assistant", "Noted."))]
    return turns[:-1]


def test_greeting_is_returned_with_abilities() -> None:
    assert converse(thread("Hi there!")) == f"Hello! {ABILITIES}"


def test_it_says_what_it_can() -> None:
    assert converse(thread("<@U024BE7LH>: what can you do?")) == ABILITIES


@pytest.mark.parametrize("told", ["My name is Ada.", "Hello, I'm Ada", "Please call me Ada", "I\u2019m Ada"])
def test_name_is_remembered_in_thread(told: str) -> None:
    assert converse(thread(told, "How are you?", "What's my name?")).startswith("Your name is Ada")


def test_unknown_name_is_not_invented() -> None:
    assert converse(thread("Hello", "what is my name?")) == "You haven't told me your name in this thread."


def test_facts_are_remembered_in_thread() -> None:
    answer = converse(thread("My favourite colour is teal. Yes.", "ok", "what is my favourite colour?"))
    assert answer == "You said earlier: “My favourite colour is teal”."


def test_what_was_said_is_listed() -> None:
    answer = converse(thread("We ship on Friday", "Lunch at noon", "What did I say?"))
    assert answer.endswith("- “We ship on Friday”\n- “Lunch at noon”")


def test_first_message_can_be_asked_for() -> None:
    answer = converse(thread("We ship on Friday", "Lunch at noon", "What was my first message?"))
    assert answer.endswith("- “We ship on Friday”")


def test_questions_are_answered_from_the_thread() -> None:
    answer = converse(thread("The launch is on 5 May. It will rain.", "When is the launch?"))
    assert answer == "Earlier in this thread: “The launch is on 5 May.”"


def test_people_are_kept_apart() -> None:
    answer = converse(thread("<@U1ADA>: My name is Ada.\n\n<@U2BOB>: My name is Bob.", "<@U1ADA>: What's my name?"))
    assert answer.startswith("Your name is Ada")


def test_what_others_said_is_known() -> None:
    answer = converse(thread("<@U1ADA>: The launch is on 5 May.", "<@U2BOB>: When is the launch?"))
    assert answer == "Earlier in this thread: “The launch is on 5 May.”"


def test_what_is_told_before_is_no_message() -> None:
    earlier = '<earlier>{"people": {"<@U1ADA>": "ada"}}</earlier>\n\n'
    answer = converse(thread(f"{earlier}<@U1ADA>: The launch is on 5 May.\n\n<@U2BOB>: When is the launch?"))
    assert "The launch is on 5 May." in answer
    assert "<earlier>" not in converse(thread(f"{earlier}zounds"))


def test_message_without_text_is_noticed() -> None:
    assert "no text" in converse([("user", "")])


def test_other_questions_are_reflected_honestly() -> None:
    answer = converse(thread("Good idea", "How tall is the tower?"))
    assert "> How tall is the tower?" in answer
    assert "Claude would be asked this, with the 2 turns before it" in answer


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_any_thread_gets_an_answer(said: list[str]) -> None:
    assert converse(thread(*said)).strip()
