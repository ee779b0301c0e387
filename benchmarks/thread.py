"""What a long thread costs, turn by turn: `python -m benchmarks.thread`; `--turns 100` for a first look.

The real bot talks in one thread of the local workspace. Tokens are what the local Messages API estimates, which plays
the prompt cache, too; prices are the catalog's. Beside it, the naive way sends all of the history each time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot import app, settings
from bot.calls import Call, Purpose
from bot.claude.catalog import ModelCard, lookup
from bot.claude.prices import cost
from bot.db import migrate
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.models import find_model
from bot.playground.anthropic.reply import TextDelta
from bot.playground.anthropic.usage import PromptCache, count_text
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.anthropic.usage import InputUsage

MODEL = "claude-haiku-5-5"
BUCKET = 20  # turns
HEAD = (
    "turns",
    "input in full",
    "cache read",
    "cache written",
    "output",
    "billed as input",
    "$/1,000 turns",
    "without the cache",
    "naive",
    "naive, cached",
)
QUESTION = "Question {0}: " + "what does this mean for the plan that we made? " * 5
ANSWER = "Answer {0}: " + "It means that the second step comes first, and the rest waits. " * 14
SUMMARY = "Facts. " + "The plan has ten steps, of which the second one comes first. " * 40


@dataclass(slots=True)
class Bucket:
    """What some turns took, all calls together: tokens by how they are billed, and dollars."""

    turns: int = 0
    fresh: int = 0
    read: int = 0
    written: int = 0
    output: int = 0
    dollars: float = 0.0
    calls: int = 0
    cold: float = 0.0

    def add(self, call: Call, card: ModelCard) -> None:
        """Count a call. `cold` is what it had cost if nothing had been in the cache."""
        self.fresh += call.input_tokens
        self.read += call.cache_read_tokens
        self.written += call.cache_write_tokens
        self.output += call.output_tokens
        self.dollars += float(cost(card, call) or 0)
        prompt = call.input_tokens + call.cache_read_tokens + call.cache_write_tokens
        self.cold += float(cost(card, _call(prompt, 0, 0, call.output_tokens)) or 0)
        self.calls += 1


@dataclass(slots=True)
class Talker:
    """A model whose answers are all of one length."""

    asked: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer at once."""
        if "running summary" in asked.system[0]:
            yield TextDelta(SUMMARY)
            return
        self.asked += 1
        self.bodies.append({"system": asked.body["system"]})
        yield TextDelta(ANSWER.format(self.asked))


def _call(fresh: int, read: int, written: int, output: int) -> Call:
    return Call(Purpose.ANSWER, MODEL, datetime.now(UTC), 0, None, fresh, output, read, written, "end_turn", None, "ok")


async def parley(turns: int, folder: Path, talker: Talker) -> list[Bucket]:
    """Hold the conversation with the real bot, and read its ledger."""
    environ = {"DATABASE_URL": f"sqlite:///{folder / 'parley.db'}", "PORT": "0", "CLAUDE_MODEL": MODEL}
    async with ScriptedWorkspace() as workspace, MessagesServer(talker) as server:
        read = settings.read(environ | server.environment() | workspace.environment("http"), for_slack=True)
        await migrate.upgrade(read.database_url)
        async with app.running(read) as address:
            workspace.deliver_to(f"{address}/slack/events")
            await converse(workspace, turns)
    return await ledger(environ["DATABASE_URL"], turns)


async def converse(workspace: ScriptedWorkspace, turns: int) -> None:
    """Ask one question after the other, each when the last one was answered."""
    channel = workspace.workspace.direct(workspace.me.id).id
    root = ""
    for turn in range(1, turns + 1):
        ts = workspace.say(channel, QUESTION.format(turn), thread_ts=root)
        root = root or ts
        await workspace.until(partial(has_answer, workspace, channel, root, ANSWER.format(turn).strip()))
        if not turn % 100:
            print(f"{turn} turns …", file=sys.stderr)


def has_answer(workspace: ScriptedWorkspace, channel: str, root: str, answer: str) -> bool:
    """Tell whether an answer is the last message of the thread."""
    return workspace.thread(channel, root)[-1].shown.startswith(answer)


async def ledger(url: str, turns: int) -> list[Bucket]:
    """Read what each bucket of turns took; a summary counts for the turn before it."""
    database = Database.open(url)
    card = lookup(MODEL)
    buckets = [Bucket(turns=min(BUCKET, turns - start)) for start in range(0, turns, BUCKET)]
    sql = "SELECT purpose, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens FROM calls ORDER BY id"
    async with database.reader.connect() as connection:
        rows = (await connection.execute(text(sql))).all()
    await database.close()
    turn = -1
    for purpose, fresh, read, written, output in rows:
        turn += purpose == Purpose.ANSWER
        buckets[min(turn, turns - 1) // BUCKET].add(_call(fresh, read, written, output), card)
    return buckets


def naive(turns: int, system: object, *, caches: bool) -> list[Bucket]:
    """Send the whole history with each question; with `caches`, marked for the cache as Parley marks it."""
    card, facts, cache = lookup(MODEL), find_model(MODEL), PromptCache()
    if facts is None:
        raise LookupError(MODEL)
    output = count_text(ANSWER, facts)
    messages: list[dict[str, str]] = []
    buckets = []
    for start in range(0, turns, BUCKET):
        bucket = Bucket(turns=min(BUCKET, turns - start))
        for turn in range(start + 1, start + bucket.turns + 1):
            messages.append({"role": "user", "content": QUESTION.format(turn)})
            mark = {"cache_control": {"type": "ephemeral"}} if caches else {}
            body = {"system": system if caches else _unmarked(system), "messages": messages, **mark}
            usage: InputUsage = cache.use(body, facts)
            bucket.add(_call(usage.fresh, usage.read, usage.written_5m, output), card)
            messages.append({"role": "assistant", "content": ANSWER.format(turn)})
        buckets.append(bucket)
    return buckets


def _unmarked(system: Any) -> Any:  # noqa: ANN401 - the wire's own
    return [{name: value for name, value in block.items() if name != "cache_control"} for block in system]


def table(ours: Sequence[Bucket], plain: Sequence[Bucket], cached: Sequence[Bucket]) -> str:
    """Print the mean of a turn in each bucket, and how flat it is from turn 20 on."""
    lines = [
        f"| {' | '.join(HEAD)} |",
        "| --- " * len(HEAD) + "|",
    ]
    first = 1
    for mine, theirs, marked in zip(ours, plain, cached, strict=True):
        n = mine.turns
        billed = (mine.fresh + 0.1 * mine.read + 1.25 * mine.written) / n
        lines.append(
            f"| {first}-{first + n - 1} | {mine.fresh / n:,.0f} | {mine.read / n:,.0f} | {mine.written / n:,.0f} "
            f"| {mine.output / n:,.0f} | {billed:,.0f} | {1000 * mine.dollars / n:.2f} | {1000 * mine.cold / n:.2f} "
            f"| {1000 * theirs.dollars / n:.2f} | {1000 * marked.dollars / n:.2f} |"
        )
        first += n
    later = [bucket.dollars / bucket.turns for bucket in ours[1:]]
    if later:
        lines.append(f"\nFrom turn {BUCKET + 1} on: dearest bucket / cheapest bucket = {max(later) / min(later):.2f}")
        ratio = plain[-1].dollars / ours[-1].dollars
        lines.append(f"The last {BUCKET} turns: naive / Parley = {ratio:.0f}")
        lines.append(f"All turns: ${sum(b.dollars for b in ours):.3f}, naive ${sum(b.dollars for b in plain):.3f}, ")
        lines[-1] += f"naive with the cache ${sum(b.dollars for b in cached):.3f}"
    return "\n".join(lines)


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thread", description="What a long thread costs.")
    parser.add_argument("--turns", type=int, default=500)
    turns = parser.parse_args().turns
    talker = Talker()
    with TemporaryDirectory(prefix="benchmark-") as folder:
        ours = asyncio.run(parley(turns, Path(folder), talker))
    system = talker.bodies[0]["system"]
    print(table(ours, naive(turns, system, caches=False), naive(turns, system, caches=True)))


if __name__ == "__main__":
    main()
