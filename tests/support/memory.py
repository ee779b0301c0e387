"""Where files are kept in memory: commits to them cost nothing, and no test loses power."""

from __future__ import annotations

import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (folders of random names are made in it)
NEEDED = 2**30  # bytes: containers often have little of it


def in_memory() -> str | None:
    """Return the folder for temporary files that are kept in memory, None for the usual one where there is no room."""
    if not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).free < NEEDED:
        return None
    return str(SHARED_MEMORY)
