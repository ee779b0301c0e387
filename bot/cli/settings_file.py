"""Settings as code: written to a TOML file, and applied from one: `python -m bot settings export|apply`."""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import tomli_w
from pydantic import ValidationError

from bot import PROGRAM
from bot.claude.catalog import lookup
from bot.claude.parameters import faults
from bot.cli import settings_sources
from bot.cli.settings_faults import place_fault, unreadable, value_fault
from bot.cli.settings_sources import Sources
from bot.cli.shared import counted, read_text, using
from bot.core.domain.channel_settings import ChannelSettings, merged
from bot.core.domain.message import Place
from bot.core.domain.persona import find as find_persona
from bot.core.privacy import retention
from bot.core.settings.cross_checks import broken
from bot.core.settings.value_text import short_value_text
from bot.db.opened import opened
from bot.db.settings import SqlSettingsStore
from bot.errors import ConflictError, SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from datetime import date
    from pathlib import Path

    from bot.cli.settings_sources import SourceDifference
    from bot.core.domain.overrides import Overrides
    from bot.db.engine import Database
    from bot.settings import Settings

T = TypeVar("T")

WORKSPACE = "workspace"  # stands for a workspace's own settings, where a channel's id stands for the channel's
OPERATOR = ""  # who has changed what the file says
HEAD = f"""\
# Parley's settings, one table per place: [<team ID>.workspace] or [<team ID>.<channel ID>].
# `{PROGRAM} settings apply` gives these places exactly these settings, and leaves others alone. See docs/settings.md.

"""

_HEADER = re.compile(r"\s*\[{1,2}(?P<name>[^\[\]]+)\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?P<name>[\w-]+|\"[^\"]*\"|'[^']*')\s*[=.]")

Sheets = dict[Place, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change in one place to match the file; None: unset. `version`: the one that was compared."""

    place: Place
    before: Mapping[str, Any]
    changes: Mapping[str, Any]
    version: int

    def __str__(self) -> str:
        """Write one line per setting."""
        where = " ".join(filter(None, (self.place.workspace, self.place.channel or WORKSPACE, self.place.thread)))
        return "\n".join(
            f"{where}: {name} {short_value_text(name, self.before.get(name))} → {short_value_text(name, value)}"
            for name, value in self.changes.items()
        )


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a file says: the settings of places, and the sources of those that have a list of them."""

    sheets: Sheets
    sources: Sources


def write(sheets: Mapping[Place, Overrides], sources: Mapping[Place, list[str]]) -> str:
    """Write all settings, except threads', and the sources as the file that `read` reads."""
    document: dict[str, dict[str, Any]] = {}
    for place, overrides in sheets.items():
        # What a former version stored, and this one does not know, would prevent a downgrade.
        known = {name: value for name, value in overrides.values.items() if name in ChannelSettings.model_fields}
        if known:
            document.setdefault(place.workspace, {})[place.channel or WORKSPACE] = known
    for place, listed in sources.items():
        table = document.setdefault(place.workspace, {}).setdefault(place.channel or WORKSPACE, {})
        table[settings_sources.KEY] = listed
    return HEAD + tomli_w.dumps(document, multiline_strings=True)


def read(text: str, usual_model: str, most_days: int = 0, on: date | None = None) -> SettingsFile:
    """Read a file; `most_days`: the longest that words are kept, 0 for forever. `on`: the day, today by default.

    Raises `SettingsError`, with the line of each fault.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([unreadable(str(error))]) from None
    at = _lines(text)
    sheets: Sheets = {}
    sources: Sources = {}
    found: list[tuple[int, str]] = []
    for path, table in _tables(document):
        if not isinstance(table, dict) or len(path) == 1:
            found.append(
                (at.get(path, 1), f"{path[-1]} does not belong to a place: write it below [<team ID>.<channel ID>]")
            )
            continue
        workspace, channel = path
        place = Place(workspace, "" if channel == WORKSPACE else channel)
        if fault := place_fault(place.workspace, place.channel):
            found.append((at.get(path, 1), fault))
        if (listed := table.pop(settings_sources.KEY, None)) is not None:
            sources[place], fault = settings_sources.read(listed)
            found += [(at.get((*path, settings_sources.KEY), 1), fault)] if fault else []
        sheets[place], wrong = _read_sheet(table)
        found += [(at.get((*path, name), at.get(path, 1)), fault) for name, fault in wrong]
    for place, overrides in sheets.items():
        path = (place.workspace, place.channel or WORKSPACE)
        below = sheets.get(Place(place.workspace, ""), {})
        found += [(at.get((*path, name), 1), fault) for name, fault in _misfits(below, overrides, usual_model, on)]
        if fault := retention.too_long(overrides.get(retention.SETTING), most_days):
            found.append((at.get((*path, retention.SETTING), 1), f"{retention.SETTING}: {fault}"))
    if found:
        raise SettingsError([f"Line {line}: {fault}." for line, fault in sorted(set(found))])
    return SettingsFile(sheets, sources)


def _tables(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for workspace, places in document.items():
        if not isinstance(places, dict):
            yield (workspace,), places
            continue
        for channel, table in places.items():
            yield (workspace, channel), table


def _read_sheet(table: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a table's values as they are stored, and the faults by the setting's name."""
    wrong = [(name, f"there is no setting {name}") for name in table if name not in ChannelSettings.model_fields]
    known = {name: value for name, value in table.items() if name in ChannelSettings.model_fields}
    try:
        overrides = ChannelSettings.model_validate(known)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong.extend((str(one["loc"][0]), value_fault(one)) for one in found)
        return {}, wrong
    return overrides.model_dump(mode="json", include=set(known)), wrong


def _misfits(
    below: Mapping[str, Any], overrides: Mapping[str, Any], usual_model: str, on: date | None
) -> Iterator[tuple[str, str]]:
    """Yield the settings that their model does not support, by name."""
    held = merged(below, overrides)
    try:
        card = lookup(held.model or usual_model, on)
    except SettingsError as error:
        if "model" in overrides:
            yield "model", " ".join(error.faults).rstrip(".")
        return
    for name, fault in broken(held, overrides).items():
        yield name, f"{name}: {fault.rstrip('.')}"
    for name, fault in faults(card, held).items():
        if name in overrides:
            yield name, f"{name}: {fault}"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of each table and key, which the parser does not report."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if header := _HEADER.fullmatch(line):
            table = tuple(part.strip(" \t\"'") for part in header["name"].split("."))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key["name"].strip("\"'")), number)
        quote = next((one for one in ('"""', "'''") if line.count(one) % 2), "")
    return found


def compare(wanted: Sheets, sheets: Mapping[Place, Overrides]) -> list[Difference]:
    """Return what has to change, in the places that the file names."""
    differences = []
    for place, values in wanted.items():
        held = sheets[place].values if place in sheets else {}
        changes = {name: values.get(name) for name in (*values, *held) if values.get(name) != held.get(name)}
        if changes:
            version = sheets[place].version if place in sheets else 0
            differences.append(Difference(place, held, changes, version))
    return [*differences, *_without_personas(wanted, sheets)]


def _without_personas(wanted: Sheets, sheets: Mapping[Place, Overrides]) -> Iterator[Difference]:
    """Yield the places that the file doesn't name, and whose persona it removes."""
    for place, overrides in sheets.items():
        everywhere = wanted.get(Place(place.workspace, ""))
        chosen = str(overrides.values.get("persona") or "")
        if not chosen or everywhere is None or place in wanted:
            continue
        if find_persona(chosen, merged(everywhere).personas) is None:
            yield Difference(place, overrides.values, {"persona": None}, overrides.version)


def export_to(file: Path, read_settings: Settings) -> int:
    """Write what is set to a file; return the exit status. Raises `SettingsError`, `UsageError`."""

    async def held(database: Database) -> tuple[dict[Place, Overrides], Mapping[Place, list[str]]]:
        sources = settings_sources.exported(await settings_sources.held(database))
        return await SqlSettingsStore(database).all_overrides(), sources

    sheets, sources = _with_database(read_settings, held)
    if not file.parent.is_dir():
        raise UsageError(f"There is no folder {file.parent}.")
    with using(file):
        file.write_text(write(sheets, sources), encoding="utf-8")
    where = (
        f"The settings of {counted(len({*sheets, *sources}), 'place')} are"
        if sheets or sources
        else "Nothing is set anywhere yet, which is"
    )
    print(f"{where} in {file}.")
    return 0


def apply_from(file: Path, read_settings: Settings, *, is_sure: bool) -> int:
    """Show what a file would change, ask unless `is_sure`, and change it; return the exit status.

    Raises `SettingsError`, `UsageError`.
    """
    wanted = read(read_text(file), read_settings.claude_model, read_settings.retention_days)

    async def differing(database: Database) -> tuple[list[Difference], list[SourceDifference]]:
        sheets = await SqlSettingsStore(database).all_overrides(with_threads=True)
        of_sources = settings_sources.compare(wanted.sources, await settings_sources.held(database))
        return compare(wanted.sheets, sheets), of_sources

    differences, of_sources = _with_database(read_settings, differing)
    for difference in (*differences, *of_sources):
        print(difference)
    if not differences and not of_sources:
        print("The settings already match the file.")
        return 0
    if not is_sure and not (sys.stdin.isatty() and input("Change this? [y/N] ").strip().lower() == "y"):
        print("Nothing was changed. Add --yes to change it without being asked.", file=sys.stderr)
        return 1

    async def apply(database: Database) -> None:
        store = SqlSettingsStore(database)
        for one in differences:
            await store.change(one.place, one.changes, OPERATOR, version=one.version)
        await settings_sources.apply(of_sources, database)

    try:
        _with_database(read_settings, apply)
    except ConflictError:
        print("Someone changed the settings in the meantime. Please run the command again.", file=sys.stderr)
        return 1
    print("Done. The settings apply from the next message on.")
    return 0


def _with_database(read_settings: Settings, use: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with opened(read_settings.database_url) as database:
            return await use(database)

    return asyncio.run(run())
