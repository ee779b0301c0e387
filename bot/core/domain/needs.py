"""What a report of a category has to tell, and what one does not tell yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST = 30  # categories that have needs
MOST_FACTS = 6  # of a category: a question with more would be a form
LONGEST_FACT = 60  # characters


class Need(BaseModel):
    """The facts that a report of a category has to tell, such as "version", as a person would call them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: str = Field(min_length=1, max_length=LONGEST_FACT)
    facts: tuple[str, ...] = Field(min_length=1, max_length=MOST_FACTS)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a report does not tell, and what its writer has added since they were asked."""

    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    is_asked: bool = False


def read_needs(typed: str) -> tuple[Need, ...]:
    """Read `Bug report: version, steps`, one category per line or after a semicolon. Raises `UsageError`."""
    found: dict[str, Need] = {}
    for line in filter(None, (part.lstrip(" \t-*•").rstrip() for part in re.split(r"[;\n]", typed))):
        category, colon, listed = (part.strip() for part in line.partition(":"))
        facts = tuple(dict.fromkeys(" ".join(fact.split()) for fact in listed.split(",") if fact.strip()))
        if not (colon and category and facts):
            raise UsageError(_("I can't read “{line}”.", line=line[:60]))
        if len(facts) > MOST_FACTS or any(len(one) > LONGEST_FACT for one in (category, *facts)):
            raise UsageError(
                _(
                    "“{category}” can have up to {most:,} facts of up to {longest:,} characters each.",
                    category=category[:LONGEST_FACT],
                    most=MOST_FACTS,
                    longest=LONGEST_FACT,
                )
            )
        found[category.casefold()] = Need(category=category, facts=facts)
    return tuple(found.values())


def written(one: Need) -> str:
    """Write what a category needs as a person would type it."""
    return f"{one.category}: {', '.join(one.facts)}"


def needed(needs: Sequence[Need], category: str) -> tuple[str, ...]:
    """Return the facts that a report of a category has to tell."""
    return next((one.facts for one in needs if one.category.casefold() == category.casefold()), ())


def lacking(needs: Sequence[Need], category: str, missing: Collection[str]) -> tuple[str, ...]:
    """Return what a report of a category lacks: of what is `missing`, only the facts that the category needs."""
    folded = {fact.casefold() for fact in missing}
    return tuple(fact for fact in needed(needs, category) if fact.casefold() in folded)


def all_facts(needs: Sequence[Need]) -> list[str]:
    """Return the facts that any category needs, each once."""
    return list({fact.casefold(): fact for need in needs for fact in need.facts}.values())
