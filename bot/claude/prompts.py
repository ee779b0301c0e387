"""The prompts, one file a purpose and one for redaction, and how they become the `system` of a request."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anthropic.types import TextBlockParam

    from bot.core.domain.channel_settings import ChannelSettings


_FOLDER = files("bot.claude") / "prompts"


def load() -> Mapping[str, str]:
    """Read every prompt from its file, by the file's name."""
    return {name: _read(name) for path in _FOLDER.iterdir() if (name := path.name.removesuffix(".md")) != path.name}


def instructions_of(settings: ChannelSettings) -> str:
    """Return the channel's own instructions; where redaction is on, what placeholders are comes first.

    It does so always, also where nothing is hidden: a thread's requests keep their beginning for the API's cache.
    """
    return "\n\n".join(filter(None, (_read("redaction") if settings.redact else "", settings.prompt)))


def system(prompt: str, instructions: str) -> list[TextBlockParam]:
    """Build the `system` blocks: our prompt, then the channel's own instructions if there are any.

    The mark on the last block lets the API cache both, so nothing that varies from turn to turn may be in them.
    """
    blocks: list[TextBlockParam] = [{"type": "text", "text": prompt}]
    if instructions.strip():
        blocks.append({"type": "text", "text": instructions})
    blocks[-1]["cache_control"] = {"type": "ephemeral"}
    return blocks


@cache
def _read(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
