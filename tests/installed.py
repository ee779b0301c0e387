"""The wheel, installed with what requirements.lock pins, away from the checkout: `make wheel` builds it and runs this.

Too slow for the suite, which does not collect a file of this name; tests/integration/test_wheel.py is its part there.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import ProxyHandler, Request, build_opener

import pytest

import bot
from bot.db import migrate
from bot.playground.page.api import FILES
from bot.slack.manifest import manifest
from tests.browser.playground import playground

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
WHEEL = ROOT / "dist" / f"parley-{bot.__version__}-py3-none-any.whl"
ANSWER_SECONDS = 120.0
POLL_SECONDS = 0.1
BOT, ENGINEERING, GENERAL = "U01PARLEY00", "C01ENGINEER", "C01GENERAL0"

pytestmark = pytest.mark.timeout(600)  # the first test installs everything


class Installed(NamedTuple):
    """An environment with nothing in it but the wheel and what it needs, and an empty folder to run it in."""

    python: Path
    folder: Path

    @property
    def script(self) -> str:
        return str(self.python.with_name("parley"))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (ours)

    def parley(self, *arguments: str) -> str:
        """Run a command that has to succeed; return what it prints."""
        ended = self.run(self.script, *arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)  # noqa: S603 (ours)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-compile"]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)  # noqa: S603 (ours)
    subprocess.run([*install, "--no-deps", str(WHEEL)], check=True)  # noqa: S603 (ours)
    return Installed(python, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def page(installed: Installed) -> Iterator[str]:
    with playground(installed.folder, [installed.script]) as url:
        yield url.rstrip("/")


def fetch(url: str, body: Mapping[str, Any] | None = None) -> bytes:
    """Ask the playground, around any proxy; with a `body`, as JSON."""
    content = json.dumps(body).encode() if body else None
    request = Request(url, content, {"Content-Type": "application/json"})  # noqa: S310 (the playground's)
    with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
        return bytes(response.read())


def files(page: str, channel: str, *, at_least: int) -> set[str]:
    """Wait for files that the bot posts in a channel; return their names."""
    end = time.monotonic() + ANSWER_SECONDS
    while True:
        messages = json.loads(fetch(f"{page}/page/messages?channel={channel}"))["messages"]
        names = {file["name"] for message in messages if message["user"] == BOT for file in message["files"]}
        if len(names) >= at_least:
            return names
        assert time.monotonic() < end, messages
        time.sleep(POLL_SECONDS)


def test_what_the_wheel_requires_is_locked(installed: Installed) -> None:
    ended = installed.run(str(installed.python), "-m", "pip", "check")
    assert (ended.returncode, ended.stdout) == (0, "No broken requirements found.\n")


def test_the_script_and_the_module_agree(installed: Installed) -> None:
    assert installed.parley("--version") == f"Parley {bot.__version__}\n"
    assert installed.run(str(installed.python), "-m", "bot", "--version").stdout == installed.parley("--version")
    assert installed.parley("--help").startswith("usage: parley ")


def test_the_manifest_comes_with_it(installed: Installed) -> None:
    assert json.loads(installed.parley("manifest")) == manifest()


def test_it_migrates_and_examines_a_database(installed: Installed) -> None:
    (absent,) = [line for line in installed.run(installed.script, "doctor").stdout.splitlines() if "database" in line]
    assert "there is no data/parley.db yet" in absent
    assert "`parley migrate`" in absent
    assert not (installed.folder / "data" / "parley.db").exists()

    assert installed.parley("migrate") == f"The database is at version {migrate.head()}.\n"
    assert (installed.folder / "data" / "parley.db").is_file()
    (found,) = [line for line in installed.run(installed.script, "doctor").stdout.splitlines() if "migrations" in line]
    assert f"at {migrate.head()}" in found


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_the_page_is_served_whole(page: str, name: str) -> None:
    assert fetch(f"{page}/{name}") == (FILES / name).read_bytes()


def test_code_comes_back_as_a_file(page: str) -> None:
    fetch(f"{page}/page/commands", {"channel": ENGINEERING, "command": "/code", "text": "circle area in Python"})

    assert files(page, ENGINEERING, at_least=1) == {"circle_area.py"}


def test_a_sheet_is_read_and_sorted(page: str) -> None:
    sheet = "text\n" + "".join(f"The app crashes when I open page {number}\n" for number in range(30))
    attached = {"name": "feedback.csv", "content_base64": base64.b64encode(sheet.encode()).decode()}
    fetch(
        f"{page}/page/messages",
        {"channel": GENERAL, "text": "@Parley classify into: Bug report, Question", "files": [attached]},
    )

    assert {name.rpartition(".")[2] for name in files(page, GENERAL, at_least=3)} == {"csv", "xlsx", "png"}
