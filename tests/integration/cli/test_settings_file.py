"""`python -m bot settings`: what is set, as a file and back."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import settings_file
from bot.core.domain.knowledge import NewSource, SourceKind
from bot.core.domain.message import Place
from bot.core.knowledge.source_text import written as source_text
from bot.db.knowledge import sql_knowledge_store
from bot.db.store import sql_store
from bot.errors import SettingsError
from tests.support.bot_process import run

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database

WORKSPACE, CHANNEL = Place("T1", ""), Place("T1", "C1")
PROMPT = 'Say "ahoy".\nNever \\ sink. ☸\t\x7f'


class Act(Protocol):
    """Runs `python -m bot settings …` and returns its exit status and what it wrote."""

    async def __call__(self, *arguments: str) -> tuple[int, str, str]: ...


@pytest.fixture
def act(url: str, tmp_path: Path) -> Act:
    async def act(*arguments: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(run, ("settings", *arguments), {"DATABASE_URL": url}, tmp_path)

    return act


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "channels.toml"


def written(file: Path, *lines: str) -> str:
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


async def test_an_export_applies_to_nothing(act: Act, file: Path, database: Database) -> None:
    store = sql_store(database)
    await store.settings.change(
        WORKSPACE, {"instructions": PROMPT, "footer": True, "redact": True, "retention_days": 30}, "U1"
    )
    categories: list[dict[str, object]] = [
        {"name": name, "definition": "x", "examples": []} for name in ("Bug", "Praise")
    ]
    await store.settings.change(CHANNEL, {"categories": categories}, "U1")
    assert (await act("export", str(file)))[0] == 0
    status, out, _ = await act("apply", str(file))
    assert (status, out.strip()) == (0, "The settings already match the file.")


async def test_who_may_is_set_by_a_file(act: Act, file: Path, database: Database) -> None:
    access = {
        "guests": True,
        "outsiders": "mention",
        "allowed_people": ["U012ABC"],
        "denied_people": ["U034DEF"],
        "allowed_channels": ["C012ABC"],
        "denied_channels": ["C034DEF"],
        "commands_off": ["code"],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in access.items()]
    assert (await act("apply", written(file, "[T1.workspace]", *lines), "--yes"))[0] == 0
    assert (await sql_store(database).settings.overrides(WORKSPACE)).values == access
    assert (await act("export", str(file)))[0] == 0
    assert (await act("apply", str(file)))[1].strip() == "The settings already match the file."
    status, _, fault = await act("apply", written(file, "[T1.C1]", 'commands_off = ["help"]'))
    assert status == 2
    assert fault.startswith("Line 2: commands_off")


async def test_sources_are_set_by_a_file(act: Act, file: Path, database: Database) -> None:
    listed = ["https://docs.example.com/", "https://github.com/acme/app/tree/main/docs", "folder:handbook", "#C1"]
    everywhere = 'knowledge_sources = ["https://docs.example.com/guide"]'
    written(
        file,
        "[T1.C1]",
        f"knowledge_sources = {json.dumps([*listed, 'docs.example.com'])}",
        "[T1.workspace]",
        everywhere,
    )
    status, out, _ = await act("apply", str(file), "--yes")
    assert status == 0
    assert "T1 C1: knowledge_sources + folder:handbook" in out
    store = sql_knowledge_store(database).sources
    assert {(one.channel, source_text(one)) for one in await store.serving(CHANNEL)} == {
        *(("C1", one) for one in listed),
        ("", "https://docs.example.com/guide"),
    }
    assert len(await store.due(datetime.now(UTC), 10)) == len(listed) + 1
    assert (await act("export", str(file)))[0] == 0
    assert "already match" in (await act("apply", str(file)))[1]

    written(file, "[T1.C1]", 'knowledge_sources = ["folder:handbook"]', "[T1.workspace]", "footer = true")
    article = await store.add(NewSource("T1", "C1", SourceKind.ARTICLE, "export", "Export", "U1"), datetime.now(UTC))
    out = (await act("apply", str(file), "--yes"))[1]
    assert "T1 C1: knowledge_sources - #C1" in out
    left = {source_text(one) for one in await store.serving(CHANNEL)}
    assert left == {"folder:handbook", article.address, "https://docs.example.com/guide"}

    written(file, "[T1.C1]", 'knowledge_sources = ["folder:../etc"]', "[T1.C2]", "knowledge_sources = 3")
    status, _, faults = await act("apply", str(file), "--yes")
    assert status == 2
    assert faults.startswith("Line 2: knowledge_sources: folder:../etc: A folder's name can have letters")
    assert "Line 4: knowledge_sources: must be a list of texts" in faults


async def test_differences_are_shown_before_they_apply(act: Act, file: Path, database: Database) -> None:
    store = sql_store(database)
    await store.settings.change(CHANNEL, {"effort": "low", "footer": True}, "U1")
    await store.settings.change(Place("T1", "C2"), {"footer": True}, "U1")
    written(file, "[T1.C1]", 'effort = "high"', "[T1.workspace]", 'answers = "mention"')
    status, out, _ = await act("apply", str(file))
    assert status == 1
    assert "T1 C1: effort low → high" in out
    assert "T1 C1: footer on → not set" in out
    assert "T1 workspace: answers not set → mention" in out
    assert (await store.settings.overrides(CHANNEL)).values == {"effort": "low", "footer": True}
    assert (await act("apply", str(file), "--yes"))[0] == 0
    assert (await store.settings.overrides(CHANNEL)).values == {"effort": "high"}
    assert (await store.settings.overrides(WORKSPACE)).values == {"answers": "mention"}
    assert (await store.settings.overrides(Place("T1", "C2"))).values == {"footer": True}
    assert "already match" in (await act("apply", str(file), "--yes"))[1]


async def test_no_place_keeps_a_removed_persona(act: Act, file: Path, database: Database) -> None:
    """Also those that the file doesn't name, and threads."""
    store, thread = sql_store(database), Place("T1", "C1", "1.5")
    await store.settings.change(WORKSPACE, {"personas": [{"name": "Pirate", "prompt": "Arr."}]}, "U1")
    for place in (CHANNEL, thread):
        await store.settings.change(place, {"persona": "Pirate"}, "U1")
    assert (await act("apply", written(file, "[T1.C2]", "footer = true"), "--yes"))[0] == 0
    assert (await store.settings.overrides(CHANNEL)).values == {"persona": "Pirate"}
    status, out, _ = await act("apply", written(file, "[T1.workspace]", "footer = true"), "--yes")
    assert status == 0
    assert "T1 C1: persona Pirate → not set" in out
    assert "T1 C1 1.5: persona Pirate → not set" in out
    assert not (await store.settings.overrides(CHANNEL)).values
    assert not (await store.settings.overrides(thread)).values


async def test_faults_are_told_with_their_lines(act: Act, file: Path, database: Database) -> None:
    prompt = ('instructions = """', "colour = no key", '"""')
    written(file, "[T1.C1]", *prompt, 'colour = "red"', 'max_output = "ten"', "[T1.C2]", "temperature = 0.3")
    status, _, faults = await act("apply", str(file), "--yes")
    assert status == 2
    first, second, third = faults.strip().splitlines()
    assert first == "Line 5: there is no setting colour."
    assert second == "Line 6: max_output: must be a whole number from 256 to 64000."
    assert third.startswith("Line 8: temperature: ")
    assert not await sql_store(database).settings.all_overrides()
    written(file, "[T1.C1")
    assert (await act("apply", str(file), "--yes"))[2] == "At the end of the file: the ] after a place is missing.\n"


# What is wrong with a value, and a word of what is said; no type of Python's or Pydantic's is named.
ODD = [
    ('footer = "perhaps"', "footer: must be true or false"),
    ('answers = "sometimes"', 'answers: must be "thread", "mention" or "all"'),
    ("temperature = 3", "temperature: must be a number from 0 to 1"),
    (
        'allowed_people = ["@ada"]',
        "allowed_people: I can't find “@ada”; it takes a list of people's IDs, such as [\"U0",
    ),
    ("denied_people = 7", "denied_people: must be a list of people's IDs, such as"),
    ('allowed_channels = ["#help"]', "allowed_channels: I can't find “#help”; it takes a list of channels' IDs, such"),
    ('agents = ["Ada"]', "agents: I can't find “Ada”; it takes a list of people's IDs, such as"),
    ('teams = [{name = "Apps", channel = "#apps"}]', "teams: I can't find “#apps”; it takes a list such as [{ name ="),
    ('teams = [{name = "Apps", people = ["@ada"]}]', "teams: I can't find “@ada”; it takes a list such as [{ name ="),
    ('commands_off = ["help"]', "commands_off: I have no command `/help` that can be turned off; it takes a list such"),
    ('model = ["opus"]', "model: must be a model's ID, in quotes"),
    ("temperature = nan", "temperature: must be a number from 0 to 1"),
    ('temperature = "hot"', "temperature: must be a number from 0 to 1"),
    ("retention_days = 3.5", "retention_days: must be a whole number from 1 to 36500"),
    ("max_output = 2026-11-30", "max_output: must be a whole number from 256 to 64000"),
    ('categories = ["Bug", "Praise"]', 'categories: must be a list such as [{ name = "Bug report", definition ='),
    ('severities = ["Low"]', "severities: needs at least 2 entries"),
    ('categories = [{name = "Bug"}]', "categories: Name at least two categories"),
    ('routes = [{when = ["Foo"], team = "Bar"}]', "routes: There is no category or severity “Foo” here"),
    ('routes = [{when = ["Billing"], team = "Bar"}]', "routes: There is no team “Bar” here"),
    ("personas = 1", 'personas: must be a list such as [{ name = "Pirate", prompt ='),
    ('teams = [{name = "Apps", color = "red"}]', 'teams: must be a list such as [{ name = "Payments", channel ='),
    ("severities = 3", 'severities: must be a list such as ["Low", "High"]'),
    ('digest_at = "noon"', "digest_at: must be a time such as 09:00, in quotes"),
    ("instructions = 7", "instructions: must be a text of up to 10,000 characters, in quotes"),
    (f'instructions = "{"x" * 100_000}"', "instructions: can have at most "),
    ('time_zone = "Mars"', "time_zone: I don't know the time zone `Mars`"),
]


# Of Python, of Pydantic, and of TOML.
NO_WORDS = re.compile(
    r"Input|valid|tuple|integer|boolean|string|dictionary|instance|array|table|key|None", re.IGNORECASE
)
UNREADABLE = [
    ("[T1.C1]\n[T1.C1]", "Line 2: [T1.C1] is there twice."),
    ("[T1.C1", "At the end of the file: the ] after a place is missing."),
    ("a b", "Line 1: a setting is written as `name = value`, and a place as `[T012ABCDEF.C012ABCDEF]`."),
    ("\n= 3", "Line 2: a setting is written as `name = value`, and a place as `[T012ABCDEF.C012ABCDEF]`."),
    ("a = on", "Line 1: this value can't be read: text needs quotes, and a switch is true or false."),
    ("a = ", "At the end of the file: this value can't be read: text needs quotes, and a switch is true or false."),
    ('a = "x\ny"', "Line 1: the quote at the end of a text is missing."),
    ("a = 'x", "At the end of the file: the quote at the end of a text is missing."),
    ('a = """x', "At the end of the file: the quote at the end of a text is missing."),
    ("a = [1", "At the end of the file: the end of a list is missing."),
    ("a = 1 b = 2", "Line 1: there is more after the value: each setting has a line of its own."),
    ("a = 1\na = 2", "At the end of the file: a setting is there twice."),
    ('a = "\\q"', "Line 1: a text has a backslash that stands for nothing: write two."),
    ("[]", "Line 1: the name of a setting is missing."),
]


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE)
def test_an_unreadable_file_is_explained(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_file.read(text, "claude-haiku-5-5")
    assert caught.value.faults == [sentence]
    assert not NO_WORDS.search(sentence)


@given(st.text(alphabet="[]{}=\"'\\#,.\n aT1C", max_size=40))
def test_any_file_gets_plain_words(text: str) -> None:
    faults: list[str] = []
    try:
        settings_file.read(text, "claude-haiku-5-5")
    except SettingsError as error:
        faults = error.faults
    assert not [fault for fault in faults if NO_WORDS.search(fault)]


@pytest.mark.parametrize(("line", "sentence"), ODD)
def test_an_odd_value_is_explained(line: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_file.read(f"[T1.C1]\n{line}", "claude-haiku-5-5")
    assert {fault.startswith(f"Line 2: {sentence}") for fault in caught.value.faults} == {True}
    told = " ".join(caught.value.faults)
    assert not NO_WORDS.search(told)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[acme.C1]\nfooter = true", "Line 1: acme is not the ID of a workspace, such as T012ABCDEF."),
        ("[T1.general]\nfooter = true", "Line 1: general is not the ID of a channel, such as C012ABCDEF."),
        ("top = 1", "Line 1: top does not belong to a place: write it below [<team ID>.<channel ID>]."),
    ],
)
def test_an_odd_table_is_explained(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_file.read(text, "claude-haiku-5-5")
    assert caught.value.faults == [sentence]


async def test_a_file_keeps_no_longer_than_the_operator(act: Act, file: Path) -> None:
    status, _, err = await act("apply", written(file, "[T1.C1]", "footer = true", "retention_days = 366"))
    assert status == 2
    assert err.startswith("Line 3: retention_days: at most 365 days: your administrator keeps nothing longer")
