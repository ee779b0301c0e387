"""Every command, declared once: what Slack's menu shows, what help says, what people say for it, who can turn it off.

The manifest, the listeners, the help and the setting `commands_off` follow from this list; `bot.jobs.registry` says
what parses and runs each, `bot.core.mention_commands` which messages are one.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.language import N_


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A slash command, and what people say for it after a mention. `name` has no slash.

    Slack's menu is in English; the help is in the language of its reader.
    """

    name: str
    description: str  # in Slack's menu, and in the bot's Home
    usage_hint: str  # after the name, while it is typed
    brief: str  # in `/parley help`
    example: str  # in `/parley help`
    help: str  # the answer to `/parley help <name>`, and to the command alone
    verbs: tuple[str, ...]  # what a message begins with that is the command; what follows decides whether it is
    is_private: bool = False  # only its asker ever sees its answers
    is_switchable: bool = True  # an admin can switch it off with `commands_off`


SUMMARIZE = CommandSpec(
    "summarize",
    N_("Summarize a channel, a thread, a file or a text"),
    usage_hint="<text> | [#channel] 7d | <link> [short, as bullets, focus on …]",
    brief=N_("summarize a channel, a thread, a file or a text"),
    example=N_("#channel since yesterday"),
    help=N_(
        "Type `/summarize` and what I should read:\n"
        "• `7d`, `#channel since yesterday`, `2026-11-01 to 2026-11-07`, `since last read`, or a link to a message, a "
        "thread or a file. Only you see that summary.\n"
        "• A text. Everyone here sees that summary, unless you add `--private`.\n"
        "You can add how you want it: `short` or `long`, `as bullets`, `as paragraph` or `as a table`, `only actions`, "
        "`focus on …`, `for the board`, `in German`. For a text, say it first, with a colon: `short, in German: …`.\n"
        "In a thread, mention me and say “summarize this thread”, or use “Summarize thread” in a message's menu."
    ),
    verbs=(
        *("summarize", "summarise", "sum up", "recap", "tl;dr", "tldr", "catch me up on", "catch us up on"),
        *("summary of", "summary for", "summary from", "recap of", "digest of", "overview of", "tl;dr of", "tldr of"),
        *("fasse", "fass", "zusammenfassen", "zusammenfassung von", "zusammenfassung", "summary"),
    ),
)
CLASSIFY = CommandSpec(
    "classify",
    N_("Sort messages into categories"),
    usage_hint="<one message per line> | [#channel] 7d | <link> [into: A, B, C]",
    brief=N_("sort messages into categories"),
    example=N_("#channel 7d into: Bug, Praise"),
    help=N_(
        "Type `/classify` and what to sort: messages, one per line or in quotes; `#channel 7d`; or a link to a "
        "message, a thread or a file (CSV, TSV, JSONL, XLSX). For a file, `column=text` says which column to read.\n"
        "• `into: Bug report, Account issue` says which categories to use; you can also list them one per line, as "
        "`Name: definition`. Without categories, I use this channel's, or propose some.\n"
        "• `--multi` allows several categories per message, `--batch` is slower at half the price, and `--private` "
        "shows the result only to you.\n"
        "In a thread, or with a file, mention me and say “classify”, or use “Classify” in a message's menu. You can "
        "correct the result below it, and I learn from that."
    ),
    verbs=("classify", "categorize", "categorise", "sort", "klassifiziere", "kategorisiere", "sortiere"),
)
CODE = CommandSpec(
    "code",
    N_("Write code and save it to a file"),
    usage_hint="[language] <what it should do> [--private]",
    brief=N_("write code and save it to a file"),
    example=N_("a Python function that …"),
    help=N_(
        "Type `/code` and what it should do, as in `/code Write a Python function to calculate circle area.` You can "
        "put the language first, as in `/code SQL: the ten best customers`. I save the files and check their syntax, "
        "but never run them.\n"
        "Then ask for changes in the thread, or use the buttons there: “Write tests”, “Explain”, “Translate to…”. In a "
        "thread, or with a file of yours, mention me and say “code: …”. With `--private`, only you see the code."
    ),
    verbs=("code", "write code", "write some code", "schreib code", "schreibe code"),
)
PARLEY = CommandSpec(
    "parley",
    "Parley's settings in this channel, and help",  # not for people: in Slack's menu alone
    usage_hint="prompt [<text>] | settings | set <name> <value> | triage on | trends | usage | budget | forget | help",
    brief="",
    example="help",
    help=N_("Type `/parley` and what you want to see or change; `/parley help` lists what there is."),
    verbs=(),
    is_private=True,
    is_switchable=False,
)

COMMANDS = (SUMMARIZE, CLASSIFY, CODE, PARLEY)
SWITCHABLE = tuple(one.name for one in COMMANDS if one.is_switchable)
BY_NAME = {one.name: one for one in COMMANDS}
