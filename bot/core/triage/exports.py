"""Read exported messages: Slack's own zip, with a folder for each channel and a file for each day; or JSON."""

# not for people: the terminal

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from bot.core.domain.feedback import Exported

MOST_BYTES = 200_000_000  # of an export, unpacked
MOST_MESSAGES = 100_000  # joins and the like among them
DEEPEST = 2  # zips in zips

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_BLANK = re.compile(r"\s*+")
# What `zipfile` raises for damaged, encrypted and oddly packed files, and `json` for what is not JSON.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ValueError, RecursionError),
)

"""The channel's folder, "" if there are none, and the message as Slack has it."""


def read(name: str, data: bytes) -> Iterator[Exported]:
    """Read an export's messages that are not replies. Raises `UsageError` for what is not an export, or too large.

    Exports come from strangers: call it where `FileReader` bounds what that takes.
    """
    is_zip = zipfile.is_zipfile(io.BytesIO(data))
    messages = _zipped(name, data) if is_zip else _values(data)
    try:
        for count, message in enumerate(messages):
            if count == MOST_MESSAGES:
                raise UsageError(
                    f"{name} has more than {MOST_MESSAGES:,} messages: please export a shorter time range."
                )
            yield message
    except _DAMAGED:
        if is_zip:
            raise UsageError(f"{name} is damaged or password-protected: please download it or zip it again.") from None
        raise UsageError(f"{name} is neither a Slack export nor JSON lines in UTF-8.") from None


def _values(data: bytes) -> Iterator[Exported]:
    """Read one JSON value after another, each on one line or on many."""
    text, decoder = data.decode("utf-8-sig"), json.JSONDecoder()
    at = _end_of_blank(text, 0)
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        yield from _array("", value if isinstance(value, list) or _holds_messages(value) else [value])
        at = _end_of_blank(text, end)


def _end_of_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _zipped(name: str, data: bytes, room: int = MOST_BYTES, depth: int = 0) -> Generator[Exported, None, int]:
    """Read the days of a zip, and of the zips in it, which unpack to `room` bytes at most. Returns the room left."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        days = [(day, channel) for day in archive.infolist() if (channel := _channel(day.filename)) is not None]
        inner = [one for one in archive.infolist() if depth < DEEPEST and _is_zip(one.filename)]
        room -= sum(one.file_size for one in inner) + sum(day.file_size for day, _ in days)
        if room < 0:
            raise UsageError(f"{name} is too large: it unpacks to more than {MOST_BYTES // 1_000_000} MB.")
        for day, channel in days:
            yield from _array(channel, _whole(name, day.filename, archive.read(day)))
        for one in inner:
            room = yield from _zipped(name, archive.read(one), room, depth + 1)
    return room


def _whole(name: str, day: str, data: bytes) -> object:
    """Read a day's file; one without a character has no messages."""
    try:
        return json.loads(data) if data.strip() else []
    except (ValueError, RecursionError):
        file = "/".join(_parts(day)[-2:])
        shown = file if file.isprintable() else _parts(day)[-1]
        raise UsageError(
            f"{shown} in {name} is not valid JSON, as if it was cut short: please export it again, or remove it."
        ) from None


def _channel(path: str) -> str | None:
    """Return the channel of a day's file, "" without a folder; None for other files, such as lists of people."""
    *folders, file = _parts(path)
    if not _DAY.fullmatch(file) or "__MACOSX" in folders:
        return None
    return folders[-1] if folders else ""


def _is_zip(path: str) -> bool:
    *folders, file = _parts(path)
    return file.lower().endswith(".zip") and not file.startswith("._") and "__MACOSX" not in folders


def _parts(path: str) -> list[str]:
    return path.replace("\\", "/").split("/")  # some tools of Windows write the one for the other


def _holds_messages(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def _array(channel: str, values: object) -> Iterator[Exported]:
    if isinstance(values, dict) and isinstance(values.get("messages"), list):
        values = values["messages"]  # as in the responses of Slack's own methods
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and value.get("thread_ts") in (None, "", value.get("ts")):
            yield channel, value
