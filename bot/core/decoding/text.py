"""Decode bytes to text: by their mark, as UTF-8, as UTF-16 without a mark, or by guessing a code page."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from bot.core.decoding import encoding
from bot.errors import UsageError
from bot.language import _, ngettext

MOST_CONTROLS = 8  # in a text of some lines; a file with more is none
LOOKED_AT = 4_096  # bytes, for UTF-16 without a mark
HEAD = 2_048  # bytes, in which a page of the web names its code page

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf_32"),
    (codecs.BOM_UTF32_BE, "utf_32"),
    (codecs.BOM_UTF8, "utf_8_sig"),
    (codecs.BOM_UTF16_LE, "utf_16"),
    (codecs.BOM_UTF16_BE, "utf_16"),
)
# Characters that a text file does not hold, except for a stray one.
_BINARY = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY_BYTES = re.compile(_BINARY.pattern.encode("latin-1"))
_NO_TEXT = re.compile(r"[\0\ufeff\ud800-\udfff]")
_JIS_ESCAPE = re.compile(rb"\x1b\$[@B]")  # how Japanese mail announces double bytes
_DECLARED = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A file's text, and how it was decoded."""

    text: str
    encoding: str = "UTF-8"  # its name for people
    is_certain: bool = True
    remark: str = ""  # a sentence about what was lost, "" for nothing


def decode(name: str, data: bytes, wanted: str = "") -> DecodedText:
    """Decode a file, as `wanted` if someone named an encoding.

    Raises `UsageError` if the encoding can't be determined, or I don't know the one that was named; `ValueError` for
    what holds no text.
    """
    text = _wanted(name, data, wanted) if wanted else _found(name, data)
    if len(_BINARY.findall(text.text)) > MOST_CONTROLS + len(text.text) // 100:
        raise ValueError("binary")
    return text


def clean(text: str) -> str:
    """Remove what no text holds: NUL, lone surrogates, and byte order marks, one or several."""
    return _NO_TEXT.sub("", text)


def _wanted(name: str, data: bytes, wanted: str) -> DecodedText:
    codec = encoding.named(wanted)
    if not codec:
        raise UsageError(
            _(
                "I don't know the encoding “{name}”. Try `encoding=utf-8`, or another such as `cp1252`, `cp1251`, "
                "`shift-jis`, `euc-kr`, `gb18030`, `big5`, `utf-16`.",
                name=wanted[:40],
            )
        )
    marked = next((own for mark, own in _MARKS if data.startswith(mark) and own.startswith(codec)), codec)
    shown = encoding.NAMES[codec]
    text = data.decode(marked, errors="replace")
    return DecodedText(clean(text), shown, remark=_damage(name, shown, text.count("\ufffd")))


def _found(name: str, data: bytes) -> DecodedText:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text = data.decode(codec, errors="replace")
            shown = encoding.NAMES[codec.removesuffix("_sig")]
            return DecodedText(clean(text), shown, remark=_damage(name, shown, text.count("\ufffd")))
    if codec := _wide(data):
        text = data.decode(codec, errors="replace")
        return DecodedText(clean(text), encoding.NAMES[codec], remark=_damage(name, "UTF-16", text.count("\ufffd")))
    if len(_BINARY_BYTES.findall(data)) > MOST_CONTROLS + len(data) // 100:
        raise ValueError("binary")
    if _JIS_ESCAPE.search(data) and data.isascii():
        return DecodedText(clean(data.decode("iso2022_jp", errors="replace")), "ISO-2022-JP")
    try:
        return DecodedText(clean(data.decode()))
    except UnicodeDecodeError:
        return _damaged(name, data) or _guessed(name, data)


def _wide(data: bytes) -> str:
    """Return the UTF-16 that a file without a mark is in, "" for none: no other text has zero bytes.

    The blanks, commas and line ends that each would make decide between the two.
    """
    head = data[: LOOKED_AT - LOOKED_AT % 2]
    if head.count(b"\0") < max(3, len(head) // 100):  # a stray one is no sign of anything
        return ""
    usual = ("\n", " ", ",", ";", "\t", "0", "1", "e", "a")
    counts = {codec: sum(map(head.decode(codec, errors="ignore").count, usual)) for codec in ("utf_16_le", "utf_16_be")}
    best = max(counts, key=counts.__getitem__)
    # In a text of UTF-16, one character in fifty at least is one of these.
    return best if counts[best] * 100 >= len(head) and counts[best] > 2 * min(counts.values()) else ""


def _damaged(name: str, data: bytes) -> DecodedText | None:
    """Read UTF-8 with some damaged bytes; None if the rest does not look like UTF-8.

    What is written in a code page hardly ever makes whole characters of UTF-8 by chance.
    """
    text = data.decode(errors="replace")
    bad = text.count("\ufffd")
    whole = sum(1 for letter in text[: 20 * LOOKED_AT] if not letter.isascii() and letter != "\ufffd")
    if whole < 3 * min(bad, text[: 20 * LOOKED_AT].count("\ufffd") + 1) or not whole:
        return None
    return DecodedText(clean(text), "UTF-8", remark=_damage(name, "UTF-8", bad))


def _damage(name: str, shown: str, bad: int) -> str:
    if not bad:
        return ""
    return ngettext(
        "{name} is {encoding}, but {n:,} character could not be read and is shown as “\ufffd”.",
        "{name} is {encoding}, but {n:,} characters could not be read and are shown as “\ufffd”.",
        bad,
        name=name,
        encoding=shown,
    )


def _guessed(name: str, data: bytes) -> DecodedText:
    declared = _DECLARED.search(data[:HEAD])
    codec = encoding.named(declared[1].decode()) if declared else ""
    if codec not in {"", "utf_8"}:
        return DecodedText(clean(data.decode(codec, errors="replace")), encoding.NAMES[codec])
    found = encoding.guess(data)
    if found is None:
        raise UsageError(
            _(
                "I can't tell the encoding of {name}. Save it as UTF-8 (in Excel: “CSV UTF-8”) and send it again, or "
                "name the encoding, such as `encoding=cp1251`.",
                name=name,
            )
        )
    text = data.decode(found.codec, errors="replace")
    shown = encoding.NAMES[found.codec]
    return DecodedText(clean(text), shown, found.is_certain, _damage(name, shown, text.count("\ufffd")))
