from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.message import Message, Role
from bot.core.tokens import TOKENS_PER_TURN, estimate_tokens, shorten
from bot.core.writing.fit import fit

TEXTS = st.text(max_size=60)
MESSAGES = st.lists(
    st.one_of(
        st.builds(Message, st.just(Role.USER), st.sampled_from(("U0ADA", "U0SAM")), TEXTS),
        st.builds(Message, st.just(Role.ASSISTANT), st.just(""), TEXTS),
    ),
    max_size=12,
)
QUESTIONS = st.builds(Message, st.just(Role.USER), st.just("U0ADA"), st.text(min_size=1, max_size=200))
BUDGETS = st.integers(TOKENS_PER_TURN + 5, 300)  # room for one character at least


def mention(person: str) -> str:
    return f"<@{person}>"


@given(TEXTS, st.integers(0, 60))
def test_a_shortened_text_fits(text: str, tokens: int) -> None:
    kept, cut = shorten(text, tokens)
    assert text.startswith(kept)
    assert len(kept) + cut == len(text)
    assert estimate_tokens(kept) <= max(tokens, TOKENS_PER_TURN)


@given(TEXTS)
def test_a_text_that_fits_stays_whole(text: str) -> None:
    assert shorten(text, estimate_tokens(text)) == (text, 0)


@given(MESSAGES, QUESTIONS, BUDGETS)
def test_turns_alternate_and_begin_with_the_user(history: list[Message], question: Message, tokens: int) -> None:
    turns = fit([*history, question], tokens, mention).turns
    roles = [turn.role for turn in turns]
    assert roles == [(Role.USER, Role.ASSISTANT)[number % 2] for number in range(len(roles))]
    assert roles[-1] is Role.USER
    assert all(turn.text for turn in turns)


@given(MESSAGES, QUESTIONS, BUDGETS)
def test_the_request_keeps_to_its_budget(history: list[Message], question: Message, tokens: int) -> None:
    turns = fit([*history, question], tokens, mention).turns
    assert sum(estimate_tokens(turn.text) for turn in turns) <= tokens


@given(MESSAGES, QUESTIONS, BUDGETS)
def test_what_is_left_out_is_counted(history: list[Message], question: Message, tokens: int) -> None:
    numbered = [replace(m, text=m.text and f"{m.text}|{n}|") for n, m in enumerate([*history, question])]
    fitted = fit(numbered, tokens, mention)
    sent = "\n\n".join(turn.text for turn in fitted.turns)
    whole = [message for message in numbered if message.text][fitted.messages_left_out : -1]
    assert all(message.text in sent for message in whole)
    assert sum(sent.count(m.text) for m in numbered[:-1] if m.text) == len(whole)
    assert fitted.characters_cut == 0 or not whole


@given(MESSAGES, QUESTIONS)
def test_with_room_nothing_is_left_out(history: list[Message], question: Message) -> None:
    told = [question, *history, question]
    fitted = fit(told, 100_000, mention)
    assert (fitted.messages_left_out, fitted.characters_cut) == (0, 0)
    sent = "\n\n".join(turn.text for turn in fitted.turns)
    assert all(message.text in sent for message in told)


def test_the_newest_stay_and_the_oldest_go() -> None:
    told = [Message(Role.USER, "U0ADA", f"{number}" * 90) for number in range(5)]
    fitted = fit(told, estimate_tokens("x" * 90) * 2, mention)
    assert fitted.messages_left_out == 3
    assert [turn.text for turn in fitted.turns] == ["3" * 90 + "\n\n" + "4" * 90]


def test_an_overlong_question_is_cut() -> None:
    told = [Message(Role.USER, "U0ADA", "old"), Message(Role.USER, "U0ADA", "é" * 1_000)]
    fitted = fit(told, 100, mention)
    assert fitted.messages_left_out == 1
    assert fitted.turns[0].text == "é" * 138
    assert fitted.characters_cut == 862


def test_blanked_messages_are_skipped() -> None:
    told = [Message(Role.USER, "U0SAM", ""), Message(Role.ASSISTANT, "", ""), Message(Role.USER, "U0ADA", "hi")]
    fitted = fit(told, 100, mention)
    assert [turn.text for turn in fitted.turns] == ["hi"]
    assert fitted.messages_left_out == 0


def test_nothing_makes_no_turns() -> None:
    assert fit([Message(Role.USER, "U0ADA", "")], 100, mention).turns == ()


def test_several_people_are_named() -> None:
    told = [Message(Role.USER, "U0ADA", "tea"), Message(Role.ASSISTANT, "", "ok"), Message(Role.USER, "U0SAM", "milk")]
    assert [turn.text for turn in fit(told, 100, mention).turns] == ["<@U0ADA>: tea", "ok", "<@U0SAM>: milk"]
    assert [turn.text for turn in fit(told[:1], 100, mention).turns] == ["tea"]
