"""The operator's commands, as processes of their own: what they print, and their exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bot.slack.manifest import manifest

ROOT = Path(__file__).parents[2]
SOUND = {"SLACK_BOT_TOKEN": "xoxb-s3cr3t", "SLACK_SIGNING_SECRET": "s3cr3t", "ANTHROPIC_API_KEY": "sk-ant-s3cr3t"}


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` in a folder, with nothing set but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(  # noqa: S603 (all of it is ours)
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_missing_settings_stop_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve")
    assert ended.returncode == 2
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == [
        "SLACK_BOT_TOKEN is missing",
        "ANTHROPIC_API_KEY is missing",
        "SLACK_SIGNING_SECRET is missing",
    ]
    assert ended.stdout == ""


def test_malformed_settings_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=x\nLOG_LEVEL=LOUD\nCLAUDE_MODEL=claude-opus-4-1\n", encoding="utf-8")
    ended = run(tmp_path, "serve", **SOUND, SLACK_APP_TOKEN="s3cr3t")
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert {line.split(":")[0] for line in lines} == {"PORT", "LOG_LEVEL", "CLAUDE_MODEL", "SLACK_APP_TOKEN"}
    assert len(lines) == 4
    assert "s3cr3t" not in ended.stderr


def test_an_odd_database_stops_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND, DATABASE_URL="mysql://user:s3cr3t@host/name")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("DATABASE_URL")
    assert "s3cr3t" not in line


def test_an_unmigrated_database_stops_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.endswith("run `python -m bot migrate`.")
    assert list(tmp_path.iterdir()) == []


def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", **SOUND, DATABASE_URL="postgresql://user:s3cr3t@127.0.0.1:1/parley")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "s3cr3t" not in ended.stderr


def test_the_database_is_migrated(tmp_path: Path) -> None:
    ended = run(tmp_path, "migrate", DATABASE_URL="sqlite:///parley.db")
    assert (ended.returncode, ended.stdout.startswith("The database is at ")) == (0, True)
    assert (tmp_path / "parley.db").exists()


def test_the_manifest_is_printed(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "manifest").stdout) == manifest()
    printed = json.loads(run(tmp_path, "manifest", "--url", "https://bot.example.com/").stdout)
    assert printed == manifest("https://bot.example.com")


def test_no_command_gets_the_usage(tmp_path: Path) -> None:
    ended = run(tmp_path)
    assert ended.returncode == 2
    assert "usage: python -m bot" in ended.stderr
