"""What is hidden from the model: e-mail addresses, phone and card numbers, IBANs, secrets.

Numbers are checked by the libraries that know their rules. Secrets are known by the forms that their issuers publish,
and by the word that is before them. What is hidden by mistake comes back with the answer; what is missed does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.privacy.redaction import keyword, login, number
from bot.core.privacy.redaction.secret_formats import FORMATS
from bot.core.privacy.redaction.view import view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Span = tuple[int, int]


class SecretKind(StrEnum):
    """What something is, as its placeholder tells. `TEXT` is text that looks like a placeholder itself."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 (it opens nothing)
    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Detection:
    """Something to hide, from `start` to before `end`; `value` is what it says, without JSON's escapes."""

    start: int
    end: int
    kind: SecretKind
    value: str


STRETCH = 40_000  # characters
AROUND = 5_000  # characters on both sides of it: nearly no pattern is longer
FAR_AROUND, LONG = 25_000, ("-----BEGIN", "eyJ")  # where those stand that are: private keys, JSON web tokens

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(SecretKind)})-[1-9]\d{{0,8}}\]")

# JSON within JSON, or in code.
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
# No pattern looks twice at a long run of characters: each begins where such a run begins, or is bounded.
_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,63}")
_PHONE = re.compile(r"\d(?:[^\w\n]{0,3}\d){5}")  # without six digits in a row, there is no number


def find(text: str, country: str) -> list[Detection]:
    """Return what is to be hidden, in its order, none over another. Numbers without a country code are `country`'s.

    A million characters take some seconds, so not on the event loop; and a stretch at a time, as a pattern does not let
    go of Python's lock before it has found something.
    """
    found = list[Detection]()
    around = FAR_AROUND if any(mark in text for mark in LONG) else AROUND
    for start in range(0, len(text), STRETCH):
        at = max(0, start - around)
        for one in _find(text[at : start + STRETCH + around], country):
            there = replace(one, start=one.start + at, end=one.end + at)
            if start <= there.start < start + STRETCH and (not found or there.start >= found[-1].end):
                found.append(there)
    return found


def _find(text: str, country: str) -> list[Detection]:
    seen = view(text)
    plain, found = seen.text, list[Detection]()
    for kind, look in _LOOKS:
        spans = list(look(plain, country))
        for start, end in spans:
            there = (seen.original(start), seen.original(end))
            found.append(Detection(*there, kind, seen.text[start:end]))
        plain = _without(plain, spans)
    return sorted(found, key=lambda one: one.start)


def _blanked(text: str) -> str:
    """Blank escapes: the n of a newline's is not part of the word after it."""
    return _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)


def _without(text: str, spans: Sequence[Span]) -> str:
    """Blank what was found, so that nothing that is looked for later takes a part of it."""
    parts, last = list[str](), 0
    for start, end in spans:
        parts += [text[last:start], "\0" * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def _placeholders(text: str, _country: str) -> Iterator[Span]:
    return (match.span() for match in PLACEHOLDER.finditer(text))


def _emails(text: str, _country: str) -> Iterator[Span]:
    return (match.span() for match in _EMAIL.finditer(_blanked(text)))


def _secrets(text: str, _country: str) -> Iterator[Span]:
    """Find secrets; where two lie over another, what the second has more is one of its own."""
    forms, end = _blanked(text), 0
    spans = [
        match.span("value" if "value" in pattern.groupindex else 0)
        for pattern in FORMATS
        for match in pattern.finditer(forms)
    ]
    for start, stop in sorted(
        [*spans, *keyword.secrets(text), *login.passwords(text)], key=lambda span: (span[0], -span[1])
    ):
        if stop > end:
            yield max(start, end), stop
            end = stop


def _cards(text: str, _country: str) -> Iterator[Span]:
    return number.cards(_blanked(text))


def _ibans(text: str, _country: str) -> Iterator[Span]:
    return number.ibans(_blanked(text))


def _phones(text: str, country: str) -> Iterator[Span]:
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415 (as above)

    text = _blanked(text)
    if _PHONE.search(text):
        for match in PhoneNumberMatcher(text, country, Leniency.VALID, max_tries=len(text)):
            yield match.start, match.end


_LOOKS: tuple[tuple[SecretKind, Callable[[str, str], Iterator[Span]]], ...] = (
    (SecretKind.TEXT, _placeholders),
    (SecretKind.SECRET, _secrets),
    (SecretKind.EMAIL, _emails),
    (SecretKind.IBAN, _ibans),
    (SecretKind.CARD, _cards),
    (SecretKind.PHONE, _phones),
)
