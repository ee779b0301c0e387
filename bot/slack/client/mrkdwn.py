"""Slack's mrkdwn as Markdown; https://docs.slack.dev/messaging/formatting-message-text#basic-formatting."""

from __future__ import annotations

import re

from bot.slack.client import escaping

# What no mark counts in: code, to the end where it was cut, and everything in brackets.
_WHOLE = r"```.*?(?:```|\Z)|`[^`\n]++`|<[^<>\n]*+>"
# A pair of marks is at the edges of words, within a line, and has no space inside; a word's own _ is part of it.
_OPEN, _CLOSE = r"(?<![^\W_])(?<!\w_)(?<!{0}){0}(?![\s{0}])", r"(?<!\s){0}(?![^\W_])(?!_\w)(?!{0})"
_INSIDE = r"(?:`[^`\n]++`|<[^<>\n]*+>|[^{0}\n`<])+"
_PAIR = _OPEN + "(?P<{1}>" + _INSIDE + ")" + _CLOSE
_BOLD, _STRIKE = _PAIR.format(r"\*", "bold"), _PAIR.format("~", "strike")
_MARKED = re.compile(f"{_WHOLE}|{_BOLD}|{_STRIKE}", re.DOTALL)


def markdown(text: str) -> str:
    """Convert the mark-up that Slack shows to Markdown, and its escapes and links to what a person reads.

    `_` marks italics in both. Marks that Slack shows literally, as in 2*3*4, stay. `text`: as on the wire.
    """
    return escaping.worded(_MARKED.sub(_doubled, text))


def _doubled(match: re.Match[str]) -> str:
    for mark, inside in (("**", match["bold"]), ("~~", match["strike"])):
        if inside is not None:
            return f"{mark}{_MARKED.sub(_doubled, inside)}{mark}"
    return match[0]
