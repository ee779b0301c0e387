"""Measure finding messages among a million: `python -m benchmarks.find`; `--postgresql URL` takes an empty database.

How long a find takes over few and over many channels, for words that are common, not so common and rare; how large the
index is; and what it adds to storing a turn.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import insert, text

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.search import Query
from bot.core.domain.thread import Record
from bot.core.find.terms import terms_of
from bot.core.search_words import stored_words
from bot.db import migrate
from bot.db.engine import Database, normalize
from bot.db.message_search import SqlMessageSearch
from bot.db.migrate import migration_engine
from bot.db.tables import MessageRow, ThreadRow
from bot.db.threads import record
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

MESSAGES, THREADS, CHANNELS = 1_000_000, 2_000, 200
AT_ONCE = 5_000
VOCABULARY = 60_000
LENGTHS = [3] * 20 + [8] * 30 + [15] * 25 + [30] * 15 + [80] * 8 + [300] * 2  # words of a message
RANKS = {"common": (0, 20), "less common": (200, 800), "rare": (20_000, 50_000)}  # of words, by how often they are said
TIMES = 60  # finds of each kind
TRIES = 3  # of each find, of which the quickest counts: what else runs on the same cores is not its own
TURNS = 300
CANDIDATES = 101

SIZES = {
    "sqlite": "SELECT sum(length(block)) FROM message_search_data",
    "postgresql": "SELECT pg_relation_size('ix_messages_search_words')",
}
# What makes the index go, to store turns without it.
WITHOUT = {
    "sqlite": [f"DROP TRIGGER message_search_{name}" for name in ("new", "changed", "gone")],
    "postgresql": ["DROP INDEX ix_messages_search_words"],
}


@dataclass(frozen=True, slots=True)
class Speech:
    """Words by how often they are said, as in any language: the n-th in proportion to 1/n."""

    words: Sequence[str]
    weights: Sequence[float]

    @classmethod
    def made(cls, chance: random.Random) -> Speech:
        """Make words up, of one to five syllables."""
        found: dict[str, None] = {}
        while len(found) < VOCABULARY:
            syllables = chance.choices((1, 2, 3, 4, 5), (1, 3, 4, 3, 2))[0]
            found["".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(syllables))] = None
        words = list(found)
        return cls(words, list(itertools.accumulate(1 / (rank + 1) for rank in range(len(words)))))

    def said(self, chance: random.Random) -> str:
        """Return what someone says."""
        return " ".join(chance.choices(self.words, cum_weights=self.weights, k=chance.choice(LENGTHS)))


def rows(speech: Speech, chance: random.Random, count: int) -> Iterator[list[dict[str, object]]]:
    """Yield a workspace's messages, the oldest first, some at a time."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for start in range(0, count, AT_ONCE):
        made = []
        for number in range(start, min(start + AT_ONCE, count)):
            thread, said = chance.randrange(THREADS), speech.said(chance)
            words = stored_words(said, "T1", f"C{thread % CHANNELS}")
            made.append(
                {
                    "thread_id": thread + 1,
                    "role": "user",
                    "author": f"U{chance.randrange(500)}",
                    "external_id": f"{1_700_000_000 + 10 * number}.000100",
                    "text": said,
                    "search_words": words,
                    "created_at": at,
                }
            )
        yield made


async def fill(url: str, speech: Speech, chance: random.Random, count: int) -> None:
    """Store the messages, in one transaction."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    threads = [
        {
            "workspace": "T1",
            "channel": f"C{number % CHANNELS}",
            "thread": f"1700000000.{number:06}",
            "began_with_bot": True,
        }
        | {"created_at": at, "last_message_at": at, "read_until": "1"}
        for number in range(THREADS)
    ]
    engine = migration_engine(normalize(url))
    async with engine.begin() as connection:
        await connection.execute(insert(ThreadRow), threads)
        for some in rows(speech, chance, count):
            await connection.execute(insert(MessageRow), some)
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()


async def finds(database: Database, speech: Speech, chance: random.Random) -> None:
    """Print how long finding takes, by the words and by how many channels the asker is in."""
    search = SqlMessageSearch(database)
    print("| words | channels | p50, ms | p95, ms | found |\n| --- | --- | --- | --- | --- |")
    for name, ranks in (*RANKS.items(), ("two, common and rare", None)):
        for channels in (1, 10, 50, CHANNELS):
            took, found = [], 0
            for _ in range(TIMES):
                pairs = [RANKS["common"], RANKS["rare"]] if ranks is None else [ranks]
                typed = " ".join(speech.words[chance.randrange(*one)] for one in pairs)
                scope = [f"C{number}" for number in chance.sample(range(CHANNELS), channels)]
                tries = []
                for _ in range(TRIES):
                    start = time.perf_counter()
                    messages = await search.find("T1", scope, Query(terms_of(typed)), limit=CANDIDATES)
                    tries.append(((time.perf_counter() - start) * 1000, len(messages)))
                quickest, count = min(tries)
                took.append(quickest)
                found += count
            p95 = quantiles(took, n=20)[-1]
            print(f"| {name} | {channels} | {median(took):.1f} | {p95:.1f} | {found / TIMES:.0f} |", flush=True)


async def turns(database: Database, speech: Speech, chance: random.Random) -> float:
    """Store turns of a question and an answer; return the milliseconds of one, at the median."""
    took = []
    for number in range(TURNS):
        place = Place("T1", f"C{chance.randrange(CHANNELS)}", f"1800000000.{chance.randrange(10**6):06}")
        question = Message(Role.USER, "U1", speech.said(chance), f"18{number:08}.{chance.randrange(10**6):06}")
        answer = Message(Role.ASSISTANT, "", " ".join(speech.said(chance) for _ in range(3)), f"{question.id}1")
        turn = Record(place, "U1", began_with_bot=True, messages=(question, answer))

        def work(connection: Connection, turn: Record = turn) -> None:
            record(connection, turn)

        start = time.perf_counter()
        await transact(database.writer, work)
        took.append((time.perf_counter() - start) * 1000)
    return median(took)


async def measure(options: argparse.Namespace, url: str) -> None:
    """Fill a database, and measure."""
    chance = random.Random(options.seed)  # noqa: S311 (no secret)
    speech = Speech.made(chance)
    await migrate.upgrade(url)
    start = time.perf_counter()
    await fill(url, speech, chance, options.messages)
    print(f"{options.messages:,} messages stored in {time.perf_counter() - start:.0f} s\n", flush=True)
    database = Database.open(url)
    await finds(database, speech, chance)
    name = database.reader.dialect.name
    async with database.reader.connect() as connection:
        size = (await connection.execute(text(SIZES[name]))).scalar_one()
    with_index = await turns(database, speech, chance)
    async with database.writer.begin() as connection:
        for statement in WITHOUT[name]:
            await connection.execute(text(statement))
    without = await turns(database, speech, chance)
    print(f"\nThe index: {size / 1e6:.0f} MB. A turn stored: {with_index:.2f} ms, without it {without:.2f} ms.")
    texts = [speech.said(chance) for _ in range(1_000)]
    start = time.perf_counter()
    for one in texts:
        stored_words(one, "T1", "C1")
    print(f"Folding a message: {(time.perf_counter() - start) * 1000:.0f} µs.")
    await database.close()


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.find", description="Measure finding messages.")
    parser.add_argument("--messages", type=int, default=MESSAGES, help=f"how many there are; {MESSAGES:,}")
    parser.add_argument("--postgresql", default="", metavar="URL", help="an empty database, instead of an SQLite file")
    parser.add_argument("--seed", type=int, default=1, help="of chance; 1")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="benchmark-") as folder:
        asyncio.run(measure(options, options.postgresql or f"sqlite:///{Path(folder) / 'parley.db'}"))


if __name__ == "__main__":
    main()
