"""Let the model write code: stream it, have it checked and corrected, save it, compare it with earlier files."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.core.attachments.rejected_files import told
from bot.core.code import render
from bot.core.code.changed_files import changes
from bot.core.code.correct import correct
from bot.core.code.draft import CodeContext, CodeDraft, keep, kept
from bot.core.code.prose import without_foreign_links
from bot.core.code_blocks.blocks import blocks, clean, read, replaced
from bot.core.code_blocks.fences import widened
from bot.core.code_blocks.resume import joined
from bot.core.domain.message import Upload
from bot.core.writing.ask import ask_once, shown
from bot.core.writing.below import End
from bot.core.writing.kept_answer import PreparedAnswer, give
from bot.core.writing.known_addresses import addresses_of
from bot.core.writing.notes import footer_of, length_limit
from bot.core.writing.stream import report_failure
from bot.errors import ChatError, ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.code.changed_files import Change
    from bot.core.domain.code_file import CodeFile, SyntaxReport
    from bot.core.domain.interaction import Control
    from bot.core.domain.thread import FinishedAnswer

log = logging.getLogger(__name__)


class Product(NamedTuple):
    """An answer that was given, and its files that are new or changed."""

    written: FinishedAnswer
    files: tuple[CodeFile, ...] = ()


async def produce(context: CodeContext) -> Product:
    """Let the model write, check that its files parse, save them, and end the answer with what became of each.

    Raises `ChatError`, and a `ModelError` for the turn to be retried.
    """
    visible = context.visible
    visible.write(context.opening + context.begun)
    try:
        draft = await _write(context)
    except ModelError as error:
        return Product(
            await report_failure(
                error,
                visible,
                context.checkpoint,
                # Half a file is not continued: where it was stopped is not where the model broke off.
                controls=None
                if context.is_private
                else partial(render.below, context.question, is_whole=not context.begun),
                is_first=context.is_first,
            )
        )
    written = context.begun + draft.written
    draft, report = await correct(draft, context)
    found = changes(blocks(draft.text), context.known)
    new = [change for change in found if not change.is_idle]
    is_saved = not new or await _save(new, context)
    ending = _ending(draft, report, found, is_saved=is_saved, context=context) + context.notes
    shown = replaced(draft.text, {change.block: render.difference(change) for change in new if change.before})
    await read(shown)
    known = await addresses_of(context.request)
    history = await asyncio.to_thread(without_foreign_links, draft.text, known)
    shown = await asyncio.to_thread(without_foreign_links, render.brief(shown) if new else shown, known)
    footer = footer_of(draft.calls, context.request, is_first=context.is_first)
    buttons = _controls(draft, new, is_saved=is_saved, context=context)
    is_instead = draft.is_mended or shown != written
    outcome = PreparedAnswer(
        context.opening + (shown + ending if is_instead else written),
        ending,
        footer,
        tuple(buttons),
        history=history,
        calls=draft.calls,
        refused=draft.refused,
        is_instead=is_instead,
    )
    return Product(await give(outcome, visible, context.checkpoint), tuple(change.file for change in new))


async def _write(context: CodeContext) -> CodeDraft:
    """Ask the model, unless an earlier attempt of this turn did. Raises a `ModelError`."""
    if draft := kept(context.checkpoint):
        context.visible.write(draft.written)
        return draft
    # As the model wrote it, for code has to be: what is said around it is looked at when the answer is whole.
    cancelled, visible = context.checkpoint.turn.cancelled, context.visible
    asked = await ask_once(
        context.request,
        visible.write,
        shown(context.request, visible),
        model=context.model,
        cancelled=cancelled,
    )
    written = clean(asked.completion.text)
    draft = CodeDraft(
        await asyncio.to_thread(_whole, context.begun, written),
        asked.calls,
        asked.completion.truncated,
        refused=asked.refused,
        written=written,
    )
    await keep(draft, context.checkpoint)
    return draft


def _whole(begun: str, written: str) -> str:
    """Join an answer to what it continues. This takes a while for a long one, so it runs off the event loop."""
    return widened(joined(begun, written))


async def _save(new: Sequence[Change], context: CodeContext) -> bool:
    """Upload the files to the thread, or to the asker's direct messages; return whether that succeeded."""
    try:
        place = (
            await context.chat.posts.open_direct(context.place, context.asker) if context.is_private else context.place
        )
        await context.chat.posts.upload(place, [upload(change.file) for change in new], context.checkpoint)
    except ChatError as error:  # the answer itself can still be shown
        log.warning("upload failed: %s", error)
        return False
    return True


def upload(file: CodeFile) -> Upload:
    """Prepare a file for posting."""
    return Upload(file.name, file.content.encode())


def _ending(
    draft: CodeDraft, report: SyntaxReport, found: Sequence[Change], *, is_saved: bool, context: CodeContext
) -> str:
    new = [change for change in found if not change.is_idle]
    cut = [block.file.name for block in blocks(draft.text) if not block.is_closed]
    report = replace(report, faults={name: fault for name, fault in report.faults.items() if name not in cut})
    parts = (
        length_limit(is_private=context.is_private) if draft.truncated and not cut else "",
        told(draft.refused),
        render.unfinished(cut, truncated=draft.truncated, can_go_on=not context.is_private),
        render.saved(new, in_direct=context.is_private)
        if is_saved
        else f"\n\n_{render.unsaved([change.file for change in new])}_",
        render.unchanged(found),
        render.verdict(report, [change.file for change in new]),
    )
    return "".join(parts)


def _controls(draft: CodeDraft, new: Sequence[Change], *, is_saved: bool, context: CodeContext) -> Sequence[Control]:
    """Return the controls for what can come next; an ephemeral answer has none, since it has no thread."""
    if context.is_private:
        return ()
    files = [change.file for change in new]
    return render.controls(
        context.question,
        files,
        is_saved=is_saved,
        end=End.CUT if draft.truncated else End.WHOLE,
        is_whole=not context.begun,
    )
