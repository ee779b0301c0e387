"""Secrets that are known by the word before them: `password: …`, `DB_PASS=…`, `"token": "…"`, `--api-key …`.

A value may hold any symbol, so it ends where its quotes do, or else at white space. Whether it is one is told by what
it looks like: ordinary words, numbers, dates, calls, variables and placeholders are none. What is hidden by mistake
comes back with the answer; what is missed does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.privacy.redaction import secret_words as words
from bot.core.privacy.redaction.view import EDGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]

LONGEST = 400  # characters of a value
SHORTEST, SHORTEST_KEY = 4, 6  # of a password, of a key or a token
LONG_NUMBER = 16  # figures of a key that is a number

_WORD = rf"(?:{words.PASSWORDS}|{words.KEYS})"
# DB_PASSWORD_PROD, passwordNew, SECRET_KEY_BASE; token_password is a password.
_SUFFIX = (
    rf"(?P<suffix>(?:[_-](?!{_WORD})[A-Za-z0-9]{{1,20}}|(?-i:\.[a-z0-9]{{1,20}}(?=[.=]))"
    rf"|(?-i:(?<=[a-z0-9])(?!{_WORD})[A-Z][a-z0-9]{{0,20}})|\d){{0,4}})"
)
_ABOUT = (
    r"(?:(?:[ \t]+(?:for|of|to|f(?:ü|ue)r|von|zum|zur|pour|para|de)[ \t][^\n:=\x1e\"'`|()\[\]/]{1,40}?"
    rf"|[ \t]?\([^()\n]{{1,30}}\)"
    rf"|(?P<more>(?:[ \t](?!{_WORD}|(?:{words.VERBS})\b)#?\w[\w-]{{0,20}}){{1,2}}(?=[ \t]?[:=\uff1a][ \t])))"
    rf"(?=[ \t]{{0,3}}(?:[:=\uff1a\u2190-\u21ff]|->|(?<=[ \t])(?:[-\u2010-\u2015][ \t]|(?:{words.VERBS})\b))))?"
)
_SIGNS = (
    r":[ \t]?[A-Za-z_\[\]., |]{1,40}[ \t]=(?![=>])"  # and the type of a variable
    r"|:=(?=[\s\"'])|=>(?=[\s\"'])|-{1,2}>(?=\s)|==(?=[\s\"'])|::(?=\s)|:[ \t]?-(?=[ \t])|[=:\uff1a\uff1d]|>(?=[^\s=>])"
    r"|\|(?=[ \t])|[\u2190-\u21ff\u2794-\u27bf\u00bb]|(?:是|为|為|は|は、|은|는)[:\uff1a]?"
)
# Between words as often as before a value, so that this has to look like one.
_LOOSE_SIGNS = r"[^\w\s\x1e\0\"'`(){}\[\]<>$,;/.!?*]{1,3}(?=[ \t])|>{1,3}(?=[ \t])"
_FOUND = re.compile(
    rf"(?P<flag>(?<!\S)--?[\w-]{{0,30}})?(?:(?P<password>{words.PASSWORDS})s?|(?P<key>{words.KEYS})){_SUFFIX}"
    rf"(?P<closed>\\{{0,3}}[\"'`*_\])\x1e]{{0,3}}){_ABOUT}"
    rf"(?P<before>[ \t\u00a0]{{0,5}})(?:(?P<sign>{_SIGNS})|(?P<dash>{_LOOSE_SIGNS})|\b(?P<verb>{words.VERBS})\b:?)?"
    r"(?:[*_]{1,2}(?=\s))?"
    r"(?P<gap>[ \t\u00a0\u3000]{0,20}(?:\r?\n(?:[ \t>]{0,20}`{3}\w{0,12}(?=\r?\n))?[ \t>]{0,20}){0,3})",
    re.IGNORECASE,
)
_NAMED = re.compile(_WORD, re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
_TICKET = re.compile(r"[A-Z]{2,10}-\d{1,6}")
_PARAMETER = re.compile(r"&(?:amp;)?[\w.\[\]%-]{1,60}(?==)")  # the next one; a bare "&" is part of the value
_TAG = re.compile(r"</[A-Za-z][\w-]{0,40}>")
_SPACE = re.compile(r"[\s\0\x1e]")
_OPENING = re.compile(r"(?P<prefix>[rbfuRBFU@$]{0,2})(?P<slashes>\\{0,7})(?P<quote>[\"'`\u201c\u201e\u00ab\u2018])")
_CLOSES = {"\u201c": "\u201d\u201c", "\u201e": "\u201c\u201d", "\u00ab": "\u00bb", "\u2018": "\u2019"}
_BEHIND = re.compile(r"[\s,;:.)\]}>/|&?!*\\\0]|\Z")
_PHRASE = re.compile(r"[a-z]{2,12}(?:[ \t][a-z]{2,12}){2,23}(?=[.\s]{0,3}(?:\n|\x1e|\Z))")  # all of its line
_SCHEME = re.compile(r"(?:bearer|basic|token|digest|apikey|negotiate)[ \t]+", re.IGNORECASE)

_AROUND = "*_~()[]{}<>.,;:!?\"'`|/\u201c\u201d\u201e\u00bb\u2026"
# What stands for a value: a template, what is masked, a path, an address.
_TEMPLATE = re.compile(
    r"\$\{|\$\([A-Za-z_ ./-]*\)?\Z|\{\{(?:.*\}\}|\Z)|\{%|\{[A-Za-z_.]+\}\Z|%[A-Z_]+%\Z|%\(\w*\)[sdr]|%[sdr]\Z"
    r"|%[sdr](?![A-Za-z0-9])|<[^<>]*>[;,]?\Z|.{0,80}<[a-z_ -]{3,}>|\[[A-Za-z -]+\][;,]?\Z"
    r"|#[0-9a-fA-F]{3,8}\Z|&(?:#x?[0-9a-fA-F]+|[a-z]+);"
    r"|https?://|[~.]?/(?:[\w.-]+/)+[\w.-]*\Z|[\w.+-]+@[\w-]+\.[\w.-]+\Z|[*xX\u2022\u25cf.#-]{2,}\Z"
)
_PATTERN = re.compile(r"\(\?|\[\^|\\[wWdDsSb]|\[%s|[\])][+*]")
_FILLED_IN = re.compile(r"\{[A-Za-z_]")  # in a string that a program fills in
# And in code, where nothing is quoted: a call, a member, an index, a variable, a type.
_ELSEWHERE = re.compile(
    r"(?:await|new)\s|[A-Za-z_]\w*(?:\.\w+)+\(|\w+\([\"']|(?:\"\"|'')[.,;)]|\{[A-Za-z_][\w.]*(?:\([^()]*\))?(?:![rsa])?(?::[^{}]*)?\}"
    r"|[A-Za-z_]\w*\[(?:\w*\Z|[\w:'\"+-]*\][;,)}\]]*\Z)|(?:[\w$]+(?:\.|->|::))*[A-Za-z_$]\w+\((?:[\w.,\"'()\[\]:{}=*$>-]*[),(\"'])?[;:]?\Z"
    r"|[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+[;,)\]}!]*\Z"
    r"|(?:os|process|env|settings|config|self|this|req|request|ctx|secrets|vault|var|local|data|module|params|args|kwargs)[.\[]"
    r"|\$(?:[A-Za-z_]+|[A-Z0-9_]+|\d+)[;,\"')]*\Z|\$\w+(?:\[|->)|\?[;,)]*\Z|[:@][a-z_]+\d?[;,)]*\Z|&\w+[;,)]*\Z|!\w+\Z"
    r"|[A-Za-z][\w.]*[\[<][A-Za-z_, |.\[\]]*[\]>]*[;,)=:]*\Z"
)
_DULL = re.compile(
    r"[+-]?v?\d+(?:[.,:/T+-]\d+)*Z?[ ]?(?:ms|s|m|min|h|d|px|%|[kmg]?i?b|chars?|characters?|tokens?|bits?|bytes?)?",
    re.IGNORECASE,
)
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SYMBOLS = frozenset('!@#$%^&*+=?~|\\{}[]<>;"`§€£°')


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands after a word: the text, whether quotes hold it, whether nothing follows on its line, or a flag.

    `is_filled_in`: a program puts the values of others into it. `is_pattern`: it may be a regular expression.
    """

    start: int
    end: int
    text: str
    is_quoted: bool
    ends_line: bool
    is_before_flag: bool = False
    is_filled_in: bool = False
    is_pattern: bool = False


def names_secret(text: str) -> bool:
    """Return whether a text speaks of a password, a key or a token, with its value or without."""
    return _NAMED.search(text) is not None


def secrets(text: str) -> Iterator[Span]:
    """Find the values after words such as `password`, in a view: `EDGE` stands around JSON's strings."""
    for match in _FOUND.finditer(text):
        has_sign = match["sign"] or match["verb"]
        if (not has_sign and not match["before"] + match["gap"]) or _is_described(match):
            continue
        value = _value_at(text, match)
        if value.text and _is_secret(value, match):
            yield value.start, _extended(text, value)


def _is_described(match: re.Match[str]) -> bool:
    """Return whether the word goes on so that no secret follows: `PASSWORD_FILE`, `tokenType`, "password length"."""
    return not words.DESCRIBING.isdisjoint(_further(match))


def _further(match: re.Match[str]) -> list[str]:
    return [part.casefold() for part in _PARTS.findall(f"{match['suffix']} {match['more'] or ''}")]


def _value_at(text: str, match: re.Match[str]) -> _Value:
    start, limit = match.end(), min(len(text), match.end() + LONGEST)
    opening = _OPENING.match(text, start)
    if text[start : start + 1] == EDGE:
        end = text.find(EDGE, start + 1)
        return _quoted(text, start + 1, end if end >= 0 else limit)
    if opening and (end := _closing(text, opening, limit)) > opening.end():
        prefix = opening["prefix"].casefold()
        is_filled_in = "f" in prefix or "$" in prefix or opening["quote"] == "`"
        return replace(_quoted(text, opening.end(), end), is_filled_in=is_filled_in, is_pattern="r" in prefix)
    if scheme := _SCHEME.match(text, start):
        start = scheme.end()
    if phrase := _PHRASE.match(text, start) if _is_of_phrase(match) else None:
        return _quoted(text, start, phrase.end())
    space = _SPACE.search(text, start, limit)
    end = space.start() if space else limit
    tag = _TAG.search(text, start, end)
    if tag or match["sign"] == ">":  # of XML, else of nothing
        end = tag.start() if tag else start
    elif _is_parameter(text, match):
        further = _PARAMETER.search(text, start, end)
        end = further.start() if further else end
    is_before_flag = text.startswith(" -", end)
    ends_line = _ends_line(text, end)
    return _Value(start, end, text[start:end], is_quoted=False, ends_line=ends_line, is_before_flag=is_before_flag)


def _is_of_phrase(match: re.Match[str]) -> bool:
    word = (match["password"] or "").casefold()
    return bool(match["sign"]) and ("phrase" in word or word == "mnemonic")


def _quoted(text: str, start: int, end: int) -> _Value:
    if scheme := _SCHEME.match(text, start, end):
        start = scheme.end()
    return _Value(start, end, text[start:end], is_quoted=True, ends_line=True)


def _closing(text: str, opening: re.Match[str], limit: int) -> int:
    """Return where the quotes close; -1 where they don't on that line. A quote after a backslash closes nothing.

    Where JSON is in a string, the quotes themselves have backslashes before them, as many as the opening one.
    """
    closes, depth = _CLOSES.get(opening["quote"], opening["quote"]), len(opening["slashes"])
    slashes = 0
    for at in range(opening.end(), limit):
        one = text[at]
        if one == "\\":
            slashes += 1
            continue
        if one in closes and (slashes == depth if depth else slashes % 2 == 0):
            # A quote in the middle of a word closes nothing, nor do two of them.
            return at - depth if _BEHIND.match(text, at + 1) else -1
        if one == "\n":
            return -1
        slashes = 0
    return -1


def _is_parameter(text: str, match: re.Match[str]) -> bool:
    """Return whether the word is the name of an address's parameter, `?token=…`."""
    start = match.start()
    while start > max(0, match.start() - 40) and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    return match["sign"] == "=" and start > 0 and text[start - 1] in "?&"


def _ends_line(text: str, end: int) -> bool:
    rest = text[end : end + 3].lstrip(" \t.,;")
    return not rest or rest[0] in "\r\n\x1e"


def _extended(text: str, value: _Value) -> int:
    """Return the end of a value that goes on after a space, as `Tr0ub4dor &3`."""
    end = value.end
    while not value.is_quoted and text[end : end + 1] == " " and end - value.start < LONGEST:
        space = _SPACE.search(text, end + 1, end + 80)
        after = space.start() if space else min(len(text), end + 80)
        word = text[end + 1 : after]
        if not word or word[0] in "([{\"'<" or not _is_strange(word):
            break
        end = after
    return end


def _is_strange(word: str) -> bool:
    bare = word.strip(".,;:!?)")
    has_digit = any(map(str.isdigit, bare))
    return (
        has_digit and any(one in _SYMBOLS for one in bare) and not _ELSEWHERE.match(bare) and not _DULL.fullmatch(bare)
    )


def _is_secret(value: _Value, match: re.Match[str]) -> bool:
    whole = value.text.strip()
    bare = whole.strip(_AROUND)
    is_ordinary = bare.casefold() in words.ORDINARY or bare.casefold().rstrip("s") in words.ORDINARY
    is_elsewhere = _TEMPLATE.match(whole) or (
        (not value.is_quoted or value.is_filled_in) and _ELSEWHERE.match(whole.lstrip("("))
    )
    is_made = (value.is_filled_in and _FILLED_IN.search(whole)) or (value.is_pattern and _PATTERN.search(whole))
    if not bare or is_ordinary or is_elsewhere or is_made:
        return False
    if not (match["sign"] or match["verb"] or match["flag"]) or "\n" in match["gap"] or _is_verb(match):
        return _is_loose_secret(whole, value, match)
    if match["more"] and not _is_mixed(whole, 3) and len(bare) < LONG_NUMBER:
        return False
    if " " in whole:
        return value.is_quoted and match["password"] is not None and _is_phrase(whole)
    if _DULL.fullmatch(bare):
        return _is_code_number(bare, match)
    symbols = _SYMBOLS | {"(", ")"} if value.is_quoted else _SYMBOLS
    return _is_strange_value(whole, bare, symbols, match) or (
        match["password"] is not None and len(bare) >= SHORTEST and _may_be_a_word(value, match, bare)
    )


def _is_loose_secret(whole: str, value: _Value, match: re.Match[str]) -> bool:
    """Return whether what stands after a word, and is not said to be its value, is strange enough to be it."""
    if (
        _is_verb(match)
        or (match["closed"] and not (match["sign"] or match["dash"]))
        or (whole[-1] == ":" and not value.is_quoted)
    ):
        return False
    if _TICKET.fullmatch(whole):
        return False
    is_apart = match["sign"] or match["dash"] or "\t" in match["before"] or "   " in match["before"]
    if value.ends_line and is_apart:  # nothing else is there
        has_digit = any(map(str.isdigit, whole))
        least = 2 if match["password"] or len(whole) >= LONG_NUMBER else 3
        return (_is_mixed(whole, least) and (has_digit or _is_mixed(whole, 3))) or _is_random(whole)
    if value.is_quoted or whole[0] in "\"'":
        return match["password"] is not None and _is_mixed(whole, 2)
    if match["password"] and value.ends_line and match["password"].casefold() != "pass":
        return _is_mixed(whole, 2) and any(map(str.isdigit, whole))
    return _is_mixed(whole, 3) and any(map(str.isdigit, whole))


def _is_verb(match: re.Match[str]) -> bool:
    """Return whether a "pass" is what one does with something: "pass `dtype=`", "pass :meth:`x`"."""
    return (match["password"] or "").casefold() == "pass" and bool(match["before"]) and match["sign"] in {None, ":"}


def _is_strange_value(whole: str, bare: str, symbols: frozenset[str], match: re.Match[str]) -> bool:
    """Return whether a value has what words have not: digits, symbols, capitals in the middle."""
    least = SHORTEST if match["password"] else SHORTEST_KEY
    if any(map(str.isdigit, whole)):
        return len(whole) >= least
    has_symbols = any(one in symbols for one in bare)
    return (has_symbols and len(whole) >= least) or _is_random(bare)


def _may_be_a_word(value: _Value, match: re.Match[str], bare: str) -> bool:
    """Return whether a word without anything strange may be a password: where nothing else is likely to stand."""
    if value.is_quoted:
        return (
            words.QUALIFYING.issuperset(_further(match))
            and not match["verb"]
            and len(bare.split()) == 1
            and "." not in bare
        )
    if match["verb"]:
        return False
    if match["flag"]:
        return not bare.isupper() and (value.ends_line or value.is_before_flag)
    if not words.QUALIFYING.issuperset(_further(match)):
        return False
    is_assigned = match["sign"] == "=" and not match["before"] and not match["gap"]
    is_in_list = match.string[max(0, match.start() - 1) : match.start()] == ";"  # "User ID=sa;Password=secret;"
    if is_assigned and (match["password"].isupper() or is_in_list):
        return True
    is_one_word = bare.isalpha() and len(_CAMEL.findall(bare)) <= 1
    return value.ends_line and bool(match["gap"]) and match["sign"] in {":", "\uff1a"} and is_one_word


def _is_code_number(bare: str, match: re.Match[str]) -> bool:
    """Return whether a number may be a secret: `password: 123456`, not `pass: 12` or `token: 4096`."""
    if not match["password"]:
        return bare.isdigit() and len(bare) >= LONG_NUMBER
    is_short = match["password"].casefold() != "pass" and not _further(match)  # "pass: 120, fail: 3"
    least = SHORTEST if is_short else SHORTEST_KEY
    return bare.isdigit() and len(bare) >= least


def _is_mixed(word: str, least: int) -> bool:
    """Return whether a word has so many kinds of signs: small and capital letters, digits, symbols."""
    bare = word.strip(_AROUND)
    kinds = (str.islower, str.isupper, str.isdigit, _SYMBOLS.__contains__)
    is_mixed = sum(any(map(kind, bare)) for kind in kinds) >= least
    return is_mixed and len(word) >= SHORTEST_KEY and not _DULL.fullmatch(bare)


def _is_random(word: str) -> bool:
    """Return whether letters alternate between small and capital as no word does: `aKqLmZpRtY`, not `accessToken`."""
    letters, parts = sum(map(str.isalpha, word)), _CAMEL.findall(word)
    if letters < 8 or len(parts) < 3:  # noqa: PLR2004 (fewer tell nothing)
        return False
    unspoken = [part for part in parts if len(part) > 1 and not part.isupper() and not _VOWEL.search(part)]
    has_unspoken = len(unspoken) > 1 or any(len(part) > 4 for part in unspoken)  # noqa: PLR2004
    return letters / len(parts) < (2.7 if letters < 10 else 3.3) or has_unspoken  # noqa: PLR2004 (words have more)


def _is_phrase(text: str) -> bool:
    """Return whether several words in quotes are a passphrase: something strange among them, or small words only."""
    parts = text.split()
    if any(_is_strange(word) or (_is_mixed(word, 3)) for word in parts):
        return True
    bare = [word.strip(_AROUND).casefold() for word in parts]
    if not words.GRAMMAR.isdisjoint(bare) or sum(word in words.ORDINARY for word in bare) > len(bare) // 4:
        return False
    return 3 <= len(parts) <= 24 and all(word.isalpha() and word.islower() for word in parts)  # noqa: PLR2004
