"""What can be typed after `/parley`, declared once; `bot.jobs.registry` says what runs each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.command import meant
from bot.core.commands import BY_NAME, PARLEY
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.find import request as find_request
from bot.core.memory import command as memory
from bot.core.privacy import forget
from bot.core.settings import (
    budget_command,
    feedback_command,
    knowledge_command,
    persona_command,
    triage_command,
)
from bot.core.settings.parse import SCOPED
from bot.core.settings.parse import parse as parse_settings
from bot.core.settings.parse import unknown as unknown_words
from bot.core.spend import usage
from bot.errors import UsageError
from bot.language import N_, _

# Sections of the help; the first has the other commands, too.
COMMANDS_OF, FEEDBACK = N_("Read, sort, write code"), N_("Feedback")
SETTINGS_OF, COST = N_("This channel"), N_("Cost and privacy")


def alone(said: str) -> bool:
    """Return whether nothing follows."""
    return not said


def parsed(parse: Callable[[str], object], words: str) -> Callable[[str], bool]:
    """Return the check of what can be typed after the words."""

    def is_parsed(said: str) -> bool:
        try:
            parse(f"{words} {said}".strip())
        except UsageError:
            return False
        return True

    return is_parsed


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One or two words after `/parley`. `parse` raises `UsageError`, with how it is used.

    `verbs` are what a message begins with that asks for the same, where `said` takes what follows in it. With a
    `section`, it has a line in the help: what to type, and what that does. `help` is on its own page, as part of the
    page `topic`.
    """

    words: str
    parse: Callable[[str], object] = parse_settings
    is_for_anyone: bool = False  # no one is refused it
    verbs: tuple[str, ...] = ()
    said: Callable[[str], bool] = alone
    section: str = ""
    example: str = ""
    brief: str = ""
    topic: str = "settings"
    help: tuple[str, ...] = ()  # paragraphs


_SHOW = ("", "show ", "show me ", "show us ", "list ", "open ")  # not for people: said
HELP = Subcommand(
    "help",
    str,
    is_for_anyone=True,
    verbs=(
        "help",
        "hilfe",
        "what can you do",
        "what do you do",
        "how do you work",
        "how do i use you",
        "was kannst du",
    ),
    topic="",
)
_OF_SETTINGS = (  # not for people: typed
    *("set", "unset", "why", "history", "revert", "workspace", "thread", "workspace settings"),
)
SUBCOMMANDS = (
    HELP,
    Subcommand(
        "settings",
        verbs=(
            *(
                f"{show}{whose}settings"
                for show in _SHOW
                for whose in ("", "the ", "your ", "channel ", "the channel ")
            ),
            "einstellungen",
        ),
        said={"", "list", "list all"}.__contains__,
        section=SETTINGS_OF,
        example="settings",
        brief=N_("which model answers, who may use me"),
        help=(
            N_(
                "`/parley settings` opens this channel's settings as a form, `/parley settings list` lists what is "
                "set, and `/parley settings list all` everything. `/parley set <name> <value>` changes one, `/parley "
                "unset <name>` resets it, and so does `unset` or `none` as the value. `/parley why` shows where each "
                "comes from, `/parley history` who changed what, and `/parley revert <number>` undoes changes."
            ),
            SCOPED,
            N_("Workspace admins and Parley's admins can change settings."),
        ),
    ),
    *map(Subcommand, _OF_SETTINGS),
    Subcommand(
        "prompt",
        section=SETTINGS_OF,
        example="prompt <text>",
        brief=N_("what to keep in mind here"),
        topic="prompt",
        help=(
            N_(
                "`/parley prompt` shows this channel's system prompt, `/parley prompt <text>` sets it, and "
                "`/parley prompt unset` removes it."
            ),
        ),
    ),
    Subcommand(
        "persona",
        persona_command.parse,
        section=SETTINGS_OF,
        example="persona <name>",
        brief=N_("a named prompt"),
        topic="persona",
        help=(persona_command.USAGE,),
    ),
    Subcommand(
        "memory",
        memory.parse,
        verbs=(
            *(f"{show}{what}" for show in _SHOW for what in ("memory", "your memory", "notes", "your notes")),
            *(
                f"what do you {verb}"
                for verb in ("remember", "remember here", "remember about us", "remember about me")
            ),
            *(
                f"{verb} {that} note"
                for verb in ("forget", "delete", "remove")
                for that in ("that", "this", "the", "a")
            ),
            *(
                "was hast du dir gemerkt",
                "was merkst du dir",
                "woran erinnerst du dich",
                "notizen",
                "zeig deine notizen",
            ),
            *("vergiss diese notiz", "vergiss die notiz", "lösche diese notiz", "lösche die notiz", "gedächtnis"),
        ),
        said={"", "list"}.__contains__,
        topic="memory",
        help=(memory.USAGE,),
    ),
    Subcommand(
        "memory delete",  # not for people: typed
        memory.parse,
        verbs=("forget note", "delete note", "remove note", "vergiss notiz", "lösche notiz", "lösch notiz"),
        said=memory.is_number,
        topic="memory",
    ),
    Subcommand(
        "knowledge",
        knowledge_command.parse,
        verbs=(
            *(f"{show}{what}" for show in _SHOW for what in ("knowledge", "your knowledge", "your sources")),
            *("what do you answer from", "woraus antwortest du", "wissen", "zeig dein wissen", "zeig deine quellen"),
        ),
        said=parsed(knowledge_command.parse, "knowledge"),
        topic="knowledge",
        help=(
            knowledge_command.USAGE,
            N_(
                "Each statement of an answer names its source; without one I say that I don't know. Workspace admins "
                "and Parley's admins can change what I answer from."
            ),
        ),
    ),
    Subcommand(
        "triage",
        verbs=("triage",),
        said={"on", "off", "settings"}.__contains__,
        section=FEEDBACK,
        example="triage on",
        brief=N_("sort each post here: category, severity, team"),
        topic="triage",
        help=(triage_command.USAGE, feedback_command.USAGE),
    ),
    Subcommand(
        "triage report",  # not for people: typed
        triage_command.parse,
        verbs=("triage report",),
        topic="triage",
    ),
    Subcommand("triage secret", triage_command.parse, topic="triage"),  # not for people: typed
    Subcommand(
        "open",
        triage_command.parse,
        verbs=(
            *(f"{what} {still}open" for what in ("what's", "whats", "what is") for still in ("", "still ")),
            *(f"{show}open {what}" for show in _SHOW[:5] for what in ("feedback", "posts", "tickets", "issues")),
            *("which posts are open", "which posts are still open", "was ist offen", "was ist noch offen"),
        ),
        said=parsed(triage_command.parse, "open"),
        section=FEEDBACK,
        example="open #channel",
        brief=N_("unresolved posts"),
        topic="triage",
    ),
    Subcommand(
        "feedback",
        feedback_command.parse,
        topic="triage",
    ),
    Subcommand(
        "trends",
        triage_command.parse,
        verbs=("trends", "show trends", "feedback trends"),
        said=parsed(triage_command.parse, "trends"),
        section=FEEDBACK,
        example="trends 14d",
        brief=N_("what came in, and what is on the rise"),
        topic="triage",
    ),
    Subcommand(
        "find",
        find_request.parse,
        section=COMMANDS_OF,
        example="find <words>",
        brief=N_("what was said"),
        topic="find",
        help=(
            find_request.USAGE,
            N_(
                "I don't show you what you can't open yourself. What was deleted or forgotten isn't found. "
                "`/parley set find_messages off` turns it off for a channel; its messages aren't found from elsewhere "
                "then, either."
            ),
        ),
    ),
    Subcommand(
        "usage",
        usage.parse,
        verbs=tuple(f"{show}{my}usage" for show in _SHOW for my in ("", "my ", "the ")),
        said=parsed(usage.parse, "usage"),
        section=COST,
        example="usage 7d",
        brief=N_("what was used, and what it cost"),
        topic="usage",
        help=(usage.USAGE,),
    ),
    Subcommand(
        "budget",
        budget_command.parse,
        verbs=tuple(f"{show}{the}{name}" for show in _SHOW for the in ("", "the ") for name in ("budget", "budgets")),
        section=COST,
        example="budget",
        brief=N_("what can be spent"),
        topic="budget",
        help=(budget_command.USAGE,),
    ),
    Subcommand(
        "forget",
        forget.parse,
        is_for_anyone=True,
        verbs=("forget", "vergiss"),
        said=forget.is_said,
        section=COST,
        example="forget me",
        brief=N_("erase what I've stored"),
        topic="privacy",
        help=(
            forget.USAGE,
            N_(
                "`/parley set redact on` hides addresses, numbers and secrets from Claude here, and "
                "`/parley set retention_days 30` keeps what was said here for 30 days."
            ),
        ),
    ),
)
BY_WORDS = {one.words: one for one in SUBCOMMANDS}
FIRST_WORDS = tuple(dict.fromkeys(one.words.split()[0] for one in SUBCOMMANDS))


def find(typed: str) -> Subcommand:
    """Return the subcommand that the first two words name, or the help."""
    first = typed.lower().split(maxsplit=2)
    return next((BY_WORDS[words] for count in (2, 1) if (words := " ".join(first[:count])) in BY_WORDS), HELP)


def parse(typed: str) -> object:
    """Read what was typed after `/parley`. Raises `UsageError`, with how it is used, or what was meant."""
    one = find(typed)
    word = typed.lower().split(maxsplit=1)[0] if typed.strip() else HELP.words
    if one is HELP and word != HELP.words:
        raise unknown(typed, word)
    return one.parse(typed)


def unknown(typed: str, word: str) -> UsageError:
    """Return the error for a word that can't follow `/parley`, with the nearest that can."""
    if word in ChannelSettings.model_fields:
        meant_word = f"/{PARLEY.name} set {word}"
        near = " " + _("Did you mean `{word}`?", word=meant_word)
    elif word in BY_NAME:
        near = " " + _("Did you mean `{word}`?", word="/" + word)
    elif any(word == one.topic for one in SUBCOMMANDS):
        meant_word = f"/{PARLEY.name} {HELP.words} {word}"
        near = " " + _("Did you mean `{word}`?", word=meant_word)
    else:
        near = meant(word, FIRST_WORDS, before=f"/{PARLEY.name} ") or meant(word, tuple(BY_NAME), before="/")
    return UsageError(" ".join((unknown_words(typed) + near, _("See `/parley help`."))))
