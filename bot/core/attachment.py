"""Files that come with a message: which of them the model can read, and what a person is told of the others.

Limits of the API: https://platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core import picture
from bot.core.ports import Attachment
from bot.core.tokens import estimate_tokens, shorten
from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.conversation import FileRef, Place
    from bot.core.ports import Chat

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
IMAGE_BYTES = 7 * MEGABYTE  # the API takes 10 MB, counted in base64
PDF_BYTES = 20 * MEGABYTE
TEXT_BYTES = 4 * MEGABYTE
ALL_BYTES = 20 * MEGABYTE  # of one request, which may have 32 MB, counted in base64
MOST_FILES = 10  # of one request
MAX_PAGES = 100  # what a model with the smaller window takes
TOKENS_PER_IMAGE = 1_600
TOKENS_PER_PAGE = 2_500  # a page goes as its text and as a picture of it

PDF = "application/pdf"
IMAGES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
TEXTS = {
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/javascript",
    "application/x-javascript",
    "application/typescript",
    "application/sql",
    "application/x-sh",
    "application/x-httpd-php",
    "application/x-ndjson",
    "message/rfc822",
}
# Code and data that platforms call a stream of bytes, or nothing at all.
TEXT_ENDINGS = {
    ".bash",
    ".c",
    ".cc",
    ".cfg",
    ".clj",
    ".conf",
    ".cpp",
    ".cs",
    ".css",
    ".csv",
    ".dart",
    ".diff",
    ".eml",
    ".env",
    ".erl",
    ".ex",
    ".exs",
    ".go",
    ".gradle",
    ".graphql",
    ".h",
    ".hpp",
    ".hs",
    ".htm",
    ".html",
    ".ini",
    ".ipynb",
    ".java",
    ".js",
    ".json",
    ".jsonl",
    ".jsx",
    ".kt",
    ".kts",
    ".lock",
    ".log",
    ".lua",
    ".m",
    ".md",
    ".mjs",
    ".ml",
    ".patch",
    ".php",
    ".pl",
    ".proto",
    ".ps1",
    ".py",
    ".r",
    ".rb",
    ".rs",
    ".rst",
    ".scala",
    ".sh",
    ".sql",
    ".srt",
    ".svg",
    ".swift",
    ".tex",
    ".tf",
    ".toml",
    ".ts",
    ".tsv",
    ".tsx",
    ".txt",
    ".vb",
    ".vue",
    ".xml",
    ".yaml",
    ".yml",
    ".zig",
    ".zsh",
}
READABLE = "I read pictures (PNG, JPEG, GIF, WebP), PDFs, and text or code"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was opened, and how much of it was cut."""

    attachment: Attachment
    characters_cut: int = 0


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of a message's files: those that go to the model, and a sentence for each of the others."""

    files: tuple[Opened, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that go to the model."""
        return tuple(file.attachment for file in self.files)

    @property
    def tokens(self) -> int:
        """What they take of a request."""
        return sum(file.attachment.tokens for file in self.files)


def check(file: FileRef) -> int:
    """Return up to how many bytes a file may have, by its kind. Raises `FileError` for one that can't be read.

    Nothing of it has been downloaded yet.
    """
    if file.media_type in IMAGES:
        limit = IMAGE_BYTES
    elif file.media_type == PDF:
        limit = PDF_BYTES
    elif _is_text(file):
        limit = TEXT_BYTES
    else:
        raise FileError(f"I can't read *{file.name}*: {READABLE}.")
    if file.size > limit:
        raise FileError(_too_big(file.name, file.size, limit))
    return limit


def _is_text(file: FileRef) -> bool:
    media_type = file.media_type.partition(";")[0]
    if media_type.startswith("text/") or media_type in TEXTS:
        return True
    return PurePath(file.name.lower()).suffix in TEXT_ENDINGS and not media_type.startswith(("audio/", "video/"))


def _too_big(name: str, size: int, limit: int) -> str:
    return f"*{name}* is too big to read: it has {size / MEGABYTE:.1f} MB, and I take up to {limit // MEGABYTE} MB."


def opened(file: FileRef, data: bytes, room: int) -> Opened:
    """Look into a file that was downloaded; a text is cut to `room` tokens. Raises `FileError`.

    Takes anything, and may take any time and memory: it runs where `FileReader` bounds both.
    """
    if not data:
        raise FileError(f"*{file.name}* is empty.")
    if file.media_type in IMAGES:
        return _image(file, data, room)
    if file.media_type == PDF:
        return _pdf(file, data, room)
    return _text(file, data, room)


def _image(file: FileRef, data: bytes, room: int) -> Opened:
    found = next((kind for kind, starts in IMAGES.items() if data.startswith(starts)), "")
    if not found or (found == "image/webp" and data[8:12] != b"WEBP"):
        raise FileError(f"I can't read *{file.name}*: it is no picture, or a damaged one.")
    if (sides := picture.sides(data)) and max(sides) > picture.LONGEST_SIDE:
        raise FileError(
            f"*{file.name}* has {sides[0]:,} x {sides[1]:,} pixels, and Claude takes up to {picture.LONGEST_SIDE:,} on "
            "each side: please send it smaller."
        )
    if room < TOKENS_PER_IMAGE:
        raise FileError(_no_room(file.name))
    return Opened(Attachment(file.name, found, data, TOKENS_PER_IMAGE))


def _pdf(file: FileRef, data: bytes, room: int) -> Opened:
    from pypdf import PdfReader  # noqa: PLC0415 (it takes 0.2 s, and most days bring no PDF)
    from pypdf.errors import LimitReachedError  # noqa: PLC0415

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        is_locked, pages = reader.is_encrypted, 0
        if not is_locked:
            pages = len(reader.pages)
    except MemoryError:
        raise  # it says nothing about the file's form
    except LimitReachedError:
        raise FileError(f"*{file.name}* takes more than I can read: please send the pages that matter.") from None
    except Exception as error:  # noqa: BLE001 (what a damaged file can set off in a parser is listed nowhere)
        log.info("a PDF could not be read: %s", type(error).__name__)
        raise FileError(f"I can't read *{file.name}*: it is no PDF, or a damaged one.") from None
    if is_locked:
        raise FileError(f"*{file.name}* is protected with a password: please send it without one.")
    if pages > MAX_PAGES:
        raise FileError(
            f"*{file.name}* has {pages} pages, and I read up to {MAX_PAGES}: please send the part that matters."
        )
    if (tokens := pages * TOKENS_PER_PAGE) > room:
        fits = max(0, room // TOKENS_PER_PAGE)
        if not fits:
            raise FileError(_no_room(file.name))
        raise FileError(f"*{file.name}* has {pages} pages, and {fits} fit now: please send the part that matters.")
    return Opened(Attachment(file.name, PDF, data, max(tokens, TOKENS_PER_PAGE)))


def _text(file: FileRef, data: bytes, room: int) -> Opened:
    text = decoded(data)
    if text is None:
        raise FileError(f"I can't read *{file.name}*: it is not text.")
    if not text.strip():
        raise FileError(f"*{file.name}* is empty.")
    kept, cut = shorten(text, room)
    if not kept.strip():
        raise FileError(_no_room(file.name))
    return Opened(Attachment(file.name, "text/plain", kept.encode(), estimate_tokens(kept)), cut)


def decoded(data: bytes) -> str | None:
    """Read bytes as text, None where they are none: as UTF-8 or UTF-16, else as the West's old eight bits."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        if text.count("\ufffd") > len(text) // 100:
            return None
    return None if "\0" in text else text


def _no_room(name: str) -> str:
    return f"*{name}* does not fit beside the rest any more: please ask about it in a new thread."


async def attach(files: Sequence[FileRef], place: Place, room: int, chat: Chat) -> Attached:
    """Download files and open them, one after the other, as long as they fit into `room` tokens.

    What can't be had is told by a sentence each. Raises a `ChatError`, as when the platform is away.
    """
    found = Attached()
    for file in files:
        try:
            got = await _fetch(file, place, found, room, chat)
        except FileError as error:
            found = replace(found, faults=(*found.faults, error.about(file.name)))
        else:
            found = replace(found, files=(*found.files, got))
    return found


async def _fetch(file: FileRef, place: Place, found: Attached, room: int, chat: Chat) -> Opened:
    if len(found.files) == MOST_FILES:
        raise FileError(f"I read {MOST_FILES} files at a time, so I left *{file.name}* out.")
    limit = min(check(file), ALL_BYTES - sum(len(other.attachment.data) for other in found.files))
    if file.size > limit:
        raise FileError(_no_room(file.name))
    data = await chat.download(place, file.id, limit)
    return await chat.files.open(file, data, room - found.tokens)
