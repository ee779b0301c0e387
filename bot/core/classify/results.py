"""Write a run's result: the numbered list of a short one, the counts of a long one, and what to check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.domain.category import UNCLASSIFIED
from bot.core.domain.classify_item import SHOWN_TO_MODEL
from bot.core.markdown_table import cell, markdown_table
from bot.core.writing.notes import apology
from bot.errors import ModelFormError
from bot.language import _, ngettext, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.domain.classification import Sorted

MOST_LISTED = 25  # items; more are counted
SHOWN_OF_ITEM = 300  # characters
MOST_COUNTED = 60  # categories in a table
UNSURE = "⚠️"  # marks an item that a person should check


@dataclass(slots=True)
class RunCounts:
    """The numbers of a run."""

    items: int = 0
    by_category: Counter[str] = field(default_factory=Counter)  # more than `items` if an item can have several
    unsure: int = 0
    unclassified: int = 0
    cut: int = 0  # judged by their beginnings and ends
    corrected: int = 0

    def add(self, results: Iterable[Sorted], threshold: int) -> None:
        """Add items to the counts; `threshold` is the confidence, in percent, below which a person should check."""
        for one in results:
            self.items += 1
            self.by_category.update(one.verdict.categories or (UNCLASSIFIED,))
            self.unclassified += not one.verdict.categories
            self.unsure += bool(one.verdict.categories) and one.needs_person(threshold)
            self.cut += one.item.is_cut
            self.corrected += bool(one.corrected_by)


def listing(results: Sequence[Sorted], threshold: int) -> str:
    """Return the numbered list: `1. Bug report - My app crashes`."""
    lines = []
    for one in results:
        shown = one.item.opening(SHOWN_OF_ITEM)
        category = ", ".join(one.verdict.categories) or UNCLASSIFIED
        unsure = f" {UNSURE}" if one.verdict.categories and one.needs_person(threshold) else ""
        lines.append(f"{one.item.number}. {category} - {shown}{unsure}")
    return "\n".join(lines)


def table(counts: RunCounts) -> str:
    """Return the counts as a Markdown table, the most frequent category first."""
    total = counts.items or 1
    ranked = counts.by_category.most_common()
    rows = [(cell(name), number(count), percent(count / total)) for name, count in ranked[:MOST_COUNTED]]
    if rest := ranked[MOST_COUNTED:]:
        rows.append((_("{n:,} more", n=len(rest)), number(sum(count for _name, count in rest)), ""))
    return markdown_table((_("Category"), _("Messages"), _("Share")), rows, numbers=(1, 2))


def notes(counts: RunCounts, threshold: int, reference: str = "") -> str:
    """Say what a person should know about the result, "" for nothing; `reference` is for what went wrong."""
    said = []
    if counts.unsure:
        sentence = ngettext(
            "{n:,} of {all:,} is below {share:.0%} confidence; please check.",
            "{n:,} of {all:,} are below {share:.0%} confidence; please check.",
            counts.unsure,
            all=counts.items,
            share=threshold / 100,
        )
        said.append(f"{UNSURE} {sentence}")
    if counts.unclassified:
        why = f" {apology(ModelFormError('unclassified'), reference)}" if reference else ""
        sentence = ngettext(
            "{n:,} of {all:,} got no category.",
            "{n:,} of {all:,} got no category.",
            counts.unclassified,
            all=counts.items,
        )
        said.append(f"{sentence}{why}")
    if counts.cut:
        sentence = ngettext(
            "{n:,} message is longer than {most:,} characters; I judged it by its beginning and end.",
            "{n:,} messages are longer than {most:,} characters; I judged them by their beginnings and ends.",
            counts.cut,
            most=SHOWN_TO_MODEL,
        )
        said.append(sentence)
    return "\n".join(f"_{sentence}_" for sentence in said)
