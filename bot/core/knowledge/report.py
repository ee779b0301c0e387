"""What the person who added a source reads when it was read for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.knowledge import KnowledgeSource

MOST_NAMED = 5  # pages that could not be read


def report(source: KnowledgeSource, failed: Sequence[tuple[str, str]], left_out: int, withheld: int) -> str:
    """Say how reading went. `failed` are some pages with what is wrong with each, `source.skipped` is how many.

    `withheld` are those that ask for a login.
    """
    name = source.title or source.address
    if source.fault:
        return _("I could not read {name}: {why} I'll try again by myself.", name=name, why=_(source.fault))
    lines = [
        ngettext("I read {n:,} page of {name}.", "I read {n:,} pages of {name}.", source.pages, name=name),
        *_failed(source, failed),
        *([ngettext("{n:,} page asks for a login.", "{n:,} pages ask for a login.", withheld)] if withheld else []),
        *_left_out(left_out),
    ]
    return "\n".join(lines)


def _failed(source: KnowledgeSource, failed: Sequence[tuple[str, str]]) -> Sequence[str]:
    if not source.skipped:
        return ()
    first = ngettext("{n:,} page could not be read:", "{n:,} pages could not be read:", source.skipped)
    named = [f"• {address}: {_(fault)}" for address, fault in failed[:MOST_NAMED]]
    more = source.skipped - len(named)
    rest = [ngettext("• and {n:,} more.", "• and {n:,} more.", more)] if more > 0 else []
    return (first, *named, *rest)


def _left_out(left_out: int) -> Sequence[str]:
    if not left_out:
        return ()
    told = ngettext(
        "{n:,} page is left out: I read up to 10,000 pages of a source.",
        "{n:,} pages are left out: I read up to 10,000 pages of a source.",
        left_out,
    )
    return (told,)
