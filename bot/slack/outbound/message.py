"""How a text of ours becomes a message: its blocks, its tables, what is below it, and the mark of its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Control
from bot.slack.outbound import table
from bot.slack.outbound.buttons import blocks as control_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

# The plain text beside the blocks is for notifications; https://docs.slack.dev/reference/methods/chat.postMessage
NOTICE_LIMIT = 3_000
FOOTER_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an answer: its Markdown, and what is below it."""

    text: str
    footer: str = ""
    controls: Sequence[Control] = ()

    def below(self) -> list[dict[str, Any]]:
        """Lay out what is below the text."""
        footer = [{"type": "context", "elements": [{"type": "mrkdwn", "text": self.footer[:FOOTER_LIMIT]}]}]
        return [*(footer if self.footer else []), *control_blocks(self.controls)]


def message(part: Part, *, has_tables: bool = True) -> dict[str, Any]:
    """Lay a part out as a message. Links in a model's text are never unfurled: that would fetch them."""
    text = [{"type": "markdown", "text": part.text}] if part.text else []
    laid = list(blocks(part.text, 0, len(part.text))) if has_tables else text
    return {
        "blocks": [*(laid or text), *part.below()],
        "text": part.text[:NOTICE_LIMIT],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def blocks(text: str, start: int, end: int, *, raw: bool = False) -> Iterator[dict[str, Any]]:
    """Lay a stretch of Markdown out as blocks: its tables as tables, the rest as it is. It may not begin in a table.

    `raw`: with the spaces at its edges, for a text that goes on from there.
    """
    for one in table.find(text[:end]):
        if one.start < start or not table.fits(one):
            continue
        if (before := text[start : one.start]) and (raw or before.strip()):
            yield {"type": "markdown", "text": before}
        yield table.block(text[one.start : one.end])
        start = one.end
    if (rest := text[start:end]) and (raw or rest.strip()):
        yield {"type": "markdown", "text": rest}


def chunks(laid: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turn blocks into pieces of a stream."""
    return [
        {"type": "markdown_text", "text": block["text"]}
        if block["type"] == "markdown"
        else {"type": "blocks", "blocks": [block]}
        for block in laid
    ]


def streamable(text: str, limit: int) -> int:
    """Return up to where a text that still grows can be streamed into one message."""
    text = text[:limit]
    end = table.settled(text)
    for number, one in enumerate(table.find(text)):
        if number or not table.fits(one):
            end = min(end, one.start)
    return end
