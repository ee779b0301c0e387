"""Write notes: who may, and what becomes of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.admin import is_named
from bot.core.dates import short_date
from bot.core.domain.note import MOST_NOTES
from bot.core.memory.expiry import ending, expiry
from bot.core.memory.wording import clean
from bot.errors import NotAllowedError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import tzinfo

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import Place
    from bot.core.domain.note import Note
    from bot.core.domain.people import Requester
    from bot.core.ports import ChatDirectory

OFF = N_("Memory is off here. An admin can turn it on with `/parley set memory on`.")
FOR_MEMBERS = N_("Only members of this channel can change what I remember here.")
NOT_FOR_GUESTS = N_("Guests and people from other organizations can't change what I remember here.")
NOT_YOURS = N_("Only the person who wrote note {number}, workspace admins and Parley's admins can change it.")
SHOWN = 60  # characters of a note in a sentence
MOST_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with the notes of a place. `owner`: whose direct messages it is, "" for a channel."""

    person: str
    owner: str
    is_admin: bool

    def may_change(self, note: Note) -> bool:
        """Return whether the person may edit or delete a note: who wrote, kept or edited it last may, and admins."""
        return self.is_admin or self.person in {note.author, note.changed_by}

    def check_may_change(self, note: Note) -> None:
        """Raise `NotAllowedError` unless the person may edit or delete a note."""
        if not self.may_change(note):
            raise NotAllowedError(_(NOT_YOURS, number=note.number))


async def rights(
    place: Place, asker: Requester, directory: ChatDirectory, admins: Collection[str] = frozenset()
) -> Rights:
    """Return what someone may do with the notes of a place. Raises `NotAllowedError`, `ChatError`.

    Members write notes, but neither guests nor people from other organizations.
    """
    participant = await directory.participant(place, asker.person)
    if participant.is_guest or participant.is_outsider:
        raise NotAllowedError(_(NOT_FOR_GUESTS))
    membership = await directory.membership(replace(place, thread=""), asker.person)
    if not membership.is_member:
        raise NotAllowedError(_(FOR_MEMBERS))
    is_admin = membership.is_admin or is_named(admins, place.workspace, asker.person)
    return Rights(asker.person, asker.person if participant.is_direct else "", is_admin)


async def worded(
    text: str, place: Place, person: str, settings: ChannelSettings, directory: ChatDirectory, until: str = ""
) -> tuple[str, datetime | None]:
    """Return a note as it can be written, and when it expires: `until`, or as it says itself. Raises `UsageError`."""
    said = clean(text, settings.phone_country)
    zone = (await directory.reader(place, person)).zone
    now = datetime.now(UTC)
    return said, expiry(until, now, zone) if until.strip() else ending(said, now, zone)


def full(notes: Sequence[Note]) -> str:
    """Return the sentence that there is no room, and which notes to delete: outdated ones, or the oldest."""
    first = sorted(notes, key=lambda note: (not note.is_outdated, note.number))[:MOST_SUGGESTED]
    listed = "; ".join(f"{note.number}: “{shown(note.text)}”" for note in first)
    told = _("I remember {most} notes here, and there is no room for more.", most=MOST_NOTES)
    return f"{told} " + _("Delete one first with `/parley memory delete <number>`. The oldest: {notes}.", notes=listed)


def shown(text: str, most: int = SHOWN) -> str:
    """Return the beginning of a note, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def until_when(expires_at: datetime | None, zone: tzinfo) -> str:
    """Return the last day on which a note holds, for people in `zone`; "" for no end."""
    if expires_at is None:
        return ""
    last = expires_at.astimezone(zone) - timedelta(seconds=1)
    return _("until {date}", date=short_date(last.date()))
