from __future__ import annotations

import pytest

from bot import errors
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import FinishedAnswer
from bot.core.writing.notes import apology, too_long
from bot.integrations import errors as integration_errors
from tests.support.spoken import said as in_german

INTERNALS = "401 authentication_error sk-ant-secret 10.0.0.1"
PLACE = Place("T1", "C1", "1.0")
QUESTION = Message(Role.USER, "U0ADA", "What is it?", "1.0")


def descendants(kind: type[errors.BotError]) -> list[type[errors.BotError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in descendants(child))]


# Those bring a sentence of their own.
WORDED = {
    errors.FileError,
    errors.HeavyFileError,
    errors.UsageError,
    errors.NotAllowedError,
    errors.OverBudgetError,
}
MODULES = {errors.__name__, integration_errors.__name__}
OF_A_CAUSE = [kind for kind in descendants(errors.BotError) if kind.__module__ in MODULES and kind not in WORDED]


@pytest.mark.parametrize("kind", OF_A_CAUSE)
def test_no_apology_holds_internals(kind: type[errors.BotError]) -> None:
    cause = {errors.ChatBusyError: 30.0, errors.SettingsError: [INTERNALS]}.get(kind, INTERNALS)
    said = apology(kind(cause), "r-4711")
    assert said == f"{kind(cause).sentence} (Reference: `r-4711`)" or kind is errors.ModelBusyError
    assert not any(word in said for word in [*INTERNALS.split(), kind.__name__])


@pytest.mark.parametrize(("seconds", "when"), [(None, "in a minute"), (4.4, "in 4 seconds"), (29.6, "in 30 seconds")])
def test_a_busy_model_says_when(seconds: float | None, when: str) -> None:
    assert when in apology(errors.ModelBusyError("429", retry_after=seconds), "r-1")


@pytest.mark.parametrize(
    ("messages", "characters", "note"),
    [
        (0, 0, ""),
        (1, 0, "the oldest message of this thread"),
        (12, 0, "the 12 oldest messages of this thread"),
        (0, 1234, "the last 1,234 characters of your text"),
        (2, 3, "the 2 oldest messages of this thread and the last 3 characters of your text"),
    ],
)
def test_what_was_left_out_is_told(messages: int, characters: int, note: str) -> None:
    said = too_long(messages=messages, characters=characters)
    assert note in said
    assert bool(said) is bool(note)


def test_german_tells_one_from_many() -> None:
    assert "die älteste Nachricht dieses Threads" in in_german(lambda: too_long(messages=1))
    both = in_german(lambda: too_long(messages=1234, characters=2, more=True))
    assert "mehr als die 1.234 ältesten Nachrichten dieses Threads und die letzten 2 Zeichen deines Textes" in both


def test_a_turn_leaves_question_and_answer() -> None:
    record = FinishedAnswer("It is.", "2.0").record(PLACE, QUESTION, began_with_bot=True)
    assert record.messages == (QUESTION, Message(Role.ASSISTANT, "", "It is.", "2.0"))
    assert (record.place, record.person, record.began_with_bot) == (PLACE, "U0ADA", True)


def test_a_refused_question_is_blanked() -> None:
    record = FinishedAnswer("", "2.0", was_refused=True).record(PLACE, QUESTION, began_with_bot=False)
    assert [message.text for message in record.messages] == ["", ""]
    assert [message.id for message in record.messages] == ["1.0", "2.0"]
