"""The bot with a trace of its own functions: `python -m benchmarks.traced serve --migrate`, written to the file TRACE.

SIGUSR1 starts the trace again, and writes an empty one; SIGUSR2 writes what ran since, as JSON.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

BOT = Path(__file__).parents[1] / "bot"
PACKAGES = ("anthropic", "slack_sdk", "sqlalchemy")
OWN, LOOP = "own", "loop"


class Trace:
    """What ran: each own function, when it was first called, and whether anything outside its file called it.

    For each package there is the deepest stack of own functions that called it, and all functions that were on any such
    stack are on the way to a call. A function that awaits another is on
    the stack, and so is one that created the task, but not one that waits for a thread. Comprehensions and lambdas
    count as part of the function around them.
    """

    def __init__(self) -> None:
        self._is_on = False
        self._kinds: dict[str, str] = {}  # of files: OWN, LOOP, a package, or "" for any other
        self._seen: dict[CodeType, float] = {}
        self._from_outside: set[CodeType] = set()
        self._on_way: set[CodeType] = set()
        self._stacks: dict[str, list[CodeType]] = {}
        self._began: dict[CodeType, list[CodeType]] = {}  # the stack that created a task, by the task's function

    def begin(self) -> None:
        """Forget what was noted; note what runs from now on."""
        self._is_on = True
        for noted in (self._seen, self._from_outside, self._on_way, self._stacks, self._began):
            noted.clear()

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Take in what the interpreter does, as a profiler."""
        if event != "call" or not self._is_on:
            return
        kind = self._kind(frame)
        if kind == OWN and _is_named(frame.f_code):
            self._run(frame)
        elif kind == LOOP and frame.f_code.co_name == "create_task":
            coroutine = frame.f_locals.get("coro")
            if code := getattr(coroutine, "cr_code", None):
                self._began[code] = self._stack(frame.f_back)
        elif kind in PACKAGES and frame.f_back and self._kind(frame.f_back) == OWN:
            self._enter(kind, frame.f_back)

    def noted(self) -> dict[str, Any]:
        """Return functions as [seconds, from outside its file, on the way, name], and stacks as names, from outside."""
        seen = [
            (seconds, code in self._from_outside, code in self._on_way, _name(code))
            for code, seconds in self._seen.copy().items()
        ]
        return {"seen": sorted(seen), "stacks": {kind: [*map(_name, codes)] for kind, codes in self._stacks.items()}}

    def _run(self, frame: FrameType) -> None:
        self._seen.setdefault(frame.f_code, time.monotonic())
        caller = next((one for one in self._frames(frame.f_back) if self._kind(one) == OWN), None)
        if caller is None or caller.f_code.co_filename != frame.f_code.co_filename:
            self._from_outside.add(frame.f_code)

    def _enter(self, package: str, frame: FrameType) -> None:
        if any(self._kind(one) == package for one in self._frames(frame)):
            return
        stack = self._stack(frame)
        self._on_way.update(stack)
        if len(stack) > len(self._stacks.get(package, ())):
            self._stacks[package] = stack

    def _stack(self, frame: FrameType | None) -> list[CodeType]:
        own = [one.f_code for one in self._frames(frame) if self._kind(one) == OWN and _is_named(one.f_code)][::-1]
        return [*self._began.get(own[0], ()), *own] if own else []

    def _frames(self, frame: FrameType | None) -> Iterator[FrameType]:
        """Walk a stack up to the event loop, or the beginning of the thread."""
        while frame and not (self._kind(frame) == LOOP and frame.f_code.co_name == "_run_once"):
            yield frame
            frame = frame.f_back

    def _kind(self, frame: FrameType) -> str:
        file = frame.f_code.co_filename
        if (kind := self._kinds.get(file)) is None:
            kind = self._kinds[file] = _kind_of(Path(file))
        return kind


def _kind_of(file: Path) -> str:
    if file.is_relative_to(BOT):
        return OWN
    if file.parts[-2:] == ("asyncio", "base_events.py"):
        return LOOP
    return next((name for name in PACKAGES if name in file.parts), "")


def _is_named(code: CodeType) -> bool:
    return not code.co_name.startswith("<")


def _name(code: CodeType) -> tuple[str, int, str]:
    """Identify a function by its file, its first line, and its qualified name."""
    return str(Path(code.co_filename).relative_to(BOT.parent)), code.co_firstlineno, code.co_qualname


def main(path: Path) -> None:
    """Run the bot as `python -m bot` does, and trace it."""
    trace = Trace()

    def write(*_: object) -> None:
        whole = path.with_suffix(".new")
        whole.write_text(json.dumps(trace.noted()), encoding="utf-8")
        whole.replace(path)

    def begin(*_: object) -> None:
        trace.begin()
        write()

    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, write)
    threading.setprofile(trace.note)
    sys.setprofile(trace.note)
    runpy.run_module(BOT.name, run_name="__main__")


if __name__ == "__main__":
    main(Path(os.environ["TRACE"]))
