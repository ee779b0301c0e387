"""Finds whether this is the only process on an SQLite file."""

from __future__ import annotations

import contextlib
import fcntl
import os


class Presence:
    """A lock on a file, shared by all processes on the database; the system releases it when a process dies.

    The file is empty while no process works.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def is_alone(self) -> bool:
        """Return whether no other process is there. If so, others wait in `share` until we share, too."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Share the lock; this may wait for a process that was alone."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def begin(self) -> bool:
        """Record that we work; return whether another process never signed off, and so has died."""
        was_left = os.fstat(self._file).st_size > 0
        with contextlib.suppress(OSError):  # on a full disk, a death goes unnoticed; the work does not wait for this
            os.pwrite(self._file, b"at work", 0)
        return was_left

    def leave(self) -> None:
        """Release the lock."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)
