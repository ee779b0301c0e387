"""What an answer states though it did not look into the knowledge, where there is some: people are told.

Whether to search is the model's decision, and what it wrote before is on the screen already. So what has no source for
that reason is not left out, as it is after a search, but said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.knowledge.statements import statements
from bot.core.tools.search_knowledge import NAME
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from bot.core.domain.tool import Round
    from bot.core.tools.progress import AnswerProgress
    from bot.core.tools.tool import Tool

NO_ANSWER = 2  # statements at most of what greets, thanks, or says that it is going to look
NOT_SEARCHED = N_("I didn't look at the team's sources for this.")
WRITTEN_BEFORE = N_("What I wrote before I searched has no source.")


def claims(text: str) -> int:
    """Count the statements of a text."""
    return sum(one.is_claim for one in statements(text))


def is_first_search(before: Sequence[Round], newest: Round) -> bool:
    """Return whether a round is the first of an answer that searched the knowledge."""
    return _searched(newest) and not any(_searched(one) for one in before)


def said_unsearched(tools: Sequence[Tool[Any]], progress: AnswerProgress, text: str) -> str:
    """Return the sentence about what was stated without a search; "" if that is little, or there is nothing to search.

    `text`: the answer, "" for one that has other sources.
    """
    if any(map(_searched, progress.rounds)):
        return _(WRITTEN_BEFORE) if progress.unsearched >= NO_ANSWER else ""
    is_told = any(tool.name == NAME for tool in tools) and not progress.rounds and claims(text) > NO_ANSWER
    return _(NOT_SEARCHED) if is_told else ""


def _searched(one: Round) -> bool:
    return any(result.needs_sources for result in one.results)
