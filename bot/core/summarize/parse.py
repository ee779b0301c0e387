"""Parse what was typed after `/summarize`: a text, or where to look; since when; options."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.core import span_or_text, typed_scope
from bot.core.command import check_options, check_text
from bot.core.commands import SUMMARIZE
from bot.core.domain.summary import SummaryOptions
from bot.core.summarize import options as typed_options
from bot.core.time_span import times as spans
from bot.errors import UsageError
from bot.language import N_, _

_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_CHANNEL = re.compile(r"#(?P<name>[^\s,;:#]{1,80})(?=[\s,;]|\Z)")
_SPAN = re.compile(r"\d{1,4}(?:h|d|w|min)(?=[\s,;]|\Z)", re.IGNORECASE)
_OPTIONS_FIRST = re.compile(r"(?P<options>[^:\n]{2,200}):(?!//)\s*(?P<text>\S.*)", re.DOTALL)
_OPTIONS_LAST = re.compile(r"(?P<text>[\"“].+[\"”])\s++(?P<options>[^\n\"“”]{2,200})", re.DOTALL)

OPTIONS = N_("say the length, the form and the audience in words, such as `short`, `as bullets` or `for the board`")


@dataclass(frozen=True, slots=True)
class Ask:
    """What to summarize, and how: a text, what a link leads to, or a channel's messages of a span."""

    text: str = ""  # to be summarized as it stands
    link: str = ""  # to a message, a thread, a file or a channel
    channel: str = ""  # as it was typed, without its #; "" for this one
    span: str = ""  # "" for the usual one
    is_thread: bool = False  # the thread that it is said in
    options: SummaryOptions = field(default_factory=SummaryOptions)

    @property
    def is_text(self) -> bool:
        """Return whether the text itself is to be summarized."""
        return bool(self.text)


def parse(typed: str) -> Ask:
    """Parse what was typed. Raises `UsageError` for nothing, and for what may be a request or a text.

    A request is one short line that says only where to look, since when, and options; or only a fixed option.
    Everything else is a text, perhaps with options before a colon or after its quotes.
    """
    typed = check_text(SUMMARIZE, typed)
    check_options(typed, ("--private",), _(OPTIONS))
    if ask := _request(typed):
        return ask
    for pattern in (_OPTIONS_FIRST, _OPTIONS_LAST):
        if (match := pattern.fullmatch(typed)) and (options := typed_options.read(match["options"])):
            text = match["text"].strip()
            if found := typed_scope.read(text):
                return _ask(found, options)
            span_or_text.check(text, SUMMARIZE.name)
            return Ask(text=text, options=options)
    span_or_text.check(typed, SUMMARIZE.name)
    return Ask(text=typed)


def opens_with(text: str) -> tuple[str, str]:
    """Return the link, the channel's name or the span that a short text begins with, and what follows it.

    The first is "" where it begins with none of these; of spans only the short ones count, since sentences begin with
    "yesterday", too.

    What is said so but is not a request is more likely a request gone wrong than a text; who knows the link can tell.
    """
    if len(text) > typed_scope.LONGEST or "\n" in text.strip():
        return "", text
    if match := _LINK.match(text) or _CHANNEL.match(text) or _SPAN.match(text):
        return match[0], text[match.end() :].strip()
    return "", text


def not_understood(rest: str) -> UsageError:
    """Return the error for a request that has a part I can't read."""
    return UsageError(
        _(
            "I don't understand “{text}”. You can say where (`#channel`, a link), since when ({examples}), "
            "`short`, `medium` or `long`, `as bullets`, `as paragraph` or `as table`, `focus on …`, `for the …`, "
            "`in German`. To summarize this text itself, put it in quotes.",
            text=rest[:80],
            examples=spans.EXAMPLES,
        )
    )


def spoken(said: str, *, needs_place: bool = False) -> bool:
    """Return whether what follows “summarize” in a message says where to look or since when, and nothing else.

    `needs_place`: a time alone is not a request, as in “what happened yesterday”. `#12` is probably an issue's number.
    """
    read = _read(said)
    if read is None or (read[0].channel or "").isdigit():
        return False
    return bool(read[0].link) or read[0].is_placed or (bool(read[0].span) and not needs_place)


def _request(typed: str) -> Ask | None:
    read = _read(typed)
    if read is None:
        return None
    found, options = read
    return _ask(found, options) if found.is_named or typed_options.is_plain(options) else None


def _read(typed: str) -> tuple[typed_scope.Where, SummaryOptions] | None:
    """Read a line that says nothing but where to look, since when, and how."""
    if len(typed) > typed_scope.LONGEST or "\n" in typed:
        return None
    found, options, rest = typed_scope.Where(), SummaryOptions(), typed_scope.bare(typed)
    while rest:
        if (taken := typed_scope.take(rest, found)) is not None:
            found, rest = taken
        elif (wished := typed_options.take(rest, options)) is not None:
            options, rest = wished
        elif filler := typed_scope.skip_filler(rest):
            rest = rest[filler:].lstrip(" ,;")
        else:
            return None
    return None if found.link and found.is_placed else (found, options)


def _ask(found: typed_scope.Where, options: SummaryOptions) -> Ask:
    return Ask(
        link=found.link, channel=found.channel or "", span=found.span, is_thread=found.is_thread, options=options
    )
