"""What several suites share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.stage.postgresql import private_postgresql
from tests.stage.sqlite import SqliteFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage.postgresql import PostgresqlServer


# How long an example takes says more about the machine than about the code.
settings.register_profile("parley", deadline=None)
settings.load_profile("parley")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    with private_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> SqliteFolder:
    return SqliteFolder(tmp_path_factory.mktemp("sqlite"))
