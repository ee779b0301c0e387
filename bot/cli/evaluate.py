"""`python -m bot evaluate`: how well messages are classified, against labels from people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.cli.model import channel_of, connected, price
from bot.cli.shared import counted, read_text, using
from bot.core.classify import file_reader, metrics, model_calls
from bot.core.classify.classifier import Question, sort
from bot.core.classify.examples import MOST_CORRECTIONS, Nearest
from bot.core.classify.metrics import Score
from bot.core.classify.model_calls import CALLS_AT_ONCE
from bot.core.domain import category
from bot.core.domain.category import Category
from bot.core.domain.channel_settings import MAX_INSTRUCTIONS, ChannelSettings
from bot.core.domain.classification import Example
from bot.core.domain.classify_item import Item
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request
from bot.db.classify_runs import SqlClassifyItemStore
from bot.db.feedback.known import SqlKnownFeedback
from bot.db.opened import opened
from bot.errors import FileError, UsageError
from bot.reader.pool import ReaderPool

if TYPE_CHECKING:
    from bot.core.ports import FileReader, Model
    from bot.settings import Settings

LABELS = ("category", "label", "class", "gold", "expected", "truth")
PROMPTS = {".md", ".txt"}


@dataclass(frozen=True, slots=True)
class Labeled:
    """Items, and the label that people gave each, by its number."""

    items: tuple[Item, ...]
    labels: dict[int, str]

    def categories(self) -> tuple[Category, ...]:
        """Return the categories that occur. Raises `UsageError` for fewer than two, or too many."""
        return category.checked(Category(name=name) for name in dict.fromkeys(self.labels.values()))


@dataclass(frozen=True, slots=True)
class SortingMethod:
    """A way to classify, with its name in the report."""

    name: str
    settings: ChannelSettings
    examples: Callable[[Sequence[Item]], Sequence[Example]] = field(default=lambda _: ())


@dataclass(frozen=True, slots=True)
class MethodOutcome:
    """The result of a method: its score, and the calls that it took."""

    way: SortingMethod
    score: Score
    calls: tuple[Call, ...]


async def read(path: Path, files: FileReader, text: str = "", label: str = "") -> Labeled:
    """Read a labeled file; columns are named, or detected. Raises `UsageError`."""
    with using(path):
        data = await asyncio.to_thread(path.read_bytes)
    try:
        table = await files.read_sheet(path.name, data)
    except FileError as error:
        raise UsageError(error.about(path.name)) from None
    headings = [heading.casefold() for heading in table.headings]
    named = label or next((name for name in LABELS if name in headings), "")
    if not named:
        raise UsageError(f"Name the column that has the labels with --label: one of {', '.join(table.headings)}.")
    labels = file_reader.column_of(table, named)
    texts = file_reader.column_of(table, text) if text else file_reader.column_of(file_reader.without(table, labels))
    rows = [(cells[texts].strip(), cells[labels].strip()) for _, cells in table.rows if len(cells) > max(texts, labels)]
    pairs = [(text, label) for text, label in rows if text and label]
    if not pairs:
        raise UsageError(f"No row of {path.name} has both a text and a label.")
    return labeled(pairs)


def labeled(pairs: Sequence[tuple[str, str]]) -> Labeled:
    """Give each text and label a number; the first spelling of a label is used for all."""
    spelled: dict[str, str] = {}
    items = tuple(Item(number, text) for number, (text, _) in enumerate(pairs, start=1))
    names = (spelled.setdefault(label.casefold(), label) for _, label in pairs)
    return Labeled(items, dict(enumerate(names, start=1)))


def way(compared: str, settings: ChannelSettings) -> SortingMethod:
    """Read what to compare with: a file that holds a prompt, or a model's id. Raises `UsageError`."""
    path = Path(compared)
    if path.suffix.casefold() not in PROMPTS:
        return SortingMethod(compared, settings.model_copy(update={"model": compared}))
    text = read_text(path).strip()
    if len(text) > MAX_INSTRUCTIONS:
        raise UsageError(f"A prompt has at most {MAX_INSTRUCTIONS:,} characters; {path.name} has {len(text):,}.")
    return SortingMethod(path.name, settings.model_copy(update={"instructions": text}))


def others(examples: Sequence[Example]) -> Callable[[Sequence[Item]], Sequence[Example]]:
    """Find the nearest examples for a batch, except its own items: an item must not be tested with its own label."""
    nearest = Nearest(examples)

    def find(items: Sequence[Item]) -> list[Example]:
        texts = {item.text for item in items}
        return [one for one in nearest.to(items) if one.text not in texts]

    return find


async def evaluate(data: Labeled, categories: Sequence[Category], way: SortingMethod, *, model: Model) -> MethodOutcome:
    """Sort all items in one way, as a run does, and score it. Raises a `ModelError`."""
    asking = Request(Purpose.CLASSIFY, (), 0, "evaluate", way.settings, Creativity.LOW)
    question = Question(asking, tuple(categories), examples=way.examples)
    gate = asyncio.Semaphore(CALLS_AT_ONCE)
    given: dict[int, str] = {}
    calls: list[Call] = []

    async def work(items: Sequence[Item]) -> None:
        async with gate:
            outcome = await sort(items, question, model=model)
        calls.extend(outcome.calls)
        if outcome.failure:
            raise outcome.failure
        given.update({verdict.number: "".join(verdict.categories[:1]) for verdict in outcome.verdicts.values()})

    await asyncio.gather(*map(work, model_calls.batches(data.items)))
    return MethodOutcome(way, Score.of((data.labels[number], given[number]) for number in data.labels), tuple(calls))


def report(outcomes: Sequence[MethodOutcome]) -> str:
    """Write the outcome of each method, and a comparison at the end."""
    parts = [f"== {one.way.name}\n{metrics.table(one.score)}\ncost: {cost(one)}" for one in outcomes]
    if len(outcomes) > 1:
        width = max(len(one.way.name) for one in outcomes)
        lines = [f"{'':<{width}}  accuracy  macro F1  cost"]
        lines += [
            f"{one.way.name:<{width}}  {one.score.accuracy:8.3f}  {one.score.f1:8.3f}  {cost(one)}" for one in outcomes
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cost(outcome: MethodOutcome) -> str:
    """Write what a method cost."""
    read = sum(call.input_tokens + call.cache_read_tokens + call.cache_write_tokens for call in outcome.calls)
    written = sum(call.output_tokens for call in outcome.calls)
    tokens = f"{counted(len(outcome.calls), 'call')}, {read:,} tokens in, {written:,} out"
    return f"{tokens}, {price(outcome.calls)}"


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """The command's options; its help explains each."""

    file: Path | None = None
    from_corrections: bool = False
    channel: str = ""
    text: str = ""
    label: str = ""
    categories: Path | None = None
    prompt: Path | None = None
    compare: Sequence[str] = ()
    min_f1: float = 0.0


async def run(options: EvaluateOptions, settings: Settings) -> tuple[str, bool]:
    """Run the evaluation; return the report, and whether the first method reaches the required score.

    Raises `UsageError`, `SettingsError`, a `ModelError`, and what the database raises.
    """
    usual = ChannelSettings()
    base = replace(way(str(options.prompt), usual), name=options.prompt.name) if options.prompt else None
    ways = [
        base or SortingMethod(settings.claude_model, usual),
        *(way(compared, usual) for compared in options.compare),
    ]
    if options.file is not None:
        async with ReaderPool() as files:
            data = await read(options.file, files, options.text, options.label)
    else:
        corrected = await _corrected(settings.database_url, options.channel)
        data = labeled([(one.text, one.categories[0]) for one in corrected])
        ways = [SortingMethod(f"{one.name} without corrections", one.settings) for one in ways[:1]] + [
            replace(one, name=f"{one.name} with corrections", examples=others(corrected)) for one in ways
        ]
    categories = with_definitions(data, options.categories)
    async with connected(settings) as model:
        for one in ways:
            if fault := model.facts.faults(one.settings).get("model"):
                raise UsageError(fault)
        outcomes = [await evaluate(data, categories, one, model=model) for one in ways]
        return report(outcomes), outcomes[0].score.f1 >= options.min_f1


async def _corrected(url: str, channel: str) -> Sequence[Example]:
    """Load what people corrected, in a channel `T…/C…` or in any.

    Raises `UsageError` where that is nothing, and what the database raises.
    """
    place = channel_of(channel)
    async with opened(url) as database:
        of_runs = await SqlClassifyItemStore(database).all_corrections(place, MOST_CORRECTIONS)
        of_feedback = await SqlKnownFeedback(database).all_corrections(place, MOST_CORRECTIONS)
    found = [*of_runs, *of_feedback][:MOST_CORRECTIONS]
    if not found:
        raise UsageError("No one has corrected a category yet.")
    return found


def with_definitions(data: Labeled, path: Path | None) -> tuple[Category, ...]:
    """Return the categories of a file, one a line, or else those that occur. Raises `UsageError`."""
    if path is None:
        return data.categories()
    found = category.read(read_text(path))
    names = {one.name.casefold() for one in found}
    if unknown := next((label for label in data.labels.values() if label.casefold() not in names), ""):
        raise UsageError(f"The label “{unknown[:80]}” is not among the categories of {path.name}.")
    return found
