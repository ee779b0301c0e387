"""The home tab: laid out, and published for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.client.api import call
from bot.slack.outbound.buttons import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.interaction import Section

# Slack's limits; https://docs.slack.dev/reference/block-kit/blocks
HEADER, TEXT = 150, 3_000


async def publish(client: AsyncWebClient, person: str, sections: Sequence[Section]) -> None:
    """Put the sections in the place of what a person's home tab showed. Raises `ChatError`."""
    await call(client.views_publish, user_id=person, view=view(sections))


def view(sections: Sequence[Section]) -> dict[str, Any]:
    """Lay the home tab out."""
    return {"type": "home", "blocks": [block for section in sections for block in _blocks(section)]}


def _blocks(section: Section) -> list[dict[str, Any]]:
    title = {"type": "plain_text", "text": section.title[:HEADER]}
    text = {"type": "mrkdwn", "text": escaped(section.text)[:TEXT], "verbatim": True}
    return [{"type": "header", "text": title}, {"type": "section", "text": text}, *blocks(section.buttons)]


def escaped(text: str) -> str:
    """Take mentions and links out of a text, as only escaped characters can make them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
