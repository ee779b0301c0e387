"""Placeholders: there, and back again, however a stream is cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.calls import Purpose
from bot.core.domain.attachment import Attachment
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Role
from bot.core.domain.persona import Persona
from bot.core.ports import Request, Turn
from bot.core.privacy.redaction.placeholder import Redaction, Restoring

EMAIL, PHONE, CARD = "anna@example.com", "+49 30 901820", "4111 1111 1111 1111"
IBAN, KEY = "DE89 3704 0044 0532 0130 00", "AKIAIOSFODNN7EXAMPLE"
VALUES = [EMAIL, "b@example.org", PHONE, CARD, IBAN, KEY]

words = st.one_of(st.text(max_size=12), st.sampled_from([*VALUES, "[email-1]", "[email-", "[", "1]", "\\", "\n"]))
texts = st.lists(words, max_size=12).map(" ".join)
glued = st.lists(words, max_size=12).map("".join)


def pieces(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:end] for start, end in pairwise(ends)]


@given(st.one_of(texts, glued))
def test_there_and_back_is_the_same(text: str) -> None:
    redaction = Redaction("US")
    assert redaction.restore(redaction.redact(text)) == text


@given(st.one_of(texts, glued), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_stream_can_be_cut_anywhere(text: str, cuts: list[int]) -> None:
    redaction = Redaction("US")
    out: list[str] = []
    restoring = Restoring(redaction, out.append)
    for piece in pieces(redaction.redact(text), cuts):
        restoring.write(piece)
    restoring.close()
    assert "".join(out) == text
    assert all(out)


@given(st.lists(st.sampled_from([*VALUES, "word", "and", "12", "é"]), max_size=20))
def test_nothing_that_was_found_leaves(parts: list[str]) -> None:
    text = ", ".join(parts)
    for sent in (text, json.dumps({"text": f"a\n{text}"})):
        redacted = Redaction("US").redact(sent)
        assert not [value for value in VALUES if value in redacted]


@given(texts, texts)
def test_a_longer_thread_keeps_its_placeholders(first: str, second: str) -> None:
    request = asked(first)
    longer = asked(first, second)
    assert Redaction("US").request(longer).turns[0] == Redaction("US").request(request).turns[0]


def asked(*said: str, **settings: Any) -> Request:
    turns = [Turn(Role.USER if number % 2 == 0 else Role.ASSISTANT, text) for number, text in enumerate(said)]
    return Request(Purpose.ANSWER, turns, 100, "T1/U1", ChannelSettings(redact=True, **settings))


def test_one_thing_has_one_placeholder() -> None:
    redacted = Redaction("US").redact(f"{EMAIL}, b@example.org, {EMAIL}, {PHONE}")
    assert redacted == "[email-1], [email-2], [email-1], [phone-1]"


def test_the_channels_prompt_is_redacted_too() -> None:
    persona = Persona(name="Ann", prompt=f"You are {EMAIL}.")
    request = asked("hi", instructions=f"Call {PHONE}.", persona="Ann", personas=(persona,))
    prompt = Redaction("US").request(request).settings.prompt
    assert prompt == "You are [email-1].\n\nCall [phone-1]."


def test_text_files_are_redacted_pictures_are_not() -> None:
    text = Attachment(f"for {EMAIL}", "text/plain", f"mail {EMAIL}".encode(), 9)
    picture = Attachment("a.png", "image/png", EMAIL.encode(), 9)
    turn = Turn(Role.USER, "look", (text, picture))
    request = Redaction("US").request(Request(Purpose.ANSWER, (turn,), 100, "T1/U1", ChannelSettings(redact=True)))
    first, second = request.turns[0].attachments
    assert (first.name, first.data) == ("for [email-1]", b"mail [email-1]")
    assert second.data == EMAIL.encode()


class Point(BaseModel):
    text: str
    links: list[str]
    number: int = 1


class Form(BaseModel):
    points: tuple[Point, ...]
    by_name: dict[str, str]


def test_a_form_is_filled_in() -> None:
    redaction = Redaction("US")
    redaction.redact(f"{EMAIL} {PHONE}")
    form = Form(points=(Point(text="ask [email-1]", links=["[phone-1]", "[phone-2]"]),), by_name={"a": "[email-1]"})
    filled = redaction.fill_in(form)
    assert filled == Form(
        points=(Point(text=f"ask {EMAIL}", links=[PHONE, "[phone-2]"]),),
        by_name={"a": EMAIL},
    )
