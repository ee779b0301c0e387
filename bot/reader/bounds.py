"""A child's resource limits: it sets them before it reads anything, and the kernel enforces them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path

MEMORY = 512_000_000  # bytes of data; what a child has beside them, such as libraries, stays below 80 MB
DESCRIPTORS = 16
SECONDS = 8.0  # for one request, of computing as well as of waiting
SPARE = 4.0  # seconds after which a child that no one has ended ends by itself
NICE = 5  # what reads a file gives way to what answers people
_PR_SET_PDEATHSIG = 1


def set_bounds(parent: int) -> None:
    """Limit this process, which must not outlive its `parent`. Linux enforces all limits, others most.

    A file can still end it in any way, such as by SIGABRT, SIGSEGV, SIGKILL (out of memory) or SIGXCPU.
    """
    with contextlib.suppress(OSError):  # when the machine runs out of memory, it is not the bot that should end
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    os.nice(NICE)
    for name, bound in (
        ("RLIMIT_CORE", 0),  # a core would hold what the file says
        ("RLIMIT_FSIZE", 0),  # it writes no file
        ("RLIMIT_NPROC", 0),  # and starts nothing
        ("RLIMIT_NOFILE", DESCRIPTORS),
        ("RLIMIT_DATA", MEMORY),
    ):
        with contextlib.suppress(AttributeError, ValueError, OSError):  # not every system has each
            resource.setrlimit(getattr(resource, name), (bound, bound))
    _end_with(parent)


def _end_with(parent: int) -> None:
    with contextlib.suppress(AttributeError, OSError):  # elsewhere the end of its input has to do
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it had ended before that was set
        os._exit(0)


def begin() -> None:
    """Start the clocks of one request: the kernel kills the process when the first one runs out."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    computed = usage.ru_utime + usage.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(computed + SECONDS) + 1, hard))
    signal.setitimer(signal.ITIMER_REAL, SECONDS + SPARE)


def end() -> None:
    """Stop the request's clock."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def resident() -> int:
    """Return this process's memory in bytes, or its peak if only that is known."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return peak()
    return pages * resource.getpagesize()


def peak() -> int:
    """Return this process's peak memory in bytes (Linux counts kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
