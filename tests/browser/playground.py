"""A playground in a process of its own, and the headless Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "bot")
ANNOUNCEMENT = "Playground: "
STOP_SECONDS = 20
# Debian's headless shell comes first: it has no windows, which take a fifth of what the tests cost.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # as root, in a container, Chromium has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the browser's path: what PARLEY_CHROMIUM says, else the first one installed."""
    return os.environ.get("PARLEY_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def playground(home: Path, program: Sequence[str] = PROGRAM) -> Iterator[str]:
    """Run `python -m bot playground` as on a newcomer's machine, with no key and no tokens, and yield the page's URL.

    Another `program` than this checkout's has to bring its own `bot`.
    Raises `RuntimeError` with the log when it does not start, `subprocess.TimeoutExpired` when it does not stop.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    if program is PROGRAM:
        environment["PYTHONPATH"] = str(ROOT)
    command = [*program, "playground", "--port", "0", "--no-browser"]
    log = home / "log.txt"
    with (
        log.open("w") as errors,
        subprocess.Popen(  # noqa: S603 - our own command, no shell
            command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            lines = process.stdout or ()
            line = next((line for line in lines if line.startswith(ANNOUNCEMENT)), None)
            if line is None:
                raise RuntimeError(f"The playground did not start:\n{log.read_text()}")
            yield line.removeprefix(ANNOUNCEMENT).strip()
            process.terminate()
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
