"""Text between Slack and the model: its escapes and mentions on the way in, no power on the way out."""

from __future__ import annotations

import re

# The plain text beside the blocks is for notifications; https://docs.slack.dev/reference/methods/chat.postMessage
NOTICE_LIMIT = 3_000

_LINK = re.compile(r"<(?P<target>(?:https?|mailto|tel):[^|>]*)(?:\|(?P<label>[^>]*))?>")
# Slack leaves the name away, or empty, where it would tell of a private channel.
_CHANNEL = re.compile(r"<#(?P<id>[CG][A-Z0-9]*)(?:\|(?P<name>[^>]*))?>")
_BROADCAST_IN = re.compile(r"<!(?P<who>channel|here|everyone)(?:\|[^>]*)?>")
_LABELLED = re.compile(r"<!(?:subteam|date)\^[^|>]*\|(?P<label>[^>]+)>")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_MENTIONS_FIRST = re.compile(
    r"^\s*<@[UWB][A-Z0-9]+(?:\|[^>]*)?>(?:(?:\s|,|&amp;|\+|and\b)*<@[UWB][A-Z0-9]+(?:\|[^>]*)?>)*"
)
_BROADCAST_OUT = re.compile(r"<!(?=channel\b|here\b|everyone\b|subteam\^)", re.IGNORECASE)
_BROADCAST_BEGUN = re.compile(r"<(?:![a-z]{0,8})?$", re.IGNORECASE)


def unescape(text: str) -> str:
    """Undo the three escapes that Slack makes; https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def storable(text: str) -> str:
    """Take out what can't be stored or sent: NUL, and halves of characters."""
    return _NO_TEXT.sub("", text)


def plain(text: str) -> str:
    """Turn Slack's mark-up into what the person typed: links, channels and broadcasts; mentions of people stay.

    Takes out what can't be stored or sent.
    """
    text = _LINK.sub(_link, storable(text))
    text = _CHANNEL.sub(lambda match: f"#{match['name'] or match['id']}", text)
    text = _BROADCAST_IN.sub(lambda match: f"@{match['who']}", text)
    text = _LABELLED.sub(lambda match: match["label"], text)
    return unescape(text)


def _link(match: re.Match[str]) -> str:
    target, label = match["target"].removeprefix("mailto:").removeprefix("tel:"), match["label"]
    return f"{label} ({target})" if label and label not in target else target


def named_channels(text: str) -> tuple[tuple[str, str], ...]:
    """Return the channels that a text names, each as its name, or its id where Slack gives none, and its id."""
    return tuple((unescape(match["name"] or match["id"]), match["id"]) for match in _CHANNEL.finditer(text))


def mentions(text: str, person: str) -> bool:
    """Tell whether a person is mentioned."""
    return re.search(rf"<@{re.escape(person)}(?:\|[^>]*)?>", text) is not None


def without_mention(text: str, person: str) -> str:
    """Take the mentions of a person out, and the space or comma that followed at the start."""
    text = re.sub(rf"^\s*<@{re.escape(person)}(?:\|[^>]*)?>[\s,:]*", "", text)
    return re.sub(rf"<@{re.escape(person)}(?:\|[^>]*)?>", "", text).strip()


def addresses_other(text: str, bot: str) -> bool:
    """Tell whether a message opens by speaking to somebody who is not the bot, and nowhere turns to the bot.

    It turns to the bot where its mention is among those at the start, or begins a line or a sentence.
    """
    opening = _MENTIONS_FIRST.match(text)
    if opening is None or mentions(opening[0], bot):
        return False
    return re.search(rf"(?:^|[\n.!?:;])\s*<@{re.escape(bot)}(?:\|[^>]*)?>", text) is None


def harmless(text: str) -> str:
    """Take the power out of `<!channel>` and its like, which must not ring a whole channel on the model's word."""
    return _BROADCAST_OUT.sub("<\u200b!", text)


def safe_end(text: str) -> int:
    """Return up to where a text that still grows may be shown: not into what may become a `<!channel>`."""
    match = _BROADCAST_BEGUN.search(text)
    return match.start() if match else len(text)
