"""The table of the inbox, and the database's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

# Literals: as bound parameters they would not match the partial indexes.
READY: sa.ColumnElement[int] = sa.literal_column("0", sa.SmallInteger)
RUNNING: sa.ColumnElement[int] = sa.literal_column("1", sa.SmallInteger)
DONE: sa.ColumnElement[int] = sa.literal_column("2", sa.SmallInteger)
FAILED: sa.ColumnElement[int] = sa.literal_column("3", sa.SmallInteger)

DISCARDED = 2  # in `halted`: no one wants what the job does, nor to hear that it ended

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up only what is an INTEGER

# Times are seconds since 1970 by the database's clock, which all replicas share.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", NUMBER, primary_key=True),  # the order of arrival
    sa.Column("delivery", sa.Text, nullable=False),  # its own id, which makes it unique
    sa.Column("key", sa.Text, nullable=False),  # one at a time of each
    sa.Column("share", sa.Text, nullable=False),  # shares take turns
    sa.Column("round", NUMBER, nullable=False),  # when it is its turn in its share: lower rounds go first
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),  # JSON
    sa.Column("state", sa.Text, nullable=False, server_default="{}"),  # JSON: what the job has kept
    sa.Column("status", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("token", sa.Integer, nullable=False, server_default="0"),  # the fence: goes up with each claim
    sa.Column("owner", sa.Text),  # whose claim it is, or was, where the lease ran out
    sa.Column("accepted_at", sa.Float(53), nullable=False),
    sa.Column("tried", sa.Float(53), nullable=False, server_default="0"),  # seconds of attempts and of pauses between
    sa.Column("run_after", sa.Float(53), nullable=False, server_default="0"),
    sa.Column("lease_until", sa.Float(53)),
    sa.Column("finished_at", sa.Float(53)),
    sa.Column("cause", sa.Text),  # of the last failure
    sa.Column("halted", sa.SmallInteger, nullable=False, server_default="0"),  # 1: it is to end early; 2: see DISCARDED
    # How often its process died while it ran, and of these deaths those of the quarantine's process.
    sa.Column("deaths", sa.Integer, nullable=False, server_default="0"),
    sa.Column("crashes", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("delivery", name="uq_inbox_delivery"),
)


def index(name: str, *columns: sa.Column[Any], where: str, unique: bool = False) -> None:
    """Return an index of the rows of one status only."""
    sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


index("ix_inbox_ready", inbox.c.round, inbox.c.id, where="status = 0")
index("ix_inbox_ready_key", inbox.c.key, inbox.c.id, where="status = 0")
index("ix_inbox_one_running_per_key", inbox.c.key, where="status = 1", unique=True)
index("ix_inbox_share", inbox.c.share, inbox.c.round, where="status < 2")
index("ix_inbox_begun", inbox.c.round, where="status < 2 AND token > 0")  # not for people: SQL
index("ix_inbox_suspect", inbox.c.crashes, where="status = 0 AND deaths >= 2")  # not for people: SQL
index("ix_inbox_done", inbox.c.finished_at, where="status = 2")
index("ix_inbox_failed", inbox.c.id, where="status = 3")


class Now(FunctionElement[float]):
    """The time by the database's clock."""

    type = sa.Float(53)
    inherit_cache = True


@compiles(Now, "sqlite")
def now_in_sqlite(_element: Now, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401 (SQLAlchemy's signature)
    """Read SQLite's clock, which counts days since noon in Greenwich on November 24, 4714 B.C."""
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def now_in_postgresql(_element: Now, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401 (as above)
    """Read PostgreSQL's clock, not the time when the transaction began."""
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"  # not for people: SQL
