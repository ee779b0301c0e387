"""Sentences that ask people for their passwords, keys or codes: no answer has them, whatever page they stand on.

Whoever can edit a page, or post in a channel that is a source, could use the bot's voice for that. These are rules of
thumb for English and German: they keep what warns ("Never send your password") and what programs do ("Send your API key
in the header").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEAR = 12  # words between what asks and what it asks for
BEFORE, AFTER = 5, 6  # words before what asks in which a "never" counts, and after a secret that say where it goes

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*|[.!?,:;]")
_SENTENCE_END = frozenset(".!?")
_CLAUSE_END = frozenset(".!?,:;")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# not for people: what pages say
_ASKS = _words(
    "send email e-mail mail post share reply respond tell give provide forward submit message dm paste what what's "
    "schick schicke schicken schickt sende senden sendet maile mailen teile teilen nenne nennen nennt gib geben gebt "
    "antworte antworten poste posten lautet verrate verraten"
)
_NEVER = _words(
    "never not no nobody without don't won't doesn't needn't shouldn't mustn't can't cannot nie niemals nicht kein "
    "keine keinem keinen ohne niemand"
)
_WHOSE = _words(
    "your their his her my the customer's user's dein deine deinen deiner ihr ihre ihren euer eure euren das"
)
_SECRETS = _words(
    "password passwords passwort kennwort passcode passphrase pin tan cvv cvc otp credentials zugangsdaten api-key "
    "api-schlüssel bestätigungscode sicherheitscode"
)
_PARTS = _words("key keys token tokens code codes phrase card")
_OF_SECRETS = _words(
    "api access secret private recovery one-time verification security 2fa mfa login sms backup seed credit"
)
_GOES_ON = _words("policy policies manager managers reset rules rule length hint field page link")
_FOR_PROGRAMS = _words(
    "header headers parameter body query variable authorization field form url request requests config"
)


def asks_for_secrets(text: str) -> list[tuple[int, int]]:
    """Return the parts of a text, from start to end, that ask for a secret; none overlap."""
    words = [(match[0].casefold().replace("\u2019", "'"), match.start(), match.end()) for match in _WORD.finditer(text)]
    parts: list[tuple[int, int]] = []
    for start, end in sorted(_found(words)):
        if parts and start < parts[-1][1]:
            parts[-1] = parts[-1][0], max(end, parts[-1][1])
        else:
            parts.append((start, end))
    return parts


def _found(words: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    said = [word for word, _, _ in words]
    for at in range(len(said)):
        if not _is_secret(said, at):
            continue
        if (asks := _asked(said, at)) is not None:
            yield words[asks][1], words[at][2]


def _is_secret(said: Sequence[str], at: int) -> bool:
    is_named = said[at] in _SECRETS or (said[at] in _PARTS and at > 0 and said[at - 1] in _OF_SECRETS)
    after = said[at + 1 : at + 1 + AFTER]
    return is_named and not (after and after[0] in _GOES_ON) and _FOR_PROGRAMS.isdisjoint(after)


def _asked(said: Sequence[str], at: int) -> int | None:
    """Return the word that asks for the secret at a word, None if nothing does, or if it warns."""
    is_someones = False
    for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
        word = said[before]
        if word in _SENTENCE_END or word in _NEVER:
            return None
        is_someones = is_someones or word in _WHOSE
        if word in _ASKS and is_someones:
            return None if _warns(said, before) else before
    return None


def _warns(said: Sequence[str], asks: int) -> bool:
    for word in reversed(said[max(0, asks - BEFORE) : asks]):
        if word in _CLAUSE_END:
            return False
        if word in _NEVER:
            return True
    return False
