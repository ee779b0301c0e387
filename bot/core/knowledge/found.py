"""What was found in the knowledge: as the model gets it, and as people read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.dates import dated
from bot.core.domain.tool import Passage, SourceLink
from bot.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.knowledge import FoundPassage

LONGEST_TITLE = 200  # characters of a title with the headings that lead to a passage


def passage(found: FoundPassage) -> Passage:
    """Return a passage for the model: its title says where it stands, and of which day it is."""
    day = f"changed {found.changed_at:%Y-%m-%d}" if found.changed_at else f"read {found.read_at:%Y-%m-%d}"
    return Passage(_source(found), f"{_path(found)} ({day})", found.text)


def link(found: FoundPassage, now: datetime) -> SourceLink:
    """Return a passage's page as people read of it, with its age in their language."""
    today = now.date()
    if found.changed_at is not None:
        age = _("changed {date}", date=dated(found.changed_at.date(), today))
    else:
        age = _("read {date}", date=dated(found.read_at.date(), today))
    return SourceLink(_source(found), _plain(found.title), age, found.digest)


def _source(found: FoundPassage) -> str:
    return found.link or _plain(found.title)


def _path(found: FoundPassage) -> str:
    """Return the title of a page and the headings that lead to a passage, each once."""
    told = dict.fromkeys(filter(None, map(_plain, (found.title, *found.headings))))
    path = " \u203a ".join(told)
    return path if len(path) <= LONGEST_TITLE else f"{path[: LONGEST_TITLE - 1]}…"


def _plain(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
