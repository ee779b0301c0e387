"""`/parley memory`: list a place's notes, add one, edit one, delete one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.core.actions import DELETE_NOTE, EDIT_MEMORY
from bot.core.command import answering
from bot.core.dates import short_date
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.command import Command
from bot.core.domain.note import NewNote, NoteOutcome
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.memory.card import KNOWN, plain
from bot.core.memory.write import OFF, Rights, full, rights, shown, until_when, worded
from bot.core.ports import Chat, Store
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from bot.core.domain.interaction import Action, Control
    from bot.core.domain.message import Place
    from bot.core.domain.note import Note, NoteResult
    from bot.core.ports import Checkpoint

USAGE = N_(
    "`/parley memory` lists the notes that I keep here. `/parley memory add <text>` adds one, `/parley memory edit "
    "<number> <text>` changes one, and `/parley memory delete <number>` deletes one. End a note with “until Friday” or "
    "“for 30 days”, and it goes by itself. You can also mention me and say “remember that …”."
)
NOTHING = N_("I don't keep any notes here.")
NO_SUCH = N_("There is no note {number} here. `/parley memory` lists those that there are.")
DELETED = N_("Deleted note {number}: “{text}”")
GONE = N_("This note was changed or deleted in the meantime. `/parley memory` lists those that there are.")
MESSAGE = N_("message")  # the word that links to it
SHOWN_IN_LIST = 300  # characters of a note

_TYPED = re.compile(
    r"memory(?:\s+list)?|memory\s+(?:(?P<add>add|note|remember)\s+(?P<new>\S.*)"
    r"|(?P<edit>edit|change)\s+#?(?P<of>\d{1,6})[\s:,]+(?P<text>\S.*)"
    r"|(?P<delete>delete|remove|forget)\s+(?:note\s+)?#?(?P<gone>\d{1,6})\.?)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"(?:number\s+|nummer\s+|nr\.?\s*)?#?\d{1,6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MemoryCommand:
    """What was typed after `/parley memory`."""

    action: Literal["list", "add", "edit", "delete"]
    number: int = 0
    text: str = ""


def parse(typed: str) -> MemoryCommand:
    """Read `memory [list]`, `add <text>`, `edit <number> <text>`, `delete <number>`. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    if match["add"]:
        return MemoryCommand("add", text=match["new"])
    if match["edit"]:
        return MemoryCommand("edit", int(match["of"]), match["text"])
    return MemoryCommand("delete", int(match["gone"])) if match["delete"] else MemoryCommand("list")


def is_number(said: str) -> bool:
    """Return whether what follows “forget note” is a note's number, or nothing."""
    return not said or bool(_NUMBER.fullmatch(said.rstrip(".")))


async def memory(
    command: Command, *, admins: frozenset[str], checkpoint: Checkpoint, store: Store, chat: Chat
) -> Record:
    """List or change the notes of a place; only the asker sees it. Raises `ChatError`."""
    controls: tuple[Control, ...] = ()
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            parsed, settings = parse(command.text), await store.settings.load(replace(command.place, thread=""))
            if parsed.action == "list":
                notes = await store.notes.of_place(command.place)
                reader = await chat.directory.reader(command.place, command.asker.person)
                sentence, controls = listing(notes, settings, chat, reader.zone), _controls(notes)
            else:
                may = await rights(command.place, command.asker, chat.directory, admins)
                change = _Change(command, settings, may, store, chat)
                sentence = await change.carry_out(parsed)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


def listing(notes: Sequence[Note], settings: ChannelSettings, chat: Chat, zone: tzinfo) -> str:
    """List notes: what each says, who wrote it and when, where, and until when it holds."""
    heading = ngettext("I keep {n:,} note here:", "I keep {n:,} notes here:", len(notes)) if notes else _(NOTHING)
    off = [] if settings.memory else [_(OFF)]
    return "\n".join([*off, heading, *(line(note, chat, zone) for note in notes), _(USAGE)])


def line(note: Note, chat: Chat, zone: tzinfo) -> str:
    """Write a note with what is known of it."""
    date = short_date(note.created_at.astimezone(zone).date())
    by = _("{person}, {date}", person=chat.names.mention(note.author), date=date)
    if note.message:
        by = f"{by}, [{_(MESSAGE)}]({chat.history.permalink(note.place, note.message)})"
    told = [by, until_when(note.expires_at, zone), _("its message was edited since") if note.is_outdated else ""]
    return f"• *{note.number}* {plain(shown(note.text, SHOWN_IN_LIST))} ({'; '.join(filter(None, told))})"


def _controls(notes: Sequence[Note]) -> tuple[Control, ...]:
    options = tuple((str(note.id), f"{note.number}: {shown(note.text)}") for note in notes)
    return (EDIT_MEMORY.button(), *([DELETE_NOTE.menu(options)] if options else []))


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of notes by a person who may change some."""

    command: Command
    settings: ChannelSettings
    rights: Rights
    store: Store
    chat: Chat

    async def carry_out(self, parsed: MemoryCommand) -> str:
        """Return what was done. Raises `NotAllowedError`, `UsageError`."""
        if parsed.action == "delete":
            return await deleted(await self._note(parsed.number), self.rights, self.store)
        if not self.settings.memory:
            raise NotAllowedError(_(OFF))
        text, expires_at = await self._worded(parsed.text)
        if parsed.action == "edit":
            note = await self._note(parsed.number)
            self.rights.check_may_change(note)
            person = self.command.asker.person
            end = expires_at or note.expires_at
            return await self._told(await self.store.notes.change(note, text, end, person))
        command = self.command
        new = NewNote(
            command.place,
            text,
            command.asker.person,
            turn=command.id,
            call="command",
            message=command.to,
            owner=self.rights.owner,
            expires_at=expires_at,
        )
        return await self._told(await self.store.notes.write(new))

    async def _worded(self, text: str) -> tuple[str, datetime | None]:
        command = self.command
        return await worded(text, command.place, command.asker.person, self.settings, self.chat.directory)

    async def _note(self, number: int) -> Note:
        found = [note for note in await self.store.notes.of_place(self.command.place) if note.number == number]
        if not found:
            raise UsageError(_(NO_SUCH, number=number))
        return found[0]

    async def _told(self, result: NoteResult) -> str:
        match result.outcome:
            case NoteOutcome.WRITTEN if result.note:
                reader = await self.chat.directory.reader(self.command.place, self.command.asker.person)
                end = until_when(result.note.expires_at, reader.zone)
                said = _("Note {number}: “{text}”", number=result.note.number, text=plain(shown(result.note.text, 200)))
                return " ".join(filter(None, (said, f"({end})" if end else "")))
            case NoteOutcome.KNOWN if result.note:
                return _(KNOWN, number=result.note.number)
            case NoteOutcome.FULL:
                return full(await self.store.notes.of_place(self.command.place))
        return _(GONE)


async def deleted(note: Note, may: Rights, store: Store) -> str:
    """Delete a note; return what was done. Raises `NotAllowedError`."""
    may.check_may_change(note)
    if not await store.notes.delete(note):
        return _(GONE)
    return _(DELETED, number=note.number, text=plain(shown(note.text)))


async def on_delete(
    action: Action,
    *,
    checkpoint: Checkpoint,  # noqa: ARG001 - every action has a checkpoint
    admins: frozenset[str],
    store: Store,
    chat: Chat,
) -> Record:
    """Delete the note that was chosen below the list, if the person may. Raises `ChatError`."""
    note = await _chosen(action.choice, action.place, store)
    try:
        may = await rights(action.place, action.asker, chat.directory, admins)
        sentence = await deleted(note, may, store) if note else _(GONE)
    except NotAllowedError as error:
        sentence = error.sentence
    return await send_ephemeral(action.place, action.asker, sentence, answers=chat.answers)


async def _chosen(choice: str, place: Place, store: Store) -> Note | None:
    """Return a note of the place where it was chosen; a value that comes back proves nothing."""
    note = await store.notes.find(place.workspace, int(choice)) if re.fullmatch(r"\d{1,15}", choice) else None
    return note if note and note.place.channel == place.channel and note.offered_until is None else None
