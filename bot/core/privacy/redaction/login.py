"""A name and its password written together: `credentials: ana / X`, `login/password: ana / X`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.privacy.redaction import secret_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]

_NAME = (
    r"(?:user(?:[ _-]?(?:name|id))?|log-?in|account|e-?mail|id"
    r"|benutzer(?:name)?|usuario|utilisateur|identifiant|utente)"
)
_BOTH = (
    rf"(?:credentials?|creds|log-?ins?|zugang(?:sdaten)?|anmeldedaten|identifiants|credenciales|credenziali"
    rf"|{_NAME}[ \t]?(?:[/&+|,:-]|and|und|et|y|e|or)[ \t]?(?P<password>{words.PASSWORDS}))"
)
_SEPARATOR = (
    r"(?:[ \t]{0,3}[/|:,;+&\u2010-\u2015\u2190-\u21ff][ \t]{0,3}"
    r"|[ \t]{1,3}(?:-{1,2}>?|=>|and|und|et|y)[ \t]{1,3}|[ \t]{1,4})"
)
_LOGIN = re.compile(
    rf"(?<![^\W_]){_BOTH}[\"*_`)\x1e]{{0,3}}(?:[ \t]+(?:for|to|of|f\u00fcr)[ \t]+[\w.-]{{1,40}})?"
    rf"[ \t]{{0,3}}(?:[:=\uff1a\u2190-\u21ff\u2010-\u2015]|->?|\b(?:{words.VERBS})\b:?)[*_]{{0,2}}\s{{0,5}}[\"`\x1e]?"
    rf"(?P<name>(?:[\w.+'-]|@(?=[\w-])){{1,64}}){_SEPARATOR}(?P<value>[^\s\x1e]{{4,400}})",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[^\w\s.,'/()-]")


def passwords(text: str) -> Iterator[Span]:
    """Find the passwords after a name, in a view."""
    for match in _LOGIN.finditer(text):
        value = match["value"].rstrip('.,;"`')
        if _is_password(value, has_word=match["password"] is not None):
            yield match.start("value"), match.start("value") + len(value)


def _is_password(value: str, *, has_word: bool) -> bool:
    bare = value.strip("*_()[]{}<>.,;:!?\"'`")
    if len(bare) < 4 or bare.casefold() in words.ORDINARY or value[0] in "<$" or value.startswith(("{{", "http", "//")):  # noqa: PLR2004
        return False
    is_word = bare.islower() or bare.isupper() or bare.istitle()
    return has_word or not is_word or any(map(str.isdigit, bare)) or bool(_SIGN.search(value))
