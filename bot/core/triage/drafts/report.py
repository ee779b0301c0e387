"""What became of a channel's drafts, by category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.markdown_table import cell, markdown_table
from bot.language import _, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.draft import DraftTally


def table(tallies: Mapping[str, DraftTally]) -> str:
    """Return a table of what the team made of the drafts, "" where they decided about none."""
    if not tallies:
        return ""
    rows = [
        (cell(name), *map(number, (one.unchanged, one.edited, one.discarded, one.alone, one.reopened)))
        for name, one in sorted(tallies.items())
    ]
    headings = (
        _("Drafts"),
        _("Sent unchanged"),
        _("Edited"),
        _("Discarded"),
        _("Sent without a person"),
        _("Person asked for"),
    )
    return markdown_table(headings, rows, numbers=(1, 2, 3, 4, 5))
