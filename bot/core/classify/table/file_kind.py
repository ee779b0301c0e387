"""Identify a file by its first bytes and its name; unsupported kinds are named, so that people know why."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from itertools import pairwise
from pathlib import PurePath

from bot.core.documents.kinds import PACKED
from bot.core.documents.refusal import another, damaged, protected
from bot.errors import UsageError
from bot.language import N_, _

# Of the files that /classify takes for rows of texts, wherever a person sends them.
ENDINGS = (
    *(".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".txt", ".log"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv.gz", ".tsv.gz", ".json.gz", ".jsonl.gz"),
)
LINES = frozenset({".txt", ".log", ".md", ".text"})
JSON = frozenset({".json", ".jsonl", ".ndjson", ".geojson"})
BOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".ods"})  # what is text is none of these; `.xls` may be anything
GZIP = b"\x1f\x8b"

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", N_("a PDF")),
    (b"\x89PNG", N_("an image")),
    (b"\xff\xd8\xff", N_("an image")),
    (b"GIF8", N_("an image")),
    (b"RIFF", N_("an image or a recording")),
    (b"{\\rtf", N_("a rich text document")),
    (b"7z\xbc\xaf\x27\x1c", N_("an archive")),
    (b"Rar!", N_("an archive")),
    (b"BZh", N_("a compressed file")),
    (b"\xfd7zXZ", N_("a compressed file")),
    (b"\x28\xb5\x2f\xfd", N_("a compressed file")),
    (b"SQLite format 3\0", N_("a database")),
    (b"PAR1", N_("a Parquet file")),
    (b"MIME-Version:", N_("a saved web page or message")),
    (b"MZ", N_("a program")),
    (b"\x7fELF", N_("a program")),
)


def unpacked(name: str, data: bytes, limit: int) -> tuple[str, bytes]:
    """Unpack the one file in a gzip or zip file; return any other file as it is. Raises `UsageError`.

    A workbook is a zip file, too, and stays packed.
    """
    if data.startswith(GZIP):
        return _from_gzip(name, data, limit)
    if data.startswith(PACKED) and (inner := _inner(name, data)) is not None:
        return _from_zip(name, data, inner, limit)
    return name, data


def check(name: str, data: bytes) -> None:
    """Raise `UsageError` for a file that is plainly of another kind."""
    for start, what in _OTHERS:
        if data.startswith(start):
            raise another(name, _(what))


def ending(name: str) -> str:
    """Return a file's extension, in lower case."""
    return PurePath(name).suffix.casefold()


def _too_large(name: str, limit: int) -> UsageError:
    return UsageError(
        _(
            "{name} unpacks to more than {limit} MB, which is the most I can read.",
            name=name,
            limit=limit // 1_000_000,
        )
    )


def _from_gzip(name: str, data: bytes, limit: int) -> tuple[str, bytes]:
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            inner = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(name) from error
    if len(inner) > limit:
        raise _too_large(name, limit)
    return name.removesuffix(".gz").removesuffix(".GZ"), inner


def _inner(name: str, data: bytes) -> zipfile.ZipInfo | None:
    """Return the one file in an archive, None for a workbook or a document. Raises `UsageError` for several."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    names = {entry.filename for entry in entries}
    if (
        "[Content_Types].xml" in names
        or "mimetype" in names
        or any(one.startswith(("xl/", "word/", "ppt/", "Index/")) for one in names)
    ):
        return None
    own = [one for one in entries if not one.is_dir() and not _is_clutter(one.filename)]
    if len(own) != 1:
        shown = ", ".join(PurePath(one.filename).name[:60] for one in own[:5])
        raise UsageError(
            _(
                "{name} is an archive of {count:,} files ({files}). Unpack it and send the one you want classified.",
                name=name,
                count=len(own),
                files=shown,
            )
        )
    return own[0]


def _is_clutter(path: str) -> bool:
    return path.startswith("__MACOSX/") or PurePath(path).name.startswith((".", "Thumbs.db", "desktop.ini"))


def _from_zip(name: str, data: bytes, inner: zipfile.ZipInfo, limit: int) -> tuple[str, bytes]:
    if inner.flag_bits & 0x1:
        raise protected(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(inner) as part:
            content = part.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged(name) from error
    if len(content) > limit:
        raise _too_large(name, limit)
    if content.startswith(PACKED) and _inner(name, content) is not None:
        raise UsageError(_("{name} holds another archive. Unpack it and send the file you want classified.", name=name))
    return PurePath(inner.filename).name[:80] or name, content


def is_tabbed(lines: list[str]) -> bool:
    """Return whether lines of a text file are rows of a table: each has as many tabs as the one before."""
    counts = [line.count("\t") for line in lines if line.strip()]
    return len(counts) > 1 and counts[0] > 0 and all(a == b for a, b in pairwise(counts))
