"""The card that offers a note: it shows exactly what would be noted, and somebody keeps or discards it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.actions import DISCARD_NOTE, KEEP_NOTE
from bot.core.addresses import parted
from bot.core.domain.control_value import NoteRef
from bot.core.domain.note import NoteOutcome
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.memory.write import OFF, full, rights, until_when
from bot.errors import GoneError, NotAllowedError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action, Button
    from bot.core.domain.note import Note
    from bot.core.ports import Chat, Checkpoint, Store

OFFER = N_("**Should I remember this here?** I don't until someone keeps it.")
KEPT = N_("Remembered as note {number}; {person} kept it.")
KNOWN = N_("I remember this already, as note {number}.")
DISCARDED = N_("Not remembered: {person} discarded it.")
TOO_LATE = N_("Not remembered: no one kept it in time.")
GONE = N_("Not remembered.")
DECIDED = N_("Someone else has decided about this note already.")


async def card(note: Note, chat: Chat) -> tuple[str, tuple[Button, ...]]:
    """Return what a card says that offers a note, and its buttons."""
    said = [_(OFFER), await quotation(note, chat)]
    ref = NoteRef(note=note.id)
    return "\n".join(said), (KEEP_NOTE.button(ref, style="primary"), DISCARD_NOTE.button(ref))


async def quotation(note: Note, chat: Chat) -> str:
    """Return a note's text as it is, without anything that links, calls someone or marks up; and its end."""
    text = note.text
    for mention, name in (await chat.names.of(note.place, (), [text])).items():
        text = text.replace(mention, f"@{name}")
    reader = await chat.directory.reader(note.place, note.author)
    end = until_when(note.expires_at, reader.zone)
    lines = [*plain(text).split("\n"), *([f"_{end}_"] if end else [])]
    return "\n".join(f"> {line}" for line in lines) + "\n"


def plain(text: str) -> str:
    """Return a text that is no link, mention or markup for anyone: the words of a note may be the model's."""
    return "".join(f"\\{letter}" if letter in "*_~`[]\\|<>#" else letter for letter in parted(text))


async def on_action(action: Action, *, checkpoint: Checkpoint, store: Store, chat: Chat) -> Record:
    """Keep or discard what a card offers, if the person may. Raises `ChatError`."""
    spec = KEEP_NOTE if action.name == KEEP_NOTE.name else DISCARD_NOTE
    place, asker = action.place, action.asker
    note = await store.notes.find(place.workspace, spec.read(action).note)
    try:
        if note is None or note.place.channel != place.channel:
            sentence = _(GONE)
        else:
            await rights(note.place, asker, chat.directory)
            said = await _decided(note, action, store, chat)
            if not said:
                return await send_ephemeral(place, asker, _(DECIDED), answers=chat.answers)
            sentence = "\n".join([await quotation(note, chat), said])
    except NotAllowedError as error:
        return await send_ephemeral(place, asker, error.sentence, answers=chat.answers)
    try:
        await chat.posts.edit(place, action.message, sentence, checkpoint)
    except GoneError:
        return await send_ephemeral(place, asker, sentence, answers=chat.answers)
    return Record(place, asker.person)


async def _decided(note: Note, action: Action, store: Store, chat: Chat) -> str:
    """Keep or discard a note; return what its card then says, "" where someone else was first.

    Raises `NotAllowedError`.
    """
    person = chat.names.mention(action.asker.person)
    if note.offered_until is None:  # an earlier try of this press may have kept it
        is_mine = action.name == KEEP_NOTE.name and note.changed_by == action.asker.person and not note.version > 1
        return _(KEPT, number=note.number, person=person) if is_mine else ""
    if note.offered_until <= datetime.now(UTC):
        await store.notes.delete(note)
        return _(TOO_LATE)
    if action.name == DISCARD_NOTE.name:
        return _(DISCARDED, person=person) if await store.notes.delete(note) else ""
    if not (await store.settings.load(note.place)).memory:
        raise NotAllowedError(_(OFF))
    result = await store.notes.keep(note.place.workspace, note.id, action.asker.person)
    match result.outcome:
        case NoteOutcome.WRITTEN if result.note:
            return _(KEPT, number=result.note.number, person=person)
        case NoteOutcome.KNOWN if result.note:
            return _(KNOWN, number=result.note.number)
        case NoteOutcome.FULL:
            raise NotAllowedError(full(await store.notes.of_place(note.place)))
    return ""
