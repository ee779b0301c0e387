"""A delivery: what arrived and needs work, and what a job for it writes when it ends."""

# not for people: a bug

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

LONGEST_NAME = 500  # characters: PostgreSQL can't index much more

Finish = Callable[[Connection], None]
"""Writes a job's record, in the transaction that ends it. Can run more than once, each time in a new one."""


def reference_of(delivery: str) -> str:
    """Return a job's reference, for the person and the log."""
    return hashlib.sha256(delivery.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that arrived and needs work.

    `id` is unique to it, wherever and however often it arrives. Deliveries of one `key` (queue key) run one at a time,
    in their order of arrival. `payload` is JSON. When there is more work than room to run it, fairness groups take
    turns: many deliveries of one `share` don't delay a single one of another.

    Raises `ValueError` for names that are empty, too long or unprintable.
    """

    id: str
    key: str
    kind: str
    payload: Mapping[str, Any]
    share: str = ""

    def __post_init__(self) -> None:
        for name in (self.id, self.key, self.kind):
            if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
                raise ValueError("a delivery's id, key and kind have to be printable and of 1 to 500 characters")
        if len(self.share) > LONGEST_NAME or not self.share.isprintable():
            raise ValueError("a delivery's share has to be printable and of at most 500 characters")
