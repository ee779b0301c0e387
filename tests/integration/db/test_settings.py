"""Settings on real databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Place
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Store
from bot.db.store import sql_store
from bot.db.tables import SettingsChangeRow
from bot.errors import ConflictError

if TYPE_CHECKING:
    from bot.core.ports import Store
    from bot.db.engine import Database

WORKSPACE, CHANNEL, THREAD = Place("T1", ""), Place("T1", "C1"), Place("T1", "C1", "1700000000.000100")


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


async def test_nothing_set_means_the_defaults(store: Store) -> None:
    assert await store.settings.load(THREAD) == ChannelSettings()
    assert (await store.settings.overrides(CHANNEL)).version == 0


async def test_the_nearest_layer_wins(store: Store) -> None:
    await store.settings.change(THREAD, {"instructions": "Be brief."}, "U1")
    await store.settings.change(WORKSPACE, {"instructions": "Be kind.", "footer": True, "answers": "all"}, "U1")
    await store.settings.change(CHANNEL, {"instructions": "Be loud.", "answers": "mention"}, "U1")
    assert await store.settings.load(THREAD) == ChannelSettings(
        instructions="Be brief.", footer=True, answers="mention"
    )
    assert await store.settings.load(Place("T1", "C1", "2")) == await store.settings.load(CHANNEL)
    assert (await store.settings.load(CHANNEL)).instructions == "Be loud."
    assert (await store.settings.load(Place("T1", "C2"))).instructions == "Be kind."
    assert (await store.threads.load(THREAD)).settings == await store.settings.load(THREAD)


async def test_workspaces_do_not_share(store: Store) -> None:
    await store.settings.change(WORKSPACE, {"footer": True}, "U1")
    await store.settings.change(CHANNEL, {"footer": True}, "U1")
    assert await store.settings.load(Place("T2", "C1")) == ChannelSettings()


async def test_unset_goes_back(store: Store) -> None:
    await store.settings.change(CHANNEL, {"footer": True, "effort": "low"}, "U1")
    await store.settings.change(CHANNEL, {"footer": None}, "U2")
    assert await store.settings.load(CHANNEL) == ChannelSettings(effort="low")
    assert (await store.settings.overrides(CHANNEL)).values == {"effort": "low"}


async def test_the_second_of_two_is_told(store: Store) -> None:
    await store.settings.change(CHANNEL, {"footer": True}, "U1", version=0)
    for version in (0, 2):
        with pytest.raises(ConflictError):
            await store.settings.change(CHANNEL, {"footer": False}, "U2", version=version)
    await store.settings.change(CHANNEL, {"effort": "high"}, "U2", version=1)
    assert await store.settings.load(CHANNEL) == ChannelSettings(footer=True, effort="high")


async def test_who_changed_what_is_kept(store: Store, database: Database) -> None:
    await store.settings.change(CHANNEL, {"effort": "low"}, "U1")
    await store.settings.change(CHANNEL, {"effort": None}, "U2")
    async with database.reader.connect() as connection:
        rows = (await connection.execute(select(SettingsChangeRow.__table__).order_by(SettingsChangeRow.id))).all()
    kept = [(row.person, row.version, json.loads(row.before), json.loads(row.after)) for row in rows]
    assert kept == [("U1", 1, {"effort": None}, {"effort": "low"}), ("U2", 2, {"effort": "low"}, {"effort": None})]


async def test_one_way_to_sample_hides_others(store: Store) -> None:
    await store.settings.change(WORKSPACE, {"creativity": "high"}, "U1")
    await store.settings.change(CHANNEL, {"top_p": 0.9}, "U1")
    assert (await store.settings.load(Place("T1", "C2"))).creativity is Creativity.HIGH
    assert await store.settings.load(CHANNEL) == ChannelSettings(top_p=0.9)


async def test_layers_are_told_apart(store: Store) -> None:
    await store.settings.change(WORKSPACE, {"effort": "low"}, "U1")
    await store.settings.change(THREAD, {"footer": True}, "U2")
    found = [(dict(sheet.values), sheet.version, sheet.person) for sheet in await store.settings.layers(THREAD)]
    assert found == [({"effort": "low"}, 1, "U1"), ({}, 0, ""), ({"footer": True}, 1, "U2")]
    assert len(await store.settings.layers(CHANNEL)) == 2
    assert len(await store.settings.layers(WORKSPACE)) == 1


async def test_changes_come_newest_first(store: Store) -> None:
    for effort in ("low", "high", None):
        await store.settings.change(CHANNEL, {"effort": effort}, "U1")
    await store.settings.change(Place("T2", "C1"), {"effort": "low"}, "U1")
    history = await store.settings.history(CHANNEL)
    assert [(one.version, one.before["effort"], one.after["effort"]) for one in history] == [
        (3, "high", None),
        (2, "low", "high"),
        (1, None, "low"),
    ]
    assert [one.version for one in await store.settings.history(CHANNEL, since=2)] == [3]


async def test_sheets_are_a_workspaces_own(store: Store) -> None:
    for place in (WORKSPACE, CHANNEL, THREAD, Place("T2", "C9")):
        await store.settings.change(place, {"footer": True}, "U1")
    assert list(await store.settings.all_overrides("T1")) == [WORKSPACE, CHANNEL]
    assert list(await store.settings.all_overrides("T1", with_threads=True)) == [WORKSPACE, CHANNEL, THREAD]
    assert list(await store.settings.all_overrides()) == [WORKSPACE, CHANNEL, Place("T2", "C9")]
