"""Addresses: those that stood in a source, and how one is shown that did not.

A model that obeys what it read must not be able to carry anything out by an address, so an answer links only to
addresses that are known: as a whole, but for the spelling that makes no difference to whoever opens them.
"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 2_000  # characters of an address; browsers and Slack take few that are longer
MOST_SHOWN = 80  # characters of an address that is no link

BREAK = "\u200b"  # between two characters: no client makes a link of what has it

# A host that is written without a scheme is one if it has a path or three parts, or an ending that most know.
ENDING = (
    r"(?:com|net|org|edu|gov|info|biz|app|dev|cloud|xyz|online|site|top|shop|tech|page|link|click|live|pro|[a-z]{2})"
)
_RUN = r"[^\s<>\"`|\\^{}]"
_FOUND = re.compile(
    rf"(?<![a-z0-9+.-])(?P<whole>[a-z][a-z0-9+.-]{{1,20}}+://{_RUN}++)"
    rf"|(?<![\w.+%-])(?P<mail>[\w.+%-]{{1,64}}+@(?:[\w-]{{1,63}}\.){{1,8}}[a-z]{{2,24}})(?![\w-])"
    rf"|(?<![\w.@/-])(?P<host>(?:[\w-]{{1,63}}\.){{1,8}}(?:[a-z]{{2,24}}(?=[/?#:]){_RUN}++|{ENDING}(?![\w-])))",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?:mailto:)?(?P<box>[\w.+%-]{1,64}+@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24})", re.IGNORECASE)
_WITH_ENDING = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_THREE_PARTS = re.compile(rf"(?:[\w-]{{1,63}}\.){{2,8}}{ENDING}", re.IGNORECASE)
_MAILBOX = re.compile(r"@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_NAMED = re.compile(
    r"(?<![\w.-])(?:(?:[\w-]{1,63}\.){1,8}(?:com|net|org|edu|gov|io|ai|app|dev|co|de|uk|fr|eu)(?![\w-])|www\.|@[\w-])"
    r"|://",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"[a-z]+://(?:www\.)?([^/?#:]*+)", re.IGNORECASE)
_PARTS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*+)://(?P<host>[^/?#]*+)(?P<path>[^?#]*+)(?P<rest>.*+)", re.IGNORECASE)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[^\[\]:%@\s]{1,253})(?::(?P<port>\d{0,5}))?")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_TURNING = {"LRE", "LRO", "RLE", "RLO", "LRI", "RLI", "FSI"}  # signs that let what follows be read backwards
_PORTS = {"http": "80", "https": "443"}
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_ASCII = "".join(map(chr, range(33, 127)))
_CLOSING = {")": "(", "]": "[", "}": "{"}
_INNER = "/=&#%-_~+$"  # signs that an address may end with; it ends before any other punctuation
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*+:/*+", re.IGNORECASE)
_INNER_SCHEME = re.compile(r"[a-z0-9+.-]{0,20}:/[/:]*+", re.IGNORECASE)


_PARTED = re.compile(r"(?<=www)(?=\.)|(?<=\w[.@])(?=[\w-])|(?<=&)(?=[#\w])|(?<=/)(?=/)|(?<=\])(?=\()", re.IGNORECASE)


class Addresses:
    """The addresses that stood in a source."""

    def __init__(self, *texts: str) -> None:
        self._known: set[str] = set()
        for text in texts:
            self.add(text)

    def add(self, text: str, *, but: str = "") -> None:
        """Add all addresses of a text, except those that stand in `but`: what the model itself has said.

        Takes about a millisecond for 20,000 characters.
        """
        found = set(_keys_in(text))
        self._known |= found.difference(_keys_in(but)) if but else found

    def part_others(self, text: str) -> str:
        """Return a text in which any other address is none anymore, in code too."""
        return _FOUND.sub(
            lambda found: found[0] if any(one in self for one in _spellings(found[0])) else parted(found[0]), text
        )

    def __contains__(self, address: str) -> bool:
        if _SCHEME.match(address) or _MAIL.fullmatch(address):
            return _key(address) in self._known
        if address.lower() in self._known:
            return True  # the host of one
        return any(_key(f"{scheme}://{address}") in self._known for scheme in _PORTS)


def is_host(text: str, *, has_path: bool) -> bool:
    """Return whether clients may link to a text without a scheme: a host with a path, or of three parts, or a mailbox.

    `main.py`, `Node.js` and `Booking.com` are words.
    """
    return bool((_WITH_ENDING if has_path else _THREE_PARTS).fullmatch(text) or _MAILBOX.search(text))


def misleads(label: str, address: str) -> bool:
    """Return whether the label of a link names another host than the one that it links to."""
    host = _AUTHORITY.match(address)
    return any(host is None or named[0].lower() != host[1].lower() for named in _NAMED.finditer(label))


def title_of(title: str, address: str) -> str:
    """Return what a page calls itself; its host instead, where that would pass for another address."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", title) if unicodedata.category(sign) != "Cf")
    poses = misleads(plain, address) or any(unicodedata.bidirectional(sign) in _TURNING for sign in title)
    return (urlsplit(address).hostname or "") if poses else title


def trimmed(address: str) -> str:
    """Leave the punctuation of the sentence after an address to the sentence; a bracket, where none opens for it."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _CLOSING.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last in _CLOSING or last.isalnum() or last in _INNER:
            break
        end -= 1
    return address[:end]


def shown(address: str) -> str:
    """Return what people see of an address that is no link: its host and path, or less."""
    text = "".join(sign for sign in html.unescape(address[:LONGEST]) if sign.isprintable() and sign not in "`|<>")
    text = text[found.end() :] if (found := _SCHEME.match(text)) else text
    text = re.split(r"[?#]", text, maxsplit=1)[0].replace("\\", "/")
    text = _INNER_SCHEME.sub("", text).strip()
    if not _MAIL.fullmatch(text):  # what is before an @ may pretend to be the host
        host, slash, path = text.partition("/")
        host = host.rpartition("@")[2]
        text = (host[4:] if host.lower().startswith("www.") else host) + slash + path
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def parted(text: str) -> str:
    """Return a text of which no client makes a link, as people would read it."""
    return _PARTED.sub(BREAK, text)


def apart(text: str, end: int) -> str:
    """Return what keeps an address that ends there apart from signs that some readers take for a part of it."""
    return " " if text[end : end + 1] in set("|`[]\\") else ""


def _keys_in(text: str) -> Iterator[str]:
    for found in _FOUND.finditer(text):
        if found["mail"]:
            yield _key(found[0])
            continue
        for spelling in _spellings(found[0]):
            for address in (spelling, spelling.partition("#")[0]):
                for whole in (address,) if found["whole"] else (f"https://{address}", f"http://{address}"):
                    if key := _key(whole):
                        yield key
                        yield key.split("/", 3)[2].partition(":")[0]


def _spellings(run: str) -> set[str]:
    """Return the addresses that a run of characters may be meant as: text in Markdown, in brackets, in quotes."""
    ends = {len(run), unopened(run)}
    ends |= {end for end in (run.find("'"), run.find("&quot;"), run.find("&gt;")) if end > 0}
    return {trimmed(run[:end]) for end in ends} | {run}


def unopened(run: str) -> int:
    """Return where the first bracket closes that did not open."""
    depth = dict.fromkeys(_CLOSING.values(), 0)
    for at, sign in enumerate(run):
        if sign in depth:
            depth[sign] += 1
        elif sign in _CLOSING:
            depth[_CLOSING[sign]] -= 1
            if depth[_CLOSING[sign]] < 0:
                return at
    return len(run)


def _key(address: str) -> str:
    """Return the spelling by which an address is compared, "" for what is none, or would deceive people."""
    address = html.unescape(address) if "&" in address else address
    if len(address) > LONGEST or not address.isprintable() or " " in address or "\\" in address:
        return ""
    if mail := _MAIL.fullmatch(address):
        return f"mailto:{mail['box'].lower()}"
    parts = _PARTS.fullmatch(address)
    if parts is None or (place := _HOST.fullmatch(parts["host"].lower())) is None:
        return ""
    scheme, host = parts["scheme"].lower(), _ascii(place["name"].rstrip("."))
    if not host:
        return ""
    port = place["port"] if place["port"] not in {None, "", _PORTS.get(scheme)} else ""
    rest = _unquoted((parts["path"] or "/") + parts["rest"])
    return f"{scheme}://{host}:{port}{rest}"


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _unquoted(rest: str) -> str:
    """Write what is percent-encoded in one way; https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2."""
    if not rest.isascii():
        rest = quote(rest, safe=_ASCII)
    return _PERCENT.sub(_unquoted_one, rest) if "%" in rest else rest


def _unquoted_one(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if sign in _UNRESERVED else match[0].upper()
