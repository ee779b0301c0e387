"""Render the end of a run: the list or the counts, the chart, and the files."""

from __future__ import annotations

import asyncio
import logging
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core import chart
from bot.core.actions import CORRECT_ROWS, EXPORT_RUN
from bot.core.classify import export
from bot.core.classify.checkpoint import RunCheckpoint
from bot.core.classify.results import MOST_LISTED, UNSURE, RunCounts, listing, notes, table
from bot.core.domain.classification import Sorted, counted
from bot.core.domain.control_value import RunRef
from bot.core.domain.message import Place, Upload
from bot.core.money import dollars
from bot.core.writing.notes import disclaimer, unapplied
from bot.errors import ChatError
from bot.language import _, ngettext, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.start import ClassifyContext
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.interaction import Control
    from bot.core.ports import Answer, Checkpoint

log = logging.getLogger(__name__)

SHOWN_UNSURE = 5  # items that a person should check, shown in the message
SHOWN_OF_UNSURE = 120  # characters


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
    stem = f"{_stem(run)}-{version}" if version else _stem(run)
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


def _stem(run: ClassifyRun) -> str:
    """Name the files after what was classified."""
    first = PurePath(run.source.partition(",")[0]).stem
    kept = "".join(letter if letter.isalnum() else "-" for letter in first).strip("-")[:40]
    return _("{name}-classified", name=kept or _("messages"))
