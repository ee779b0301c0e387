"""Pictures and PDFs on their way to the API: raw until they leave, then base64 piece by piece.

Written into a request's JSON, 20 MB would hold the event loop for a fifth of a second, and be in memory three times.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

PIECE = 98_304  # bytes; a multiple of three, so that the pieces' base64 is the whole's

_enclosed: ContextVar[dict[str, bytes] | None] = ContextVar("enclosed", default=None)


@contextmanager
def enclosing() -> Iterator[Callable[[bytes], str]]:
    """Let a request made in the block refer to bytes: in its JSON, a word stands for the base64 of each.

    The words can't be guessed, so no text of a message is mistaken for one.
    """
    held: dict[str, bytes] = {}

    def enclose(data: bytes) -> str:
        word = f"enclosed-{token_hex(16)}"
        held[word] = data
        return word

    token = _enclosed.set(held)
    try:
        yield enclose
    finally:
        _enclosed.reset(token)


def written(data: bytes) -> str:
    """Write bytes as base64 at once, for a request that does not leave by `Transport`."""
    return base64.b64encode(data).decode()


def parts(content: bytes) -> list[bytes | memoryview]:
    """Split a request's JSON where bytes belong. Views are to be sent as base64; there is none as a rule."""
    found: list[bytes | memoryview] = []
    rest = content
    for word, data in (_enclosed.get() or {}).items():  # in the order in which they are there
        before, mark, after = rest.partition(word.encode())
        if mark:
            found += [before, memoryview(data)]
            rest = after
    return [*found, rest]


def length(found: list[bytes | memoryview]) -> int:
    """Return how many bytes will be sent."""
    return sum(-(-len(part) // 3) * 4 if isinstance(part, memoryview) else len(part) for part in found)


async def body(found: list[bytes | memoryview]) -> AsyncIterator[bytes]:
    """Yield what is to be sent, a piece at a time."""
    for part in found:
        if not isinstance(part, memoryview):
            yield part
            continue
        for start in range(0, len(part), PIECE):
            yield base64.b64encode(part[start : start + PIECE])
