"""What a child can reach if the kernel has Landlock: Python's own files to read, and nothing else.

A file that takes over its reader finds no database, no `.env`, none of the bot's environment, no TCP, no process to
signal. https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bot

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, the same on all machines
_VERSION = 1  # asks for the kernel's version of it instead
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_READ = 1 << 2 | 1 << 3  # files and folders
# By the version: how many kinds of access to files there are. TCP is added from 4 on, signals from 6 on.
_KINDS = {1: 13, 2: 14, 3: 15, 4: 15}
_MOST_KINDS = 16
_TCP, _SCOPES = 1 << 0 | 1 << 1, 1 << 0 | 1 << 1
_HAS_TCP, _HAS_SCOPES = 4, 6
# Beside Python's own: the libraries that it loads, and what each process may know of itself.
_SHARED = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_OWN = ("/proc/self", "/dev/null", "/dev/urandom")
# Folders of packages alone, where Python puts what is installed.
_INSTALLED = ("site-packages", "dist-packages")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def confine() -> bool:
    """Drop this process's unneeded rights for good; return whether the kernel supports it."""
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None).syscall
    version = call(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:  # too old, or switched off
        return False
    kinds = (1 << _KINDS.get(version, _MOST_KINDS)) - 1
    rules = _Ruleset(kinds, _TCP if version >= _HAS_TCP else 0, _SCOPES if version >= _HAS_SCOPES else 0)
    size = 8 * (1 + (version >= _HAS_TCP) + (version >= _HAS_SCOPES))
    ruleset = call(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable():
            _allow(ruleset, path)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(call(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _readable() -> Iterable[Path]:
    package = Path(bot.__file__).parent
    yield package
    # What lies around the bot in a checkout, such as `.env`, is not for the child.
    found = [Path(entry).resolve() for entry in sys.path if entry]
    yield from (path for path in found if path not in package.parents or path.name in _INSTALLED)
    yield from map(Path, (*_SHARED, *_OWN, f"{sys.base_prefix}/lib"))


def _allow(ruleset: int, path: Path) -> None:
    with contextlib.suppress(OSError):  # not every system has each
        folder = os.open(path, os.O_PATH)
        try:
            allowed = _READ if path.is_dir() else 1 << 2
            rule = _Beneath(allowed, folder)
            ctypes.CDLL(None).syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(folder)
