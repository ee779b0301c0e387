"""What several suites share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage.postgresql import private_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    with private_postgresql() as server:
        yield server
