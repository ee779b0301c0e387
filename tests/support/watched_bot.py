"""The bot in a process of its own that says how long its loop was held: `python -m tests.support.watched_bot`.

Each line that it gets is answered by the longest hold since the last one, in seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import settings
from bot.cli import process
from tests.support.loop import LoopWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

ROOT = Path(__file__).parents[2]
CHILD = b"bot.reader.child"


@dataclass(frozen=True, slots=True)
class WatchedBot:
    """A bot that runs."""

    process: asyncio.subprocess.Process
    url: str

    async def take(self) -> float:
        """Return the longest hold of its loop since the last call, in seconds."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("its pipes are closed")
        self.process.stdin.write(b"\n")
        return float(await self.process.stdout.readline())

    def children(self) -> list[int]:
        """Return the processes that read files for it."""
        return children(self.process.pid)


def children(parent: int) -> list[int]:
    """Return the processes of a bot that read files."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(pid) for pid in found if CHILD in _read(f"/proc/{pid}/cmdline")]


def peak(pid: int) -> int:
    """Return the most memory that a process ever had, in bytes, 0 where it has ended."""
    lines = _read(f"/proc/{pid}/status").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmHWM:")), 0)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


@asynccontextmanager
async def running(environ: Mapping[str, str]) -> AsyncIterator[WatchedBot]:
    """Run the bot by these settings, and nothing else of this process's environment but the way to Python."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.watched_bot",
        cwd=ROOT,
        env={**kept, **environ, "LOG_LEVEL": "ERROR"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("it has no output")
        yield WatchedBot(process, (await process.stdout.readline()).decode().strip())
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def main() -> None:
    """Run it until SIGTERM."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with LoopWatch() as watch:

        async def tell() -> None:
            while await reader.readline():
                print(watch.take(), flush=True)  # noqa: T201 (its parent reads it)

        telling = asyncio.create_task(tell())
        await process.serve(settings.read(os.environ, for_slack=True), lambda address, _: print(address, flush=True))  # noqa: T201
        telling.cancel()


if __name__ == "__main__":
    asyncio.run(main())
