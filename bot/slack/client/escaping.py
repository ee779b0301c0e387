"""Slack's escapes and mark-up in a text, `&lt;` and `<target|label>`, as what a person typed or reads."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# All that Slack marks up is in brackets, `<target|label>`, with what would close them escaped:
# https://docs.slack.dev/messaging/formatting-message-text. No character is read twice, however the brackets stand.
MARKUP = re.compile(r"<(?P<target>[^<>|]*+)(?:\|(?P<label>[^<>]*+))?>")
_CHANNEL = re.compile(r"#[CG][A-Z0-9]*")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_BROADCASTS = {"!channel", "!here", "!everyone"}


def unescape(text: str) -> str:
    """Undo the three escapes that Slack makes; https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def storable(text: str) -> str:
    """Remove what can't be stored or sent: NUL, and lone surrogates."""
    return _NO_TEXT.sub("", text)


def plain(text: str) -> str:
    """Convert Slack's mark-up to what the person typed: links, channels and broadcasts; mentions of people stay.

    Removes what can't be stored or sent.
    """
    return unescape(MARKUP.sub(_typed, storable(text)))


def worded(text: str) -> str:
    """Convert Slack's mark-up to what a person reads, as `plain` does; ids without a name stay, to be looked up."""
    return unescape(
        MARKUP.sub(lambda match: f"<{match['target']}>" if _is_nameless(match) else _typed(match), storable(text))
    )


def _is_nameless(match: re.Match[str]) -> bool:
    return not match["label"] and match["target"].startswith(("#", "!subteam^"))


def _typed(match: re.Match[str]) -> str:
    target, label = match["target"], match["label"]
    if target.startswith(("https:", "http:", "mailto:", "tel:")):
        address = target.removeprefix("mailto:").removeprefix("tel:")
        return f"{label} ({address})" if label and label not in address else address
    if _CHANNEL.fullmatch(target):
        return f"#{label or target[1:]}"
    if target in _BROADCASTS:
        return f"@{target[1:]}"
    if label and target.startswith(("!subteam^", "!date^")):
        return label
    if target.startswith("!date^"):
        return moment(target.split("^")[1]) or match[0]
    return match[0]


def moment(seconds: object) -> str:
    """Write a time, in seconds since 1970, for readers in any zone; "" if it is not a time."""
    try:
        at = datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def named_channels(text: str) -> tuple[tuple[str, str], ...]:
    """Return the channels that a text names, each as its name, or its id where Slack gives none, and its id."""
    named = (match for match in MARKUP.finditer(text) if _CHANNEL.fullmatch(match["target"]))
    # Slack leaves the name away, or empty, where it would tell of a private channel.
    return tuple((unescape(match["label"] or match["target"][1:]), match["target"][1:]) for match in named)


def groups_as_people(text: str) -> str:
    """Write user groups as mentions: a group can be notified like a person, and its label is not its id."""

    def write(match: re.Match[str]) -> str:
        sign, _, group = match["target"].partition("^")
        return f"<@{group.partition('^')[0]}>" if sign == "!subteam" and group else match[0]

    return MARKUP.sub(write, text)
