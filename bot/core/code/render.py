"""Write what a person reads below the code: what was saved, what is wrong with it, what can be done next."""

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
from bot.core.code_blocks.blocks import fenced
from bot.core.domain.control_value import AnswerRef, CodeFiles
from bot.core.domain.programming_language import NAMES, of_file
from bot.core.writing.below import End
from bot.core.writing.notes import ELSEWHERE
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.code.changed_files import Change
    from bot.core.domain.code_file import CodeFile, SyntaxReport
    from bot.core.domain.interaction import Control

DIRECT = " in our direct messages"
MAX_NAMES = 240  # characters of a value with names; the platform takes 255 with a menu

# The languages in the menu; people can ask for any other in words.
_OFFERED = (
    *("Bash", "C#", "C++", "Go", "Java", "JavaScript", "Kotlin", "PHP", "Python", "Ruby", "Rust", "SQL", "Swift"),
    "TypeScript",
)


def saved(changes: Sequence[Change], where: str = "") -> str:
    """Say which files were saved, with what changed in those that the thread had before."""
    named = [
        f"{change.file.name} (version {change.file.version}, {count(change.before, change.file)} lines)"
        if change.before and change.before.version
        else change.file.name
        for change in changes
    ]
    return f"\n\nCode saved to {', '.join(named)}{where}" if named else ""


def unsaved(files: Sequence[CodeFile], reason: str = "The upload failed.") -> str:
    """Say which files could not be saved, and why."""
    return f"I couldn't save {_names(files)}. {reason}"


def saved_again(files: Sequence[CodeFile]) -> str:
    """Say that files were saved once more."""
    return f"Code saved to {_names(files)}"


def verdict(report: SyntaxReport, files: Sequence[CodeFile]) -> str:
    """Say what the syntax check found."""
    faults = "".join(f"\n\n⚠️ {name}: {fault}. {report.remark}".rstrip() for name, fault in report.faults.items())
    unchecked = [file for file in files if file.name in report.unchecked]
    good = [file for file in files if file.name not in report.faults and file not in unchecked]
    notes = []
    if good:
        notes.append(
            f"{'Checked for syntax' if len(good) == len(files) else f'{_names(good)}: checked for syntax'}, not run."
        )
    if unchecked:
        notes.append(
            f"Not checked, because I can't parse {'it' if len(unchecked) == 1 else 'them'}: {_names(unchecked)}."
        )
    return faults + (f"\n\n_{' '.join(notes)}_" if notes else "")


def unfinished(names: Sequence[str], *, truncated: bool, can_go_on: bool) -> str:
    """Say in which files the answer broke off."""
    if not names:
        return ""
    what = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} incomplete and not saved"
    if truncated:
        how = "“Continue” goes on from there" if can_go_on else ELSEWHERE
        return f"\n\n_I hit my length limit: {what}. {how}._"
    return f"\n\n_The code block was never closed: {what}. Ask again for the whole file._"


def unchanged(changes: Sequence[Change]) -> str:
    """Say which files came back unchanged."""
    same = [change.file for change in changes if change.is_idle]
    return f"\n\n_{_names(same)} {'is' if len(same) == 1 else 'are'} unchanged._" if same else ""


def difference(change: Change) -> str:
    """Show what changed in one of the thread's files, in a few lines of Markdown."""
    before = change.before
    if before is None:
        return ""
    shown, left = diff(before, change.file)
    rest = f"\n_… and {left} more lines of differences_" if left else ""
    return (
        f"**{change.file.name}**\n{fenced(shown, 'diff')}{rest}" if shown else f"**{change.file.name}** was rewritten."
    )


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
    options = tuple((name, f"in {name}") for name in _OFFERED if name not in written)
    again = () if is_saved else (SAVE_CODE.button(value, style="primary"),)
    return (*again, TEST_CODE.button(value), EXPLAIN_CODE.button(value), TRANSLATE_CODE.menu(options, value))


def request_text(name: str, files: Sequence[str], choice: str) -> str:
    """Return the words that a user would have typed for a control. Raises `KeyError` for another control."""
    names = ", ".join(files) or "the code"
    language = choice if choice in NAMES else "another language"
    return {
        TEST_CODE.name: f"Write tests for {names}, in a file of their own.",
        EXPLAIN_CODE.name: f"Explain {names} step by step, without repeating it.",
        TRANSLATE_CODE.name: f"Write {names} in {language}.",
    }[name]


def _names(files: Sequence[CodeFile]) -> str:
    return ", ".join(file.name for file in files)
