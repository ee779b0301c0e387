"""Measure the search of knowledge on documentation that is not ours: `python -m benchmarks.retrieval --help`.

How often the page that answers a question is among the first five passages (recall@5), and how far up (MRR), beside
plain full text of the same passages: SQLite's FTS5 with its own BM25, unstemmed, of any or of all words. And how long a
search takes among 10,000 pages. The questions were written after the search, and none was tried on it before; the
third that `--verbose` never shows is for whoever tunes it on the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import re
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lxml import etree

from benchmarks.world import lateness
from bot.core.documents import web_page
from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind
from bot.core.domain.message import Place
from bot.core.knowledge.passages import passages
from bot.db import migrate
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.core.ports.knowledge import KnowledgeStore

QUESTIONS = Path(__file__).parent / "data" / "retrieval.csv"
GET = """get the documentation (HTML, of Debian 12; nothing is installed):
  apt-get download postgresql-doc-15 python-django-doc git-doc
  for package in *.deb; do dpkg-deb -x $package docs; done
  python -m benchmarks.retrieval docs/usr/share/doc
"""
FOLDERS = {
    "postgresql": "postgresql-doc-15/html",
    "django": "python-django-doc/html",
    "git": "git-doc",
}
HERE = Place("T1", "C1")
NOW = datetime(2026, 11, 30, tzinfo=UTC)
SHOWN = 5  # passages of a search
FAR = 20  # beyond which a page does not count as found at all
TESTED = 3  # of so many questions one is kept out of the tuning
MANY = 10_000  # pages
TIMES = 300  # searches among those

Search = "Callable[[str], Awaitable[Sequence[str]]]"


@dataclass(frozen=True)
class Question:
    """A question, and the pages that answer it."""

    kind: str
    pages: frozenset[str]
    text: str
    is_test: bool


def questions() -> list[Question]:
    """Read the questions."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Question(row["kind"], frozenset(row["page"].split("|")), row["question"], number % TESTED == TESTED - 1)
        for number, row in enumerate(rows)
    ]


def documentation(folder: Path) -> dict[str, ReadPage]:
    """Read the pages, by their names in the questions."""
    found = {}
    for name, below in FOLDERS.items():
        root = folder / below
        for path in sorted(root.rglob("*.html")):
            html = path.read_text(encoding="utf-8", errors="replace")
            parsed = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
            title = " ".join((parsed.findtext(".//title") or "").split()) if parsed is not None else ""
            address = f"{name}/{path.relative_to(root).with_suffix('')}"
            found[address] = ReadPage(address, address, title, web_page.read(html).text, "en")
    return found


async def read(store: KnowledgeStore, pages: Mapping[str, ReadPage], name: str) -> None:
    """Let a source have these pages."""
    added = await store.sources.add(NewSource("T1", "", SourceKind.FOLDER, name, name, "U1"), NOW)
    source = await store.pages.begin(added, pages, NOW)
    if source is None:
        raise RuntimeError(name)  # not for people: no one else reads it
    for address, page in pages.items():
        await store.pages.keep(source, address, page, NOW)
    await store.pages.finish(source, NOW, NOW + timedelta(days=1))


def plain(pages: Mapping[str, ReadPage], joined: str) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Return a search by SQLite's full text alone."""
    file = sqlite3.connect(":memory:")
    file.execute("CREATE VIRTUAL TABLE passage USING fts5(title, headings, text, address UNINDEXED)")
    for address, page in pages.items():
        parts = [(page.title, " ".join(one.headings), one.text, address) for one in passages(page.text)]
        file.executemany("INSERT INTO passage VALUES (?, ?, ?, ?)", parts)

    async def search(question: str) -> list[str]:
        words = re.findall(r"\w+", question)
        wanted = joined.join(f'"{word}"' for word in words)
        query = "SELECT address FROM passage WHERE passage MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in file.execute(query, (wanted, FAR))] if words else []

    return search


def found_by(store: KnowledgeStore) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Return our search."""

    async def search(question: str) -> list[str]:
        return [one.link for one in await store.search.search(HERE, question, FAR)]

    return search


async def rank(search: Callable[[str], Awaitable[Sequence[str]]], question: Question) -> int:
    """Return at which place of the passages one of a right page is, 0 for none."""
    found = await search(question.text)
    return next((at for at, page in enumerate(found, 1) if page in question.pages), 0)


def row(name: str, ranks: Sequence[int]) -> str:
    """Return a row of the table."""
    recall = mean(0 < one <= SHOWN for one in ranks)
    return f"| {name} | {len(ranks)} | {recall:.1%} | {mean(1 / one if one else 0 for one in ranks):.3f} |"


async def measure_quality(
    searches: Mapping[str, Callable[[str], Awaitable[Sequence[str]]]], asked: Sequence[Question], *, verbose: bool
) -> None:
    """Print how well each search does on all questions, those that were kept aside, and each kind."""
    for name, search in searches.items():
        ranks = {question: await rank(search, question) for question in asked}
        print(f"\n{name}\n\n| questions | number | recall@{SHOWN} | MRR |\n|---|---|---|---|")
        groups: dict[str, list[int]] = defaultdict(list)
        for question, one in ranks.items():
            groups["all"].append(one)
            groups["for tuning" if not question.is_test else "kept aside"].append(one)
            if not question.is_test or not verbose:
                groups[question.kind].append(one)
                groups[min(question.pages).split("/")[0]].append(one)
        print("\n".join(row(group, found) for group, found in groups.items()), flush=True)
        if verbose and name == "Parley":
            for question, one in ranks.items():
                if not question.is_test and not 0 < one <= SHOWN:
                    print(one, question.kind, sorted(question.pages), question.text, await search(question.text))


async def measure_speed(url: str, pages: Mapping[str, ReadPage], asked: Sequence[Question]) -> None:
    """Print how long a search takes among many pages."""
    await migrate.upgrade(url)
    database = Database.open(url)
    store = sql_knowledge_store(database)
    begun = time.perf_counter()
    count = 0
    while count < MANY:
        some = dict(list(pages.items())[: MANY - count])
        await read(store, some, f"copy {count}")
        count += len(some)
    took = time.perf_counter() - begun
    times = []
    async with lateness() as late:
        for number in range(TIMES):
            start = time.perf_counter()
            await store.search.search(HERE, asked[number % len(asked)].text, SHOWN)
            times.append((time.perf_counter() - start) * 1_000)
    cuts = quantiles(times, n=100)
    kind = database.reader.dialect.name
    print(
        f"\n{kind}: {count:,} pages, written in {took:.0f} s; a search takes {median(times):.0f} ms "
        f"(p95 {cuts[94]:.0f}, longest {max(times):.0f}); the loop was late by {max(late) * 1_000:.0f} ms at most"
    )
    await database.close()


async def measure(options: argparse.Namespace) -> None:
    """Measure what the options ask for."""
    pages = documentation(options.folder)
    asked = questions()
    unknown = sorted({page for question in asked for page in question.pages} - pages.keys())
    if unknown:
        raise SystemExit(f"not in {options.folder}: {', '.join(unknown)}")
    print(f"{len(pages):,} pages, {len(asked)} questions")
    with TemporaryDirectory(prefix="retrieval-") as folder:
        url = f"sqlite:///{folder}/quality.db"
        await migrate.upgrade(url)
        database = Database.open(url)
        store = sql_knowledge_store(database)
        for name in FOLDERS:
            await read(
                store, {address: page for address, page in pages.items() if address.startswith(f"{name}/")}, name
            )
        searches = {
            "FTS5, all words": plain(pages, " "),
            "FTS5, any words": plain(pages, " OR "),
            "Parley": found_by(store),
        }
        await measure_quality(searches, asked, verbose=options.verbose)
        await database.close()
        if not options.quality:
            await measure_speed(f"sqlite:///{folder}/speed.db", pages, asked)
            if options.postgresql:
                await measure_speed(options.postgresql, pages, asked)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.retrieval",
        description="Measure the search of knowledge.",
        epilog=GET,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the documentation")
    parser.add_argument("--postgresql", default="", metavar="URL", help="an empty database, to be measured too")
    parser.add_argument("--quality", action="store_true", help="only how well it finds, not how fast")
    parser.add_argument("--verbose", action="store_true", help="print the questions that it did not answer")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
