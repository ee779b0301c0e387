"""What is hidden, and what is not."""

from __future__ import annotations

import json
from time import perf_counter

import pytest

from bot.core.privacy.redaction.find import STRETCH, Kind, find

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1\nabc+/=\n-----END RSA PRIVATE KEY-----"
HIDDEN = [
    ("anna.k@example.co.uk", Kind.EMAIL),
    ("jürgen+news@bücher.example", Kind.EMAIL),
    ("+49 30 901820", Kind.PHONE),
    ("(415) 555-0132", Kind.PHONE),
    ("4155550132", Kind.PHONE),
    ("4111 1111 1111 1111", Kind.CARD),
    ("378282246310005", Kind.CARD),
    ("3782 822463 10005", Kind.CARD),
    ("DE89 3704 0044 0532 0130 00", Kind.IBAN),
    ("GB82WEST12345698765432", Kind.IBAN),
    ("AKIAIOSFODNN7EXAMPLE", Kind.SECRET),
    ("ghp_" + "a1B2" * 9, Kind.SECRET),
    ("xoxb-1234567890-abcdefghij", Kind.SECRET),
    ("sk-ant-api03-" + "Ab1_" * 10, Kind.SECRET),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", Kind.SECRET),
    ("https://hooks.slack.com/services/T0/B0/abcdefgh", Kind.SECRET),
    (KEY, Kind.SECRET),
]
KEPT = [
    "1764012345.678901",  # an id of Slack's
    "https://acme.slack.com/archives/C0123/p1764012345678901",
    "2026-11-24 12:30",
    "4111 1111 1111 1112",  # a card number that can't be
    "DE89 3704 0044 0532 0130 01",
    "192.168.100.200",
    "<@U012ABCDEF> said so",
    "token = get_token()",
    "the password is wrong",
    "order 12345678",
    "550e8400-e29b-41d4-a716-446655440000",
]


def hidden(text: str, country: str = "US") -> list[tuple[str, Kind]]:
    return [(text[one.start : one.end], one.kind) for one in find(text, country)]


@pytest.mark.parametrize(("value", "kind"), HIDDEN)
def test_each_kind_is_found(value: str, kind: Kind) -> None:
    assert hidden(value) == [(value, kind)]
    assert hidden(f"It is {value}, I think.") == [(value, kind)]


@pytest.mark.parametrize(("value", "kind"), HIDDEN[:-1])
def test_each_kind_is_found_in_json(value: str, kind: Kind) -> None:
    assert hidden(json.dumps({"text": f'a\n{value}\n"b"'}, ensure_ascii=False)) == [(value, kind)]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_is_left(text: str) -> None:
    assert hidden(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("postgres://bob:hunter2@db.example.com/x", "bob:hunter2"),
        ("Authorization: Bearer abcdefghijklmnop1234", "abcdefghijklmnop1234"),
        ('password = "hunter2!"', "hunter2!"),
        ("my password is hunter2", "hunter2"),
        ('{\\"api_key\\": \\"abc12345\\"}', "abc12345"),
        ("API-Key: 0123abcd", "0123abcd"),
        (KEY[:50], KEY[:50]),
    ],
)
def test_a_secret_is_known_by_its_word(text: str, value: str) -> None:
    assert hidden(text) == [(value, Kind.SECRET)]


def test_a_word_behind_an_iban_is_left() -> None:
    assert hidden("DE89 3704 0044 0532 0130 00 BIC COBADEFF") == [("DE89 3704 0044 0532 0130 00", Kind.IBAN)]


def test_numbers_are_read_by_their_country() -> None:
    assert hidden("call 030 901820", "DE") == [("030 901820", Kind.PHONE)]
    assert hidden("call 030 901820", "US") == []


def test_a_placeholder_of_somebody_is_hidden() -> None:
    assert hidden("as in [email-1]") == [("[email-1]", Kind.TEXT)]


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a.b-c+" * 40_000, "1 " * 100_000, "-----BEGIN PRIVATE KEY-----" * 2_000, "a@" * 100_000]
)
def test_odd_texts_take_no_time(text: str) -> None:
    began = perf_counter()
    find(text, "US")
    assert perf_counter() - began < 20  # a quadratic pattern would take minutes


def test_what_lies_over_a_stretchs_end_is_found() -> None:
    secrets = ("ada@example.com", f"-----BEGIN PRIVATE KEY-----\n{'MIIE' * 4_000}\n-----END PRIVATE KEY-----")
    for secret in secrets:
        for before in (STRETCH - len(secret) // 2, STRETCH - 1, STRETCH):
            text = "w " * (before // 2) + secret + " and more" * 100
            (found,) = find(text, "DE")
            assert text[found.start : found.end] == found.value == secret
