"""Starts the bot as a process of its own, quickly: forked from one that has imported everything already.

A fork runs `python -m bot …` without the imports, which take seconds. It is a process like any other, which can be
killed. multiprocessing's fork server makes the forks.
"""

from __future__ import annotations

import os
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot import cli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

ROOT = Path(__file__).parents[2]
ENDING = 40.0  # seconds

FORK_SERVER = get_context("forkserver")
FORK_SERVER.set_forkserver_preload(
    [
        __name__,
        "bot.app",
        "bot.claude.client",
        "bot.db.migrate",
        "bot.cli.doctor",
        # What these import when they have to:
        "alembic.command",
        "alembic.config",
        "asyncpg",
        "httpcore2",
        "tests.support.frozen",
    ]
)


def fork(
    arguments: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path, *, from_scratch: bool = False
) -> tuple[ForkServerProcess, Connection]:
    """Start a bot; return it, and what reads its standard output. Blocks, the first time for some seconds.

    It has no other environment than `environ`, and its standard error is added to `log`. `from_scratch`: it starts as
    its command line does, in an interpreter that has imported nothing.
    """
    reading, writing = FORK_SERVER.Pipe(duplex=False)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    whole = kept | {"PYTHONPATH": str(ROOT)} | dict(environ)
    process = FORK_SERVER.Process(
        target=_live, args=(list(arguments), whole, str(folder), str(log), writing, from_scratch), daemon=True
    )
    process.start()
    writing.close()
    return process, reading


class Ended(NamedTuple):
    """What is left of a process: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


def run(arguments: Sequence[str], environ: Mapping[str, str], folder: Path, *, from_scratch: bool = False) -> Ended:
    """Run a command to its end. The rest is as with `fork`."""
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "log"
        process, output = fork(arguments, environ, folder, log, from_scratch=from_scratch)
        written = b""
        while piece := os.read(output.fileno(), 65_536):
            written += piece
        output.close()
        process.join(ENDING)
        assert process.exitcode is not None, "it does not end"
        return Ended(process.exitcode, written.decode(), log.read_text(encoding="utf-8"))


def _live(
    arguments: list[str],
    environ: dict[str, str],
    folder: str,
    log: str,
    output: Connection,
    from_scratch: bool,  # noqa: FBT001 (multiprocessing gives it by its place)
) -> None:
    """Be the bot, with the environment, the folder and the streams of a process of its own."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    os.dup2(output.fileno(), sys.stdout.fileno())
    output.close()
    with open(log, "ab") as errors:  # noqa: PTH123 (a fork that may die at any time has no use for more)
        os.dup2(errors.fileno(), sys.stderr.fileno())
    if from_scratch:
        os.execv(sys.executable, [sys.executable, "-m", "bot", *arguments])  # noqa: S606 (all of it is ours)
    sys.exit(cli.main(arguments))
