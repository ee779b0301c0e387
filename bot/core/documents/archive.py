"""Open what is packed as a zip, as office files are, after a look at what unpacking it would take."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.core.documents.refusal import protected, strangely_packed, unpacks_to_more

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_UNPACKED = 250_000_000  # bytes of what a packed file unpacks to
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1  # https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.4


@contextmanager
def opened(name: str, data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open a zip, all of whose parts can be unpacked. Raises `UsageError`; `ValueError` for a damaged one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check(name, archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise ValueError("damaged") from error
    with archive:
        yield archive


def _check(name: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise protected(name)
    if any(entry.compress_type not in {_STORED, _DEFLATED} for entry in entries):
        raise strangely_packed(name)
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise unpacks_to_more(name, LARGEST_UNPACKED)
    # Reading it all once checks the sizes that it claims, before anything is unpacked into memory.
    if archive.testzip():
        raise ValueError("damaged")
