"""A cache of recent look-ups, whose entries expire."""

from __future__ import annotations

from time import monotonic
from typing import Generic, TypeVar

from cachetools import FIFOCache

V = TypeVar("V")


class ExpiringCache(Generic[V]):
    """Values by their keys, each for some seconds; beyond `most`, the oldest are dropped."""

    def __init__(self, most: int) -> None:
        self._values = FIFOCache[str, tuple[V, float]](most)

    def get(self, key: str, *, late: bool = False) -> V | None:
        """Return a value, None where there is none or its time is over; with `late`, an expired one counts, too."""
        value, until = self._values.get(key, (None, 0.0))
        return value if late or monotonic() < until else None

    def keep(self, key: str, value: V, seconds: float) -> None:
        """Keep a value for so many seconds, replacing an earlier one."""
        self._values[key] = value, monotonic() + seconds

    def drop(self, begin: str = "") -> None:
        """Drop all values whose keys begin so."""
        for key in [key for key in self._values if key.startswith(begin)]:
            del self._values[key]
