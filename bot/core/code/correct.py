"""Check whether the files of an answer parse; if not, ask the model for one correction."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.code.draft import keep
from bot.core.code_blocks.blocks import blocks, clean, cut_short, fenced, files, read, replaced, without_rests
from bot.core.code_blocks.fences import widened
from bot.core.domain.code_file import SyntaxFault
from bot.core.domain.message import Role
from bot.core.ports import Turn
from bot.core.prompt_data import quoted
from bot.errors import ModelError, ModelStoppedError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.code.draft import CodeContext, CodeDraft
    from bot.core.domain.code_file import SyntaxReport
    from bot.core.ports import FileReader

log = logging.getLogger(__name__)

UNCLOSED = SyntaxFault(N_("its code block is never closed"))
CUT_SHORT = SyntaxFault(N_("a line of backticks within it ended its code block"))


async def correct(draft: CodeDraft, context: CodeContext) -> tuple[CodeDraft, SyntaxReport]:
    """Check the draft's files; if one is faulty, let the model correct it, once."""
    report = await _check(draft, context.chat.file_reader)
    if report.faults and not draft.truncated and not draft.remark:
        faults = "; ".join(f"{name}: {fault.told}" for name, fault in report.faults.items())
        said = _("{faults}. I'm asking for a correction…", faults=faults)
        context.visible.write(f"\n\n_{said}_")
        draft = await _corrected(draft, report.faults, context)
        await keep(draft, context.checkpoint)
        report = await _check(draft, context.chat.file_reader)
    return draft, replace(report, remark=draft.remark)


async def _check(draft: CodeDraft, file_reader: FileReader) -> SyntaxReport:
    """Parse the complete files; a block that the model forgot to close is a fault, too."""
    await read(draft.text)
    report = await file_reader.check_code(files(draft.text))
    await read(draft.text)
    unclosed = {} if draft.truncated else {b.file.name: UNCLOSED for b in blocks(draft.text) if not b.is_closed}
    cut = dict.fromkeys(cut_short(draft.text, report.faults), CUT_SHORT)
    return replace(report, faults={**report.faults, **unclosed, **cut})


async def _corrected(draft: CodeDraft, faults: Mapping[str, SyntaxFault], context: CodeContext) -> CodeDraft:
    turns = (*context.request.turns, Turn(Role.ASSISTANT, draft.text), Turn(Role.USER, _complaint(faults)))
    try:
        asking = replace(context.request, turns=turns)
        completion = await context.model.write(asking, _discard, cancelled=context.checkpoint.turn.cancelled)
    except ModelStoppedError as error:
        calls = (*draft.calls, error.call) if error.call else draft.calls
        return replace(draft, calls=calls, is_mended=True, remark=_("The correction was stopped."))
    except ModelError as error:
        log.warning("no correction: %s: %s", type(error).__name__, error)
        calls = (*draft.calls, error.call) if error.call else draft.calls
        remark = _("I could not get a correction: {sentence}", sentence=error.sentence)
        return replace(draft, calls=calls, is_mended=True, remark=remark)
    return replace(
        draft,
        text=await asyncio.to_thread(_patched, draft.text, faults, clean(completion.text)),
        calls=(*draft.calls, completion.call),
        is_mended=True,
        remark=_("I asked for one correction, and this is still wrong."),
    )


def _complaint(faults: Mapping[str, SyntaxFault]) -> str:
    told = [{"name": name, "fault": str(fault)} for name, fault in faults.items()]
    return (
        "Some of these files don't parse.\n\n"  # not for people: told to the model
        f"{quoted('faults', told)}\n\n"
        "Give each of them again, whole and corrected, under the same name, and nothing else. Where a file has lines "
        "of backticks itself, put it into a longer fence, of four backticks or more."
    )


def _patched(text: str, faults: Mapping[str, SyntaxFault], correction: str) -> str:
    """Replace the faulty files with the corrected ones; if there is only one, its name does not matter."""
    correction, rests = widened(correction), cut_short(text, faults)
    still_cut = cut_short(correction, faults)
    found = {b.file.name.casefold(): b for b in blocks(correction) if b.is_closed and b.file.name not in still_cut}
    if len(faults) == len(found) == 1:
        found = {name.casefold(): block for name in faults for block in found.values()}
    tags = {block.file.name: block.tag for block in blocks(text)}
    corrected = {
        name: fenced(found[name.casefold()].file.content, tags.get(name, ""))
        for name in faults
        if name.casefold() in found
    }
    return replaced(without_rests(text, rests, corrected), corrected)


def _discard(_piece: str) -> None:
    """Show nothing of a correction: it replaces the draft once it is complete."""
