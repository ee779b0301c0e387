"""The wire between the bot and a child that reads files: frames of a kind and a length.

A file may have taken over the child. So nothing here is unpickled, and both each frame and a request's total are
limited.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct(">BI")
PIECE = 65_536  # bytes of a frame, usually
LARGEST_FRAME = 1_000_000  # bytes; decoding one takes a few milliseconds
LARGEST_RESULT = 64_000_000  # bytes of all frames that answer one request


class FrameKind(IntEnum):
    """The kind of a frame."""

    READY = 1  # the child waits for requests
    REQUEST = 2  # what is wanted, as JSON; the file's bytes follow it as they are
    JSON = 3  # a piece of the result
    BYTES = 4  # a piece of the result, as it is
    FAULT = 5  # what is wrong with the file, as JSON; ends the answer
    DONE = 6  # ends the answer; what the child takes by now, as JSON


class Frame(NamedTuple):
    """One frame."""

    kind: FrameKind
    body: bytes


class FrameError(Exception):
    """The other side broke the protocol."""


def packed(kind: FrameKind, body: bytes = b"") -> bytes:
    """Encode a frame. Raises `FrameError` for one that is too large."""
    if len(body) > LARGEST_FRAME:
        raise FrameError(f"a frame of {len(body)} bytes")  # not for people: for developers
    return HEADER.pack(kind, len(body)) + body


def opened(header: bytes) -> tuple[FrameKind, int]:
    """Read a frame's header: its kind, and how many bytes follow. Raises `FrameError`."""
    number, size = HEADER.unpack(header)
    try:
        kind = FrameKind(number)
    except ValueError:
        raise FrameError(f"a frame of kind {number}") from None  # not for people: for developers
    if size > LARGEST_FRAME:
        raise FrameError(f"a frame of {size} bytes")  # not for people: for developers
    return kind, size
