"""The prompts, one file a purpose, and how they become the `system` of a request."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from bot.calls import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anthropic.types import TextBlockParam


def load() -> Mapping[Purpose, str]:
    """Read every purpose's prompt from its file."""
    folder = files("bot.claude") / "prompts"
    return {purpose: (folder / f"{purpose}.md").read_text(encoding="utf-8").strip() for purpose in Purpose}


def system(prompt: str, instructions: str) -> list[TextBlockParam]:
    """Build the `system` blocks: our prompt, then the channel's own instructions if there are any.

    The mark on the last block lets the API cache both, so nothing that varies from turn to turn may stand in them.
    """
    blocks: list[TextBlockParam] = [{"type": "text", "text": prompt}]
    if instructions.strip():
        blocks.append({"type": "text", "text": instructions})
    blocks[-1]["cache_control"] = {"type": "ephemeral"}
    return blocks
