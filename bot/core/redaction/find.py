"""What is hidden from the model: e-mail addresses, phone and card numbers, IBANs, secrets.

Numbers are checked by the libraries that know their rules. Secrets are known by the forms that their issuers publish,
and by the word that stands before them. What is hidden by mistake comes back with the answer; what is missed does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Span = tuple[int, int]


class Kind(StrEnum):
    """What something is, as its placeholder tells. `TEXT` is text that looks like a placeholder itself."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 (it opens nothing)
    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Found:
    """Something to hide, from `start` to before `end`."""

    start: int
    end: int
    kind: Kind


PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(Kind)})-[1-9]\d{{0,8}}\]")

# Much of what people wrote goes in as JSON, where "\n" before a word is no part of it.
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
# No pattern looks twice at a long run of characters: each begins where such a run begins, or is bounded.
_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,63}")
_IBAN = re.compile(r"(?<![^\W_])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![^\W_])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5})(?!\w)")
# Visa, Mastercard, American Express, Diners Club, Discover, JCB, UnionPay.
_ISSUER = re.compile(r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5)|62|35")
_PHONE = re.compile(r"\d(?:[^\w\n]{0,3}\d){5}")  # without six digits in a row, there is no number

_KEY = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_SECRETS = (
    re.compile(rf"{_KEY}(?:[^-]|-(?!----BEGIN)){{0,20000}}?-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----"),
    re.compile(rf"{_KEY}[\w+/=\s]{{0,20000}}"),  # cut off
    re.compile(
        r"(?<![^\W_])(?:"
        r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS
        r"|gh[pousr]_\w{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,255}"  # GitHub, GitLab
        r"|xox[a-z](?:\.xox[a-z])?-[\w-]{10,400}|xapp-[\w-]{10,400}"  # Slack
        r"|sk-[\w-]{20,400}"  # Anthropic, OpenAI
        r"|[rsp]k_(?:live|test)_\w{10,255}|whsec_[\w+/=]{20,255}"  # Stripe
        r"|AIza[\w-]{35}|ya29\.[\w-]{20,400}|GOCSPX-[\w-]{20,60}"  # Google
        r"|npm_\w{36}|pypi-[\w-]{50,400}|hf_\w{30,60}|dop_v1_\w{64}|shpat_\w{32}"
        r"|SG\.[\w-]{16,64}\.[\w-]{16,64}"  # SendGrid
        r"|eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{0,4000}"  # a JSON web token
        r")"
    ),
    re.compile(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{10,200}"),
    re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"),  # of an address, user:password@host
    re.compile(r"(?i:\b(?:bearer|basic)\s{1,3})(?P<value>[\w.~+/=-]{16,4000})"),
    re.compile(
        r"(?i:pass(?:word|wort|wd|phrase)|\bpwd|mot de passe|secret|token|(?:api|access|private|account|auth)[_ -]?key)"
        r"[\"'`]?\s{0,5}(?::=|=>|[:=]|\b(?:is|ist|est)\b)\s{0,5}[\"'`]?"
        r"(?P<value>(?=[^\s\"'`,;<>(){}]{0,100}\d)[^\s\"'`,;<>(){}\[\]]{6,400})"
    ),
)


def find(text: str, country: str) -> list[Found]:
    """Return what is to be hidden, in its order, none over another. Numbers without a country code are `country`'s.

    A million characters take some seconds, so not on the event loop.
    """
    seen = _ESCAPE.sub(lambda escape: " " * len(escape[0]), text)
    found = list[Found]()
    for kind, look in _LOOKS:
        spans = list(look(seen, country))
        found += [Found(start, end, kind) for start, end in spans]
        seen = _without(seen, spans)
    return sorted(found, key=lambda one: one.start)


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
    return (match.span() for match in _EMAIL.finditer(text))


def _secrets(text: str, _country: str) -> Iterator[Span]:
    end = 0
    spans = (
        match.span("value" if "value" in pattern.groupindex else 0)
        for pattern in _SECRETS
        for match in pattern.finditer(text)
    )
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            yield start, stop
            end = stop


def _ibans(text: str, _country: str) -> Iterator[Span]:
    from stdnum import iban  # noqa: PLC0415 (only who redacts pays for it)

    for match in _IBAN.finditer(text):
        # The word behind it may look like a part of it.
        words = match[0].split(" ")
        tries = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        if held := next(filter(iban.is_valid, tries), None):
            yield match.start(), match.start() + len(held)


def _cards(text: str, _country: str) -> Iterator[Span]:
    from stdnum import luhn  # noqa: PLC0415 (as above)

    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if _ISSUER.match(digits) and luhn.is_valid(digits):
            yield match.span()


def _phones(text: str, country: str) -> Iterator[Span]:
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415 (as above)

    if _PHONE.search(text):
        for match in PhoneNumberMatcher(text, country, Leniency.VALID, max_tries=len(text)):
            yield match.start, match.end


_LOOKS: tuple[tuple[Kind, Callable[[str, str], Iterator[Span]]], ...] = (
    (Kind.TEXT, _placeholders),
    (Kind.SECRET, _secrets),
    (Kind.EMAIL, _emails),
    (Kind.IBAN, _ibans),
    (Kind.CARD, _cards),
    (Kind.PHONE, _phones),
)
