"""Render a run's result: the list of a short one; the counts, the chart and the files of a long one; what to check."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core import chart
from bot.core.actions import CORRECT_ROWS, EXPORT_RUN
from bot.core.classify import export
from bot.core.classify.checkpoint import RunCheckpoint
from bot.core.domain.category import UNCLASSIFIED
from bot.core.domain.classification import Sorted, counted
from bot.core.domain.classify_item import SHOWN_TO_MODEL
from bot.core.domain.control_value import RunRef
from bot.core.domain.message import Place, Upload
from bot.core.markdown_table import cell, markdown_table
from bot.core.money import dollars
from bot.core.writing.notes import apology, disclaimer, unapplied
from bot.errors import ChatError, ModelFormError
from bot.language import _, ngettext, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.classify.context import ClassifyContext
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.interaction import Control
    from bot.core.ports import Answer, Checkpoint

log = logging.getLogger(__name__)

MOST_LISTED = 25  # items; more are counted
SHOWN_OF_ITEM = 300  # characters
MOST_COUNTED = 60  # categories in a table
UNSURE = "⚠️"  # marks an item that a person should check
SHOWN_UNSURE = 5  # items that a person should check, shown in the message
SHOWN_OF_UNSURE = 120  # characters


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


async def report(
    run: ClassifyRun, settings: ChannelSettings, visible: Answer, *, checkpoint: Checkpoint, context: ClassifyContext
) -> tuple[str, str]:
    """Show a run's result, with files if it is long; return the text and its message's id."""
    if run.items <= MOST_LISTED:
        text = await short(run, settings, context, checkpoint.reference)
    else:
        where = await upload(run, settings, checkpoint=checkpoint, context=context, picture=True)
        text = f"{await summary(run, settings, context, checkpoint.reference)}\n\n{where}"
    return text, await visible.replace(text, footer=disclaimer(settings), controls=controls(run))


def controls(run: ClassifyRun) -> Sequence[Control]:
    """Return the buttons below a result."""
    if run.is_private:
        return ()
    buttons = [CORRECT_ROWS.button(RunRef(run=run.id))]
    if run.items > MOST_LISTED:
        buttons.append(EXPORT_RUN.button(RunRef(run=run.id)))
    return buttons


async def short(run: ClassifyRun, settings: ChannelSettings, context: ClassifyContext, reference: str = "") -> str:
    """Return the numbered list."""
    results = [one async for page in context.items.results(run.id) for one in page]
    counts = RunCounts()
    counts.add(results, settings.check_below)
    said = notes(counts, settings.check_below, reference)
    ending = (f"\n\n{said}" if said else "") + unapplied(settings, context.model)
    return listing(results, settings.check_below) + _file(run) + ending


def _file(run: ClassifyRun) -> str:
    """Say what was read of a file, and what was wrong with the request: a list does not show that."""
    left_out = (_left_out(run.skipped),) if run.skipped else ()
    told = (*((_("From {source}.", source=run.source), *left_out) if run.is_file else ()), *run.remarks)
    return "\n\n" + "\n".join(f"_{one}_" for one in told) if told else ""


def _left_out(count: int) -> str:
    return ngettext("{n:,} without text was left out.", "{n:,} without text were left out.", count)


async def summary(run: ClassifyRun, settings: ChannelSettings, context: ClassifyContext, reference: str = "") -> str:
    """Return the counts, and the first items that a person should check."""
    counts, unsure = RunCounts(), list[Sorted]()
    async for page in context.items.results(run.id):
        counts.add(page, settings.check_below)
        if len(unsure) < SHOWN_UNSURE:
            unsure += [one for one in page if one.needs_person(settings.check_below)]
    parts = [f"**{counted(counts.items)}** ({run.source}), {_cost(run)}", table(counts)]
    if said := notes(counts, settings.check_below, reference):
        parts.append(said)
    if unsure:
        parts.append("\n".join(map(_unsure, unsure[:SHOWN_UNSURE])))
    if run.skipped:
        parts.append(f"_{_left_out(run.skipped)}_")
    parts += [f"_{one}_" for one in run.remarks]
    return "\n\n".join(parts) + unapplied(settings, context.model)


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


def _unsure(one: Sorted) -> str:
    shown = one.item.opening(SHOWN_OF_UNSURE)
    category = ", ".join(one.verdict.categories) or _("no category")
    return f"{UNSURE} {one.item.number}. {category} ({percent(one.verdict.confidence / 100)}) - {shown}"


def _cost(run: ClassifyRun) -> str:
    calls = ngettext("{n:,} call", "{n:,} calls", run.calls)
    price = dollars(run.dollars) if run.dollars is not None else _("price unknown")
    return f"{calls}, {price}"


async def upload(
    run: ClassifyRun,
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    context: ClassifyContext,
    picture: bool = False,
    version: int = 0,
) -> str:
    """Upload the CSV and the XLSX, and the chart if `picture`; return the sentence that says so."""
    results = [one async for page in context.items.results(run.id) for one in page]
    threshold = settings.check_below
    stem = f"{export.stem(run.source)}-{version}" if version else export.stem(run.source)
    files = {
        f"{stem}.csv": await asyncio.to_thread(export.to_csv, results, threshold, run.columns),
        f"{stem}.xlsx": await asyncio.to_thread(export.to_xlsx, results, threshold, run.columns),
    }
    if picture:
        counts = RunCounts()
        counts.add(results, threshold)
        # A picture travels on its own, where "this channel" says nothing.
        origin = Place(run.place.workspace, run.origin) if run.origin and not run.is_file else None
        source = await context.chat.names.spell_out(origin, f"<#{origin.channel}>") if origin else run.source
        title = f"{counted(counts.items)}: {source}"
        drawn = await asyncio.to_thread(chart.bars, counts.by_category.most_common(), title)
        files = {f"{stem}.png": drawn} | files
    try:
        place = await context.chat.posts.open_direct(run.place, run.asker) if run.is_private else run.place
        uploads = [Upload(name, content) for name, content in files.items()]
        await context.chat.posts.upload(place, uploads, RunCheckpoint(run, checkpoint.turn, context.runs))
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("upload failed: %s", error)  # the counts can still be shown
        said = _("I couldn't upload the files. Press “Download updated files” to try again.")
        return f"_{said}_"
    if run.is_private:
        return _(
            "{name}.csv and {name}.xlsx, in our direct messages, have each message with its category, confidence and "
            "evidence.",
            name=stem,
        )
    return _(
        "{name}.csv and {name}.xlsx, below, have each message with its category, confidence and evidence.", name=stem
    )
