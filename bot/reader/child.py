"""A child: reads what it is sent, one request at a time, until its input ends. It sees none of the bot's secrets."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from bot import language
from bot.errors import FileError, UsageError
from bot.reader import bounds, landlock
from bot.reader.frame import HEADER, LARGEST_RESULT, Frame, FrameKind, opened, packed
from bot.reader.task import TASKS, TooMuchError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_TOLD = 2_000  # characters of a sentence


def main() -> None:
    """Serve requests from standard input. Stray prints from a library must not get onto the wire."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    bounds.set_bounds(int(sys.argv[1]))
    language.load()
    landlock.confine()
    _send(outgoing, Frame(FrameKind.READY, b""))
    os.dup2(silence, 2)  # a library's last words may quote what it read
    while header := incoming.read(HEADER.size):
        _, size = opened(header)
        asked = json.loads(incoming.read(size))
        language.speak(asked["language"])
        bounds.begin()
        for frame in answer(asked, incoming.read(asked["size"])):
            _send(outgoing, frame)
        bounds.end()


def answer(asked: dict[str, object], data: bytes) -> Iterator[Frame]:
    """Run one request; a fault of the file is sent at the end."""
    sent = 0
    try:
        for frame in TASKS[str(asked["task"])](asked, data):
            sent += len(frame.body)
            if sent > LARGEST_RESULT:
                raise TooMuchError  # noqa: TRY301 (as when one piece is too large)
            yield frame
    except (FileError, UsageError) as error:
        yield fault("usage" if isinstance(error, UsageError) else "file", error.sentence)
    except (MemoryError, RecursionError, TooMuchError):
        yield fault("heavy")
    except GeneratorExit:
        raise
    except BaseException as error:  # noqa: BLE001 (what a damaged file can set off is listed nowhere, such as Rust's panic)
        yield fault("broken", type(error).__name__)
    else:
        yield Frame(FrameKind.DONE, json.dumps({"resident": bounds.resident()}).encode())


def fault(kind: str, told: str = "") -> Frame:
    """Return what is wrong with a file: a sentence for its person, or the name of an error."""
    body = {"kind": kind, "told": told[:LONGEST_TOLD], "resident": bounds.resident()}
    return Frame(FrameKind.FAULT, json.dumps(body).encode())


def _send(outgoing: BinaryIO, frame: Frame) -> None:
    outgoing.write(packed(*frame))
    outgoing.flush()


if __name__ == "__main__":
    main()
