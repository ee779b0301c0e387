"""The bot's side: which child reads what, and what to report when one was killed."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from bot.core.documents.refusal import BROKEN, HEAVY, HEAVY_EXPORT, HEAVY_SHEET
from bot.core.domain.attachment import Attachment, OpenedFile
from bot.core.domain.classify_item import AS_FOUND, ReadAs
from bot.core.domain.code_file import SyntaxFault, SyntaxReport
from bot.core.domain.feedback import Exported
from bot.core.domain.spreadsheet import Spreadsheet
from bot.errors import FileError, HeavyFileError, ReaderUnavailableError, UsageError
from bot.language import _
from bot.reader import task
from bot.reader.bounds import SECONDS
from bot.reader.frame import FrameKind
from bot.reader.process import Child, ChildError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from typing import Self

    from bot.core.domain.code_file import CodeFile
    from bot.core.domain.message import FileRef
    from bot.reader.frame import Frame

log = logging.getLogger(__name__)

MOST_CHILDREN = 2  # so that a slow file keeps no one else waiting
WAITING = 60.0  # seconds that a file waits for a child

T = TypeVar("T")
if TYPE_CHECKING:
    _Result = Callable[[AsyncIterator[Frame]], Awaitable[T]]  # puts the pieces of an answer together


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture inside a document; its bytes, `size` of them, follow the text's."""

    name: str
    media_type: str
    tokens: int
    size: int


@dataclass(frozen=True, slots=True)
class _Looked:
    """A child's result for an attachment. `same`: it is used unchanged."""

    media_type: str
    tokens: int
    cut: int
    same: bool
    told: str
    context: str
    pictures: tuple[_Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class _Checked:
    """A child's result for a code file."""

    fault: SyntaxFault | None
    unchecked: bool


_ROWS = TypeAdapter(list[tuple[int, tuple[str, ...]]])
_SHEET = TypeAdapter(Spreadsheet)
_EXPORTED = TypeAdapter(list[Exported])
_LOOKED, _CHECKED = TypeAdapter(_Looked), TypeAdapter(_Checked)


class ReaderPool:
    """Implements `core.ports.FileReader` with children that are started on demand and kept warm.

    `on_end` gets the cause of a child's end, such as "timeout" or "SIGABRT". Reading a file can take `seconds`.
    """

    def __init__(self, on_end: Callable[[str], None] = lambda _: None, *, seconds: float = SECONDS) -> None:
        self._on_end, self._seconds = on_end, seconds
        self._free = asyncio.Semaphore(MOST_CHILDREN)
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._warming: asyncio.Task[None] | None = None
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill all children, also those that are reading."""
        self._is_closed = True
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        await asyncio.gather(*map(self._end, tuple(self._all)))

    @property
    def children(self) -> frozenset[int]:
        """The running processes."""
        return frozenset(child.pid for child in self._all)

    def warm_up(self, after: float = 0.0) -> None:
        """Make sure that one child is ready, in `after` seconds."""
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self._warm_up(after))

    async def read_sheet(self, name: str, data: bytes, read_as: ReadAs = AS_FOUND) -> Spreadsheet:
        """Read a table. Raises `UsageError`, `FileError`, `ReaderUnavailableError`."""
        asked = {"task": task.SHEET, "name": name, "read_as": asdict(read_as)}
        return await self.read(asked, data, _sheet, HEAVY_SHEET)

    async def open(self, file: FileRef, data: bytes, room: int) -> OpenedFile:
        """Open a file. Raises `FileError`, `ReaderUnavailableError`."""

        async def put_together(frames: AsyncIterator[Frame]) -> OpenedFile:
            told, sent = _LOOKED.validate_json((await anext(frames)).body), bytearray()
            async for frame in frames:
                sent += frame.body
            at = len(sent) - sum(one.size for one in told.pictures)
            kept, pictures = data if told.same else bytes(sent[:at]), list[Attachment]()
            for one in told.pictures:
                pictures.append(Attachment(one.name, one.media_type, bytes(sent[at : at + one.size]), one.tokens))
                at += one.size
            attachment = Attachment(file.name, told.media_type, kept, told.tokens, context=told.context)
            return OpenedFile(attachment, told.cut, told.told, tuple(pictures))

        asked = {"task": task.ATTACHMENT, "file": asdict(file), "room": room}
        return await self.read(asked, data, put_together, HEAVY)

    async def read_export(self, name: str, data: bytes) -> Sequence[Exported]:
        """Read exported messages. Raises `UsageError`, `FileError`, `ReaderUnavailableError`."""
        return await self.read({"task": task.EXPORT, "name": name}, data, _exported, HEAVY_EXPORT)

    async def check_code(self, files: Sequence[CodeFile]) -> SyntaxReport:
        """Parse files of code, each on its own: one that exceeds the limits does not affect the others."""
        faults: dict[str, SyntaxFault] = {}
        unchecked: set[str] = set()
        for file in files:
            data = file.content.encode("utf-8", "surrogatepass")
            try:
                found = await self.read({"task": task.CODE, "name": file.name}, data, _checked, HEAVY)
            except FileError:
                found = _Checked(None, unchecked=True)
            faults |= {file.name: found.fault} if found.fault else {}
            unchecked |= {file.name} if found.unchecked else set()
        return SyntaxReport(faults, frozenset(unchecked))

    async def read(self, asked: Mapping[str, Any], data: bytes, result: _Result[T], heavy: str) -> T:
        """Let a child read, as soon as one is free; `result` puts its answer together.

        Raises `HeavyFileError` with the sentence `heavy`, `ReaderUnavailableError`, and the faults of the file.
        """
        try:
            async with asyncio.timeout(WAITING):
                await self._free.acquire()
        except TimeoutError:
            raise ReaderUnavailableError("busy") from None
        try:
            return await self._try(asked, data, result)
        except ChildError as error:
            raise HeavyFileError(_(heavy)) from error
        finally:
            self._free.release()
            if not self._all and not self._is_closed:
                self.warm_up()

    async def _try(self, asked: Mapping[str, Any], data: bytes, result: _Result[T]) -> T:
        """Try it; once more if the child was killed from outside, which need not be the file's fault."""
        try:
            return await self._ask(asked, data, result)
        except ChildError as error:
            if error.cause != "SIGKILL":
                raise
        return await self._ask(asked, data, result)

    async def _ask(self, asked: Mapping[str, Any], data: bytes, result: _Result[T]) -> T:
        child = await self._take()
        began, is_well = time.monotonic(), False
        try:
            async with (
                asyncio.timeout(self._seconds),
                aclosing(child.ask(asked, data)) as frames,
                aclosing(_without_faults(frames)) as pieces,
            ):
                found = await result(pieces)
                async for _left in pieces:
                    raise ChildError("protocol")  # noqa: TRY301 (as when it comes from the child's side)
        except TimeoutError:
            raise self._told(ChildError("timeout"), asked, began) from None
        except ChildError as error:
            raise self._told(error, asked, began) from None
        except (UsageError, FileError):
            is_well = True
            raise
        except (ValueError, StopAsyncIteration):
            raise self._told(ChildError("protocol"), asked, began) from None
        else:
            is_well = True
            return found
        finally:
            await self._give_back(child, is_well=is_well)

    def _told(self, error: ChildError, asked: Mapping[str, Any], began: float) -> ChildError:
        if not self._is_closed:
            log.warning(
                "a child that read a file (%s) was ended after %.1f s: %s",
                asked["task"],
                time.monotonic() - began,
                error.cause,
            )
            self._on_end(error.cause)
        return error

    async def _take(self) -> Child:
        """Return an idle child, or start one. Raises `ReaderUnavailableError`."""
        while self._idle:
            child = self._idle.pop()
            if not child.is_worn:
                return child
            await self._end(child)
        return await self._start()

    async def _start(self) -> Child:
        if self._is_closed:
            raise ReaderUnavailableError("closed")
        try:
            child = await Child.start()
        except (ChildError, OSError) as error:
            log.exception("no child to read files could be started")
            raise ReaderUnavailableError(str(error)) from error
        self._all.add(child)
        return child

    async def _give_back(self, child: Child, *, is_well: bool) -> None:
        if is_well and not child.is_worn and not self._is_closed:
            self._idle.append(child)
        else:
            await self._end(child)

    async def _end(self, child: Child) -> None:
        await child.end()
        self._all.discard(child)

    async def _warm_up(self, after: float) -> None:
        await asyncio.sleep(after)
        async with self._free:
            if not self._all:
                with suppress(ReaderUnavailableError):
                    self._idle.append(await self._start())


async def _sheet(frames: AsyncIterator[Frame]) -> Spreadsheet:
    sheet = _SHEET.validate_json((await anext(frames)).body)
    async for frame in frames:
        sheet.rows.extend(_ROWS.validate_json(frame.body))
    return sheet


async def _exported(frames: AsyncIterator[Frame]) -> Sequence[Exported]:
    found: list[Exported] = []
    async for frame in frames:
        found.extend(_EXPORTED.validate_json(frame.body))
    return found


async def _checked(frames: AsyncIterator[Frame]) -> _Checked:
    return _CHECKED.validate_json((await anext(frames)).body)


async def _without_faults(frames: AsyncIterator[Frame]) -> AsyncGenerator[Frame, None]:
    """Yield the pieces; raise the fault that a child found in the file."""
    async for frame in frames:
        if frame.kind is FrameKind.FAULT:
            raise _error(json.loads(frame.body))
        yield frame


def _error(fault: Mapping[str, str]) -> Exception:
    kind, told = str(fault.get("kind")), str(fault.get("told"))
    if kind == "usage":
        return UsageError(told)
    if kind == "file":
        return FileError(told)
    if kind == "broken":
        log.info("a file could not be read: %s", told[:80])
        return FileError(_(BROKEN))
    return ChildError("memory" if kind == "heavy" else "protocol")
