"""Installations on real databases: sealed, renewed by one, gone when they should be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.core.domain.installation import Installation
from bot.db.installations import SqlInstallations, SqlStates
from bot.db.tables import InstallationRow as Table
from bot.db.vault import Vault, new_key
from bot.errors import SealedError, SettingsError

if TYPE_CHECKING:
    from bot.db.engine import Database

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = Installation("T1", "One", "https://one.example.com/", "U1", "B1", "chat:write", "U2", AT, "xoxb-1", "xoxe-1", AT)


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def kept(database: Database, key: str) -> SqlInstallations:
    return SqlInstallations(database, Vault([key]))


async def test_what_is_kept_is_found(kept: SqlInstallations) -> None:
    assert await kept.find("T1") is None
    await kept.save(ONE)
    await kept.save(replace(ONE, workspace="T2", token="xoxb-2"))
    assert await kept.find("T1") == replace(ONE, version=1)
    await kept.save(replace(ONE, token="xoxb-3"))
    assert await kept.find("T1") == replace(ONE, token="xoxb-3", version=2)
    assert [one.workspace for one in await kept.listed()] == ["T1", "T2"]


async def test_no_token_is_stored_in_clear(database: Database, kept: SqlInstallations) -> None:
    await kept.save(ONE)
    async with database.reader.connect() as connection:
        row = (await connection.execute(sa.select(Table.__table__))).one()
    assert "xoxb-1" not in str(row)
    assert "xoxe-1" not in str(row)
    assert "xoxb-1" not in repr(ONE)


async def test_a_copied_row_does_not_open(database: Database, kept: SqlInstallations) -> None:
    await kept.save(ONE)
    await kept.save(replace(ONE, workspace="T2", token="xoxb-2"))
    async with database.writer.begin() as connection:
        theirs = sa.select(Table.sealed).where(Table.workspace == "T2").scalar_subquery()
        await connection.execute(sa.update(Table).where(Table.workspace == "T1").values(sealed=theirs))
    with pytest.raises(SealedError):
        await kept.find("T1")


async def test_keys_can_be_changed(database: Database, kept: SqlInstallations, key: str) -> None:
    await kept.save(ONE)
    newer = new_key()
    with pytest.raises(SealedError):
        await SqlInstallations(database, Vault([newer])).find("T1")
    with pytest.raises(SettingsError):
        await SqlInstallations(database, Vault([newer])).check()
    both = SqlInstallations(database, Vault([newer, key]))
    assert (await both.find("T1")) == replace(ONE, version=1)
    assert await both.reseal() == 1
    assert (await SqlInstallations(database, Vault([newer])).find("T1")) == replace(ONE, version=1)
    await SqlInstallations(database, Vault([newer])).check()


async def test_one_replica_alone_renews(kept: SqlInstallations) -> None:
    await kept.save(ONE)
    one = replace(ONE, version=1)
    claims = await asyncio.gather(*(kept.claim_renewal(one) for _ in range(5)))
    assert sorted(claims) == [False] * 4 + [True]
    await kept.renew(replace(one, token="xoxb-2"))
    assert await kept.find("T1") == replace(ONE, token="xoxb-2", version=2)
    assert not await kept.claim_renewal(one)
    await kept.renew(replace(one, token="xoxb-late"))
    assert await kept.find("T1") == replace(ONE, token="xoxb-2", version=2)


async def test_a_claim_runs_out(database: Database, key: str) -> None:
    now = AT
    kept = SqlInstallations(database, Vault([key]), lambda: now)
    await kept.save(ONE)
    one = replace(ONE, version=1)
    assert await kept.claim_renewal(one)
    now += timedelta(seconds=29)
    assert not await kept.claim_renewal(one)
    now += timedelta(seconds=2)
    assert await kept.claim_renewal(one)


async def test_a_newer_installation_stays(kept: SqlInstallations) -> None:
    await kept.save(ONE)
    await kept.remove("T1", AT - timedelta(seconds=1))
    await kept.remove("T2", AT + timedelta(days=1))
    assert await kept.find("T1") is not None
    await kept.remove("T1", AT)
    assert await kept.find("T1") is None


async def test_a_state_is_finished_once(database: Database) -> None:
    now = AT
    states = SqlStates(database, lambda: now)
    await states.begin("a", now + timedelta(minutes=10))
    await states.begin("b", now + timedelta(minutes=10))
    assert not await states.finish("c")
    assert sorted(await asyncio.gather(*(states.finish("a") for _ in range(3)))) == [False, False, True]
    now += timedelta(minutes=11)
    assert not await states.finish("b")


@pytest.mark.parametrize("keys", [["x"], ["é"], [""], ["a" * 44]])
def test_keys_of_no_use_are_refused(keys: list[str]) -> None:
    with pytest.raises(SettingsError, match="python -m bot key"):
        Vault(keys)
