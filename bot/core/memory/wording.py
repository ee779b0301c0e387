"""What a note may say: no secrets, nothing invisible, nothing that calls a whole channel; and when two say the same."""

from __future__ import annotations

import re
import unicodedata

from bot.core.domain.note import LONGEST_NOTE
from bot.core.privacy.redaction.find import SecretKind, find
from bot.errors import UsageError
from bot.language import N_, _

NOTHING = N_("There is nothing to note: please say what I should remember.")
SECRET = N_("I never note secrets, such as keys, passwords, card numbers and IBANs. Nothing was noted.")
SECRETS = {SecretKind.SECRET, SecretKind.CARD, SecretKind.IBAN}

_BROADCAST = re.compile(
    r"<!(?P<all>channel|here|everyone)(?:\|[^<>]*)?>|@(?P<typed>channel|here|everyone)\b", re.IGNORECASE
)
_JOINERS = "\u200c\u200d"  # some scripts and many emoji need them
_GAPS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
# Between words, not within them: "3.5" and "35" are not the same.
_PUNCTUATION = re.compile(r"(?<!\w)[.,;:!?\"'\u2018-\u201f]+|[.,;:!?\"'\u2018-\u201f]+(?!\w)")


def clean(text: str, country: str) -> str:
    """Return a text as it is noted. Raises `UsageError` for one that can't be.

    Characters that no one sees go, as instructions can hide in them; what calls a whole channel becomes a word. Phone
    numbers without a country code are `country`'s.
    """
    text = text[: 10 * LONGEST_NOTE]
    seen = "".join(one for one in unicodedata.normalize("NFC", text) if not _is_invisible(one))
    said = _BROADCAST.sub(lambda match: match["all"] or match["typed"], seen)
    lines = "\n".join(_GAPS.sub(" ", line).strip() for line in said.split("\n"))
    said = _BLANK_LINES.sub("\n\n", lines).strip()
    if not said:
        raise UsageError(_(NOTHING))
    if len(said) > LONGEST_NOTE:
        raise UsageError(
            _(
                "A note can have at most {most:,} characters, and this one has {count:,}: please shorten it.",
                most=LONGEST_NOTE,
                count=len(said),
            )
        )
    if any(one.kind in SECRETS for one in find(said, country)):
        raise UsageError(_(SECRET))
    return said


def says_the_same(text: str, other: str) -> bool:
    """Return whether two notes differ in nothing but case, punctuation between words, and blanks."""
    return _bare(text) == _bare(other)


def _bare(text: str) -> list[str]:
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", text).casefold()).split()


def _is_invisible(character: str) -> bool:
    """Return whether no one sees a character: controls, marks of direction, tags, selectors of variants."""
    if character in "\n\t" or character in _JOINERS:
        return False
    is_selector = "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef"
    return is_selector or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
