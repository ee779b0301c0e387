"""The home tab: laid out, and published for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import Block, HeaderBlock, MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.slack.client.api import call
from bot.slack.outbound.buttons import blocks, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.interaction import Section

# Slack's limits; https://docs.slack.dev/reference/block-kit/blocks
HEADER, TEXT = 150, 3_000


async def publish(client: AsyncWebClient, person: str, sections: Sequence[Section]) -> None:
    """Replace what a person's home tab showed with the sections. Raises `ChatError`."""
    await call(client.views_publish, user_id=person, view=view(sections))


def view(sections: Sequence[Section]) -> dict[str, Any]:
    """Lay the home tab out."""
    return View(type="home", blocks=[block for section in sections for block in _blocks(section)]).to_dict()


def _blocks(section: Section) -> Iterator[Block | dict[str, Any]]:
    yield HeaderBlock(text=plain(section.title, HEADER))
    yield SectionBlock(text=MarkdownTextObject(text=escaped(section.text)[:TEXT], verbatim=True))
    yield from blocks(section.buttons)


def escaped(text: str) -> str:
    """Take mentions and links out of a text, as only escaped characters can make them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
