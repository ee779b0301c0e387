"""Sort one large file as a person would: through the local workspace, by a bot in a process of its own."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import aiohttp

from benchmarks.contestant import POLL, ROOT, START_TIMEOUT, Process, free_port
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from bot.playground.slack.records import MessageRecord

CATEGORIES = "into: Bug report, Account issue, Performance issue, Billing, Feature request, Praise, Question"
PATIENCE = 3_600.0  # seconds


async def sort_file(texts: Iterable[str]) -> str:
    """Sort a file of these texts; return what it took as a Markdown table."""
    rows = list(texts)
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
    async with ScriptedWorkspace(rules) as local, MessagesServer(Rehearsal(pace=0)) as model:
        with TemporaryDirectory(prefix="large-run-") as folder:
            told = model.environment() | local.environment("http")
            async with serving(Path(folder), told) as bot:
                local.deliver_to(f"{bot.url}/slack/events")
                before, computed, start = bot.peak_megabytes(), bot.cpu_seconds(), time.monotonic()
                await sorted_by(local, rows)
                took, computed = time.monotonic() - start, bot.cpu_seconds() - computed
                peak = bot.peak_megabytes()
        calls = Counter(call.method for call in local.calls)
        refused = sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in local.calls)
    return (
        "| rows | seconds | bot computed, s | MB before | MB at its peak | edits | a minute | refused calls |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        f"| {len(rows):,} | {took:.0f} | {computed:.0f} | {before:.0f} | {peak:.0f} | {calls['chat.update']} "
        f"| {calls['chat.update'] * 60 / took:.0f} | {refused} |"
    )


async def sorted_by(local: ScriptedWorkspace, rows: Iterable[str]) -> None:
    """Ask for a file to be sorted, say yes to its price, and wait for the result. Raises `TimeoutError`."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["message"], *([row] for row in rows)])
    general = local.channel("general")
    said = f"<@{local.bot.id}> classify {CATEGORIES}"
    ts = local.say(general, said, files={"feedback.csv": file.getvalue().encode()})

    def shows(words: str) -> MessageRecord | None:
        return next((message for message in local.thread(general, ts)[1:] if words in message.shown), None)

    await local.until(lambda: shows("Sort") or shows("will cost"), PATIENCE)
    if asked := shows("will cost"):
        await local.press(asked, "classify_go.0")
    await local.until(lambda: shows("feedback-classified.xlsx"), PATIENCE)


@asynccontextmanager
async def serving(folder: Path, told: dict[str, str]) -> AsyncIterator[Process]:
    """Run the bot in `folder` until the block is left. Raises `TimeoutError` when it is not ready within a minute."""
    port, start = free_port(), time.monotonic()
    url = f"http://127.0.0.1:{port}"
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PORT": str(port)}
    environ |= told | {"DATABASE_URL": f"sqlite:///{folder / 'parley.db'}", "LOG_LEVEL": "WARNING"}
    command = (sys.executable, "-m", "bot", "serve", "--migrate")
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environ)
    try:
        async with asyncio.timeout(START_TIMEOUT), aiohttp.ClientSession() as session:
            while not await is_ready(session, url):
                if process.returncode is not None:
                    raise RuntimeError("the bot ended before it was ready")
                await asyncio.sleep(POLL)
        yield Process(process.pid, url, time.monotonic() - start)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    """Ask the bot whether it can serve."""
    try:
        async with session.get(f"{url}/readyz") as response:
            return response.status == HTTPStatus.OK
    except aiohttp.ClientError:
        return False
