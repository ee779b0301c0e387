"""Every slash command, declared once: what Slack's menu shows, what `/parley help` says, who can turn it off.

The manifest, the listeners, the help and the setting `commands_off` follow from this list; `bot.jobs.registry` says
what parses and runs each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A slash command. `name` has no slash."""

    name: str
    description: str  # in Slack's menu
    usage_hint: str  # behind the name, while it is typed
    help: str  # a line of `/parley help`, and the answer to what can't be parsed
    is_private: bool = False  # only its asker ever sees its answers
    is_switchable: bool = True  # an admin can switch it off with `commands_off`
    works_in_threads: bool = False  # where Slack has no slash commands: a mention followed by it is the command


SUMMARIZE = CommandSpec(
    "summarize",
    "Summarize a channel, a thread, a file or a text",
    "<text> | [#channel] 7d | <link> [short, as bullets, focus on …]",
    help="Type `/summarize` and a text, or what I should read: `7d`, `#channel since yesterday`, "
    "`2026-11-01 to 2026-11-07`, `since last read`, a link to a message, a thread or a file. Say how you want it: "
    "`short` or `long`, `as bullets`, `as paragraph` or `as a table`, `only actions`, `focus on …`, `for the board`, "
    "`in German`; before a text with a colon, as in `as a literary analyst:`. In a thread, use “Summarize thread” "
    "in a message's menu. Only you see summaries of conversations; for a text, add `--private` to keep its "
    "summary to yourself.",
)
CLASSIFY = CommandSpec(
    "classify",
    "Sort messages into categories",
    "<one message per line> | [#channel] 7d | <link> [into: A, B, C]",
    help="Type `/classify` and what to sort, then `into: Bug report, Account issue` to choose the categories, "
    "or list them one per line as `Name: definition`. What to sort can be messages, one per line or in quotes; "
    "`#channel 7d`; or a link to a message, a "
    "thread or a CSV, TSV, JSONL or XLSX file, with `column=text`. Or send the file with `@me classify`, or use "
    "“Classify” in a message's menu. Without `into:` I take this channel's categories, or propose some. `--multi` "
    "allows several categories per message, `--batch` is slower at half the price, and `--private` shows the "
    "result only to you. You can correct what I got wrong below the result, and I learn from it.",
    works_in_threads=True,
)
CODE = CommandSpec(
    "code",
    "Write code and save it to a file",
    "[language] <what it should do> [--private]",
    help="Type `/code` and what it should do, like `/code Write a Python function to calculate circle area.`, or "
    "the language first: `/code Go web server`. I check the syntax, run nothing, and save the files. Then ask for "
    "changes in its thread, or press “Write tests”, “Explain” or another language there. In a thread, or with a file "
    "of yours, mention me with `/code` in front. Add `--private` to see it alone.",
    works_in_threads=True,
)
PARLEY = CommandSpec(
    "parley",
    "Parley's settings in this channel, and help",
    "prompt [<text>] | settings | set <name> <value> | triage on | trends | usage | budget | forget | help",
    help="`/parley prompt` shows this channel's system prompt, `/parley prompt <text>` sets it, "
    "`/parley prompt --reset` removes it; `/parley settings` opens the form with the settings, "
    "`/parley settings list` shows them all, `/parley set <name> <value>` and `/parley unset <name>` change one; "
    "`/parley why` shows where they come from, `/parley history` who changed what, `/parley revert <number>` "
    "undoes changes; put `workspace` before any of these to use it for the whole workspace; `/parley persona` "
    "chooses a named prompt; `/parley triage on` sorts each post of this channel as feedback, "
    "`/parley triage report` and `/parley trends 7d` show what came in; `/parley usage` shows what was used "
    "and what it cost, `/parley budget` what can be spent; `/parley forget` erases what I've stored; `/parley "
    "help` shows what I can do.",
    is_private=True,
    is_switchable=False,
)

COMMANDS = (SUMMARIZE, CLASSIFY, CODE, PARLEY)
SWITCHABLE = tuple(one.name for one in COMMANDS if one.is_switchable)
BY_NAME = {one.name: one for one in COMMANDS}


def behind_mention(text: str) -> CommandSpec | None:
    """Return the command that a message is, None for any other message."""
    first = text.split(maxsplit=1)[:1]
    return next((one for one in COMMANDS if one.works_in_threads and first == [f"/{one.name}"]), None)


HELP = "\n".join(
    (
        "I answer when you mention me, in direct messages, and in threads that started with me.",
        *(f"• {one.help}" for one in COMMANDS),
    )
)
