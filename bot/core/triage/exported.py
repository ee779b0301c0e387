"""Messages that were exported: Slack's own zip, a folder a channel and a file a day; or JSON lines, or an array."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 200_000_000  # of an export, unpacked
MOST_MESSAGES = 100_000  # joins and the like among them

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
# What `zipfile` raises for damaged, encrypted and oddly packed ones; and what is no JSON.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ValueError, RecursionError),
)

Exported = tuple[str, dict[str, Any]]
"""The channel's folder, "" where there are none, and the message as the platform has it."""


def read(name: str, data: bytes) -> Iterator[Exported]:
    """Read the messages of an export that are no replies. Raises `UsageError` for what is none, and what is too large.

    What it reads is a stranger's: it runs where `FileReader` bounds what that takes.
    """
    is_zip = zipfile.is_zipfile(io.BytesIO(data))
    messages = _zipped(name, data) if is_zip else _lines(data)
    try:
        for count, message in enumerate(messages):
            if count == MOST_MESSAGES:
                raise UsageError(
                    f"{name} has more than {MOST_MESSAGES:,} messages: please export a shorter time range."
                )
            yield message
    except _DAMAGED:
        if is_zip:
            raise UsageError(
                f"{name} is damaged, or protected by a password: please download it or zip it again."
            ) from None
        raise UsageError(f"{name} is neither a Slack export nor JSON lines in UTF-8.") from None


def _lines(data: bytes) -> Iterator[Exported]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        yield from _array("", json.load(text))
        return
    for line in text:  # only LF, CR and CRLF end one
        if line.strip():
            value = json.loads(line)
            yield from _array("", value if isinstance(value, dict) and "messages" in value else [value])


def _zipped(name: str, data: bytes) -> Iterator[Exported]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        days = [(day, parts) for day in archive.infolist() if (parts := _day(day.filename))]
        if sum(day.file_size for day, _ in days) > MOST_BYTES:
            raise UsageError(f"{name} is too large: it unpacks to more than {MOST_BYTES // 1_000_000} MB.")
        for day, channel in days:
            yield from _array(channel, json.loads(archive.read(day)))


def _day(path: str) -> str:
    """Return the channel of a day's file, "" for any other: the list of people, what a Mac adds, a folder."""
    *folders, file = path.replace("\\", "/").split("/")  # some tools of Windows write the one for the other
    return folders[-1] if folders and _DAY.fullmatch(file) and "__MACOSX" not in folders else ""


def _array(channel: str, values: object) -> Iterator[Exported]:
    if isinstance(values, dict) and isinstance(values.get("messages"), list):
        values = values["messages"]  # as the platform's own methods have them
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and value.get("thread_ts") in (None, "", value.get("ts")):
            yield channel, value
