"""Text between Slack and the model: unescape it and read mentions on the way in, make it harmless on the way out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.answer.vocative import end_of_greeting
from bot.core.characters import ends_with_half, sendable

if TYPE_CHECKING:
    from collections.abc import Iterator

# The plain text beside the blocks is for notifications; https://docs.slack.dev/reference/methods/chat.postMessage
NOTICE_LIMIT = 3_000

# All that Slack marks up is in brackets, `<target|label>`, with what would close them escaped:
# https://docs.slack.dev/messaging/formatting-message-text. No character is read twice, however the brackets stand.
MARKUP = re.compile(r"<(?P<target>[^<>|]*+)(?:\|(?P<label>[^<>]*+))?+>")
_CHANNEL = re.compile(r"#[CG][A-Z0-9]*")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_SOMEBODY = re.compile(r"@[UWB][A-Z0-9]+|!subteam\^S[A-Z0-9]+")
_AND = re.compile(r"(?:\s|,|&amp;|\+|and\b)*+")
_QUOTED = re.compile(r"(?:\s++|(?:&gt;|>)[^\n]*+\n)*+")
_COMMA = re.compile(r"\A[\s,:]++")
_BROADCASTS = {"!channel", "!here", "!everyone"}
# LEFT-TO-RIGHT and RIGHT-TO-LEFT OVERRIDE show letters in an order that is not theirs; no language needs them.
_OVERRIDE = re.compile("[\u202d\u202e]")
_BROADCAST_OUT = re.compile(r"<!(?=channel\b|here\b|everyone\b|subteam\^)", re.IGNORECASE)
_BROADCAST_BEGUN = re.compile(r"<(?:![a-z]{0,8})?$", re.IGNORECASE)


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


def mentions(text: str, person: str) -> bool:
    """Return whether a person is mentioned."""
    return any(match["target"] == f"@{person}" for match in MARKUP.finditer(text))


def without_mention(text: str, person: str) -> str:
    """Remove the mentions of a person, and the space or comma that follows one at the start."""
    text = text.lstrip()
    if (first := MARKUP.match(text)) and first["target"] == f"@{person}":
        text = _COMMA.sub("", text[first.end() :])
    return MARKUP.sub(lambda match: "" if match["target"] == f"@{person}" else match[0], text).strip()


def addresses_other(text: str, bot: str) -> bool:
    """Return whether a message starts by addressing a person or a group, not the bot, and never addresses the bot.

    A quotation and a greeting can come first. It addresses the bot if its mention is among those at the start, or
    starts a line or a sentence. @here and @channel include the bot.
    """
    spoken_to = list(_spoken_to(text))
    return bool(spoken_to) and f"@{bot}" not in spoken_to and not _turns_to(text, bot)


def _spoken_to(text: str) -> Iterator[str]:
    """Return the mentions at the start, after a quotation and a greeting."""
    quoted = _QUOTED.match(text)
    at = end_of_greeting(text, quoted.end() if quoted else 0)
    while (match := MARKUP.match(text, at)) and _SOMEBODY.fullmatch(match["target"]):
        yield match["target"]
        joined = _AND.match(text, match.end())
        at = joined.end() if joined else match.end()


def _turns_to(text: str, person: str) -> bool:
    """Return whether the mention of a person starts the text, a line or a sentence."""
    before = 0
    for match in MARKUP.finditer(text):
        between = text[before : match.start()]
        words = between.rstrip()
        begins = not (before or words) or words.endswith((".", "!", "?", ":", ";")) or "\n" in between[len(words) :]
        if begins and match["target"] == f"@{person}":
            return True
        before = match.end()
    return False


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
