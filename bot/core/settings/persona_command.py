"""`/parley persona`: show the workspace's personas, save one, choose one for a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.command import answering
from bot.core.domain import persona
from bot.core.domain.message import Place
from bot.core.domain.persona import LONGEST_NAME, LONGEST_PROMPT, MOST, Persona, find
from bot.core.domain.thread import Record
from bot.core.settings.command import check_may_change
from bot.core.settings.lost_personas import let_go
from bot.core.settings.lost_personas import sentence as no_longer_used
from bot.core.settings.parse import is_nothing
from bot.core.settings.place_text import place_text
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatNames, Checkpoint, Store
    from bot.core.settings.place_text import PlaceText

USAGE = N_(
    "`/parley persona <name>` chooses a persona for this channel, and `/parley persona unset` clears it. Workspace "
    "admins save one with `/parley persona <name>: <prompt>`, and remove it with `/parley persona <name>:`."
)


@dataclass(frozen=True, slots=True)
class PersonaCommand:
    """What was typed after `/parley persona`. A `prompt` saves the persona, "" removes it."""

    name: str = ""
    prompt: str | None = None


def parse(typed: str) -> PersonaCommand:
    """Read `persona`, `persona <name>`, `persona <name>: <prompt>`. Raises `UsageError`."""
    rest = typed.strip().partition(" ")[2]
    name, colon, prompt = (part.strip() for part in rest.partition(":"))
    if colon and not name:
        raise UsageError(_(USAGE))
    if colon and is_nothing(name):
        raise UsageError(_("“{name}” clears a channel's persona; please choose another name.", name=name))
    if len(name) > LONGEST_NAME or len(prompt) > LONGEST_PROMPT:
        raise UsageError(
            _(
                "A persona's name can have at most {most_of_name:,} characters and its prompt {most_of_prompt:,}; "
                "these have {name:,} and {prompt:,}.",
                most_of_name=LONGEST_NAME,
                most_of_prompt=LONGEST_PROMPT,
                name=len(name),
                prompt=len(prompt),
            )
        )
    return PersonaCommand(name, prompt if colon else None)


async def impersonate(
    command: Command, *, admins: frozenset[str], checkpoint: Checkpoint, store: Store, chat: Chat
) -> Record:
    """Show, save or choose personas; only the asker sees it. Raises `ChatError`."""
    parsed = parse(command.text)
    channel, workspace = Place(command.place.workspace, command.place.channel), Place(command.place.workspace, "")
    at = place_text(channel, chat)
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            if not parsed.name:
                sentence = listing(await store.settings.load(channel), at)
            else:
                where = channel if parsed.prompt is None else workspace
                await check_may_change(where, command.asker, admins=admins, directory=chat.directory)
                if parsed.prompt is None:
                    sentence = await _choose(parsed, command.asker, at, store)
                else:
                    sentence = await _keep(parsed, command.asker, at, checkpoint=checkpoint, store=store, chat=chat)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence)
    return Record(command.place, command.asker.person)


def listing(settings: ChannelSettings, at: PlaceText) -> str:
    """List the personas, marking the one used here."""
    chosen = find(settings.persona, settings.personas)
    used = _("used in {place}", place=at.name)
    lines = [f"• *{one.name}*{f' _({used})_' if one == chosen else ''}" for one in settings.personas]
    lost = [f"⚠️ {settings.lost_persona}"] if settings.lost_persona else []
    heading = _("The workspace's personas:") if lines else _("The workspace has no personas.")
    return "\n".join([heading, *lines, *lost, _(USAGE)])


def unknown(name: str, settings: ChannelSettings, at: PlaceText) -> UsageError:
    """Return the error for a persona that there is not, with those that there are."""
    return UsageError("\n".join((_(persona.NONE_SUCH, name=name), listing(settings, at))))


async def _choose(parsed: PersonaCommand, asker: Requester, at: PlaceText, store: Store) -> str:
    channel = at.place
    overrides, settings = await store.settings.overrides(channel), await store.settings.load(channel)
    known = find(parsed.name, settings.personas)
    if known is None and not is_nothing(parsed.name):
        raise unknown(parsed.name, settings, at)
    name = known.name if known else None
    await store.settings.change(channel, {"persona": name}, asker.person, version=overrides.version)
    if not name:
        return _("There is no persona in {place} now.", place=at.name)
    return _("From the next message on, I'm *{name}* in {place}.", name=name, place=at.name)


async def _keep(
    parsed: PersonaCommand, asker: Requester, at: PlaceText, *, checkpoint: Checkpoint, store: Store, chat: Chat
) -> str:
    workspace = Place(at.place.workspace, "")
    overrides, settings = await store.settings.overrides(workspace), await store.settings.load(workspace)
    known = find(parsed.name, settings.personas)
    if known is None and not parsed.prompt:
        # This may be the second try, and the first one came no further than to remove it.
        if used := await let_go(workspace.workspace, asker, checkpoint=checkpoint, store=store, chat=chat):
            return _removed(parsed.name, used, chat.names)
        raise unknown(parsed.name, settings, at)
    others = [one for one in settings.personas if one != known]
    if parsed.prompt:
        others.append(Persona(name=known.name if known else parsed.name, prompt=parsed.prompt))
    if len(others) > MOST:
        raise UsageError(_("A workspace can have at most {most} personas; remove one first.", most=MOST))
    personas = [one.model_dump(mode="json") for one in others]
    await store.settings.change(workspace, {"personas": personas or None}, asker.person, version=overrides.version)
    if known and not parsed.prompt:
        used = await let_go(workspace.workspace, asker, checkpoint=checkpoint, store=store, chat=chat)
        return _removed(known.name, used, chat.names)
    return _(
        "The persona *{name}* was saved. `/parley persona {name}` chooses it for a channel.",
        name=parsed.name,
    )


def _removed(name: str, used: tuple[Place, ...], names: ChatNames) -> str:
    told = _("The persona *{name}* was removed.", name=name), no_longer_used(used, names)
    return " ".join(filter(None, told))
