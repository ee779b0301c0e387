"""When to try again, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Error as SqliteError

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

FIRST_PAUSE = 4.0  # seconds before the second attempt of a job, doubled for each further one
LONGEST_PAUSE = 60.0  # seconds

# SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN: https://www.sqlite.org/rescode.html
SQLITE_AWAY = {5, 6, 8, 10, 13, 14}
# Connection lost, deadlock or conflict, out of resources, operator intervention (a restart), lock timeout, read-only
# (a standby): https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRESQL_AWAY = ("08", "40", "53", "57", "55P03", "25P03", "25006")


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how long a job is retried: after a transient error, or when the database was unavailable.

    `patience` is in seconds since its first attempt began, `backoff` the seconds before the second attempt, doubled for
    each attempt after it. `is_patient`: attempts don't count, and the pauses grow with the time taken.
    """

    is_transient: Callable[[Exception], bool]
    attempts: int
    patience: float
    backoff: float
    is_patient: bool = False

    def counts(self, error: Exception) -> bool:
        """Return whether an attempt that failed with an error counts against the job's limit."""
        return not self.is_patient and getattr(error, "counts", True)

    def pause(self, error: Exception, attempt: int, tried: float) -> float | None:
        """Return how many seconds to wait before the next attempt, None to give up.

        `attempt` is the number of the one that failed with `error`, `tried` the seconds that its attempts have taken so
        far.
        """
        is_patient = not self.counts(error)
        is_over = attempt >= self.attempts and not is_patient
        if is_over or not (is_away(error) or self.is_transient(error)):
            return None
        pause = max(self.backoff, tried) if is_patient else self.backoff * 2 ** (attempt - 1)
        pause = jittered(min(LONGEST_PAUSE, pause))
        pause = max(pause, getattr(error, "retry_after", None) or 0)  # who is busy may say until when
        return pause if tried + pause < self.patience else None


def jittered(seconds: float) -> float:
    """Shorten a pause by up to a half, so that jobs that failed together don't come back together."""
    return seconds * random.uniform(0.5, 1)  # noqa: S311 (nothing here is a secret)


def cause(error: Exception) -> str:
    """Describe an error by its class and code: its message may hold a person's words."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}"[:100] if isinstance(code, str | int) else type(error).__name__


def is_away(error: Exception) -> bool:
    """Return whether an error means that the database is unavailable for now, or that a lock was in the way."""
    if isinstance(error, PoolTimeoutError | InterfaceError | OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, SqliteError):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
    return str(getattr(error.orig, "sqlstate", "")).startswith(POSTGRESQL_AWAY)
