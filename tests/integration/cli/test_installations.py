"""`python -m bot installations` and `doctor` where many workspaces are served: what they say, and their status."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pytest

from bot.core.domain.installation import Installation
from bot.db.installations import SqlInstallations
from bot.db.vault import Vault, new_key
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from tests.support.bot_process import Ended, run
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = Installation("T1AB", "One", "https://one.example.com/", "U1", "B1", "chat:write", "U2", AT, "xoxb-1")
# A workspace is called as its people like.
TWO = replace(ONE, workspace="T2AB", name="no key opens Two", token="xoxb-2", expires_at=AT + timedelta(hours=12))
HALF_A_SECRET = "not-the-secret"


class Command(Protocol):
    """Runs `python -m bot …`, with the database and a key; an empty setting is none."""

    async def __call__(self, *arguments: str, **environ: str) -> Ended: ...


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def kept(database: Database, key: str) -> SqlInstallations:
    return SqlInstallations(database, Vault([key]))


@pytest.fixture
def command(url: str, key: str, tmp_path: Path) -> Command:
    async def command(*arguments: str, **environ: str) -> Ended:
        told = {"DATABASE_URL": url, "PARLEY_ENCRYPTION_KEY": key} | environ
        return await asyncio.to_thread(run, arguments, told, tmp_path)

    return command


async def test_nobody_is_listed_as_nobody(command: Command) -> None:
    ended = await command("installations", "list")
    assert (ended.status, ended.err) == (0, "")
    assert "No workspace has installed the bot yet" in ended.out


async def test_each_installation_has_its_line(command: Command, kept: SqlInstallations) -> None:
    for one in (ONE, TWO):
        await kept.save(one)
    ended = await command("installations", "list", SLACK_WORKSPACES="T34D,T1AB")
    assert ended.status == 0
    first, second = ended.out.splitlines()
    assert first.split() == ["T1AB", "2026-11-24", "12:00", "One:", "token", "that", "does", "not", "expire"]
    assert second.endswith(
        "no key opens Two: token until 2026-11-25 00:00, not served: SLACK_WORKSPACES does not name it"
    )
    assert "xoxb" not in ended.out


async def test_another_key_opens_nothing(command: Command, kept: SqlInstallations) -> None:
    await kept.save(ONE)
    listed = await command("installations", "list", PARLEY_ENCRYPTION_KEY=new_key())
    assert (listed.status, "no key decrypts its token" in listed.out) == (0, True)
    sealed = await command("installations", "reseal", PARLEY_ENCRYPTION_KEY=new_key())
    assert (sealed.status, sealed.out) == (2, "")
    assert "no key of PARLEY_ENCRYPTION_KEY decrypts the tokens of T1AB; nothing was changed" in sealed.err
    assert (await kept.find("T1AB") or TWO).token == "xoxb-1"


async def test_resealing_lets_the_old_key_go(
    command: Command, kept: SqlInstallations, database: Database, key: str
) -> None:
    await kept.save(ONE)
    newer = new_key()
    ended = await command("installations", "reseal", PARLEY_ENCRYPTION_KEY=f"{newer},{key}")
    assert (ended.status, ended.out.startswith("1 encrypted with the first key")) == (0, True)
    found = await SqlInstallations(database, Vault([newer])).find("T1AB")
    assert found == replace(ONE, version=1)


@pytest.mark.parametrize("key", ["", "short"])
async def test_without_a_good_key_nothing_is_done(command: Command) -> None:
    for act in ("list", "reseal"):
        ended = await command("installations", act)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err.startswith("PARLEY_ENCRYPTION_KEY")
        assert "python -m bot key" in ended.err


async def test_the_doctor_looks_at_installations(command: Command, kept: SqlInstallations) -> None:
    for one in (ONE, replace(TWO, scopes="chat:write,search:read.public")):
        await kept.save(one)
    async with ScriptedWorkspace() as workspace, MessagesServer(Rehearsal(pace=0)) as claude:
        sound = workspace.environment("http", many=True) | claude.environment() | {"SLACK_STATE_SECRET": "a-secret"}
        well = await command("doctor", **sound, SLACK_WORKSPACES="T1AB,T34D")
        assert well.status == 0, well.out
        assert "ok   Slack app: its client ID and secret are correct" in well.out
        assert "ok   installations: 2, of which 0 can't be opened" in well.out
        assert "ok   optional scope search:read.public: granted in 1 of 2 workspaces → to let the bot find" in well.out
        assert "ok   workspaces: not served: T2AB → add them to SLACK_WORKSPACES" in well.out
        ill = await command("doctor", **sound | {"SLACK_CLIENT_SECRET": HALF_A_SECRET}, PARLEY_ENCRYPTION_KEY=new_key())
        assert ill.status == 1
        assert (
            "FAIL Slack app: Slack refuses it: bad_client_secret → copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
            in ill.out
        )
        assert "FAIL installations: 2, of which 2 can't be opened → add the former key" in ill.out
        assert not any(secret in well.out + ill.out for secret in (HALF_A_SECRET, "a-secret", "xoxb"))
