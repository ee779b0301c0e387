"""The real bot in a process of its own, that can be killed, frozen and told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
STARTING = 30.0  # seconds
ENDING = 40.0
LOG_LINES = 25


class Replica:
    """One bot, however many processes it takes one after the other. All that they log goes to one file."""

    def __init__(self, environ: Mapping[str, str], folder: Path, name: str) -> None:
        self.name = name
        self.ready = asyncio.Event()
        self._environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOG_FORMAT": "json", **environ}
        self._folder = folder
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start a process, and wait until it is ready. Raises `RuntimeError`, with its log, when it ends before."""
        await self.launch()
        await self.until_ready()

    async def launch(self) -> None:
        """Start a process."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--migrate"),
                env=self._environ,
                cwd=self._folder,  # where there is no .env
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )

    async def until_ready(self) -> None:
        """Wait until the process says that it is ready."""
        process = self.process
        assert process.stdout is not None
        async with asyncio.timeout(STARTING):
            line = await process.stdout.readline()
        if b"ready" not in line:
            raise RuntimeError(f"{self.name} did not get ready.\n{self.log()}")
        self.ready.set()

    @property
    def process(self) -> asyncio.subprocess.Process:
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
        async with asyncio.timeout(ENDING):
            status = await self.process.wait()
        self.ready.clear()
        return status

    async def stop(self) -> int:
        """Ask the process to stop, and return its exit status."""
        self.terminate()
        return await self.ended()

    async def clear_away(self) -> None:
        """End the process if it still runs, whatever state it is in."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.kill()
            await self.ended()

    def log(self) -> str:
        """Return the end of the log, warnings and worse."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        grave = [line for line in lines if '"INFO"' not in line]
        return "\n".join([f"log of {self.name}", *(f"  {line[:300]}" for line in grave[-LOG_LINES:])])

    def _signal(self, number: signal.Signals) -> None:
        # Past asyncio, which swallows a signal to a process that has ended: here that would be a failure.
        os.kill(self.process.pid, number)
