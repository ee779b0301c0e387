"""The way in: what people had in `.env` and on Slack's page when their bot did not start, and what ours says to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import settings
from bot.cli import doctor
from bot.errors import SettingsError
from bot.playground.slack.rules import Rules
from bot.slack.manifest import SCOPES
from tests.support import bot_process
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.bot_process import Ended

BOT, APP = "xoxb-1-2-s3cr3t", "xapp-1-A012ABC-3-s3cr3t"
HEX = "0123456789abcdef0123456789abcdef"
VARIANT = "a variant of the others"

# Values of SLACK_BOT_TOKEN, a word of what is said to each, where somebody had trouble with such a value.
TOKENS = [
    (f"{BOT}\n", "line breaks", "https://github.com/slackapi/python-slack-sdk/issues/598"),
    (f"{BOT} ", "spaces", "https://github.com/cloud-custodian/cloud-custodian/pull/8645"),
    (f"{BOT}\r", "line breaks", "https://github.com/anthropics/claude-plugins-official/issues/1615"),
    (f'"{BOT}"', "in quotes", "https://github.com/LinusPotocnik/ExampleBot/pull/45"),
    (f"“{BOT}”", "in quotes", VARIANT),
    ("xoxb=1-2-s3cr3t", "must begin with xoxb-", "https://github.com/slackapi/bolt-python/issues/277"),
    (f"{BOT}\u200b", "copy it again", VARIANT),
    (APP, "belongs in SLACK_APP_TOKEN", "https://github.com/slackapi/bolt-python/issues/374"),
    ("xoxp-1-2-s3cr3t", "a user token", "https://github.com/matrix-org/matrix-appservice-slack/pull/243"),
    ("xoxe.xoxb-1-s3cr3t", "token rotation", VARIANT),
    ("sk-ant-s3cr3t", "belongs in ANTHROPIC_API_KEY", VARIANT),
    (HEX, "a signing secret or a client secret", "https://github.com/slackapi/python-slack-sdk/issues/1239"),
    ("1234567890.1234567890", "a client ID", VARIANT),
    ("xoxb-…", "placeholder", VARIANT),
    ("xoxb-your-token", "placeholder", VARIANT),
    ("<your token>", "spaces", VARIANT),
    ("xoxb-", "copy all of it", VARIANT),
]


@pytest.mark.parametrize(("value", "word"), [(value, word) for value, word, _ in TOKENS])
def test_a_wrong_token_is_recognized(value: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read({"SLACK_BOT_TOKEN": value})
    (told,) = caught.value.faults
    assert told.startswith("SLACK_BOT_TOKEN: ")
    assert word in told
    assert "s3cr3t" not in told
    assert HEX not in told


# https://github.com/anthropics/claude-plugins-official/issues/2419, and the next one of Windows' ways to write a file
@pytest.mark.parametrize("text", [f"\ufeffSLACK_BOT_TOKEN={BOT}\r\n", f"SLACK_BOT_TOKEN = '{BOT}'\r\n"])
def test_a_file_from_windows_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(text.encode())
    assert settings.environment()["SLACK_BOT_TOKEN"] == BOT


UNREADABLE = [
    (f"SLACK_BOT_TOKEN={BOT}\n".encode("utf-16"), ".env is not in UTF-8"),
    (f'A=1\nSLACK_BOT_TOKEN="{BOT}\n'.encode(), "Line 2 of .env is not a setting"),
    (f"SLACK_BOT_TOKEN: {BOT}\n".encode(), "Line 1 of .env is not a setting"),
]


# https://github.com/anthropics/claude-plugins-official/issues/2419: a line that is dropped without a word
@pytest.mark.parametrize(("content", "sentence"), UNREADABLE)
def test_a_broken_line_is_not_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        settings.environment()
    assert caught.value.faults[0].startswith(sentence)
    assert "s3cr3t" not in caught.value.faults[0]


def test_a_folder_in_its_place_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").mkdir()  # as Docker leaves it, where it mounts a file that is not there
    with pytest.raises(SettingsError) as caught:
        settings.environment()
    assert caught.value.faults == [".env can't be read: Is a directory."]


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace(Rules(scopes=frozenset(SCOPES))) as local:
        yield local


async def doctor_says(workspace: ScriptedWorkspace, folder: Path, **environ: str) -> Ended:
    """Run `python -m bot doctor` in a folder, against a workspace over Socket Mode, without Claude."""
    told = workspace.environment("socket") | environ
    return await asyncio.to_thread(bot_process.run, ("doctor",), told, folder)


# https://github.com/slackapi/bolt-python/issues/374
async def test_swapped_tokens_hide_nothing_else(workspace: ScriptedWorkspace, tmp_path: Path) -> None:
    told = workspace.environment("socket")
    swapped = {"SLACK_BOT_TOKEN": told["SLACK_APP_TOKEN"], "SLACK_APP_TOKEN": told["SLACK_BOT_TOKEN"]}
    ended = await doctor_says(workspace, tmp_path, **swapped)
    assert ended.status == 1
    assert "FAIL SLACK_BOT_TOKEN: is swapped with SLACK_APP_TOKEN" in ended.out
    assert "FAIL SLACK_APP_TOKEN: is swapped with SLACK_BOT_TOKEN" in ended.out
    assert "database: there is no data/parley.db yet" in ended.out
    assert "FAIL Claude: ANTHROPIC_API_KEY is not set" in ended.out
    assert "SLACK_SIGNING_SECRET" not in ended.out
    assert not await asyncio.to_thread(lambda: list(tmp_path.iterdir()))  # not even data/parley.db


# https://github.com/NousResearch/hermes-agent/issues/59539: scopes are granted when the app is installed
async def test_scopes_without_an_installation_are_told(workspace: ScriptedWorkspace, tmp_path: Path) -> None:
    workspace.workspace.rules = Rules(scopes=frozenset(SCOPES) - {"channels:read", "groups:read"})
    ended = await doctor_says(workspace, tmp_path)
    (line,) = [line for line in ended.out.splitlines() if "Slack scopes" in line]
    assert line.startswith("FAIL Slack scopes: missing channels:read, groups:read → ")
    assert line.endswith("and reinstall under Install App")


async def test_tokens_of_two_apps_are_told(workspace: ScriptedWorkspace, tmp_path: Path) -> None:
    ended = await doctor_says(workspace, tmp_path, SLACK_APP_TOKEN="xapp-1-A0OTHER-2-ff")
    assert "FAIL Slack app: SLACK_BOT_TOKEN is of the app A01PARLEY00, SLACK_APP_TOKEN of the app A0OTHER" in ended.out


# https://github.com/slackapi/bolt-python/issues/969: a removed app's token is dead, and is not the same afterwards
@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
async def test_a_removed_app_is_to_be_installed(workspace: ScriptedWorkspace, tmp_path: Path, code: str) -> None:
    workspace.workspace.tokens.revoke(code)
    ended = await doctor_says(workspace, tmp_path)
    assert f"Slack refuses it: {code} → {doctor.AGAIN}" in ended.out


# https://github.com/slackapi/bolt-python/issues/529: a proxy that is not there, or is not an address
@pytest.mark.parametrize("proxy", ["proxy:3128", "http://127.0.0.1:1"])
async def test_a_proxy_is_suspected(workspace: ScriptedWorkspace, tmp_path: Path, proxy: str) -> None:
    ended = await doctor_says(workspace, tmp_path, HTTP_PROXY=proxy, HTTPS_PROXY=proxy)
    assert ended.status == 1
    assert "Slack is unreachable" in ended.out
    assert "the proxy if there is one (HTTPS_PROXY)" in ended.out
    assert "Traceback" not in ended.err


# https://github.com/seratch/bolt-starter/issues/15
async def test_a_lone_bot_token_asks_for_the_other(tmp_path: Path) -> None:
    told = {"SLACK_BOT_TOKEN": BOT, "ANTHROPIC_API_KEY": "sk-ant-s3cr3t"}
    ended = await asyncio.to_thread(bot_process.run, ("start",), told, tmp_path)
    assert (ended.status, ended.err.startswith("SLACK_APP_TOKEN is missing: create an app-level token")) == (2, True)
