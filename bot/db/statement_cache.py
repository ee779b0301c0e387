"""What SQLAlchemy has compiled, for all engines of the process: each of SQLite's connections has an engine of its own.

Compiling takes milliseconds for each statement, half of what a first answer computes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1_000  # statements, of which the bot has some hundreds


class InterchangeableDialect(DefaultDialect):
    """A dialect that equals the others of its class on the same version of the database.

    SQLAlchemy keeps what it has compiled by statement and dialect.
    """

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.server_version_info == getattr(other, "server_version_info", None)

    def __hash__(self) -> int:
        return hash(type(self))


@cache
def compiled_once() -> Mapping[str, Any]:
    """Return the execution options of an engine whose dialect is interchangeable."""
    return {"compiled_cache": LRUCache(MOST)}
