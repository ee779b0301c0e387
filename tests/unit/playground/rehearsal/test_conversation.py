"""Conversation without a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.rehearsal.conversation import ABILITIES, WHO, converse


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


def test_what_no_rule_fits_is_admitted() -> None:
    assert converse(thread("How tall is the tower?")).startswith("None of my rules fits this. Claude would answer it.")
    later = converse(thread("Good idea", "Fine", "How tall is the tower?"))
    assert "Claude would answer it, knowing the 2 messages before it." in later


@pytest.mark.parametrize("asked", ["Who are you?", "Hello, what are you?", "are you Claude?", "Which model is this?"])
def test_it_never_pretends_to_be_claude(asked: str) -> None:
    assert converse(thread(asked)) == WHO


def test_a_statement_is_noted_and_an_order_is_not() -> None:
    assert converse(thread("The launch is on 5 May")).startswith("Noted.")
    assert converse(thread("Explain to me what a hash map is")).startswith("None of my rules")


def test_a_file_answers_a_question() -> None:
    notes = [("notes.txt", "We ship on Friday. The budget is open.")]
    assert converse(thread("When do we ship?"), notes) == "From notes.txt: “We ship on Friday.”"
    assert (
        converse(thread("read this"), notes) == "I read notes.txt (8 words). Its central sentence: “We ship on Friday.”"
    )


def test_what_it_cannot_see_is_said() -> None:
    unseen = "I can't see the image in your message. Claude would look at it."
    assert converse(thread("what is on it?"), (), unseen) == unseen


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_any_thread_gets_an_answer(said: list[str]) -> None:
    assert converse(thread(*said)).strip()
