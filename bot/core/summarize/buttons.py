"""The controls below a summary, by what it is of and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import (
    LONGER_SUMMARY,
    ONLY_ACTIONS,
    REGENERATE_SUMMARY,
    RESUME_SUMMARY,
    SHARE_SUMMARY,
    SHORTER_SUMMARY,
    TRY_AGAIN_LABEL,
    thumbs,
)
from bot.core.domain.control_value import SummaryRef
from bot.core.domain.summary import Length
from bot.core.writing.below import End
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.interaction import Button, Control
    from bot.core.domain.summary import SummaryRun
    from bot.core.writing.below import Below

LENGTHS = list(Length)


def of_conversation(run: SummaryRun) -> Sequence[Control]:
    """Return the controls below a summary of a channel or a thread."""
    length = run.wishes.length
    ref = SummaryRef(run=run.id, length=length)
    is_shared = run.place.channel == run.source.place.channel
    share = SHARE_SUMMARY.button(ref, confirm=_("Everyone in {place} will see this summary.", place=run.source.title))
    return [
        *([] if is_shared else [share]),
        *([SHORTER_SUMMARY.button(ref)] if length is not LENGTHS[0] else []),
        *([LONGER_SUMMARY.button(ref)] if length is not LENGTHS[-1] else []),
        *([] if run.wishes.only_actions else [ONLY_ACTIONS.button(ref)]),
        *_usual(run),
    ]


def of_text(run: SummaryRun, reference: str) -> Below:
    """Return the controls below a summary of a text or of files, which the turn of this reference wrote."""

    def controls(end: End) -> Sequence[Control]:
        return [resume(run, reference, _(TRY_AGAIN_LABEL))] if end is End.EMPTY else _usual(run)

    return controls


def resume(run: SummaryRun, reference: str, label: str = "") -> Button:
    """Return the button that goes on with a run. Unlike the other buttons' its value is new for each turn."""
    ref = SummaryRef(run=run.id, length=run.wishes.length, reference=reference, only_actions=run.wishes.only_actions)
    return RESUME_SUMMARY.button(ref, label=label)


def _usual(run: SummaryRun) -> Sequence[Control]:
    ref = SummaryRef(run=run.id, length=run.wishes.length, only_actions=run.wishes.only_actions)
    return [REGENERATE_SUMMARY.button(ref), *thumbs(run.id)]
