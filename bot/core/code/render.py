"""Write what a person reads beside the code: its explanation, what was saved, what is wrong, what can be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import (
    CONTINUE_CODE,
    EXPLAIN_CODE,
    REGENERATE_CODE,
    SAVE_CODE,
    TEST_CODE,
    TRANSLATE_CODE,
    TRY_AGAIN_LABEL,
    thumbs,
)
from bot.core.code.diff import count, diff
from bot.core.code_blocks.blocks import blocks, fenced
from bot.core.code_blocks.fences import LINE_END
from bot.core.domain.control_value import AnswerRef, CodeFiles
from bot.core.domain.programming_language import NAMES, OFFERED, of_file
from bot.core.writing.below import End
from bot.core.writing.notes import ELSEWHERE
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.code.changed_files import Change
    from bot.core.domain.code_file import CodeFile, SyntaxReport
    from bot.core.domain.interaction import Control

LONGEST_EXPLANATION = 1_200  # characters beside the blocks; the prompt asks for five lines
SHORTENED = N_("I shortened the explanation because it was long. “Explain” gives all of it.")
MAX_NAMES = 240  # characters of a value with names; the platform takes 255 with a menu


def brief(text: str) -> str:
    """Return an answer with its blocks whole, and with a long explanation cut at a line's end."""
    lines = LINE_END.split(text)
    inside = {number for block in blocks(text) for number in range(block.first, block.end)}
    room, kept = LONGEST_EXPLANATION, list[str]()
    for number, line in enumerate(lines):
        if number not in inside:
            room -= len(line)
        if number in inside or room >= 0:
            kept.append(line)
    return text if room >= 0 else "\n".join([*kept, "", f"_{_(SHORTENED)}_"])


def saved(changes: Sequence[Change], *, in_direct: bool = False) -> str:
    """Say which files were saved, with what changed in those that the thread had before."""
    if not changes:
        return ""
    named = ", ".join(map(_with_version, changes))
    said = (
        _("Code saved to {files} in our direct messages", files=named)
        if in_direct
        else _("Code saved to {files}", files=named)
    )
    return f"\n\n{said}"


def _with_version(change: Change) -> str:
    if not (change.before and change.before.version):
        return change.file.name
    return _(
        "{file} (version {version}, {count} lines)",
        file=change.file.name,
        version=change.file.version,
        count=count(change.before, change.file),
    )


def unsaved(files: Sequence[CodeFile], reason: str = "") -> str:
    """Say which files could not be saved, and why."""
    return _("I couldn't save {files}. {reason}", files=_names(files), reason=reason or _("The upload failed."))


def saved_again(files: Sequence[CodeFile]) -> str:
    """Say that files were saved once more."""
    return _("Code saved to {files}", files=_names(files))


def verdict(report: SyntaxReport, files: Sequence[CodeFile]) -> str:
    """Say what the syntax check found."""
    faults = "".join(f"\n\n⚠️ {name}: {fault.told}. {report.remark}".rstrip() for name, fault in report.faults.items())
    unchecked = [file for file in files if file.name in report.unchecked]
    good = [file for file in files if file.name not in report.faults and file not in unchecked]
    notes = []
    if good:
        notes.append(
            _("Checked for syntax, not run.")
            if len(good) == len(files)
            else _("{files}: checked for syntax, not run.", files=_names(good))
        )
    if unchecked:
        notes.append(
            ngettext(
                "Not checked, because I can't parse it: {files}.",
                "Not checked, because I can't parse them: {files}.",
                len(unchecked),
                files=_names(unchecked),
            )
        )
    return faults + (f"\n\n_{' '.join(notes)}_" if notes else "")


def unfinished(names: Sequence[str], *, truncated: bool, can_go_on: bool) -> str:
    """Say in which files the answer broke off."""
    if not names:
        return ""
    files = ", ".join(names)
    if truncated:
        said = ngettext(
            "I hit my length limit: {files} is incomplete and not saved.",
            "I hit my length limit: {files} are incomplete and not saved.",
            len(names),
            files=files,
        )
        how = _("“Continue” goes on from there.") if can_go_on else f"{_(ELSEWHERE)}."
        return f"\n\n_{said} {how}_"
    said = ngettext(
        "The code block was never closed: {files} is incomplete and not saved. Ask again for the whole file.",
        "The code block was never closed: {files} are incomplete and not saved. Ask again for the whole file.",
        len(names),
        files=files,
    )
    return f"\n\n_{said}_"


def unchanged(changes: Sequence[Change]) -> str:
    """Say which files came back unchanged."""
    same = [change.file for change in changes if change.is_idle]
    if not same:
        return ""
    said = ngettext("{files} is unchanged.", "{files} are unchanged.", len(same), files=_names(same))
    return f"\n\n_{said}_"


def difference(change: Change) -> str:
    """Show what changed in one of the thread's files, in a few lines of Markdown."""
    before = change.before
    if before is None:
        return ""
    shown, left = diff(before, change.file)
    name = f"**{change.file.name}**"
    if not shown:
        return _("{file} was rewritten.", file=name)
    parts = [name, fenced(shown, "diff")]
    if left:
        more = ngettext("… and {n:,} more line of differences", "… and {n:,} more lines of differences", left)
        parts.append(f"_{more}_")
    return "\n".join(parts)


def controls(
    question: str, files: Sequence[CodeFile], *, is_saved: bool, end: End, is_whole: bool = True
) -> tuple[Control, ...]:
    """Return the controls below the answer to a question: for what is asked most often next, and to rate it."""
    more = (CONTINUE_CODE.button(AnswerRef(message=question), style="primary"),) if end is End.CUT else ()
    return (*more, *_for_files(files, is_saved=is_saved), *below(question, end, is_whole=is_whole))


def below(question: str, end: End, *, is_whole: bool = True) -> tuple[Control, ...]:
    """Return the controls below any answer about code; one that continues another can't be written again alone."""
    if end is End.EMPTY:
        return (REGENERATE_CODE.button(AnswerRef(message=question), label=_(TRY_AGAIN_LABEL)),)
    again = (REGENERATE_CODE.button(AnswerRef(message=question)),) if is_whole else ()
    return (*again, *thumbs(question))


def _for_files(files: Sequence[CodeFile], *, is_saved: bool) -> tuple[Control, ...]:
    if not files:
        return ()
    value = CodeFiles()
    for file in files:
        more_files = CodeFiles(names=(*value.names, file.name))
        value = more_files if len(more_files.encode()) <= MAX_NAMES else value
    written = {of_file(file.name) for file in files}
    options = tuple((name, _("in {language}", language=name)) for name in OFFERED if name not in written)
    again = () if is_saved else (SAVE_CODE.button(value, style="primary"),)
    return (*again, TEST_CODE.button(value), EXPLAIN_CODE.button(value), TRANSLATE_CODE.menu(options, value))


def request_text(name: str, files: Sequence[str], choice: str) -> str:
    """Return the words that a user would have typed for a control. Raises `KeyError` for another control."""
    names = ", ".join(files) or _("the code")
    language = choice if choice in NAMES else _("another language")
    return {
        TEST_CODE.name: _("Write tests for {files}, in a file of their own.", files=names),
        EXPLAIN_CODE.name: _("Explain {files} step by step, without repeating it.", files=names),
        TRANSLATE_CODE.name: _("Write {files} in {language}.", files=names, language=language),
    }[name]


def _names(files: Sequence[CodeFile]) -> str:
    return ", ".join(file.name for file in files)
