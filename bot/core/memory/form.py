"""The form with a place's notes: edit them, delete them, add one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.actions import EDIT_MEMORY, MEMORY_FORM
from bot.core.dates import short_date
from bot.core.domain.control_value import MemoryRef
from bot.core.domain.interaction import Field
from bot.core.domain.message import Place
from bot.core.domain.note import LONGEST_NOTE, NewNote, NoteOutcome
from bot.core.memory.command import NOTHING
from bot.core.memory.wording import clean
from bot.core.memory.write import OFF, full, rights, shown, until_when, worded
from bot.core.ports import Chat, Store
from bot.errors import ConflictError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.note import Note
    from bot.core.memory.write import Rights

NEW = "new"
MOST_IN_FIELDS = 30_000  # characters of notes that can be edited in one form
ONLY_IN_CHANNELS = N_("Notes belong to a channel: open its settings for them.")
_NAME = re.compile(r"note_(?P<id>\d{1,15})_(?P<version>\d{1,9})")


@dataclass(frozen=True, slots=True)
class MemoryForm:
    """The form, and what it works with."""

    store: Store
    chat: Chat
    admins: frozenset[str]

    async def open(self, action: Action) -> Form:
        """Return the form that an action asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
        ref = EDIT_MEMORY.read(action)
        place = Place(action.place.workspace, ref.channel if ref.workspace else action.place.channel)
        if not place.channel:
            raise UsageError(_(ONLY_IN_CHANNELS))
        may = await rights(place, action.asker, self.chat.directory, self.admins)
        settings, notes = await self.store.settings.load(place), await self.store.notes.of_place(place)
        fields = [] if settings.memory else [Field("off", _(OFF).replace("`", ""), "note")]
        fields += await self._fields(place, notes, may)
        if settings.memory:
            hint = _("For example: “Ana is away until Friday”. It goes by itself then.")
            fields.append(Field(NEW, _("Add a note"), "area", hint=hint, optional=True, max_length=LONGEST_NOTE))
        ref_here = MemoryRef(workspace=place.workspace, channel=place.channel)
        return MEMORY_FORM.form(_("Memory"), tuple(fields), ref_here)

    async def _fields(self, place: Place, notes: Sequence[Note], may: Rights) -> list[Field]:
        zone = (await self.chat.directory.reader(place, may.person)).zone
        names = await self.chat.names.of(place, {note.author for note in notes}, [note.text for note in notes])
        room, fields = MOST_IN_FIELDS, list[Field]()
        for note in notes:
            room -= len(note.text)
            mention = self.chat.names.mention(note.author)
            told = [
                names.get(mention, note.author),
                short_date(note.created_at.astimezone(zone).date()),
                until_when(note.expires_at, zone),
            ]
            label = f"{note.number}. {', '.join(filter(None, told))}"
            if may.may_change(note) and room >= 0:
                hint = "" if any(one.kind == "area" for one in fields) else _("Empty it to delete the note.")
                name = f"note_{note.id}_{note.version}"
                fields.append(Field(name, label, "area", note.text, hint=hint, optional=True, max_length=LONGEST_NOTE))
            else:
                fields.append(Field(f"read_{note.id}", f"{label}: {shown(note.text, 200)}", "note"))
        return fields or [Field("none", _(NOTHING), "note")]

    async def save(self, submission: Submission) -> Mapping[str, str]:
        """Save what the form holds; return its faults by the field.

        Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
        """
        place = MEMORY_FORM.read(submission).place
        may = await rights(place, submission.asker, self.chat.directory, self.admins)
        settings = await self.store.settings.load(place)
        notes = {note.id: note for note in await self.store.notes.of_place(place)}
        changes: list[tuple[Note, str]] = []
        faults: dict[str, str] = {}
        for name, answer in submission.answers.items():
            typed = str(answer).strip()
            if not (match := _NAME.fullmatch(name)):
                continue
            note = notes.get(int(match["id"]))
            if note is None or note.version != int(match["version"]):
                raise ConflictError("notes")
            if typed == note.text:
                continue
            may.check_may_change(note)
            try:
                changes.append((note, clean(typed, settings.phone_country) if typed else ""))
            except UsageError as error:
                faults[name] = error.sentence
        new, expires_at = str(submission.answers.get(NEW, "")).strip() if settings.memory else "", None
        try:
            if new:
                new, expires_at = await worded(new, place, may.person, settings, self.chat.directory)
        except UsageError as error:
            faults[NEW] = error.sentence
        return faults or await self._save(place, changes, new, expires_at, submission, may)

    async def _save(
        self,
        place: Place,
        changes: Sequence[tuple[Note, str]],
        new: str,
        expires_at: datetime | None,
        submission: Submission,
        may: Rights,
    ) -> Mapping[str, str]:
        person = submission.asker.person
        for note, text in changes:
            if not text:
                if not await self.store.notes.delete(note):
                    raise ConflictError("notes")
                continue
            result = await self.store.notes.change(note, text, note.expires_at, person)
            if result.outcome is NoteOutcome.GONE:
                raise ConflictError("notes")
        if not new:
            return {}
        added = NewNote(place, new, person, turn=submission.id, call="form", owner=may.owner, expires_at=expires_at)
        result = await self.store.notes.write(added)
        if result.outcome is NoteOutcome.FULL:
            return {NEW: full(await self.store.notes.of_place(place)).replace("`", "")}
        return {}
