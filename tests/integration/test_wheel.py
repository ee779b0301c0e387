"""What a wheel of this checkout holds: all that the bot needs where there is no checkout, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import bot

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 (ours)
    (made,) = folder.iterdir()
    return made


def sources(folder: str) -> Iterator[str]:
    """Name the files of a folder, without what Python makes of them."""
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return (path.as_posix() for path in found if "__pycache__" not in path.parts)


def test_the_wheel_holds_all_files(wheel: Path) -> None:
    wanted = {*sources("bot"), *(f"bot/{name}" for name in sources("migrations"))}
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {Path(name).suffix for name in wanted} >= {".py", ".md", ".toml", ".html", ".js", ".css", ".svg", ".mako"}
    assert held == wanted


def test_the_wheel_has_version_and_script(wheel: Path) -> None:
    entries = ConfigParser()
    entries.read_string(ZipFile(wheel).read(f"parley-{bot.__version__}.dist-info/entry_points.txt").decode())

    assert {name: dict(entries[name]) for name in entries.sections()} == {"console_scripts": {"parley": "bot.cli:main"}}
