"""`/parley help`: a short list by task, and a page for each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.command import answering, meant, shown
from bot.core.commands import CLASSIFY, CODE, COMMANDS, PARLEY, SUMMARIZE
from bot.core.documents.kinds import READABLE
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.thread import Record
from bot.core.settings.subcommands import COMMANDS_OF, COST, FEEDBACK, HELP, SETTINGS_OF, SUBCOMMANDS
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.domain.command import Command
    from bot.core.ports import Chat, Checkpoint

UNNAMED = "@Parley"  # where the bot's own name is not known

BESIDE = {
    "conversations": N_(
        "Mention {me} with a question, and I answer in a thread. There, and in direct messages, you "
        "needn't mention me again; a message that starts with someone else's name is for them. Mentioned in a thread "
        "that others started, I read it first. If you edit or delete a message, I follow. “stop” or the Stop button "
        "ends an answer."
    ),
    "files": N_(
        "Send files with your message, and ask about them in follow-ups, too. {readable}. For a file with many "
        "messages, mention me and say “classify”. I say what I left out, such as hidden text and pictures in a "
        "document."
    ),
}
"""Topics that are no command's."""
SETTINGS = "settings"  # not for people: a topic's name
_WHOLE = {"", "me", HELP.words}  # what follows “help” for the short list


def topics(me: str = UNNAMED) -> dict[str, str]:
    """Return the pages by their names. `me` is how people write the bot's name."""
    return {
        **{one.name: _(one.help) for one in COMMANDS if one is not PARLEY},
        **{one.topic: "\n".join(map(_, one.help)) for one in SUBCOMMANDS if one.help},
        **{name: _(text, me=me, readable=_(READABLE)) for name, text in BESIDE.items()},
    }


def overview(me: str) -> str:
    """Return the short list. `me` is how people write the bot's name."""
    return "\n".join(
        (
            _("Mention {me}, or write to me directly. I answer in a thread, and remember what was said there.", me=me),
            *_sections(),
            _("You can say these, too: “{me} summarize this thread”, “{me} what's open in #channel?”.", me=me),
            _("More: `/parley help <topic>`. Topics: {topics}.", topics=", ".join(topics())),
        )
    )


def _sections() -> Iterator[str]:
    for section in (COMMANDS_OF, FEEDBACK, SETTINGS_OF, COST):
        yield f"**{_(section)}**"
        if section == COMMANDS_OF:
            yield from (f"• `/{one.name} {_(one.example)}`: {_(one.brief)}" for one in (SUMMARIZE, CLASSIFY, CODE))
        for one in SUBCOMMANDS:
            if one.section == section:
                yield f"• `/{PARLEY.name} {_(one.example)}`: {_(one.brief)}"


def page(topic: str, me: str) -> str:
    """Return the page for a topic as someone typed it, the short list for none."""
    name = _plain(topic)
    pages = topics(me)
    if name in _WHOLE:
        return overview(me)
    if about := _topic(name) or _settings(name):
        return pages[about]
    unknown = _("There is no help on {topic}.", topic=shown(topic))
    known = _("The topics are {topics}.", topics=", ".join(pages))
    return f"{unknown}{meant(name, tuple(pages))} {known}"


def _plain(topic: str) -> str:
    return topic.casefold().removeprefix("with ").removeprefix("about ").strip(" ?.!/`")


def _topic(name: str) -> str:
    """Return the page that a name is on: a topic, or a subcommand, also in the plural; "" for none."""
    pages = (*topics(), *(one.words for one in SUBCOMMANDS))
    found = next((one for one in (name, name.removesuffix("s")) if one in pages), "")
    return next((one.topic for one in SUBCOMMANDS if one.words == found and one.topic), found)


def _settings(name: str) -> str:
    """Return the page on settings for the name of one, also in the plural; "" for any other."""
    return SETTINGS if {name, name.removesuffix("s")} & ChannelSettings.model_fields.keys() else ""


def topic_of(typed: str) -> str:
    """Return the topic that follows `help`, as it was typed."""
    return typed.strip().partition(" ")[2].strip()


def is_topic(said: str) -> bool:
    """Return whether what follows “help” in a message is nothing, or a topic."""
    name = _plain(said)
    return name in _WHOLE or bool(_topic(name))


async def explain(command: Command, *, checkpoint: Checkpoint, chat: Chat) -> Record:
    """Show the asker the short list, or a topic's page. Raises `ChatError`."""
    name = await chat.names.own(command.place)
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        await visible.replace(page(topic_of(command.text), f"@{name}" if name else UNNAMED))
    return Record(command.place, command.asker.person)
