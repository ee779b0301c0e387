"""What a turn costs that looks things up, by the bot's own ledger: `python -m benchmarks.web_turn`.

The real bot answers in the local workspace, first in a new thread and then again in the same one, whose beginning the
API still has in its cache. The local Anthropic counts a token for four bytes; the searches and the prices are the real
ones, as the catalog has them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot import app, settings
from bot.claude.catalog import catalog, find
from bot.claude.prices import price
from bot.db import migrate
from bot.playground.anthropic.reply import ToolUse
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.rows import Rows
from tests.support.scripted import ScriptedModel, Search
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import Sequence

MODELS = ("claude-haiku-5-5", "claude-opus-5")
PATIENCE = 30.0  # seconds
WRITTEN = "Lumenpad exports PDF, Markdown and plain text; the team decided on PDF for the handbook. " * 6
LEDGER = (
    "SELECT COUNT(*), SUM(input_tokens), SUM(cache_read_tokens), SUM(cache_write_tokens), SUM(output_tokens), "
    "SUM(web_searches), SUM(cost_micros) FROM calls"
)
HEAD = ("model", "turn", "calls", "tokens in", "from the cache", "tokens out", "searches", "dollars", "without a cache")


@dataclass(frozen=True, slots=True)
class Spent:
    """What the ledger has added up."""

    calls: int
    fresh: int
    read: int
    written: int
    output: int
    searches: int
    micros: int

    def since(self, before: Spent) -> Spent:
        """Return what came in addition."""
        return Spent(*(getattr(self, name) - getattr(before, name) for name in self.__slots__))

    def row(self, model: str, turn: str) -> Sequence[str]:
        """Write a row of the table."""
        card = find(model)
        tokens = self.fresh + self.read + self.written
        plain = price(card, tokens, self.output) if card else None
        whole = f"{plain + self.searches * catalog().search_fee:.5f}" if plain is not None else "unknown"
        counted = (f"{tokens:,}", f"{self.read:,}", f"{self.output:,}", f"{self.searches}")
        return model, turn, f"{self.calls}", *counted, f"{self.micros / 1e6:.5f}", whole


def plain(model: ScriptedModel) -> None:
    """Answer at once."""
    model.answer(WRITTEN)


def finding(model: ScriptedModel) -> None:
    """Look for what the team said, and answer."""
    model.answer("Let me look.", ToolUse("find_messages", {"query": "handbook format"}))
    model.answer(WRITTEN)


def searching(model: ScriptedModel) -> None:
    """Search the web once, and answer."""
    model.answer("Let me look.", Search("Lumenpad export"), WRITTEN)


KINDS = (
    ("no tools", ("set find_messages off", "set web off"), plain),
    ("tools, none used", ("set find_messages on", "set web on"), plain),
    ("find_messages", ("set find_messages on", "set web off"), finding),
    ("one web search", ("set find_messages off", "set web on"), searching),
)


async def measure(name: str, folder: Path) -> None:
    """Let one model answer each kind of turn twice; print a row for each."""
    model, rules = ScriptedModel(), Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
    database = f"sqlite:///{folder / 'parley.db'}"
    async with model.serving() as claude, ScriptedWorkspace(rules) as local:
        environ = {"DATABASE_URL": database, "PORT": "0", "SLACK_RATE_FACTOR": "10000", "CLAUDE_MODEL": name}
        read = settings.read(environ | claude | local.environment("http"), for_slack=True)
        await migrate.upgrade(read.database_url)
        ledger, general = Rows(database), local.channel("general")
        async with app.running(read) as address:
            local.deliver_to(f"{address}/slack/events")
            spent = Spent(0, 0, 0, 0, 0, 0, 0)
            for kind, typed, script in KINDS:
                for one in typed:
                    seen = len(local.ephemerals())
                    await local.command(general, "/parley", one)
                    await local.until(lambda seen=seen: len(local.ephemerals()) > seen, PATIENCE)  # type: ignore[misc]
                thread = ""
                for turn in ("first", "second"):
                    script(model)
                    said = f"<@{local.bot.id}> what does Lumenpad export?"
                    ts = local.say(general, said, thread_ts=thread)
                    thread = thread or ts
                    after = await added(ledger, spent, calls=2 if script is finding else 1)
                    print(f"| {' | '.join(after.since(spent).row(name, f'{kind}, {turn}'))} |", flush=True)
                    spent = after
        await ledger.aclose()


async def added(ledger: Rows, before: Spent, *, calls: int) -> Spent:
    """Wait until so many calls more are in the ledger; return its sums."""
    async with asyncio.timeout(PATIENCE):
        while True:
            ((number, *sums),) = await ledger.ask(LEDGER)
            if int(str(number)) >= before.calls + calls:
                return Spent(int(str(number)), *(int(str(one)) for one in sums))
            await asyncio.sleep(0.05)


async def measure_all() -> None:
    """Measure each model on a database of its own."""
    print(f"| {' | '.join(HEAD)} |\n|---|---|{'--:|' * (len(HEAD) - 2)}")
    for name in MODELS:
        with TemporaryDirectory(prefix="web-turn-") as folder:
            await measure(name, Path(folder))


if __name__ == "__main__":
    asyncio.run(measure_all())
