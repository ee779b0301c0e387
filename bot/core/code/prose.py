"""What is said around code: only addresses that stood in a source are links there. The code itself stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.code_blocks.blocks import blocks
from bot.core.code_blocks.fences import LINE_END
from bot.core.writing.unlinking import unlinked

if TYPE_CHECKING:
    from bot.core.addresses import Addresses


def without_foreign_links(text: str, known: Addresses) -> str:
    """Return an answer with code in which only known addresses are links. This takes a while for a long one."""
    lines, parts, at = LINE_END.split(text), list[str](), 0
    for block in blocks(text):
        parts += [*_unlinked(lines[at : block.first], known), *lines[block.first : block.end]]
        at = block.end
    return "\n".join([*parts, *_unlinked(lines[at:], known)])


def _unlinked(lines: list[str], known: Addresses) -> list[str]:
    return [unlinked("\n".join(lines), known)] if lines else []
