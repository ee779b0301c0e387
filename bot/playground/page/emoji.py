"""Emoji by the names that Slack gives them."""

from __future__ import annotations

import json
import re
from pathlib import Path

# Its source and license are in the file. The page itself reads it, too.
_FILE = Path(__file__).parent / "static" / "emoji.json"
_NAMES: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))["names"]
_TONES = {f"skin-tone-{number}": _NAMES[f"skin-tone-{number}"] for number in range(2, 7)}
# Addresses and times of day hold colons, too.
_CODE = re.compile(r"https?://\S+|(?<!\d):(?P<name>[a-z0-9_+'&.-]{1,64}(?:::skin-tone-[2-6])?):(?!\d)")
# It asks for the colored form of a character, which a skin tone does, too.
_COLORED = "\ufe0f"


def emoji(name: str) -> str:
    """Return the character with a name such as `tada` or `wave::skin-tone-3`, "" for a name that Slack doesn't know."""
    plain, _, tone = name.partition("::")
    character = _NAMES.get(plain, "")
    return character.removesuffix(_COLORED) + _TONES.get(tone, "") if character and tone else character


def with_emoji(text: str) -> str:
    """Return text with `:name:` drawn as the character; unknown names stay."""
    return _CODE.sub(lambda code: (code["name"] and emoji(code["name"])) or code[0], text)
