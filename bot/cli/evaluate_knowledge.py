"""`python -m bot evaluate knowledge`: how well questions are answered from the knowledge, against what people expect.

A row has a question, and the address or the title of the page that answers it; where that is empty, there must be no
answer. It can also have words, separated by semicolons, that the answer must have.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.calls import Call
from bot.cli.model import channel_of, connected, price
from bot.cli.shared import counted, using
from bot.core.knowledge.answer import GroundedAnswer, Inquiry, answer
from bot.db.knowledge import sql_knowledge_store
from bot.db.opened import opened
from bot.db.settings import SqlSettingsStore
from bot.errors import FileError, UsageError
from bot.reader.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.knowledge import FoundPassage
    from bot.core.domain.message import Place
    from bot.core.ports import FileReader, Model
    from bot.core.ports.knowledge import KnowledgeSearch
    from bot.settings import Settings

FIRST = 5  # passages among which the page has to be
AT_ONCE = 4
MOST_LISTED = 20  # questions that went wrong
COLUMNS = {"question": ("question", "query"), "answer": ("answer", "page", "source"), "words": ("words", "contains")}


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """A question, the page that answers it, "" for none, and words that the answer must have."""

    question: str
    page: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question."""

    expected: ExpectedAnswer
    is_found: bool
    is_cited: bool
    is_refused: bool
    calls: tuple[Call, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether it was answered otherwise than it should be: from another page, or at all."""
        return not self.is_refused and not self.is_cited


@dataclass(frozen=True, slots=True)
class KnowledgeOptions:
    """The command's options; its help explains each."""

    file: Path
    channel: str
    min_found: float = 0.0
    min_cited: float = 0.0
    min_refused: float = 0.0
    max_wrong: float = 1.0


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares, from 0 to 1: of the questions that have an answer, of those that have none, of all."""

    found: float
    cited: float
    refused: float
    wrong: float

    def reach(self, options: KnowledgeOptions) -> bool:
        """Return whether they are as good as they have to be."""
        least = (options.min_found, options.min_cited, options.min_refused)
        reached = all(
            score >= at_least for score, at_least in zip((self.found, self.cited, self.refused), least, strict=True)
        )
        return reached and self.wrong <= options.max_wrong


async def read(path: Path, files: FileReader) -> list[ExpectedAnswer]:
    """Read the questions. Raises `UsageError`."""
    with using(path):
        data = await asyncio.to_thread(path.read_bytes)
    try:
        table = await files.read_sheet(path.name, data)
    except FileError as error:
        raise UsageError(error.about(path.name)) from None
    headings = [heading.strip().casefold() for heading in table.headings]
    at = {name: next((headings.index(one) for one in known if one in headings), -1) for name, known in COLUMNS.items()}
    if at["question"] < 0 or at["answer"] < 0:
        raise UsageError(
            f"{path.name} needs the columns question and answer; the second has the page's address or title."
        )
    rows = [{name: _cell(cells, number) for name, number in at.items()} for _, cells in table.rows]
    found = [
        ExpectedAnswer(
            row["question"], row["answer"], tuple(word for one in row["words"].split(";") if (word := one.strip()))
        )
        for row in rows
        if row["question"]
    ]
    if not found:
        raise UsageError(f"No row of {path.name} has a question.")
    return found


def _cell(cells: Sequence[str], number: int) -> str:
    return cells[number].strip() if 0 <= number < len(cells) else ""


async def ask(
    expected: ExpectedAnswer, place: Place, settings: ChannelSettings, *, search: KnowledgeSearch, model: Model
) -> Outcome:
    """Answer a question, and compare. Raises a `ModelError`."""
    passages = await search.search(place, expected.question, FIRST)
    given = await answer(Inquiry(place, expected.question, "evaluate", settings), search=search, model=model)
    if not expected.page:
        return Outcome(expected, is_found=False, is_cited=False, is_refused=not given.is_known, calls=given.calls)
    return Outcome(
        expected,
        is_found=any(_is_page(one, expected.page) for one in passages),
        is_cited=_cites(given, expected),
        is_refused=not given.is_known,
        calls=given.calls,
    )


def _is_page(passage: FoundPassage, page: str) -> bool:
    return _same(page) in {_same(passage.link), _same(passage.title)}


def _cites(given: GroundedAnswer, expected: ExpectedAnswer) -> bool:
    said = given.text.casefold()
    pages = {_same(name) for one in given.sources for name in (one.url, one.title)}
    return _same(expected.page) in pages and all(word.casefold() in said for word in expected.words)


def _same(name: str) -> str:
    """Return an address or a title as it is compared."""
    return name.partition("#")[0].strip().rstrip("/").casefold()


def scored(outcomes: Sequence[Outcome]) -> Scores:
    """Count outcomes."""
    with_answer = [one for one in outcomes if one.expected.page]
    without = [one for one in outcomes if not one.expected.page]
    return Scores(
        found=_share(one.is_found for one in with_answer),
        cited=_share(one.is_cited for one in with_answer),
        refused=_share(one.is_refused for one in without),
        wrong=_share((one.is_wrong for one in outcomes), empty=0.0),
    )


def _share(held: Iterable[bool], *, empty: float = 1.0) -> float:
    counted_ = list(held)
    return sum(counted_) / len(counted_) if counted_ else empty


def report(outcomes: Sequence[Outcome]) -> str:
    """Write what was measured, and which questions went wrong."""
    scores = scored(outcomes)
    answerable = sum(bool(one.expected.page) for one in outcomes)
    calls = [call for one in outcomes for call in one.calls]
    lines = [
        f"{counted(len(outcomes), 'question')}: {answerable:,} with an answer, {len(outcomes) - answerable:,} without",
        f"found@{FIRST}   {scores.found:6.1%}  of those with an answer: the page is among the first {FIRST} passages",
        f"cited     {scores.cited:6.1%}  of those with an answer: the answer cites the page and has the words",
        f"refused   {scores.refused:6.1%}  of those without: “I don't know”",
        f"wrong     {scores.wrong:6.1%}  of all: answered from another page, without the words, or without reason",
        f"cost: {counted(len(calls), 'call')}, {price(calls)}",
    ]
    bad = [one for one in outcomes if one.is_wrong or (one.expected.page and not one.is_cited)]
    lines += [f"{'wrong' if one.is_wrong else 'refused'}: {one.expected.question[:120]}" for one in bad[:MOST_LISTED]]
    return "\n".join(lines)


async def run(options: KnowledgeOptions, settings: Settings) -> tuple[str, bool]:
    """Run the evaluation; return the report, and whether it is as good as it has to be.

    Raises `UsageError`, `SettingsError`, a `ModelError`, and what the database raises.
    """
    if (place := channel_of(options.channel)) is None:
        raise UsageError("Say whose knowledge to ask with --channel, as T012AB/C034CD.")
    async with ReaderPool() as files:
        questions = await read(options.file, files)
    gate = asyncio.Semaphore(AT_ONCE)
    async with connected(settings) as model, opened(settings.database_url) as database:
        knowledge, sheet = sql_knowledge_store(database), await SqlSettingsStore(database).load(place)
        if not await knowledge.sources.serving(place):
            raise UsageError(f"No source serves {options.channel}: add one with /parley knowledge add.")

        async def one(expected: ExpectedAnswer) -> Outcome:
            async with gate:
                return await ask(expected, place, sheet, search=knowledge.search, model=model)

        outcomes = await asyncio.gather(*map(one, questions))
    return report(outcomes), scored(outcomes).reach(options)
