"""Count what sorting messages takes, beside one call a message: `python -m benchmarks.classify`.

Both ways give each message's category, confidence and evidence, from the same prompt and the same definitions; one call
a message fills in the plain form that anybody would write for one.

The model is the playground's rehearsal on this machine, so nothing is spent. It counts tokens as the playground does,
1.3 every four bytes, and bills them by the catalog's prices: the ratios are what this is about.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import create_model

from benchmarks.large_run import sort_file
from bot.calls import Call, Purpose
from bot.claude import catalog
from bot.claude.client import connect
from bot.claude.prices import cost
from bot.core.classify import model_calls, schema
from bot.core.classify.classifier import BatchOutcome, Question, sort
from bot.core.classify.evidence import evidence
from bot.core.classify.model_calls import CALLS_AT_ONCE
from bot.core.domain.category import FEEDBACK
from bot.core.domain.classification import Verdict
from bot.core.domain.classify_item import Item
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.claude.client import Claude
    from bot.core.domain.category import Category

Verdicts = Mapping[int, Verdict]

MODEL = "claude-haiku-5-5"
FEWER_CALLS, CHEAPER = 10, 5  # what the ratios have to be at least
LEAST_OF_ITEM = 25  # tokens of a call's input that are its message's own, at least

WHO = ("Since the last update", "On my phone", "In the office", "Every morning", "Since we moved to the new plan")
WHAT = (
    "the app crashes when I upload a photo",
    "I cannot log in with my work account any more",
    "pages take half a minute to load",
    "I was charged twice for the same month",
    "I would love to have a dark mode for the reports",
    "everything works so much better, thank you all",
    "how do I export the list of members to a spreadsheet?",
    "the weather has been lovely and nobody was at their desk",
)
MORE = (
    "",
    " It has been like this for a week.",
    " My colleagues see the same.",
    " Could somebody have a look, please?",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a way of sorting took."""

    name: str
    calls: Sequence[Call]
    factor: float = 1.0

    @property
    def tokens(self) -> int:
        """All tokens that are billed."""
        return sum(
            call.input_tokens + call.cache_read_tokens + call.cache_write_tokens + call.output_tokens
            for call in self.calls
        )

    @property
    def dollars(self) -> float:
        """What they cost."""
        card = catalog.lookup(MODEL)
        return self.factor * sum(float(cost(card, call) or 0) for call in self.calls)


def messages(count: int) -> list[Item]:
    """Make messages of the length that feedback has."""
    texts = itertools.cycle(itertools.product(MORE, WHO, WHAT))
    numbered = zip(range(1, count + 1), texts, strict=False)
    return [Item(n, f"{who} {what}.{more}") for n, (more, who, what) in numbered]


class Alone(Question):
    """One message a call, and the form that is natural for one: no rows, no numbers."""

    @property
    def form(self) -> Any:  # noqa: ANN401 - a class, made for these categories
        """The form to fill in."""
        category = schema.one_of([one.name for one in self.categories])
        return create_model("Verdict", category=(category, ...), confidence=(int, ...), evidence=(str, ...))

    def read(self, filled: Any, items: Sequence[Item]) -> dict[int, Verdict]:  # noqa: ANN401 - made just above
        """Return what a filled form says of the message."""
        (item,) = items
        said = evidence(filled.evidence, item.text)
        return {item.number: Verdict(item.number, (filled.category,), filled.confidence, said)}


async def take(name: str, parts: Iterable[Sequence[Item]], question: Question, claude: Claude) -> tuple[Row, Verdicts]:
    """Sort all parts, some at once; return what that took, and what came of it."""
    gate = asyncio.Semaphore(CALLS_AT_ONCE)

    async def one(items: Sequence[Item]) -> BatchOutcome:
        async with gate:
            outcome = await sort(items, question, model=claude.model())
        if outcome.failure or any(not verdict.categories for verdict in outcome.verdicts.values()):
            raise SystemExit(f"{name}: not all messages were sorted: {outcome.failure}")
        return outcome

    outcomes = await asyncio.gather(*map(one, parts))
    verdicts = {number: verdict for outcome in outcomes for number, verdict in outcome.verdicts.items()}
    return Row(name, [call for outcome in outcomes for call in outcome.calls]), verdicts


async def measure(count: int, categories: Sequence[Category]) -> list[Row]:
    """Sort the messages in each way."""
    items = messages(count)
    async with MessagesServer(Rehearsal(pace=0)) as server:
        told = server.environment()
        key, url = told["ANTHROPIC_API_KEY"], told["ANTHROPIC_BASE_URL"]
        async with connect(api_key=key, model=MODEL, base_url=url) as claude:
            asking = Request(Purpose.CLASSIFY, (), 0, "benchmark", creativity=Creativity.LOW), tuple(categories)
            alone, one_by_one = await take("one call a message", ((item,) for item in items), Alone(*asking), claude)
            together, all_at_once = await take("/classify", model_calls.batches(items), Question(*asking), claude)
    if one_by_one != all_at_once:
        raise SystemExit("The two ways give different verdicts, so their prices can't be compared.")
    with_evidence = sum(bool(verdict.evidence) for verdict in all_at_once.values())
    print(f"{with_evidence:,} of {count:,} have evidence, the same in both ways.")
    return [alone, cached(alone), together, replace(together, name="/classify --batch", factor=0.5)]


def cached(row: Row) -> Row:
    """Bill what is the same in each call as if the API's cache had served it, every time and whatever its length."""
    same = min(call.input_tokens for call in row.calls) - LEAST_OF_ITEM
    calls = [replace(call, input_tokens=call.input_tokens - same, cache_read_tokens=same) for call in row.calls]
    return Row(f"{row.name}, the prompt cached", calls)


def table(rows: Sequence[Row], count: int) -> str:
    """Write the figures for a thousand messages as a Markdown table."""
    each, base = 1_000 / count, rows[0]
    lines = [
        "| a thousand messages | calls | billed tokens | dollars | fewer calls | cheaper |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row.name} | {len(row.calls) * each:,.0f} | {row.tokens * each:,.0f} | {row.dollars * each:.4f} "
        f"| {len(base.calls) / len(row.calls):.1f}x | {base.dollars / row.dollars:.1f}x |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, measure, and fail where the ratios are not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description="Count what sorting takes.")
    parser.add_argument("--messages", type=int, default=1_000, help="how many; 1,000 unless told")
    parser.add_argument(
        "--rows", type=int, default=0, help="sort one file of so many rows instead, and print what it took"
    )
    options = parser.parse_args()
    if options.rows:
        print(asyncio.run(sort_file(item.text for item in messages(options.rows))))
        return
    print(f"{MODEL}, {options.messages:,} messages, {len(FEEDBACK)} categories")
    sets = {"definitions": [one.model_copy(update={"examples": ()}) for one in FEEDBACK], "examples, too": FEEDBACK}
    is_missed = False
    for name, categories in sets.items():
        rows = asyncio.run(measure(options.messages, categories))
        print(f"\nWith {name}:\n\n{table(rows, options.messages)}")
        alone, _, together, _ = rows
        is_missed |= len(alone.calls) < FEWER_CALLS * len(together.calls) or alone.dollars < CHEAPER * together.dollars
    if is_missed:
        raise SystemExit(f"Missed: {FEWER_CALLS}x fewer calls, {CHEAPER}x cheaper.")


if __name__ == "__main__":
    main()
