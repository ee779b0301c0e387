"""Let the model write code: stream it, check it, ask for one correction, save it, compare it with earlier files."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter

from bot.calls import Call
from bot.core.attachments.rejected_files import told
from bot.core.code import render
from bot.core.code.changed_files import changes
from bot.core.code_blocks.blocks import blocks, brief, clean, cut_short, fenced, files, read, replaced, without_rests
from bot.core.code_blocks.fences import widened
from bot.core.code_blocks.resume import joined
from bot.core.domain.code_file import CodeFile, SyntaxFault, SyntaxReport
from bot.core.domain.message import Place, Role, Upload
from bot.core.domain.people import Requester
from bot.core.domain.thread import FinishedAnswer, RejectedFile
from bot.core.ports import Answer, Chat, Checkpoint, FileReader, Model, Request, Turn
from bot.core.prompt_data import quoted
from bot.core.writing.below import End
from bot.core.writing.kept_answer import PreparedAnswer, give
from bot.core.writing.notes import footer_of, length_limit
from bot.core.writing.stream import ask, report_failure
from bot.errors import ChatError, ModelError, ModelStoppedError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.code.changed_files import Change
    from bot.core.domain.interaction import Control

log = logging.getLogger(__name__)

DRAFT = "draft"  # the checkpoint of what the model wrote: a retry neither asks nor pays for it again
UNCLOSED = SyntaxFault(N_("its code block is never closed"))
CUT_SHORT = SyntaxFault(N_("a line of backticks within it ended its code block"))


@dataclass(frozen=True, slots=True)
class CodeContext:
    """What one answer with code works with: who asks where, what the model is asked, and where it writes to."""

    place: Place
    asker: Requester
    request: Request
    visible: Answer
    checkpoint: Checkpoint
    model: Model
    chat: Chat
    known: tuple[CodeFile, ...] = ()  # the thread's files
    said: str = ""  # the text of the newest message
    question: str = ""  # the newest message's id
    begun: str = ""  # the code to continue
    opening: str = ""  # goes before the answer
    notes: str = ""  # are at the answer's very end
    is_private: bool = False  # only the asker sees it
    is_first: bool = False  # the thread has no answer yet


class Product(NamedTuple):
    """An answer that was given, and its files that are new or changed."""

    written: FinishedAnswer
    files: tuple[CodeFile, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """What the model has written so far, and what that cost."""

    text: str
    calls: tuple[Call, ...]
    truncated: bool
    is_mended: bool = False
    remark: str = ""  # how the correction of its faults went, "" before that
    refused: tuple[RejectedFile, ...] = ()  # files that the API rejected, so that it was asked without them
    written: str = ""  # the first answer as it was shown, without what it continues and before any correction


_DRAFT = TypeAdapter(CodeDraft)


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
    draft, report = await _correct(draft, context)
    found = changes(blocks(draft.text), context.known)
    new = [change for change in found if not change.is_idle]
    is_saved = not new or await _save(new, context)
    ending = _ending(draft, report, found, is_saved=is_saved, context=context) + context.notes
    shown = replaced(draft.text, {change.block: render.difference(change) for change in new if change.before})
    await read(shown)
    shown = brief(shown) if new else shown
    footer = footer_of(draft.calls, context.request, is_first=context.is_first)
    buttons = _controls(draft, new, is_saved=is_saved, context=context)
    is_instead = draft.is_mended or shown != written
    outcome = PreparedAnswer(
        context.opening + (shown + ending if is_instead else written),
        ending,
        footer,
        tuple(buttons),
        history=draft.text,
        calls=draft.calls,
        refused=draft.refused,
        is_instead=is_instead,
    )
    return Product(await give(outcome, visible, context.checkpoint), tuple(change.file for change in new))


async def _write(context: CodeContext) -> CodeDraft:
    """Ask the model, unless an earlier attempt of this turn did. Raises a `ModelError`."""
    if kept := context.checkpoint.get(DRAFT):
        draft = _DRAFT.validate_json(kept)
        context.visible.write(draft.written)
        return draft
    asked = await ask(
        context.request, context.visible, model=context.model, cancelled=context.checkpoint.turn.cancelled
    )
    written = clean(asked.completion.text)
    draft = CodeDraft(
        await asyncio.to_thread(_whole, context.begun, written),
        asked.calls,
        asked.completion.truncated,
        refused=asked.refused,
        written=written,
    )
    await _keep(draft, context.checkpoint)
    return draft


def _whole(begun: str, written: str) -> str:
    """Join an answer to what it continues. This takes a while for a long one, so it runs off the event loop."""
    return widened(joined(begun, written))


async def _correct(draft: CodeDraft, context: CodeContext) -> tuple[CodeDraft, SyntaxReport]:
    """Check the draft's files; if one is faulty, let the model correct it, once."""
    report = await _check(draft, context.chat.file_reader)
    if report.faults and not draft.truncated and not draft.remark:
        faults = "; ".join(f"{name}: {fault.told}" for name, fault in report.faults.items())
        said = _("{faults}. I'm asking for a correction…", faults=faults)
        context.visible.write(f"\n\n_{said}_")
        draft = await _corrected(draft, report.faults, context)
        await _keep(draft, context.checkpoint)
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


async def _keep(draft: CodeDraft, checkpoint: Checkpoint) -> None:
    kept: dict[str, Any] = _DRAFT.dump_python(draft, mode="json")
    await checkpoint.keep(DRAFT, json.dumps(kept))


def _discard(_piece: str) -> None:
    """Show nothing of a correction: it replaces the draft once it is complete."""
