"""Categories: what each is called and means, and which set of them a run sorts into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OTHER = "Other"
UNCLASSIFIED = "Unclassified"  # what an item is that the model gave no category: no category of anyone's set
FEWEST = 2  # one category is no choice
MOST = 50
LONGEST_NAME = 80  # characters
LONGEST_DEFINITION = 400
MOST_EXAMPLES = 5

_OTHERS = {  # not for people: typed
    "other",
    "others",
    "none",
    "misc",
    "miscellaneous",
    "else",
    "something else",
    "none of these",
    "sonstiges",
}
_QUOTES = {'""', "“”", "''"}
_BULLET = re.compile(r"^(?:\d{1,3}[.)]|[-*•])\s+")
_DEFINED = re.compile(r"(?P<name>[^:=]++)[:=](?P<definition>.+)")


class Category(BaseModel):
    """One category of a set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    definition: str = Field("", max_length=LONGEST_DEFINITION)
    examples: tuple[str, ...] = Field((), max_length=MOST_EXAMPLES)


FEEDBACK = (  # not for people: the team's own words, which Claude reads
    Category(
        name="Bug report",
        definition="Something does not work as it should: an error, a crash, a wrong result.",
        examples=("Export gives an empty file since Monday", "The save button does nothing"),
    ),
    Category(
        name="Account issue",
        definition="Signing in, passwords, permissions, profiles, access.",
        examples=("The reset link never arrives", "Please add my colleague to our team"),
    ),
    Category(
        name="Performance issue",
        definition="It works, but slowly, or it takes too much memory or power.",
        examples=("Search takes a minute", "My battery is empty by noon with your app"),
    ),
    Category(
        name="Billing",
        definition="Prices, invoices, payments, refunds, subscriptions.",
        examples=("The invoice lacks our VAT number", "How do I cancel my plan?"),
    ),
    Category(
        name="Feature request",
        definition="A wish for something that is not there yet.",
        examples=("It would be great to sort by date", "Will there be an app for tablets?"),
    ),
    Category(
        name="Praise",
        definition="Thanks or appreciation, and nothing else to do.",
        examples=("Best support I ever had", "The new design is lovely"),
    ),
    Category(
        name="Question",
        definition="Asks how something works, or for information.",
        examples=("Where do I find my old reports?", "Which browsers do you support?"),
    ),
    Category(name=OTHER, definition="None of these: greetings, advertisements, what has no message in it."),
)
"""What feedback usually is: for a short list of messages in a channel that has no categories of its own."""


def bare(text: str) -> str:
    """Remove the numbering, the closing comma and the quotes from a line."""
    text = _BULLET.sub("", text.strip()).strip().rstrip(",").strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] + text[-1] in _QUOTES else text


def read(text: str) -> tuple[Category, ...]:
    """Read names separated by commas or semicolons; or one category a line, where `Name: definition` is allowed.

    A name given twice counts once. Raises `UsageError`.
    """
    lines = [line for line in re.split(r"\r\n?|\n", text) if line.strip()]
    if len(lines) > 1 and not any(line.rstrip().endswith(",") for line in lines):
        return checked(_defined(line) for line in lines)
    names = (bare(" ".join(name.split()).rstrip(".")) for name in re.split(r"[,;\n]", text))
    return checked(_named(name) for name in names if name)


def _defined(line: str) -> Category:
    line = bare(" ".join(line.split()))
    if match := _DEFINED.fullmatch(line):
        return _named(bare(match["name"]), match["definition"].strip())
    return _named(line.rstrip("."))


def _named(name: str, definition: str = "") -> Category:
    if len(name) > LONGEST_NAME:
        raise UsageError(
            _(
                "A category's name can have at most {most:,} characters; “{name}…” is longer.",
                most=LONGEST_NAME,
                name=name[:40],
            )
        )
    if len(definition) > LONGEST_DEFINITION:
        raise UsageError(
            _(
                "A definition can have at most {most:,} characters; that of “{name}” is longer.",
                most=LONGEST_DEFINITION,
                name=name[:40],
            )
        )
    if not name:
        raise UsageError(_("A category needs a name."))
    return Category(name=name, definition=definition)


def checked(categories: Iterable[Category]) -> tuple[Category, ...]:
    """Drop duplicates, ignoring case, and check the set's bounds. Raises `UsageError`."""
    found: dict[str, Category] = {}
    for category in categories:
        found.setdefault(category.name.casefold(), category)
    if UNCLASSIFIED.casefold() in found:
        raise UsageError(
            _("“{name}” is what I call an item without a category; please choose another name.", name=UNCLASSIFIED)
        )
    if len(found) < FEWEST:
        raise UsageError(_("Name at least two categories, separated by commas."))
    if len(found) > MOST:
        raise UsageError(
            _(
                "That is {count:,} categories; I take up to {most}, and sort best into 20 or fewer. "
                "Merge some, or sort into broad ones first, then sort each of those.",
                count=len(found),
                most=MOST,
            )
        )
    return tuple(found.values())


def with_other(categories: Sequence[Category]) -> tuple[Category, ...]:
    """Return the set with a category for what fits nowhere, unless it has one."""
    if any(category.name.casefold().strip(" .") in _OTHERS for category in categories):
        return tuple(categories)
    definition = "None of the other categories."  # not for people: Claude reads it
    return (*categories, Category(name=OTHER, definition=definition))


def written(categories: Iterable[Category]) -> str:
    """Write a set as a person would type it: one category per line."""
    return "\n".join(
        f"- {category.name}: {category.definition}" if category.definition else f"- {category.name}"
        for category in categories
    )
