"""Workspaces that leave and tokens that are renewed when the bot dies: nothing stays, and nothing new goes.

The instants within a purge are held by locks of PostgreSQL's: what has gone before that table is committed, the rest is
still there.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import func, select, update

from bot.db import tables
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.slack.manifest import EVENTS, SCOPES
from tests.chaos.conftest import LEASE, RULES
from tests.chaos.instant import strike_in_call
from tests.chaos.model import RecordingModel
from tests.chaos.replica import Replica
from tests.chaos.verdict import until_idle
from tests.support.postgresql import free_port
from tests.support.two_workspaces import TwoWorkspaces, two_workspaces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.playground.slack.records import MessageRecord
    from tests.support.workspace import ScriptedWorkspace

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

RULES_OF_MANY = replace(RULES, scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
HALF_A_DAY = 43_200.0
HOUR = timedelta(hours=1)
WAIT = 30.0  # seconds for anything here
HELD = ("messages", "calls")  # its words go first, and last of all who asked
# What holds a workspace's own: all but the ledger, whose rows lose their people.
OWN = (
    tables.InstallationRow,
    tables.ThreadRow,
    tables.SettingsRow,
    tables.SettingsChangeRow,
    tables.RatingRow,
    tables.BudgetAccountRow,
)


@dataclass
class Installed:
    """Two workspaces that have installed the bot, and the bot."""

    workspaces: TwoWorkspaces
    replica: Replica
    database: Database
    url: str

    async def answer(self, workspace: ScriptedWorkspace, tag: str) -> None:
        """Ask something, and wait for the whole answer."""
        general = workspace.channel("general")
        ts = workspace.say(general, f"{workspace.bot.mention} What about {tag}?")

        def is_answer(message: MessageRecord) -> bool:
            return not message.streaming and f"end of {tag}." in message.shown

        await workspace.until(lambda: any(map(is_answer, workspace.thread(general, ts))), WAIT)

    async def set_prompt(self, workspace: ScriptedWorkspace, prompt: str) -> None:
        before = len(workspace.ephemerals())
        assert (await workspace.command(workspace.channel("general"), "/parley", f"prompt {prompt}")).acked
        await workspace.until(lambda: len(workspace.ephemerals()) > before, WAIT)

    async def count(self, workspace: ScriptedWorkspace) -> dict[str, int]:
        """Count the rows that are a workspace's own, and the calls that still tell who asked."""
        team = workspace.workspace.team_id
        named = select(func.count()).where(tables.CallRow.workspace == team, tables.CallRow.person != "")
        async with self.database.reader.connect() as connection:
            found = {
                table.__tablename__: await connection.scalar(select(func.count()).where(table.workspace == team)) or 0
                for table in OWN
            }
            return {name: count for name, count in {**found, "calls": await connection.scalar(named)}.items() if count}

    async def change_installation(self, **values: datetime | None) -> None:
        async with self.database.writer.begin() as connection:
            await connection.execute(update(tables.InstallationRow).values(values))

    @asynccontextmanager
    async def held(self, table: str) -> AsyncIterator[None]:
        """Lock a table on PostgreSQL until the block ends."""
        connection = await asyncpg.connect(self.url)
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    async def until_it_waits(self) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            async with asyncio.timeout(WAIT):
                while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # a lock tells nobody that somebody waits for it
        finally:
            await connection.close()


@pytest.fixture
async def installed(tmp_path: Path, database_url: str) -> AsyncIterator[Installed]:
    async with MessagesServer(RecordingModel()) as server, two_workspaces(RULES_OF_MANY, {}) as workspaces:
        for one in workspaces.both:
            one.workspace.clock = time.time
        environ = workspaces.environ | server.environment() | workspaces.first.environment("http", many=True)
        environ |= {"DATABASE_URL": database_url, "PORT": str(free_port()), "TAKEOVER_AFTER": str(LEASE / 2)}
        workspaces.url = f"http://127.0.0.1:{environ['PORT']}"
        workspaces.first.slack.redirect_url = f"{workspaces.url}/slack/oauth_redirect"
        for one in workspaces.both:
            one.deliver_to(f"{workspaces.url}/slack/events")
        replica = Replica(environ, tmp_path, "bot")
        await replica.start()
        database = Database.open(database_url)
        try:
            yield Installed(workspaces, replica, database, database_url)
        finally:
            await database.close()
            print(replica.log())  # noqa: T201 (pytest shows it with a failure)
            await replica.clear_away()


async def install(here: Installed, *workspaces: ScriptedWorkspace) -> None:
    """Let workspaces install the bot, an hour ago, and use it."""
    for number, one in enumerate(workspaces):
        assert (await here.workspaces.install(one)).status == 200
        await here.answer(one, f"q{number}.0")
        await here.set_prompt(one, "Be brief.")
    await here.change_installation(installed_at=datetime.now(UTC) - HOUR)


async def test_a_killed_purge_is_begun_again(installed: Installed) -> None:
    """It dies as it asks Slack whether the workspace is gone: with nothing erased, and nobody told."""
    first, second = installed.workspaces.both
    await install(installed, first, second)
    before = await installed.count(second)
    async with asyncio.TaskGroup() as group:
        group.create_task(strike_in_call(first, installed.replica.kill, "auth.test"))
        await asyncio.sleep(0)
        first.uninstall()
    await installed.replica.ended()
    assert await installed.count(first)
    await installed.replica.start()
    await first.until(lambda: all(one.is_over for one in first.deliveries.log))
    await until_idle(installed.database)
    assert (await installed.count(first), await installed.count(second)) == ({}, before)


class TestOnPostgresql:
    """The instants between two tables, and a workspace that comes back at one."""

    pytestmark = pytest.mark.postgresql

    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url

    async def test_a_purge_killed_half_way_leaves_nothing(self, installed: Installed) -> None:
        first, second = installed.workspaces.both
        await install(installed, first, second)
        before = await installed.count(second)
        told = list[object]()
        for table in HELD:
            async with installed.held(table):
                if not told:
                    told += first.uninstall()
                else:
                    await installed.replica.start()
                await installed.until_it_waits()
                installed.replica.kill()
                await installed.replica.ended()
        await installed.replica.start()
        await first.until(lambda: all(one.is_over for one in first.deliveries.log))
        await until_idle(installed.database)
        assert (await installed.count(first), await installed.count(second)) == ({}, before)

    @pytest.mark.parametrize("is_killed", [True, False])
    async def test_a_purge_spares_what_comes_after(self, installed: Installed, is_killed: bool) -> None:  # noqa: FBT001
        """It installs the bot again while its old rows go: by a bot that dies then, and by one that lives on."""
        first, _ = installed.workspaces.both
        await install(installed, first)
        async with installed.held("summary_runs"):  # its old words are gone, what it had set is not
            first.uninstall()
            await installed.until_it_waits()
            if is_killed:
                installed.replica.kill()
                await installed.replica.ended()
                await installed.replica.start()
            assert (await installed.workspaces.install(first)).status == 200
            await installed.set_prompt(first, "Be long.")
            await installed.answer(first, "q9.0")
        await until_idle(installed.database)
        kept = await installed.count(first)
        assert (kept["installations"], kept["threads"], kept["settings"]) == (1, 1, 1)


async def test_a_death_never_spends_a_token_twice(installed: Installed) -> None:
    """It dies before Slack gives the next token, behind that, and in between, which the log tells of."""
    (first, _), replica = installed.workspaces.both, installed.replica
    for one in installed.workspaces.both:
        one.change_rules(token_lifetime=HALF_A_DAY)
    await install(installed, first)
    team = first.workspace.team_id

    # Slack never heard of it: the token of before serves until the claim is over, and then there is the next one.
    first.fail("oauth.v2.access", drop="request")
    await die_renewing(installed, first)
    await replica.start()
    await installed.answer(first, "q1.0")
    assert exchanges(first) == ["ok"]
    await installed.change_installation(renewing_until=None)
    await replica.stop()
    await replica.start()
    await installed.answer(first, "q1.1")
    assert exchanges(first) == ["ok", "ok"]

    # The next token was kept: whoever comes behind uses it, and does not ask for another one.
    replica.kill()
    await replica.ended()
    await replica.start()
    await installed.answer(first, "q2.0")
    assert exchanges(first) == ["ok", "ok"]

    # Slack had given it, and nobody has kept it: the old one serves to its end, and the log says what to do.
    await die_renewing(installed, first)
    await installed.change_installation(renewing_until=None)
    await replica.start()
    await installed.answer(first, "q3.0")
    assert exchanges(first) == ["ok", "ok", "ok", "invalid_refresh_token"]
    await installed.answer(first, "q3.1")
    assert exchanges(first)[4:] == []
    assert f"Slack gives no new token for {team}" in replica.log()


async def die_renewing(installed: Installed, workspace: ScriptedWorkspace) -> None:
    """Let the token near its end, and the bot die inside the call by which it wants the next one."""
    await installed.replica.stop()
    await installed.change_installation(expires_at=datetime.now(UTC) + HOUR)
    await installed.replica.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(strike_in_call(workspace, installed.replica.kill, "oauth.v2.access"))
        await asyncio.sleep(0)
        workspace.say(workspace.channel("general"), f"{workspace.bot.mention} What about q8.0?")
    await installed.replica.ended()


def exchanges(workspace: ScriptedWorkspace) -> list[str]:
    """Return how each attempt to get a token ended of which Slack heard."""
    found = [str(one.result.get("error", "ok")) for one in workspace.calls if one.method == "oauth.v2.access"]
    return [one for one in found if one != "injected"]
