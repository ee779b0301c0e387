"""What the project's files promise, held against the code."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import itertools
import os
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from dotenv import dotenv_values
from packaging.requirements import Requirement
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot import cli, settings
from bot.core.commands import COMMANDS
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.ports import Intake
from bot.core.settings.sections import grouped
from bot.slack.app import bolt_app
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import Budget
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.manifest import manifest
from bot.slack.workspaces import WorkspaceClients
from docs.derived import commands_page, manifest_file
from tests.support.quota import InMemoryQuota

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import aiohttp

    from bot.core.domain.command import Command
    from bot.core.domain.installation import Uninstallation
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.core.domain.people import Requester

ROOT = Path(__file__).parents[2]
DERIVE = "Run `make derived`."
SETTINGS = sorted(name.upper() for name in settings.Settings.model_fields)
LOCKS = ("requirements.lock", "requirements-dev.lock")
PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# A command of the operator, up to the end of its code or to where the shell takes over.
COMMAND = re.compile(r"(?:python -m bot|(?<![\w/.@-])(?<!-n )parley|bin/parley) ([a-z][^`\n>;&…]*)")
COMMAND_PAGES = [*PAGES, *(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/deploy/*")), ".env.example"]
MAP = (bot.__doc__ or "").partition("\n\n    ")[2]
FOLDERS = "cli|core|slack|db|work|claude|jobs|reader|integrations|playground"


# What belongs to somebody's machine; each is written so that it does not find itself here.
PRIVATE = {
    "a folder": r"(?<![\w.}])/(?:work|root|home/\w+|Users/\w+)/",
    "a registry": r"py[p]i\.org|python[h]osted|npm[j]s|deb\.de[b]ian",
    "an index": r"[-]-(?:extra-)?index-url|[-]-find-links",
}


class RefusingIntake:
    """Takes nothing: here nobody speaks."""

    async def hear(self, incoming: IncomingMessage) -> None:
        raise AssertionError(incoming)

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        raise AssertionError(updated, changed)

    async def change(self, changed: MessageEdit) -> None:
        raise AssertionError(changed)

    async def speak_to(self, workspace: str, person: str) -> None:
        raise AssertionError(workspace, person)

    async def take(self, command: Command) -> None:
        raise AssertionError(command)

    async def open(self, command: Command) -> Form | None:
        raise AssertionError(command)

    async def stop(self, place: Place) -> None:
        raise AssertionError(place)

    async def on_action(self, action: Action) -> Form | None:
        raise AssertionError(action)

    async def visit(self, workspace: str, asker: Requester, occasion: str) -> None:
        raise AssertionError(workspace, asker, occasion)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        raise AssertionError(submission)

    async def depart(self, departure: Uninstallation) -> None:
        raise AssertionError(departure)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def listened_to(word: str) -> set[str]:
    """Walk the listeners of a built app; return the names of its commands ("command") or events ("event_type").

    Bolt keeps what a listener was registered for nowhere but in the closure of its matcher.
    """
    session = cast("aiohttp.ClientSession", None)
    client = Client(StaticToken(""), "http://127.0.0.1/", session)
    teams = WorkspaceClients(lambda _: (client, AskedIdentity(client)), session, Budget(InMemoryQuota()))
    refusing = RefusingIntake()
    app = bolt_app(AsyncWebClient(), teams, Intake(refusing, refusing), refusing.depart)
    matchers = [vars(listener.matchers[0])["func"] for listener in vars(app)["_async_listeners"]]
    rules = [inspect.getclosurevars(matcher).nonlocals["func"] for matcher in matchers]
    found = [inspect.getclosurevars(rule).nonlocals.get(word) for rule in rules]
    return {name for name in found if isinstance(name, str)}


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", read(lock), re.MULTILINE))


def requirements() -> dict[str, list[str]]:
    """Return what pyproject.toml asks for, by the lock file that pins it."""
    project = tomllib.loads(read("pyproject.toml"))
    return dict(zip(LOCKS, (project["project"]["dependencies"], project["dependency-groups"]["dev"]), strict=True))


def rows(page: str, heading: str) -> list[tuple[str, ...]]:
    """Return the cells of the table below a heading."""
    _, _, section = read(page).partition(f"\n## {heading}\n")
    lines = re.findall(r"^\|( `.+)\|$", section.partition("\n## ")[0], re.MULTILINE)
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)) for line in lines]


def shown(default: object) -> str:
    """Write a setting's default as the tables do."""
    match default:
        case bool():
            return "`on`" if default else "`off`"
        case float():
            return f"`{default:g}`"
        case tuple():
            return f"`{', '.join(default)}`" if default else ""
        case _:
            return "" if default in (None, "", frozenset()) else f"`{default}`"


def anchors(page: Path) -> set[str]:
    """Return what GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def project_files() -> Iterator[Path]:
    """Walk the files that belong to the project, as .gitignore tells them from the rest."""
    ignored = [".git", *(line.rstrip("/") for line in read(".gitignore").split())]

    def is_ours(name: str) -> bool:
        return not any(fnmatch(name, pattern) for pattern in ignored)

    for folder, folders, files in os.walk(ROOT):
        folders[:] = filter(is_ours, folders)
        yield from (Path(folder) / name for name in filter(is_ours, files))


@pytest.fixture
def operator_commands(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What `--help` says of each command."""
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    return dict(re.findall(r"^    ([a-z]+(?: [a-z]+)?)(?: {2,}|\n +)(.+)$", capsys.readouterr().out, re.MULTILINE))


def test_env_example_names_every_setting() -> None:
    by_compose = set(re.findall(r"\$\{([A-Z_]+)", read("compose.yaml")))
    named = re.findall(r"^(?:# )?([A-Z_]+)=", read(".env.example"), re.MULTILINE)
    assert sorted(named) == sorted([*SETTINGS, *by_compose])


def test_an_unchanged_env_sets_nothing() -> None:
    assert set(dotenv_values(ROOT / ".env.example").values()) == {""}


def test_env_example_shows_the_defaults() -> None:
    enabled = re.sub(r"^# (?=[A-Z_]+=)", "", read(".env.example"), flags=re.MULTILINE)
    shown = {name: value or "" for name, value in dotenv_values(stream=io.StringIO(enabled)).items()}

    assert settings.read(shown) == settings.Settings()


def test_the_manifest_is_the_codes_own() -> None:
    assert read("manifest.json") == manifest_file(), DERIVE


def test_manifest_and_listeners_share_commands() -> None:
    declared = {command["command"] for command in manifest()["features"]["slash_commands"]}

    assert declared == listened_to("command")


def test_manifest_and_listeners_share_events() -> None:
    subscribed = {name.partition(".")[0] for name in manifest()["settings"]["event_subscriptions"]["bot_events"]}

    assert subscribed == listened_to("event_type")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_its_requirements(lock: str) -> None:
    pinned = pins(lock)
    for requirement in map(Requirement, requirements()[lock]):
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert requirement.specifier.contains(pinned[name]), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[^\s#])", "\n" + read(lock))[1:]

    assert len(entries) == len(pins(lock))
    assert [entry for entry in entries if not re.search(r" --hash=sha256:[0-9a-f]{64}\b", entry)] == []


def test_the_tests_run_what_is_served() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("private", PRIVATE.values(), ids=PRIVATE)
def test_no_file_names_somebodys_machine(private: str) -> None:
    contents = {path: path.read_bytes() for path in project_files()}
    texts = {path: content.decode() for path, content in contents.items() if b"\0" not in content}

    assert ROOT / "README.md" in texts
    assert [path for path, text in texts.items() if re.search(private, text)] == []


def test_the_readme_has_the_codes_map() -> None:
    said = {line.strip() for line in read("README.md").splitlines()}

    assert [line for line in MAP.splitlines() if line.strip() not in said] == []


def test_the_map_names_every_module() -> None:
    modules = {path.name for path in (ROOT / "bot").glob("*.py")} - {"__init__.py"}
    packages = {f"{path.parent.name}/" for path in (ROOT / "bot").glob("*/__init__.py")}

    assert [name for name in sorted(modules | packages) if not re.search(rf"(?<![\w.]){name}", MAP)] == []


@pytest.mark.parametrize(("page", "needed"), [("README.md", {"run"}), ("CONTRIBUTING.md", {"test", "check"})])
def test_the_make_targets_in_pages_exist(page: str, needed: set[str]) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", read(page), re.MULTILINE))

    assert needed <= named
    assert named <= set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))


def test_the_readme_stays_short() -> None:
    assert len(read("README.md").splitlines()) <= 150


def test_docs_list_the_operators_commands(operator_commands: dict[str, str]) -> None:
    told = {name.strip("`"): summary for name, summary in rows("docs/commands.md", "On the command line")}
    assert told == operator_commands


@pytest.mark.parametrize("page", COMMAND_PAGES)
def test_the_commands_in_pages_exist(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    for told in COMMAND.findall(read(page)):
        words = [word.strip("[]").split("|") for word in shlex.split(told, comments=True)]
        for command in itertools.product(*words):
            with contextlib.suppress(SystemExit):
                cli.parser().parse_args(command)
            # A sentence may leave out what a command needs; what it says must be right.
            assert re.search(r"^$|required|expected one argument", capsys.readouterr().err), command


def test_docs_list_the_slash_commands() -> None:
    page = read("docs/commands.md")
    told = set(re.findall(r"`/([a-z]+)[ `]", page))

    assert page == commands_page(page), DERIVE
    assert told == {command.name for command in COMMANDS}


def test_docs_list_every_setting() -> None:
    told: dict[str, str] = {}
    for names, defaults, _ in rows("docs/settings.md", "Of the operator"):
        told |= itertools.zip_longest(*(re.findall(r"`[^`]+`", cell) for cell in (names, defaults)), fillvalue="")

    assert told == {f"`{name.upper()}`": shown(field.default) for name, field in settings.Settings.model_fields.items()}


def test_docs_list_every_channel_setting() -> None:
    """In the order of the form, and of `/parley settings list`."""
    fields = ChannelSettings.model_fields
    names = [name for listed in grouped(fields).values() for name in listed]

    told = [(f"`{name}`", shown(fields[name].default), fields[name].description) for name in names]
    assert sorted(names) == sorted(fields)
    assert rows("docs/settings.md", "In Slack") == told


def test_what_pages_link_to_exists() -> None:
    linked = {(page, *each) for page in PAGES for each in re.findall(r"\]\(([^):#]*)(?:#([^)]+))?\)", read(page))}
    targets = {each: (ROOT / each[0]).parent / each[1] if each[1] else ROOT / each[0] for each in linked}

    assert {page for page, *_ in linked} >= {"README.md", "docs/operating.md"}
    assert [each for each, path in targets.items() if not path.exists()] == []
    assert [each for each, path in targets.items() if each[2] and each[2] not in anchors(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_paths_in_pages_exist(page: str) -> None:
    named = re.findall(r"`((?:bot|tests|docs|migrations|benchmarks)/[\w./-]*)`", read(page))
    within_bot = re.findall(rf"`((?:{FOLDERS})/[\w/]+\.py)`", read(page))

    assert [path for path in named if not (ROOT / path).exists()] == []
    assert [path for path in within_bot if not (ROOT / "bot" / path).exists()] == []


def test_every_way_to_claude_can_be_redacted() -> None:
    ways = {
        path.name: source
        for path in (*(ROOT / "bot").glob("*.py"), *(ROOT / "bot/cli").glob("*.py"))
        if re.search(r"\bconnect\(\s*api_key", source := path.read_text(encoding="utf-8"))
    }
    assert ways.keys() >= {"build.py", "model.py"}
    # The doctor only asks whether the key is taken.
    assert [name for name, source in ways.items() if "redacting(" not in source] == ["doctor.py"]


def test_the_changelog_begins_with_this_version() -> None:
    assert re.findall(r"^## ([\w.]+) - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)[:1] == [bot.__version__]


def test_a_start_loads_only_what_it_needs() -> None:
    said = "import bot.app, bot.db.migrate, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, check=True)  # noqa: S603 (ours)
    heavy = {"anthropic", "alembic", "matplotlib", "pypdf", "sqlglot", "xlsxwriter"}
    assert not heavy & set(done.stdout.decode().split())


def test_docstrings_name_what_exists() -> None:
    modules = {path: path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")}
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, source in modules.items()
        for name in re.findall(r"`((?:bot\.)?(?:core|slack|db|work|claude|jobs)(?:\.\w+)+)`", source)
        if not exists(name if name.startswith("bot.") else f"bot.{name}")
    ]

    assert missing == []


def exists(name: str) -> bool:
    """Return whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for end in range(len(parts), 1, -1):
        path = ROOT.joinpath(*parts[:end])
        if path.is_dir() or path.with_suffix(".py").exists():
            source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            return end == len(parts) or parts[end] in source.read_text(encoding="utf-8")
    return False


@pytest.mark.parametrize("package", sorted((ROOT / "bot").rglob("__init__.py")), ids=lambda path: str(path.parent.name))
def test_a_package_names_modules_that_exist(package: Path) -> None:
    told = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    named = set(re.findall(r"`([a-z_]+)`", told))
    here = {path.stem for path in package.parent.iterdir()}

    assert named - here <= {"register"}


@pytest.mark.parametrize("package", sorted((ROOT / "bot").rglob("__init__.py")), ids=lambda path: str(path.parent))
def test_a_package_names_its_modules(package: Path) -> None:
    """In its docstring, which `help()` and an editor show: each module, and each package within."""
    told = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in package.parent.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in package.parent.glob("*/__init__.py")}
    if package == ROOT / "bot/core/__init__.py":  # the map has its packages; what they share is named for what it holds
        modules, told = set(), MAP

    assert {name for name in modules | packages if not re.search(rf"(?<!\w){name}(?!\w)", told)} == set()
