"""The doctor, against the local workspace and the local Messages API."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot import settings
from bot.cli.doctor import DoctorFinding, examine
from bot.db.migrate import upgrade
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import SCOPES as PLAYED
from bot.playground.slack.rules import Rules
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Environ = dict[str, str]


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace(Rules(scopes=frozenset(SCOPES))) as local:
        yield local


@pytest.fixture
async def environ(workspace: ScriptedWorkspace, tmp_path: Path) -> AsyncIterator[Environ]:
    """All that the bot needs, and all of it sound."""
    url = f"sqlite:///{tmp_path / 'parley.db'}"
    await upgrade(url)
    async with MessagesServer(Rehearsal(pace=0)) as claude:
        yield workspace.environment("http") | claude.environment() | {"DATABASE_URL": url}


async def findings(environ: Environ) -> dict[str, DoctorFinding]:
    return {finding.name: finding for finding in await examine(settings.read(environ))}


async def ill(environ: Environ) -> DoctorFinding:
    """Return the one finding that is not well."""
    (found,) = (finding for finding in (await findings(environ)).values() if not finding.is_well)
    assert str(found).startswith(f"FAIL {found.name}: ")
    assert found.remedy in str(found)
    return found


async def test_a_sound_set_up_is_well(environ: Environ) -> None:
    found = await findings(environ)
    assert [finding.name for finding in found.values() if not finding.is_well] == []
    optional = [f"optional scope {scope}" for scope in OPTIONAL_SCOPES]
    assert [name for name in found if name not in optional] == [
        *("Slack token", "Slack scopes", "Slack transport", "database", "migrations", "Claude")
    ]
    assert all(str(finding).startswith("ok   ") for finding in found.values())


async def test_optional_scopes_are_told(environ: Environ, workspace: ScriptedWorkspace) -> None:
    name, other = "optional scope search:read.public", "optional scope usergroups:read"
    found = (await findings(environ))[name]
    assert (found.sentence, found.is_well) == ("not granted", True)
    assert found.remedy.startswith("to let the bot find messages of all public channels")
    assert found.remedy.endswith("and reinstall under Install App")
    workspace.change_rules(scopes=frozenset({*SCOPES, "search:read.public"}))
    told = await findings(environ)
    assert told[name] == DoctorFinding(name, "granted")
    assert told[other].sentence == "not granted"


async def test_socket_mode_is_tried(environ: Environ, workspace: ScriptedWorkspace) -> None:
    found = await findings(environ | workspace.environment("socket"))
    assert found["Slack transport"] == DoctorFinding("Slack transport", "Socket Mode")


async def test_no_finding_holds_a_secret(environ: Environ, workspace: ScriptedWorkspace) -> None:
    told = "\n".join(map(str, await examine(settings.read(environ | workspace.environment("socket")))))
    assert not any(value in told for name, value in environ.items() if name.endswith(("TOKEN", "SECRET", "KEY")))


@pytest.mark.parametrize(
    ("setting", "name"),
    [("SLACK_BOT_TOKEN", "Slack token"), ("SLACK_SIGNING_SECRET", "Slack transport"), ("ANTHROPIC_API_KEY", "Claude")],
)
async def test_what_is_not_set_is_named(environ: Environ, setting: str, name: str) -> None:
    found = await ill(environ | {setting: ""})
    assert found.name == name
    assert setting in str(found)


@pytest.mark.parametrize(
    ("setting", "value", "name", "word"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "Slack token", "invalid_auth"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "Slack transport", "invalid_auth"),
        ("ANTHROPIC_API_KEY", "wrong", "Claude", "does not accept the API key"),
        ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1", "Claude", "can't be reached"),
        ("DATABASE_URL", "nonsense", "database", "DATABASE_URL"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/parley", "database", "Error"),
    ],
)
async def test_what_does_not_work_is_told(environ: Environ, setting: str, value: str, name: str, word: str) -> None:
    found = await ill(environ | {setting: value})
    assert found.name == name
    assert word in found.sentence


async def test_missing_scopes_are_listed(environ: Environ, workspace: ScriptedWorkspace) -> None:
    workspace.workspace.rules = Rules(scopes=frozenset(SCOPES.keys() & PLAYED) - {"files:write", "commands"})
    found = await ill(environ)
    assert found.name == "Slack scopes"
    assert {"files:write", "commands"} <= set(found.sentence.removeprefix("missing ").split(", "))


async def test_a_database_without_tables_is_told(environ: Environ, tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    await asyncio.to_thread(file.touch)
    found = await ill(environ | {"DATABASE_URL": f"sqlite:///{file}"})
    assert (found.name, found.remedy) == ("migrations", "run `python -m bot migrate`")


async def test_the_doctor_makes_no_database(environ: Environ, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "new.db"
    found = (await findings(environ | {"DATABASE_URL": f"sqlite:///{file}"}))["database"]
    assert found.is_well
    assert "`python -m bot start`" in found.remedy
    assert not await asyncio.to_thread(file.parent.exists)


async def test_a_folder_is_no_database(environ: Environ, tmp_path: Path) -> None:
    found = await ill(environ | {"DATABASE_URL": f"sqlite:///{tmp_path}"})
    assert found.name == "database"


async def test_slack_out_of_reach_is_told(environ: Environ, workspace: ScriptedWorkspace) -> None:
    await workspace.close()
    found = await ill(environ)
    assert found.name == "Slack token"
    assert "unreachable" in found.sentence


async def test_where_github_has_to_send_is_told(environ: Environ) -> None:
    secret = {"TRIAGE_GITHUB_WEBHOOK_SECRET": "a-long-random-text"}
    found = (await findings(environ | secret))["GitHub events"]
    assert found.is_well
    assert found.remedy == "no issues are written, as TRIAGE_GITHUB_TOKEN is not set"
    found = (await findings(environ | secret | {"TRIAGE_GITHUB_TOKEN": "github_pat_1"}))["GitHub events"]
    assert "/github/events" in found.sentence
    assert found.remedy == ""


async def test_an_old_model_is_a_warning(environ: Environ) -> None:
    on = date(2026, 11, 29)
    read = settings.read(environ | {"CLAUDE_MODEL": "claude-sonnet-4-5"}, on=on)
    (found,) = [one for one in await examine(read, on) if one.name == "Claude"]
    assert found.is_well
