"""When to try again, and when to give up."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import ChatError
from bot.work.retry import LONGEST_PAUSE, Policy, cause, is_away

if TYPE_CHECKING:
    from pathlib import Path

POLICY = Policy(lambda error: isinstance(error, OSError), attempts=5, patience=600, backoff=2)


@given(attempt=st.integers(1, 4), tried=st.floats(0, 500))
def test_pauses_grow_and_vary(attempt: int, tried: float) -> None:
    pause = POLICY.pause(OSError(), attempt, tried)
    assert pause is not None
    assert 2**attempt / 2 <= pause <= 2**attempt


def test_pauses_have_an_upper_bound() -> None:
    policy = Policy(lambda _: True, attempts=99, patience=600, backoff=2)
    pause = policy.pause(OSError(), 50, 0)
    assert pause is not None
    assert pause <= LONGEST_PAUSE


@pytest.mark.parametrize(
    ("error", "attempt", "tried"),
    [
        pytest.param(ValueError(), 1, 0, id="lasting"),
        pytest.param(OSError(), 5, 0, id="too often"),
        pytest.param(OSError(), 1, 600, id="too long"),
    ],
)
def test_giving_up_has_three_reasons(error: Exception, attempt: int, tried: float) -> None:
    assert POLICY.pause(error, attempt, tried) is None


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (ValueError("somebody's words"), "ValueError"),
        (ChatError("channel_not_found"), "ChatError channel_not_found"),
        (ChatError("x" * 500), "ChatError " + "x" * 90),
    ],
)
def test_a_cause_is_class_and_code(error: Exception, named: str) -> None:
    assert cause(error) == named


def sqlite_error(act: str, folder: Path) -> DBAPIError:
    """Make SQLite fail for real."""
    path = folder / "x.db"
    with sqlite3.connect(path, timeout=0) as holder, sqlite3.connect(path, timeout=0) as other:
        holder.execute("CREATE TABLE IF NOT EXISTS x (y UNIQUE)")
        holder.execute("INSERT OR IGNORE INTO x VALUES (1)")
        holder.commit()
        if act == "BEGIN IMMEDIATE":
            holder.execute(act)
        with pytest.raises(sqlite3.Error) as failure:
            other.execute(act)
    holder.close()
    other.close()
    kind = IntegrityError if isinstance(failure.value, sqlite3.IntegrityError) else OperationalError
    return kind(act, None, failure.value)


@pytest.mark.parametrize(
    ("act", "away"),
    [
        ("BEGIN IMMEDIATE", True),
        ("SELECT * FROM nowhere", False),
        ("INSERT INTO x VALUES (1)", False),
    ],
)
def test_a_lock_means_sqlite_is_away(act: str, away: bool, tmp_path: Path) -> None:  # noqa: FBT001 (a table's column)
    assert is_away(sqlite_error(act, tmp_path)) is away


class ScriptedServerError(Exception):
    """What PostgreSQL's driver raises, as far as we read it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "away"),
    [
        ("57P01", True),
        ("40P01", True),
        ("08006", True),
        ("25006", True),
        ("53300", True),
        ("23505", False),
        ("42P01", False),
    ],
)
def test_postgresql_tells_whether_it_is_away(sqlstate: str, away: bool) -> None:  # noqa: FBT001 (a table's column)
    assert is_away(DBAPIError("SELECT 1", None, ScriptedServerError(sqlstate))) is away


@pytest.mark.parametrize("error", [OSError(), TimeoutError(), ConnectionRefusedError(), PoolTimeoutError()])
def test_no_connection_means_away(error: Exception) -> None:
    assert is_away(error)


def test_a_lost_connection_means_away() -> None:
    assert is_away(DBAPIError("SELECT 1", None, ScriptedServerError(""), connection_invalidated=True))


@pytest.mark.parametrize("error", [ValueError(), KeyError("away")])
def test_our_own_errors_are_not_away(error: Exception) -> None:
    assert not is_away(error)


def test_patience_counts_time_not_tries() -> None:
    patient = Policy(lambda error: isinstance(error, OSError), attempts=2, patience=86_400, backoff=2, is_patient=True)
    assert 15 <= (patient.pause(OSError(), 99, 30) or 0) <= 30
    assert (patient.pause(OSError(), 99, 80_000) or 0) <= LONGEST_PAUSE
    assert patient.pause(OSError(), 1, 86_400) is None
    assert patient.pause(ValueError(), 1, 0) is None
