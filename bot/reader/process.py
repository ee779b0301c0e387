"""One child, from the bot's side: start it, ask it, kill it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bot
from bot import language
from bot.reader.frame import HEADER, LARGEST_RESULT, PIECE, Frame, FrameError, FrameKind, opened, packed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

STARTING = 20.0  # seconds a child has until it is ready; it takes a tenth of one on a machine at rest
MOST_JOBS = 200  # after which a child is replaced
GROWN = 150_000_000  # bytes that a child holds on to, at which it is replaced
# All that a child gets of the bot's environment: where Python finds itself, and no secret.
KEPT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


class ChildError(Exception):
    """A child did not finish a request. `cause` says why, such as "SIGABRT"."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Child:
    """A process that reads files."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._jobs, self._resident = 0, 0

    @property
    def pid(self) -> int:
        """The process id, which is its group's, too."""
        return self._process.pid

    @property
    def is_worn(self) -> bool:
        """Return whether it should be replaced: it has read a lot, holds a lot of memory, or has ended."""
        return self._jobs >= MOST_JOBS or self._resident > GROWN or self._process.returncode is not None

    @classmethod
    async def start(cls) -> Child:
        """Start one, and wait until it is ready. Raises `ChildError`, `OSError`."""
        child = cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-B",
                "-m",
                "bot.reader.child",
                str(os.getpid()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=Path(bot.__file__).parents[1],
                env=_environment(),
                start_new_session=True,
            )
        )
        try:
            async with asyncio.timeout(STARTING):
                if (await child._receive()).kind is not FrameKind.READY:
                    raise ChildError("protocol")  # noqa: TRY301 (ended as for the others)
        except TimeoutError:
            await child.end()
            raise ChildError("start") from None
        except BaseException:
            await child.end()
            raise
        return child

    async def ask(self, asked: Mapping[str, Any], data: bytes) -> AsyncGenerator[Frame, None]:
        """Send a request, and yield the pieces of its result, a fault last if there is one. Raises `ChildError`.

        A caller that does not read all of it must `end` the child.
        """
        self._jobs += 1
        sending = asyncio.create_task(self._send(asked, data))
        try:
            received = 0
            while (frame := await self._receive()).kind in {FrameKind.JSON, FrameKind.BYTES}:
                received += len(frame.body)
                if received > LARGEST_RESULT:
                    raise ChildError("protocol")
                yield frame
            await sending
            if frame.kind not in {FrameKind.FAULT, FrameKind.DONE}:
                raise ChildError("protocol")
            self._resident = _resident(frame.body)
            if frame.kind is FrameKind.FAULT:
                yield frame
        finally:
            sending.cancel()
            await asyncio.wait([sending])

    async def _send(self, asked: Mapping[str, Any], data: bytes) -> None:
        """Write a request in pieces, so that no one else waits. If a child does not take it, its end shows that."""
        stdin = self._process.stdin
        if stdin is None:
            raise ChildError("protocol")
        with suppress(ConnectionError):
            stdin.write(
                packed(
                    FrameKind.REQUEST, json.dumps({**asked, "language": language.spoken(), "size": len(data)}).encode()
                )
            )
            for start in range(0, len(data), PIECE):
                stdin.write(data[start : start + PIECE])
                await stdin.drain()
            await stdin.drain()

    async def _receive(self) -> Frame:
        stdout = self._process.stdout
        if stdout is None:
            raise ChildError("protocol")
        try:
            kind, size = opened(await stdout.readexactly(HEADER.size))
            body = await stdout.readexactly(size)
        except asyncio.IncompleteReadError:
            raise ChildError(_cause(await self._process.wait())) from None
        except FrameError:
            raise ChildError("protocol") from None
        await asyncio.sleep(0)  # what is there already is read without a pause
        return Frame(kind, body)

    async def end(self) -> None:
        """Kill it at once, with everything that it may have started, and wait for its end."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._process.wait()


def _environment() -> dict[str, str]:
    """Return a child's part of the bot's environment; it starts in another folder, so paths are absolute."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    if paths := kept.get("PYTHONPATH"):
        kept["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, paths.split(os.pathsep)))
    return kept


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _resident(body: bytes) -> int:
    try:
        return int(json.loads(body)["resident"])
    except (ValueError, KeyError, TypeError):
        raise ChildError("protocol") from None
