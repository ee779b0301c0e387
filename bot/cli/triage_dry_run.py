"""`python -m bot triage --dry-run`: show what triage would do with exported posts; posts and stores nothing."""

from __future__ import annotations

import asyncio
import io
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.calls import Call
from bot.cli.model import channel_of, connected, price
from bot.cli.shared import counted, using
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.feedback import UNSORTED, FeedbackStatus, is_post
from bot.core.domain.message import Place
from bot.core.triage.classifier import asked, decide, ignore, judge, needs_no_model
from bot.core.triage.exports import MOST_BYTES
from bot.db import migrate
from bot.db.feedback import sql_feedback_store
from bot.db.opened import opened
from bot.db.settings import SqlSettingsStore
from bot.errors import FileError, UsageError
from bot.reader.pool import ReaderPool
from bot.slack.inbound import messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import IncomingMessage
    from bot.core.ports import FileReader, Model
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.settings import Settings

MOST_POSTS = 20_000
AT_ONCE = 100  # posts that are looked at in one go
SHOWN = 70  # characters of a summary


@dataclass(frozen=True, slots=True)
class DryRunOptions:
    """The command's options; its help explains each."""

    file: Path
    channel: str = ""


async def run(options: DryRunOptions, settings: Settings) -> str:
    """Triage an export, and return the report. Raises `UsageError`, `SettingsError`, `ModelError`."""
    held = await _settings_of(options.channel, settings.database_url)
    async with ReaderPool() as files:
        posts = await read(options.file, held, files)
    async with connected(settings) as model:
        with tempfile.TemporaryDirectory(prefix="parley-triage-") as folder:
            url = f"sqlite:///{Path(folder) / 'dry.db'}"
            await migrate.upgrade(url)
            async with opened(url) as database:
                return await triage(posts, held, sql_feedback_store(database), model)


async def _settings_of(channel: str, url: str) -> ChannelSettings:
    """Return a channel's settings, `T…/C…`, or else the defaults."""
    place = channel_of(channel)
    if place is None:
        return DEFAULTS
    async with opened(url) as database:
        return await SqlSettingsStore(database).load(place)


async def read(path: Path, settings: ChannelSettings, files: FileReader) -> Sequence[IncomingMessage]:
    """Read the posts of a Slack export, or of a JSONL file (`text`, and perhaps `user` and `ts`): what is triaged live.

    Raises `UsageError`.
    """
    with using(path):
        data = await asyncio.to_thread(_bytes, path)
    try:
        found = await files.read_export(path.name, data)
    except FileError as error:
        raise UsageError(error.about(path.name)) from None
    incoming = [one for number, (_, entry) in enumerate(found) if (one := _heard(entry, number)) is not None]
    posts = [one for one in incoming if is_post(one, settings) and (one.text or one.files)]
    if not posts:
        raise UsageError(f"There are no posts in {path.name}.")
    if len(posts) > MOST_POSTS:
        raise UsageError(f"{path.name} has {len(posts):,} posts; I take up to {MOST_POSTS:,}.")
    return list(_told_apart(sorted(posts, key=lambda one: one.id)))


def _bytes(path: Path) -> bytes:
    """Read a file, or a folder as the zip that it was: a Mac unpacks what it downloads."""
    found = [path] if not path.is_dir() else sorted(one for one in path.rglob("*.json") if one.is_file())
    if sum(one.stat().st_size for one in found) > MOST_BYTES:
        raise UsageError(f"{path.name} is too large: I read up to {MOST_BYTES // 1_000_000} MB.")
    if not path.is_dir():
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one in found:
            # With the folder's own name: it may be that of a channel.
            archive.writestr((Path(path.absolute().name) / one.relative_to(path)).as_posix(), one.read_bytes())
    return packed.getvalue()


def _heard(entry: Mapping[str, Any], number: int) -> IncomingMessage | None:
    """Read a message as the bot reads it in Slack; a line that has a text only is someone's post, too."""
    usual = {"user": f"U{number}", "ts": f"{1_000_000_000 + number}.000000"}
    given = {name: value for name, value in entry.items() if value is not None}
    author = {} if given.get("bot_id") else {"user": usual["user"]}
    return messages.incoming_message(
        {"ts": usual["ts"], **author, **given, "type": "message", "channel": "C"}, team="T", bot=""
    )


def _told_apart(posts: Sequence[IncomingMessage]) -> Iterator[IncomingMessage]:
    """Give posts from several channels that share a time different ids."""
    seen: Counter[str] = Counter()
    for post in posts:
        seen[post.id] += 1
        id_ = post.id if seen[post.id] == 1 else f"{post.id}{seen[post.id]}"
        yield replace(post, id=id_, place=replace(post.place, thread=id_))


async def triage(
    posts: Sequence[IncomingMessage], settings: ChannelSettings, feedback: FeedbackStore, model: Model
) -> str:
    """Triage posts in their order, and return the records."""
    channel, calls = Place("T", "C"), list[Call]()
    for incoming in posts:
        await feedback.inbox.add(incoming, _time_of(incoming.id), "", together=settings.together)
    while waiting := await feedback.inbox.waiting(channel, AT_ONCE):
        quiet = {one.id: ignore(one) for one in waiting if needs_no_model(one)}
        records = [one for one in waiting if one.id not in quiet]
        await feedback.inbox.save(channel, quiet, ())
        if records:
            calls += await _judge(asked(records), settings, feedback, model)
    found = [one for incoming in posts for one in await feedback.splits.of(incoming.place)]
    return report(found, calls)


async def _judge(
    records: Sequence[Feedback], settings: ChannelSettings, feedback: FeedbackStore, model: Model
) -> Sequence[Call]:
    outcome = await judge(records, settings, settled=(), feedback=feedback, model=model)
    if outcome.failure is not None:
        raise outcome.failure
    decisions = {one.id: decide(one, outcome.verdicts[one.id], settings) for one in records}
    await feedback.inbox.save(Place("T", "C"), decisions, ())
    return outcome.calls


def report(records: Sequence[Feedback], calls: Sequence[Call]) -> str:
    """Write one line per record, the counts, and the cost."""
    feedback = [one for one in records if one.is_counted]
    lines = [_line(one) for one in feedback]
    counts = Counter(one.category or UNSORTED for one in feedback)
    lines += ["", *(f"{count:6,}  {name}" for name, count in counts.most_common()), ""]
    posts = [one for one in records if not one.part]
    others = Counter(one.status for one in posts if not one.is_counted)
    further = len(records) - len(posts)
    more = f" Posts about several things have {counted(further, 'more record')}." if further else ""
    lines.append(
        f"{counted(len(posts), 'post')}: {sum(one.is_counted for one in posts):,} of feedback, "
        f"{others[FeedbackStatus.IGNORED]:,} ignored, {others[FeedbackStatus.JOINED]:,} merged into the post before."
        + more
    )
    lines.append(f"{counted(len(calls), 'call')} to the model, {price(calls)}. Nothing was posted.")
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
