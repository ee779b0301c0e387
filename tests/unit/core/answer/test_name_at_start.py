from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answer.name_at_start import addresses, addresses_handle, may_address_someone, opening, turns_to

NAMES = ("Ana", "Ben Okoro", "José", "So", "will", "jean-luc")


@pytest.mark.parametrize(
    "text",
    [
        "Ana, can you look?",
        "ana: look",
        "Ana?",
        "Ana",
        "Ana - can you look",
        "Ana \N{EM DASH} can you look",
        "@Ana can you look",
        "hey Ana can you look",
        "Hi Ana! look",
        "Thanks, Ana.",
        "thank you Ben",
        "Ben Okoro, look",
        "José, mira",
        "Jean-Luc, engage",
        "Ana and Ben, can you look?",
        "Ana & Ben: look",
        "Ana, Ben: look",
        "> what the bot said\n\nAna, is that so?",
        "ANA!\nlook",
        "Good morning Ana, look",
        "Guten Morgen Ana, schau mal",
        "Moin Ana, schau mal",
        "Grüße Ben, schau mal",
        "Buenos días Ana",
        "thanks a lot Ana",
        "ok Ana, go",
        "Ana please look",
        "Ana can you send it to the whole team today",
        "Ben Okoro could you send it to the whole team",
        "Ana kannst du das bitte allen schicken",
    ],
)
def test_who_is_spoken_to_by_name(text: str) -> None:
    assert may_address_someone(text)
    assert addresses(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "Ana is on leave, who else?",
        "Ana's laptop, is it fixed?",
        "@Anaconda is a package",
        "Anaconda, is it installed?",
        "hi Analysts",
        "ask Ana, please",
        "So, what now?",
        "Will, then?",
        "what about Ana?",
        "> Ana, can you look?\nwhat did she say?",
        "Ana and what she said",
        "Ana can send it",
        "ok Ana said so",
        "Thanks, Ana is on leave, who else?",
        "morgen Ana fragen",
        "",
        "@",
        "hey",
    ],
)
def test_who_is_only_talked_about(text: str) -> None:
    assert not addresses(text, NAMES)


def test_a_later_sentence_turns_to_another() -> None:
    assert turns_to("Ana, thanks! Parley, sum it up", ["Parley"])
    assert turns_to("Ana: see below.\n@Parley sum it up", ["Parley"])
    assert not turns_to("Ana, Parley is wrong", ["Parley"])


def test_a_handle_that_is_asked_is_somebody() -> None:
    for text in ("@support can you look?", "hey @data-team please look", "@oncall, could you look?"):
        assert addresses_handle(text, ["Parley"])
        assert may_address_someone(text)
    for text in (
        "@parley can you",
        "@Claude please",
        "@here can you",
        "@media queries fail",
        "@dataclass, why?",
        "a@b can you",
    ):
        assert not addresses_handle(text, ["Parley"])


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_any_words_and_names_can_be_compared(text: str, names: list[str]) -> None:
    if addresses(text, names):
        assert may_address_someone(text)
    assert len(opening(text)) <= 200
    turns_to(text, names)


THREAD = ("Ada Marsh", "ada", "Mark Weber", "Will Tan", "June Park", "Grace Hill", "Max")


@pytest.mark.parametrize(
    "text",
    [
        "Ada, did you see that too?",
        "ada did you see that too?",
        "Ada Marsh: can you have a look?",
        "Thanks Ada!",
        "Ada?",
        "@Ada what do you think",
        "Hi Ada, is that right?",
        "Mark, did you see that too?",
        "Mark can you check the numbers",
        "Mark, please check the numbers.",
        "Will, have you got a minute?",
        "Will could you look?",
        "hey Will",
        "June, your numbers are in",
        "Grace: what do you think?",
        "Max, kannst du das prüfen?",
        "Max bitte",
        "ok Mark, can you do it?",
    ],
)
def test_someone_of_the_thread_is_spoken_to(text: str) -> None:
    assert may_address_someone(text)
    assert addresses(text, THREAD)


@pytest.mark.parametrize(
    "text",
    [
        "Ada says it fails, why?",
        "Ada said that it fails. Is that so?",
        "Ada's numbers, are they right?",
        "Ada and Sam disagree, who is right?",
        "Ada Lovelace, who was she?",
        "Will it work, you think?",
        "Will you summarize this?",
        "Will, as in testament: what is the law?",
        "Mark this as done, please",
        "Mark as in currency: how much was it?",
        "Mark: 30 of 40 points, is that good?",
        "June, July and August were slow, why?",
        "June: 30 sales, July: 12",
        "Grace period, how long is it?",
        "Max, min and mean of 3, 4, 5?",
        "Max? I mean the function.",
        "May I ask you something?",
    ],
)
def test_a_name_in_a_question_is_no_address(text: str) -> None:
    assert not addresses(text, THREAD)
