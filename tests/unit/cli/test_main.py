"""The operator's commands, as processes of their own: what they print, and their exit status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.slack.manifest import manifest
from tests.support import bot_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.bot_process import Ended

SOUND = {"SLACK_BOT_TOKEN": "xoxb-s3cr3t", "SLACK_SIGNING_SECRET": "s3cr3t", "ANTHROPIC_API_KEY": "sk-ant-s3cr3t"}


def run(folder: Path, *arguments: str, **environ: str) -> Ended:
    """Run `python -m bot` in a folder, with nothing set but what is given."""
    return bot_process.run(arguments, environ, folder)


def test_missing_settings_stop_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve")
    assert ended.status == 2
    assert [line.split(":")[0] for line in ended.err.splitlines()] == [
        "SLACK_BOT_TOKEN is missing",
        "ANTHROPIC_API_KEY is missing",
        "SLACK_APP_TOKEN is missing",
    ]
    assert ended.out == ""


def test_malformed_settings_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=x\nLOG_LEVEL=LOUD\nCLAUDE_MODEL=claude-opus-4-1\n", encoding="utf-8")
    ended = run(tmp_path, "serve", **SOUND, SLACK_APP_TOKEN="s3cr3t")
    assert ended.status == 2
    lines = ended.err.splitlines()
    assert {line.split(":")[0] for line in lines} == {"PORT", "LOG_LEVEL", "CLAUDE_MODEL", "SLACK_APP_TOKEN"}
    assert len(lines) == 4
    assert "s3cr3t" not in ended.err


def test_an_odd_database_stops_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND, DATABASE_URL="mysql://user:s3cr3t@host/name")
    assert ended.status == 2
    (line,) = ended.err.splitlines()
    assert line.startswith("DATABASE_URL")
    assert "s3cr3t" not in line


def test_an_unmigrated_database_stops_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND)
    assert ended.status == 2
    (line,) = ended.err.splitlines()
    assert line.endswith("run `python -m bot migrate`.")
    assert list(tmp_path.iterdir()) == []


def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND, DATABASE_URL="postgresql://user:s3cr3t@127.0.0.1:1/parley")
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert "s3cr3t" not in ended.err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://user:s3cr3t@127.0.0.1:1/parley", "The database can't be reached: ConnectionRefusedError."),
        (
            "postgresql://user:s3cr3t@nohost.invalid/parley",
            "A host's name is not known: check the host in DATABASE_URL",
        ),
        ("sqlite:///.", "The database can't be used: "),
    ],
)
def test_a_database_without_an_answer_is_named(tmp_path: Path, url: str, sentence: str) -> None:
    ended = run(tmp_path, "work", "list", DATABASE_URL=url)
    assert (ended.status, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(sentence)
    assert line.endswith("`python -m bot doctor` shows more.")
    assert "s3cr3t" not in line


def test_the_database_is_migrated(tmp_path: Path) -> None:
    ended = run(tmp_path, "migrate", DATABASE_URL="sqlite:///parley.db")
    assert (ended.status, ended.out.startswith("The database is at ")) == (0, True)
    assert (tmp_path / "parley.db").exists()


def test_the_manifest_is_printed(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "manifest").out) == manifest()
    printed = json.loads(run(tmp_path, "manifest", "--url", "https://bot.example.com/").out)
    assert printed == manifest("https://bot.example.com")


def test_no_command_gets_the_usage(tmp_path: Path) -> None:
    ended = bot_process.run((), {}, tmp_path, from_scratch=True)
    assert ended.status == 2
    assert "usage: python -m bot" in ended.err
