"""What words suggest: categories, severities, moods, and parts of a product."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.playground.rehearsal.text import stem, words

# Words that say nothing about the category.
GENERIC = frozenset(stem(word) for word in ("issue", "problem", "report", "request", "category", "feedback", "type"))
LEFTOVER = frozenset(
    stem(word) for word in ("other", "general", "misc", "none", "unknown", "else", "medium", "normal", "neutral")
)
# A word of the category's name counts more than a related word.
OWN_WORD = 3.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """Words that suggest a category whose name contains one of `names`."""

    names: frozenset[str]
    signs: frozenset[str]
    weight: float = 1.0


def _meaning(names: str, signs: str, weight: float = 1.0) -> Meaning:
    return Meaning(
        frozenset(stem(word) for word in names.split()), frozenset(stem(word) for word in signs.split()), weight
    )


MEANINGS = (
    _meaning(
        "bug defect crash error fault technical broken",
        "bug crash error fail failure broke broken freeze frozen exception glitch corrupt defect",
    ),
    _meaning("bug defect error fault", "blank missing wrong", 0.5),
    _meaning(
        "account login access authentication password sign",
        "account password login log signin signup username profile email locked verify verification reset forgot "
        "authenticate 2fa sso",
    ),
    _meaning(
        "performance speed slow latency",
        "slow slowly slower lag laggy speed fast faster latency timeout hang loading load wait sluggish memory cpu",
    ),
    _meaning(
        "billing payment invoice price pricing refund",
        "bill billing charge invoice refund payment pay paid price card subscription plan receipt cost money",
    ),
    _meaning(
        "feature enhancement suggestion idea wish improvement",
        "feature add wish suggest suggestion idea support option would could nice allow integrate export dark",
    ),
    _meaning(
        "praise compliment positive thank",
        "love great thank thanks awesome excellent amazing good fantastic perfect wonderful best happy nice",
    ),
    _meaning(
        "negative complaint",
        "bad terrible awful worst hate angry annoying disappointed useless broken slow crash fail error glitch down "
        "hang locked twice never can't missing wrong",
    ),
    _meaning("question help how", "how what where why who which can could does ?", 0.4),
    _meaning("urgent critical high severe", "urgent asap immediately critical outage down everyone production"),
    _meaning("critical", "outage down everyone production", 0.5),
    _meaning("low minor", "love thanks awesome best happy would could add allow how where", 0.5),
)

# Categories to propose if a text suggests them.
PROPOSALS = {
    "Bug report": "Something does not work as it should.",
    "Account issue": "Signing in, passwords, access.",
    "Performance issue": "It works, but slowly.",
    "Billing": "Prices, invoices, payments.",
    "Feature request": "A wish for something that is not there yet.",
    "Praise": "Thanks or appreciation.",
    "Question": "Asks how something works.",
}

# Parts of a product, and the words that name them; the first that a text has counts.
AREAS = {
    "Export": "export",
    "Invoices": "invoice receipt vat",
    "Payments": "charge refund payment plan price subscription",
    "Sign-in": "login log password signin account locked sso 2fa",
    "Upload": "upload import attachment",
    "Search": "search filter",
    "Reports": "report chart",
    "Dashboard": "dashboard",
    "Invitations": "invite invitation",
    "Lists": "list sort table",
    "Servers": "production server outage",
    "Pages": "page load",
    "Mobile app": "phone mobile android ios",
}
_AREAS = {area: frozenset(stem(word) for word in named.split()) for area, named in AREAS.items()}

# "It would be great" wishes rather than praises.
_WISH = re.compile(r"\bwould (?:be|love)\b(?:\s+\w+){0,2}", re.IGNORECASE)
# What a text says about its own category is not followed.
_ORDER = re.compile(r"\b(?:category|severity|sentiment|area|priority)\s*[=:]\s*\w+", re.IGNORECASE)


def signs(text: str) -> set[str]:
    """Return the stems of a text that can suggest something, and "?" where it asks."""
    meant = _WISH.sub("would", _ORDER.sub("", text))
    return {stem(word) for word in words(meant)} | ({"?"} if "?" in text else set())


def score(option: str, found: set[str]) -> float:
    """Return how much some signs suggest a category."""
    names = {stem(word) for word in words(option)}
    own = OWN_WORD * len((names - GENERIC) & found)
    return own + sum(meaning.weight * len(meaning.signs & found) for meaning in MEANINGS if meaning.names & names)


def is_leftover(option: str) -> bool:
    """Return whether a category is the one for everything else."""
    return bool(LEFTOVER & {stem(word) for word in words(option)})


def area_of(text: str) -> str:
    """Return the part of the product that a text names, "" for none that is known."""
    found = {stem(word) for word in words(text)}
    return next((area for area, named in _AREAS.items() if named & found), "")
