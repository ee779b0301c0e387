"""A child's tasks, and how their results are sent: in pieces that are quick to decode.

This runs in the child, which loads only what it needs; `pool.py` puts the pieces together again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from bot.reader import page_task
from bot.reader.frame import LARGEST_FRAME, PIECE, Frame, FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SHEET, ATTACHMENT, EXPORT, CODE = "sheet", "attachment", "export", "code"


class TooMuchError(Exception):
    """One thing in a file is too large to send."""


def read_sheet(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Read a table: its head, then its rows."""
    from bot.core.classify import file_reader  # noqa: PLC0415 (as below: a child loads what it needs)
    from bot.core.domain.classify_item import ReadAs  # noqa: PLC0415

    table = file_reader.read(asked["name"], data, ReadAs(**asked["read_as"]))
    yield _json(asdict(replace(table, rows=[])))
    yield from _rows(table.rows)


def open_attachment(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Open a file: send its kind, then its text and the pictures in it. A picture or a whole PDF is used unchanged."""
    from bot.core.attachments import attach  # noqa: PLC0415
    from bot.core.domain.message import FileRef  # noqa: PLC0415

    found = attach.opened(FileRef(**asked["file"]), data, asked["room"])
    kept = found.attachment
    is_same = kept.data is data
    yield _json(
        {
            "media_type": kept.media_type,
            "tokens": kept.tokens,
            "cut": found.characters_cut,
            "same": is_same,
            "told": found.told,
            "context": kept.context,
            "pictures": [
                {"name": one.name, "media_type": one.media_type, "tokens": one.tokens, "size": len(one.data)}
                for one in found.pictures
            ],
        }
    )
    for sent in ((b"" if is_same else kept.data), *(one.data for one in found.pictures)):
        for start in range(0, len(sent), PIECE):
            yield Frame(FrameKind.BYTES, sent[start : start + PIECE])


def read_export(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Read exported messages."""
    from bot.core.triage import exports  # noqa: PLC0415

    yield from _rows(exports.read(asked["name"], data))


def check_code(asked: Mapping[str, Any], data: bytes) -> Iterator[Frame]:
    """Parse one file of code."""
    from bot.core.code import syntax  # noqa: PLC0415
    from bot.core.domain.code_file import CodeFile  # noqa: PLC0415

    report = syntax.check([CodeFile(asked["name"], data.decode("utf-8", "surrogatepass"))])
    fault = next((asdict(fault) for fault in report.faults.values()), None)
    yield _json({"fault": fault, "unchecked": bool(report.unchecked)})


TASKS: Mapping[str, Callable[[Mapping[str, Any], bytes], Iterator[Frame]]] = {
    SHEET: read_sheet,
    ATTACHMENT: open_attachment,
    EXPORT: read_export,
    CODE: check_code,
    **page_task.TASKS,
}


def _rows(rows: Iterable[object]) -> Iterator[Frame]:
    """Pack rows into frames, as many as fit. Raises `TooMuchError`."""
    waiting: list[str] = []
    size = 0
    for row in rows:
        written = json.dumps(row, ensure_ascii=False)
        if size + len(written) > PIECE and waiting:
            yield _frame(waiting)
            waiting, size = [], 0
        waiting.append(written)
        size += len(written)
    if waiting:
        yield _frame(waiting)


def _frame(written: list[str]) -> Frame:
    body = f"[{','.join(written)}]".encode()
    if len(body) > LARGEST_FRAME:
        raise TooMuchError
    return Frame(FrameKind.JSON, body)


def _json(value: object) -> Frame:
    body = json.dumps(value).encode()
    if len(body) > LARGEST_FRAME:
        raise TooMuchError
    return Frame(FrameKind.JSON, body)
