"""The real bot in a process of its own, that can be killed, frozen and told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from functools import partial
from typing import TYPE_CHECKING

from tests.support.bot_process import ENDING, fork

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

SERVE = ("serve", "--migrate")
STARTING = 30.0  # seconds
LOG_LINES = 25
LONGEST_LINE = 1000  # bytes


class Replica:
    """One bot, however many processes it takes one after the other. All that they log goes to one file."""

    def __init__(self, environ: Mapping[str, str], folder: Path, name: str) -> None:
        self.name = name
        self.ready = asyncio.Event()
        self._environ = {"LOG_FORMAT": "json", **environ}
        self._folder = folder  # where there is no .env
        self._log = folder / f"{name}.log"
        self._process: ForkServerProcess | None = None
        self._output: Connection | None = None

    async def start(self, *, from_scratch: bool = False) -> None:
        """Start a process, and wait until it is ready. Raises `RuntimeError`, with its log, when it ends before."""
        await self.launch(from_scratch=from_scratch)
        await self.until_ready()

    async def launch(self, *, from_scratch: bool = False) -> None:
        """Start a process."""
        self._process, self._output = await asyncio.to_thread(
            partial(fork, SERVE, self._environ, self._folder, self._log, from_scratch=from_scratch)
        )

    async def until_ready(self) -> None:
        """Wait until the process says that it is ready."""
        assert self._output is not None
        has_spoken = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._output.fileno(), has_spoken.set)
        try:
            async with asyncio.timeout(STARTING):
                await has_spoken.wait()
        finally:
            loop.remove_reader(self._output.fileno())
        if b"ready" not in os.read(self._output.fileno(), LONGEST_LINE):
            raise RuntimeError(f"{self.name} did not get ready.\n{self.log()}")
        self.ready.set()

    @property
    def process(self) -> ForkServerProcess:
        """The process that was started last."""
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """Kill the process, in the middle of whatever it does."""
        self._signal(signal.SIGKILL)
        self.ready.clear()

    def freeze(self) -> None:
        """Stop the process from running, without it noticing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        self._signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask the process to stop."""
        self._signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Wait for the end of the process; return its exit status, negative for a signal."""
        await asyncio.to_thread(self.process.join, ENDING)
        status = self.process.exitcode
        assert status is not None, f"{self.name} does not end"
        self.ready.clear()
        assert self._output is not None
        self._output.close()
        return status

    async def stop(self) -> int:
        """Ask the process to stop, and return its exit status."""
        self.terminate()
        return await self.ended()

    async def clear_away(self) -> None:
        """End the process if it still runs, whatever state it is in."""
        if self._process is not None and self._process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                self.kill()
            await self.ended()

    def log(self) -> str:
        """Return the end of the log, warnings and worse."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        grave = [line for line in lines if '"INFO"' not in line]
        return "\n".join([f"log of {self.name}", *(f"  {line[:300]}" for line in grave[-LOG_LINES:])])

    def _signal(self, number: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)
