"""What the command line says of itself, and of what was typed wrong."""

from __future__ import annotations

import argparse
import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from bot import PROGRAM, cli
from bot.cli import privacy
from bot.core.privacy.forget import ErasureScope
from bot.db import erase, purge
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from tests.support import bot_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = {"ANTHROPIC_API_KEY": "sk-ant-s3cr3t"}


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Return the parsers of all commands, those of subcommands too."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no other way to its own)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 (as above)
            for one in action.choices.values():
                yield one
                yield from commands(one)


EACH = {one.prog: one for one in commands(cli.parser())}


@pytest.mark.parametrize("name", EACH)
def test_each_command_explains_itself(name: str) -> None:
    parser = EACH[name]
    text = " ".join(parser.format_help().split())
    example = text.partition("Example: ")[2]
    assert example.startswith(name)
    cli.parser().parse_args(example.removeprefix(PROGRAM).partition(">")[0].split())
    for action in parser._actions:  # noqa: SLF001 (as above)
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):  # noqa: SLF001 (as above)
            continue
        assert action.help
        if action.option_strings and not action.required and action.dest not in {"all", "from_corrections"}:
            assert "(default: " in action.help or action.dest == "dry_run"


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (("evaluate", "nofile.csv"), KEY, "There is no file nofile.csv."),
        (("evaluate", "folder"), KEY, "folder is a folder, not a file."),
        (("evaluate", "nofile.csv"), {}, "There is no file nofile.csv."),
        (("evaluate", "labeled.csv"), {}, "This command asks Claude, and ANTHROPIC_API_KEY is not set: "),
        (("evaluate", "--from-corrections", "--channel", "foo"), KEY, "Write the channel as its workspace's ID"),
        (("triage", "--dry-run", "nofile.zip"), KEY, "There is no file nofile.zip."),
        (("triage", "--dry-run", "folder"), KEY, "There are no posts in folder."),
        (("triage", "--dry-run", "nofile.zip"), {}, "There is no file nofile.zip."),
        (("triage", "--dry-run", "posts.jsonl"), {}, "This command asks Claude, and ANTHROPIC_API_KEY is not set: "),
        (("settings", "apply", "nofile.toml"), {}, "There is no file nofile.toml."),
        (("settings", "apply", "folder"), {}, "folder is a folder, not a file."),
        (("settings", "apply", "bytes"), {}, "bytes is not a text file in UTF-8."),
        (("export", "--workspace", "T1", "--person", "U1"), {}, "The database has no tables yet: run "),
        (("work", "list"), {}, "The database has no tables yet: run "),
    ],
)
def test_what_was_typed_wrong_is_said(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "labeled.csv").write_text("text,label\na crash,Bug\nrefund me,Billing\n", encoding="utf-8")
    (tmp_path / "posts.jsonl").write_text(
        '{"text": "it crashes", "user": "U1", "ts": "1700000000.1"}\n', encoding="utf-8"
    )
    ended = bot_process.run(arguments, environ, tmp_path)
    assert (ended.status, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(sentence)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("parley.example.com", "begin with https://"),
        ("http://parley.example.com", "begin with https://"),
        ("https://parley.example.com/slack/events", "/slack/events is added to it"),
        ("https://localhost:3000", "Slack can't reach localhost"),
        ("https://[::1", "is not an address"),
        ("https://parley.example.com:http", "is not an address"),
        ("https://user:s3cr3t@parley.example.com", "give only the host"),
        ("", "begin with https://"),
    ],
)
def test_an_address_slack_refuses_is_refused(url: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["manifest", "--url", url])
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err
    assert "s3cr3t" not in told.err


@pytest.mark.parametrize(
    ("key", "status", "sentence"),
    [("wrong", 2, "Claude refuses the key or the model: "), ("", 1, "Claude is unavailable right now.")],
)
async def test_claude_without_an_answer_is_said(tmp_path: Path, key: str, status: int, sentence: str) -> None:
    (tmp_path / "labeled.csv").write_text("text,label\na crash,Bug\nrefund me,Billing\n", encoding="utf-8")
    async with MessagesServer(Rehearsal(pace=0)) as server:
        told = server.environment() | {"ANTHROPIC_API_KEY": key or "local-key"}
        if not key:
            told["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1"
        ended = await asyncio.to_thread(bot_process.run, ("evaluate", "labeled.csv"), told, tmp_path)
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.splitlines()[-1].startswith(sentence)
    assert "administrator" not in ended.err


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = bot_process.run(("playground", "--no-browser", "--port", port), {}, tmp_path)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"Port {port} is in use")
    assert "--port 0" in ended.err


def test_all_that_is_counted_has_a_name() -> None:
    reaches = (
        ErasureScope("T1"),
        ErasureScope("T1", "C1"),
        ErasureScope("T1", "C1", "1.1"),
        ErasureScope("T1", person="U1"),
    )
    erased = {table.__tablename__ for reach in reaches for table, *_ in erase.steps(reach)}
    assert erased | {kind.name for kind in purge.KINDS} | {"inbox"} == privacy.KINDS.keys()
