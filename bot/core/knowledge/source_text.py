"""Sources as people write them: what was typed becomes a kind and an address, and the other way around."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from bot.core.domain.knowledge import SourceKind
from bot.core.domain.site_scope import normalized
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.knowledge import KnowledgeSource

LONGEST = 1_000  # characters of an address
UNCLEAR = N_(
    "I don't understand what to read. Give me the address of a website, of its sitemap or of a folder at GitHub, "
    "`folder:<name>`, the link of a file that was posted here, or a `#channel`."
)
NO_ADDRESS = N_("That is not an address that I can read: it has to be one like `https://docs.example.com`.")
NO_FOLDER = N_("A folder's name can have letters, digits, `-`, `_`, `.` and `/`, as in `folder:handbook`.")

_FOLDER = re.compile(r"folder:\s*(?P<name>.*)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"[^\W_](?:[\w. -]|/(?=[^\W_])){0,199}")
_CHANNEL = re.compile(r"#(?P<id>[A-Z][A-Z0-9]{1,39})")
_FILE = re.compile(r"file:(?P<id>F[A-Z0-9]{1,39})")
_GITHUB = re.compile(
    r"/(?P<owner>[\w.-]{1,100})/(?P<name>[\w.-]{1,100}?)(?:\.git)?(?:/tree/(?P<ref>[^/]{1,200})(?:/(?P<folder>.{1,300}))?)?/?"
)
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")


class SourceText(NamedTuple):
    """What a source is: its kind, its address as it is stored, and what people call it."""

    kind: SourceKind
    address: str
    title: str


def read(typed: str) -> SourceText:
    """Read a website, a folder at GitHub, `folder:…`, `#C…`, or `file:F…`. Raises `UsageError`."""
    text = typed.strip()
    if match := _FOLDER.fullmatch(text):
        name = match["name"].strip().strip("/")
        if not _NAME.fullmatch(name) or ".." in name:
            raise UsageError(_(NO_FOLDER))
        return SourceText(SourceKind.FOLDER, name, name)
    if match := _CHANNEL.fullmatch(text):
        return SourceText(SourceKind.CHANNEL, match["id"], f"#{match['id']}")
    if match := _FILE.fullmatch(text):
        return SourceText(SourceKind.FILE, match["id"], match["id"])
    if re.match(r"https?://", text, re.IGNORECASE):
        return _of_address(text)
    if _HOST.match(text.partition("/")[0]) and " " not in text:  # people leave out the beginning
        return _of_address(f"https://{text}")
    raise UsageError(_(UNCLEAR))


def _of_address(text: str) -> SourceText:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise UsageError(_(NO_ADDRESS)) from None
    is_odd = (
        parts.username is not None or len(text) > LONGEST or not text.isprintable() or re.search(r"[\s\\<>|]", text)
    )
    if not host or is_odd:
        raise UsageError(_(NO_ADDRESS))
    if host in {"github.com", "www.github.com"} and (match := _GITHUB.fullmatch(unquote(parts.path))):
        folder = (match["folder"] or "").strip("/")
        address = f"{match['owner']}/{match['name']}" + (f"/{folder}" if folder else "")
        ref = f"@{match['ref']}" if match["ref"] else ""
        return SourceText(SourceKind.REPOSITORY, address + ref, address)
    if not (address := normalized(text)):
        raise UsageError(_(NO_ADDRESS))
    path = unquote(parts.path).rstrip("/")
    return SourceText(SourceKind.SITE, address, f"{parts.netloc}{path}")


def written(source: KnowledgeSource | SourceText) -> str:
    """Write a source so that `read` reads it; an article's name for one that was written up here."""
    match source.kind:
        case SourceKind.FOLDER:
            return f"folder:{source.address}"
        case SourceKind.CHANNEL:
            return f"#{source.address}"
        case SourceKind.FILE:
            return f"file:{source.address}"
        case SourceKind.REPOSITORY:
            return _repository(source.address)
    return source.address


def _repository(address: str) -> str:
    path, _at, ref = address.partition("@")
    owner, name, *folder = path.split("/")
    base = f"https://github.com/{owner}/{name}"
    return f"{base}/tree/{quote(ref or 'HEAD')}/{quote('/'.join(folder))}".rstrip("/") if ref or folder else base
