"""PostgreSQL's connections: asked whether they live only after a while without a sign of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from bot.db.statement_cache import InterchangeableDialect

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.engine.interfaces import DBAPIConnection

DRIVER = "postgresql+pinged"  # the name of `PostgresqlDialect` in a database's URL
BELIEVED = 1.0  # seconds after an answer for which a connection counts as alive


class PostgresqlDialect(InterchangeableDialect, PGDialect_asyncpg):
    """The dialect of asyncpg, whose pings take three trips to the server before each transaction: as many as it has."""

    supports_statement_cache = True

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        super().__init__(**options)  # type: ignore[no-untyped-call] # SQLAlchemy has no types here
        self._answered: WeakKeyDictionary[asyncpg.Connection, float] = WeakKeyDictionary()

    def connect(self, *arguments: Any, **options: Any) -> DBAPIConnection:  # noqa: ANN401 - as above
        """Connect, which is an answer."""
        connection = super().connect(*arguments, **options)
        self._answered[connection.driver_connection] = time.monotonic()
        return connection

    def do_ping(self, dbapi_connection: DBAPIConnection) -> bool:
        """Return whether a connection lives. One that the server has closed is known at once, without a trip."""
        connection = dbapi_connection.driver_connection
        now = time.monotonic()
        if connection.is_closed() or now - self._answered.get(connection, -BELIEVED) >= BELIEVED:
            super().do_ping(dbapi_connection)  # type: ignore[no-untyped-call] # as above
            self._answered[connection] = now
        return True


registry.register(DRIVER.replace("+", "."), __name__, PostgresqlDialect.__name__)
