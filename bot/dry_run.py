"""`python -m bot triage --dry-run`: what would become of exported posts; posts nothing, and keeps nothing."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.conversation import Heard, Place
from bot.core.ports import DEFAULTS, Call
from bot.core.triage.item import UNSORTED, Status
from bot.core.triage.sort import asked, decide, ignore, judge, needs_no_model
from bot.db import migrate
from bot.db.feedback import SqlBoard
from bot.db.opened import opened
from bot.db.store import SqlStore
from bot.errors import UsageError
from bot.operating import channel_of, connected, price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.channel_settings import ChannelSettings
    from bot.core.ports import Model
    from bot.core.triage.item import Board, Feedback
    from bot.settings import Settings

MOST_BYTES = 200_000_000  # of an export, unpacked
MOST_POSTS = 20_000
AT_ONCE = 100  # posts that are looked at in one go
SHOWN = 70  # characters of a summary
SAID = {None, "", "file_share", "bot_message"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for; the command's help tells what each means."""

    file: Path
    channel: str = ""


async def run(options: Options, settings: Settings) -> str:
    """Triage an export, and return what came of it. Raises `UsageError`, `SettingsError`, `ModelError`, `OSError`."""
    posts = read(options.file)
    async with connected(settings) as model:
        held = await _settings_of(options.channel, settings.database_url)
        with tempfile.TemporaryDirectory(prefix="parley-triage-") as folder:
            url = f"sqlite:///{Path(folder) / 'dry.db'}"
            await migrate.upgrade(url)
            async with opened(url) as database:
                return await triage(posts, held, SqlBoard(database), model)


async def _settings_of(channel: str, url: str) -> ChannelSettings:
    """Return a channel's settings, `T…/C…`, or else the defaults."""
    place = channel_of(channel)
    if place is None:
        return DEFAULTS
    async with opened(url) as database:
        return await SqlStore(database).settings(place)


def read(path: Path) -> Sequence[Heard]:
    """Read the posts of a JSONL file (`text`, and perhaps `user` and `ts`), or of a Slack export; replies are left out.

    Raises `UsageError`, `OSError`.
    """
    try:
        found = list(_zipped(path) if zipfile.is_zipfile(path) else _lines(path))
    except (ValueError, zipfile.BadZipFile, UnicodeDecodeError, RecursionError):
        raise UsageError(f"{path.name} is neither a Slack export nor JSON lines.") from None
    posts = [one for number, entry in enumerate(found) if (one := _heard(entry, number)) is not None]
    if not posts:
        raise UsageError(f"There are no posts in {path.name}.")
    if len(posts) > MOST_POSTS:
        raise UsageError(f"{path.name} has {len(posts):,} posts; I take up to {MOST_POSTS:,}.")
    return sorted(posts, key=lambda one: one.id)


def _lines(path: Path) -> Iterable[Any]:
    if path.stat().st_size > MOST_BYTES:
        raise UsageError(f"{path.name} is too large.")
    return (json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip())


def _zipped(path: Path) -> Iterable[Any]:
    with zipfile.ZipFile(path) as archive:
        days = [one for one in archive.infolist() if one.filename.endswith(".json") and "/" in one.filename]
        if sum(one.file_size for one in days) > MOST_BYTES:
            raise UsageError(f"{path.name} is too large.")
        for day in days:
            entries = json.loads(archive.read(day))
            yield from entries if isinstance(entries, list) else ()


def _heard(entry: Any, number: int) -> Heard | None:  # noqa: ANN401 (somebody's JSON)
    if not isinstance(entry, dict) or not isinstance(text := entry.get("text"), str):
        return None
    ts = str(entry.get("ts") or f"{1_000_000_000 + number}.000000")
    if entry.get("subtype") not in SAID or str(entry.get("thread_ts") or ts) != ts:
        return None
    place, author = Place("T", "C", ts), str(entry.get("user") or entry.get("bot_id") or number)
    return Heard(place, ts, author, "T", text, is_direct=False, mentions_bot=False, addresses_other=False)


async def triage(posts: Sequence[Heard], settings: ChannelSettings, board: Board, model: Model) -> str:
    """Triage posts in their order, and write what came of them."""
    channel, calls = Place("T", "C"), list[Call]()
    for heard in posts:
        await board.add(heard, _time_of(heard.id), "", together=settings.together)
    while waiting := await board.waiting(channel, AT_ONCE):
        quiet = {one.id: ignore(one) for one in waiting if needs_no_model(one)}
        records = [one for one in waiting if one.id not in quiet]
        await board.save(channel, quiet, ())
        if records:
            calls += await _judge(asked(records), settings, board, model)
    found = [one for heard in posts if (one := await board.at(heard.place)) is not None]
    return report(found, calls)


async def _judge(records: Sequence[Feedback], settings: ChannelSettings, board: Board, model: Model) -> Sequence[Call]:
    outcome = await judge(records, settings, settled=(), board=board, model=model)
    if outcome.failure is not None:
        raise outcome.failure
    decisions = {one.id: decide(one, outcome.verdicts[one.id], settings) for one in records}
    await board.save(Place("T", "C"), decisions, ())
    return outcome.calls


def report(records: Sequence[Feedback], calls: Sequence[Call]) -> str:
    """Write a line a record, the counts, and the cost."""
    counted = [one for one in records if one.is_counted]
    lines = [_line(one) for one in counted]
    counts = Counter(one.category or UNSORTED for one in counted)
    lines += ["", *(f"{count:6,}  {name}" for name, count in counts.most_common()), ""]
    others = Counter(one.status for one in records if not one.is_counted)
    lines.append(
        f"{len(records):,} posts: {len(counted):,} of feedback, {others[Status.IGNORED]:,} ignored, "
        f"{others[Status.JOINED]:,} joined to the post before."
    )
    lines.append(f"{len(calls):,} calls to the model, {price(calls)}. Nothing was posted.")
    return "\n".join(lines)


def _line(one: Feedback) -> str:
    team = f" → {one.team}" if one.team else ""
    again = f" (repeats {one.duplicate_of})" if one.duplicate_of else ""
    return f"{one.id:6}  {one.category or UNSORTED} · {one.severity}{team}: {one.summary[:SHOWN]}{again}"


def _time_of(ts: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)
