"""Summaries of texts without a model: central sentences and repeated phrases, in the length and shape wanted."""

from __future__ import annotations

import re

from bot.playground.rehearsal.digest import actions_of
from bot.playground.rehearsal.text import Theme, central, sentences, size_of, themes

NOTHING = "There is nothing to summarize in this text."
FEW, MANY = 3, 12  # sentences

_SHORT = re.compile(r"\bthree sentences\b|\bshort(?:er)?\b|\bbrief\b", re.IGNORECASE)
_LONG = re.compile(r"\bin detail\b|\blong(?:er)?\b|\bdetailed\b", re.IGNORECASE)
_BULLETS = re.compile(r"\bbullet", re.IGNORECASE)
_PROSE = re.compile(r"\bprose\b|\bparagraph\b", re.IGNORECASE)
_TABLE = re.compile(r"\btable\b", re.IGNORECASE)
_ACTIONS_ALONE = re.compile(r"\bactions alone\b", re.IGNORECASE)


def summarize(text: str, options: str = "") -> str:
    """Extract a summary of a text, and its themes; `options` says in which length and shape."""
    if _ACTIONS_ALONE.search(options):
        return "\n".join(f"- {action}" for action in actions_of(text)) or "There are no actions in this text."
    chosen = central(text, _count(text, options)) or [NOTHING]
    if _PROSE.search(options):
        return " ".join(chosen)
    if _BULLETS.search(options):
        return "\n".join(f"- {sentence}" for sentence in chosen)
    named = [] if _SHORT.search(options) else [_line(theme) for theme in themes_of(text)]
    if _TABLE.search(options):
        rows = [("Summary", " ".join(chosen)), *(("Theme", name) for name in named)]
        return "\n".join(
            ["| Part | What it says |", "|---|---|", *(f"| {part} | {_cell(what)} |" for part, what in rows)]
        )
    lines = ["**Summary**", " ".join(chosen)]
    if named:
        lines += ["", "**Key themes**", *(f"- {name}" for name in named)]
    return "\n".join(lines)


def themes_of(text: str) -> list[Theme]:
    """Return what a text keeps coming back to; of a text that repeats nothing, its longest phrases."""
    found = themes(text)
    repeated = [theme for theme in found if theme.count > 1]
    return repeated or [theme for theme in found if " " in theme.phrase][:2] or found[:1]


def _count(text: str, options: str) -> int:
    usual = size_of(len(sentences(text)))
    if _SHORT.search(options):
        return min(usual, FEW)
    return min(2 * usual, MANY) if _LONG.search(options) else usual


def _line(theme: Theme) -> str:
    times = f" ({theme.count} times)" if theme.count > 1 else ""
    return f"{theme.phrase.capitalize()}{times}"


def _cell(text: str) -> str:
    return text.replace("|", "/")
