"""A bot under test: its process, and what the system says of it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.world import SECRET, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[1]
START_TIMEOUT = 60.0  # seconds
STOP_TIMEOUT = 40.0
POLL = 0.005
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot that can be started: its name in the table, the arguments of its Python, and how many of it there are.

    `database` is what all of it share; "" for a file of its own.
    """

    name: str
    arguments: tuple[str, ...]
    replicas: int = 1
    database: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A bot that runs: its address, and the seconds from its start until it was ready."""

    pid: int
    url: str
    ready_after: float

    def cpu_seconds(self) -> float:
        """Read how long all of its threads have computed so far, in the kernel's name too."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_megabytes(self) -> float:
        """Read the most memory it ever had, in MB of 10^6 bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


@asynccontextmanager
async def running(contestant: Contestant, world: World, folder: Path, **settings: str) -> AsyncIterator[Process]:
    """Run a bot in `folder` until the block is left. Its log goes to a file there.

    Raises `TimeoutError` when it is not ready within a minute, `RuntimeError` when it ends before that.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    loop = asyncio.get_running_loop()
    with (folder / f"{port}.log").open("wb") as log:
        start = loop.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *contestant.arguments,
            cwd=folder,
            env=environment(world, contestant.database or f"sqlite:///{folder / 'parley.db'}", port) | settings,
            stdout=log,
            stderr=log,
        )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while not await world.is_ready(url):
                    if process.returncode is not None:
                        raise RuntimeError(f"{contestant.name} ended: see {log.name}")
                    await asyncio.sleep(POLL)
            yield Process(process.pid, url, loop.time() - start)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    async with asyncio.timeout(STOP_TIMEOUT):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()


def environment(world: World, database: str, port: int) -> dict[str, str]:
    """Return what a bot is told, the same for all. Nothing of this process's own environment but the search path."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": "xoxb-benchmark",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{world.url}/api/",
        "SLACK_RATE_FACTOR": "10000",  # one real workspace would allow 20 streams a minute
        "ANTHROPIC_API_KEY": "benchmark",
        "ANTHROPIC_BASE_URL": world.url,
        "DATABASE_URL": database,
        "PORT": str(port),
    }


def free_port() -> int:
    """Find a port that is free for the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
