"""Keep what the bot posts from notifying a whole channel (@channel, @here, a group), and from reversing text."""

from __future__ import annotations

import re

from bot.core.characters import ends_with_half, sendable

# LEFT-TO-RIGHT and RIGHT-TO-LEFT OVERRIDE show letters in an order that is not theirs; no language needs them.
_OVERRIDE = re.compile("[\u202d\u202e]")
_BROADCAST_OUT = re.compile(r"<!(?=channel\b|here\b|everyone\b|subteam\^)", re.IGNORECASE)
_BROADCAST_BEGUN = re.compile(r"<(?:![a-z]{0,8})?$", re.IGNORECASE)


def harmless(text: str) -> str:
    """Neutralize what notifies a whole channel, which the model must not do, or reverses text.

    Also removes what can't be sent.
    """
    return _OVERRIDE.sub("", _BROADCAST_OUT.sub("<\u200b!", sendable(text)))


def safe_end(text: str) -> int:
    """Return up to where a growing text can be shown: not into a started `<!channel>` or character."""
    end = len(text) - ends_with_half(text)
    match = _BROADCAST_BEGUN.search(text, 0, end)
    return match.start() if match else end
