"""What is hidden, and what is not."""

from __future__ import annotations

import json
from time import thread_time

import pytest

from bot.core.privacy.redaction.find import STRETCH, SecretKind, find

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1\nabc+/=\n-----END RSA PRIVATE KEY-----"
HIDDEN = [
    ("anna.k@example.co.uk", SecretKind.EMAIL),
    ("jürgen+news@bücher.example", SecretKind.EMAIL),
    ("+49 30 901820", SecretKind.PHONE),
    ("(415) 555-0132", SecretKind.PHONE),
    ("4155550132", SecretKind.PHONE),
    ("4111 1111 1111 1111", SecretKind.CARD),
    ("378282246310005", SecretKind.CARD),
    ("3782 822463 10005", SecretKind.CARD),
    ("DE89 3704 0044 0532 0130 00", SecretKind.IBAN),
    ("GB82WEST12345698765432", SecretKind.IBAN),
    ("AKIAIOSFODNN7EXAMPLE", SecretKind.SECRET),
    ("ghp_" + "a1B2" * 9, SecretKind.SECRET),
    ("xoxb-1234567890-abcdefghij", SecretKind.SECRET),
    ("sk-ant-api03-" + "Ab1_" * 10, SecretKind.SECRET),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", SecretKind.SECRET),
    ("https://hooks.slack.com/services/T0/B0/abcdefgh", SecretKind.SECRET),
    (KEY, SecretKind.SECRET),
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


def hidden(text: str, country: str = "US") -> list[tuple[str, SecretKind]]:
    return [(text[one.start : one.end], one.kind) for one in find(text, country)]


@pytest.mark.parametrize(("value", "kind"), HIDDEN)
def test_each_kind_is_found(value: str, kind: SecretKind) -> None:
    assert hidden(value) == [(value, kind)]
    assert hidden(f"It is {value}, I think.") == [(value, kind)]


@pytest.mark.parametrize(("value", "kind"), HIDDEN[:-1])
def test_each_kind_is_found_in_json(value: str, kind: SecretKind) -> None:
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
    assert hidden(text) == [(value, SecretKind.SECRET)]


def test_a_word_behind_an_iban_is_left() -> None:
    assert hidden("DE89 3704 0044 0532 0130 00 BIC COBADEFF") == [("DE89 3704 0044 0532 0130 00", SecretKind.IBAN)]


def test_numbers_are_read_by_their_country() -> None:
    assert hidden("call 030 901820", "DE") == [("030 901820", SecretKind.PHONE)]
    assert hidden("call 030 901820", "US") == []


def test_a_placeholder_of_somebody_is_hidden() -> None:
    assert hidden("as in [email-1]") == [("[email-1]", SecretKind.TEXT)]


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "a.b-c+" * 10_000, "1 " * 25_000, "-----BEGIN PRIVATE KEY-----" * 2_000, "a@" * 25_000]
)
def test_odd_texts_take_no_time(text: str) -> None:
    began = thread_time()
    find(text, "US")
    assert thread_time() - began < 5  # a quadratic pattern would take longer


def test_what_lies_over_a_stretchs_end_is_found() -> None:
    secrets = ("ada@example.com", f"-----BEGIN PRIVATE KEY-----\n{'MIIE' * 4_000}\n-----END PRIVATE KEY-----")
    for secret in secrets:
        for before in (STRETCH - len(secret) // 2, STRETCH - 1, STRETCH):
            text = "w " * (before // 2) + secret + " and more" * 100
            (found,) = find(text, "DE")
            assert text[found.start : found.end] == found.value == secret
