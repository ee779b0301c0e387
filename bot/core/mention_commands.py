"""Commands that people say after a mention, as in "summarize this thread" or "/classify #support 7d".

A message is a command if it begins with what people say for one, and what follows can only be meant for it: a place and
a time, categories, a topic of the help. "Summarize the plot of Hamlet" and "help me write a mail" are for Claude. What
to begin with is beside each command's declaration; what may follow, in its parser.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.core.classify import parse as classify
from bot.core.code import parse as code
from bot.core.command import LONGEST_WORD, take_private
from bot.core.commands import BY_NAME, CLASSIFY, CODE, PARLEY, SUMMARIZE
from bot.core.domain.command import MentionCommand
from bot.core.settings import help as help_
from bot.core.settings.subcommands import FIRST_WORDS, HELP, SUBCOMMANDS, Subcommand, find
from bot.core.summarize import parse as summarize
from bot.core.typed_scope import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEAR = 0.8  # of 1, by difflib's measure: how near a slash command with a slip is to one of ours
NEAR_WORD = 0.88  # how near a word with a slip is to one of ours: "sumarize", but not "clarify"
LOOKED_AT = 200  # characters in which courtesies and what is said for a command stand

_SLASH = re.compile(r"/(?P<name>[a-z]{2,30})(?=\s|\Z)\s*", re.IGNORECASE)
# What people say before and after what they want.
_COURTESY = re.compile(
    r"(?:(?:hey|hi|hello|ok|okay|so|and|now|then|please|pls|plz|kindly|bitte|hallo)\b[\s,!.]*"
    r"|(?:can|could|would|will)\s+(?:you|u)\s+"
    r"|(?:i\s+(?:need|want)|i['\u2019]d\s+like)(?:\s+you\s+to)?\s+"
    r"|(?:kannst|k(?:ö|oe)nntest|w(?:ü|ue)rdest)\s+du\s+|mir\s+)",
    re.IGNORECASE,
)
_THANKS = (  # not for people: what they say
    *(" please", " pls", " plz", " bitte", " thanks", " thank you", " thx", " danke", " for me", " for us"),
    " zusammen",
)
_ENDS = " ,?!.\n"
MOST_COURTESIES = 6
# "Give me a short summary of": how long it should be is an option.
_GIVE = re.compile(
    r"(?:(?:can|could|may)\s+(?:i|we)\s+(?:get|have|see)\s+"
    r"|(?:give|show|get|send|write|make|create|do|post)\s+(?:(?:me|us)\s+)?)?(?:an?\s+|the\s+|eine\s+)?"
    r"(?:(?P<length>short|quick|brief|detailed|long|kurze)\s+)?(?=(?:summary|recap|digest|overview|tl;?dr|zusammenf))",
    re.IGNORECASE,
)
_INFINITIVE = " zusammenfassen"  # German: after what is to be summarized
_CLASSIFY = (CLASSIFY.name, "klassifiziere")  # what is said for nothing else
# Long enough that one wrong letter leaves no doubt.
_LONG_VERBS = tuple(
    verb for verb in (*SUMMARIZE.verbs, *CLASSIFY.verbs) if verb.isalpha() and len(verb) > len("summary")
)
_ASKED = tuple(verb for one in SUBCOMMANDS for verb in one.verbs)
_LENGTHS = {"quick": "short", "kurze": "short"}
# What happened in a place, rather than at a time.
QUESTIONS = (  # not for people: what they say
    *("what happened", "what has happened", "what was discussed", "what did i miss", "what have i missed"),
    *(f"{what} {how}" for what in ("what's", "whats", "what is") for how in ("new", "going on", "happening")),
    *("catch me up", "catch us up", "was ist passiert", "was gibt's neues"),
)
# In a thread that others began, these mean the thread.
_NEAREST = re.compile(
    r"(?:(?:in|of|on|from)\s+)?(?:(?:all\s+(?:of\s+)?)?(?:this|that|the|our|diese[nrs]?|die)\s+"
    r"(?:whole\s+|entire\s+)?(?:conversation|discussion|chat|unterhaltung|diskussion)|everything\s+above|the\s+above|here"
    r"|(?:all\s+(?:of\s+)?)?(?:this|it|that|das))(?=[\s,;]|\Z)",
    re.IGNORECASE,
)
_ANY_THREAD = re.compile(
    r"(?:the\s+)?thread(?:\s+(?:above|so\s+far))?(?=[\s,;]|\Z)|this\s+thread\s+so\s+far", re.IGNORECASE
)
THREAD = "this thread"  # not for people: what a command is given


@dataclass(frozen=True, slots=True)
class Occasion:
    """How a message was said. `is_called`: to the bot alone, by a mention or at the start of direct messages.

    `thread`: whether it is in one that began with the bot or in one that others began, "" if it opens a thread.
    `has_files`: files came with it.
    """

    is_called: bool
    thread: Literal["", "ours", "others"] = ""
    has_files: bool = False


def read(text: str, occasion: Occasion) -> MentionCommand | None:
    """Return the command that a message is, None if it is for Claude."""
    text = text.strip()
    if match := _SLASH.match(text):
        return _typed(match["name"].casefold(), text[match.end() :], occasion)
    said, length = _bare(text)
    found = _said(said, length, occasion)
    if found is None and occasion.is_called and (mended := _mended(said)):
        return _said(mended, length, occasion)
    return found


def _said(said: str, length: str, occasion: Occasion) -> MentionCommand | None:
    return (
        _classify(said, occasion)
        or _code(said)
        or (None if occasion.has_files else _summarize(said, length, occasion))
        or (_ask(said) if occasion.is_called else None)
    )


def _typed(name: str, rest: str, occasion: Occasion) -> MentionCommand | None:
    """Read a message that begins as a slash command does."""
    if name in BY_NAME:
        text, is_private = (rest, True) if BY_NAME[name].is_private else take_private(rest)
        if not text and occasion.has_files and name == SUMMARIZE.name:
            return None  # Claude reads the files of any message
        is_for_anyone = name == PARLEY.name and find(text).is_for_anyone
        return MentionCommand(name, text.strip(), is_private, is_for_anyone)
    if name in FIRST_WORDS:
        return MentionCommand(PARLEY.name, f"{name} {rest}".strip(), True, find(name).is_for_anyone)  # noqa: FBT003 (it is private)
    is_slip = bool(difflib.get_close_matches(name[:LONGEST_WORD], BY_NAME, n=1, cutoff=NEAR))
    return MentionCommand(PARLEY.name, name, is_private=True) if is_slip else None


def _mended(said: str) -> str:
    """Return a message whose first word is one of ours with a slip, as it was meant; "" for any other."""
    word, space, rest = said.partition(" ")
    near = difflib.get_close_matches(word[:LONGEST_WORD].casefold(), _LONG_VERBS, n=1, cutoff=NEAR_WORD)
    return f"{near[0]}{space}{rest}" if near else ""


def _bare(text: str) -> tuple[str, str]:
    """Return a message without its courtesies, and how long a summary it asks for."""
    start = 0
    for _ in range(MOST_COURTESIES):
        if not (match := _COURTESY.match(text, start)):
            break
        start = match.end()
    text = text[start:]
    if "\n" not in text and len(text) <= LONGEST:
        text = _without_thanks(text)
    give = _GIVE.match(text)
    length = (give["length"] or "").casefold() if give else ""
    return text[give.end() if give else 0 :].strip(), _LENGTHS.get(length, length)


def _without_thanks(text: str) -> str:
    for _ in range(MOST_COURTESIES):
        text = text.rstrip(_ENDS)
        low = text.lower()
        if not low.endswith(_THANKS):
            break
        text = text[: len(text) - len(next(one for one in _THANKS if low.endswith(one)))]
    return text.rstrip(_ENDS)


def _behind(said: str, verbs: tuple[str, ...]) -> str | None:
    """Return what follows one of these, the longest that fits; None if a text begins with none of them."""
    start = _start(said)
    if not start.startswith(verbs):
        return None
    for verb in sorted(verbs, key=len, reverse=True):
        if start.startswith(verb) and not said[len(verb) : len(verb) + 1].isalnum():
            return said[len(verb) :]
    return None


def _start(said: str) -> str:
    """Return what a text begins with, as the verbs are written."""
    return said[:LOOKED_AT].casefold().replace("\u2019", "'")


def _summarize(said: str, length: str, occasion: Occasion) -> MentionCommand | None:
    if said[-len(_INFINITIVE) :].lower() == _INFINITIVE:
        said = f"fasse {said[: -len(_INFINITIVE)]}"
    rest, needs_place = _behind(said, SUMMARIZE.verbs), False
    if rest is None:
        rest, needs_place = _behind(said, QUESTIONS), True
    if rest is None or (needs_place and not rest):
        return None
    for where in _places(rest.lstrip(" :,-"), occasion):
        if not where and (occasion.thread or not occasion.is_called):
            return None  # about what was said last
        text = f"{where} {length}".strip()
        text, is_private = take_private(text)
        if not where or summarize.spoken(text, needs_place=needs_place):
            return MentionCommand(SUMMARIZE.name, text if where else "", is_private)
    return None


def _classify(said: str, occasion: Occasion) -> MentionCommand | None:
    rest = _behind(said, CLASSIFY.verbs)
    if rest is None:
        return None
    rest, is_private = take_private(rest.lstrip(" :,"))
    if occasion.has_files:
        is_asked = said.casefold().startswith(_CLASSIFY)
        return (
            MentionCommand(CLASSIFY.name, classify.spoken(rest, has_files=True) or rest, is_private)
            if is_asked
            else None
        )
    for where in _places(rest, occasion):
        if not where:
            is_known = occasion.is_called and not occasion.thread and said.casefold().startswith(_CLASSIFY)
            return MentionCommand(CLASSIFY.name, "") if is_known else None
        if text := classify.spoken(where):
            return MentionCommand(CLASSIFY.name, text, is_private)
    return None


def _places(rest: str, occasion: Occasion) -> Iterator[str]:
    """Yield what follows as it stands, and as it is meant in a thread that others began."""
    if match := _ANY_THREAD.match(rest):
        yield f"{THREAD}{rest[match.end() :]}"
    if occasion.thread == "others":
        if match := _NEAREST.match(rest):
            yield f"{THREAD}{rest[match.end() :]}"
        if not rest:
            yield THREAD
            return
        yield rest
        yield f"{THREAD} {rest}"  # "in German", "as bullets"
    else:
        yield rest


def _code(said: str) -> MentionCommand | None:
    if (rest := _behind(said, CODE.verbs)) is None:
        return None
    rest, is_private = take_private(rest)
    is_written = not said.casefold().startswith(CODE.name)
    text = code.spoken(rest.lstrip(), is_written=is_written)
    return MentionCommand(CODE.name, text, is_private) if text else None


def _ask(said: str) -> MentionCommand | None:
    """Read what `/parley` is asked for without it."""
    if "\n" in said or len(said) > LONGEST or not _start(said).startswith(_ASKED):
        return None
    for one in SUBCOMMANDS:
        rest = _behind(said, one.verbs)
        if rest is not None and _may_follow(one)(rest := rest.strip(" :,")):
            return MentionCommand(PARLEY.name, f"{one.words} {rest}".strip(), True, one.is_for_anyone)  # noqa: FBT003 (it is private)
    return None


def _may_follow(one: Subcommand) -> Callable[[str], bool]:
    return help_.is_topic if one is HELP else one.said
