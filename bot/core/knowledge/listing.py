"""What people read of sources: what each is, when it was read, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.dates import short_date
from bot.core.domain.knowledge import SourceKind, SourceState
from bot.core.domain.message import Place
from bot.core.literal import literal
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from bot.core.domain.knowledge import KnowledgeSource
    from bot.core.ports import Chat

NOTHING = N_("I have no knowledge here yet: an admin can add some.")
OFF = N_("Knowledge is off here. An admin can turn it on with `/parley set knowledge on`.")
LONGEST_TITLE = 100  # characters


def listing(sources: Sequence[KnowledgeSource], chat: Chat, zone: tzinfo, *, is_on: bool) -> str:
    """List sources, the oldest first."""
    off = [] if is_on else [_(OFF)]
    if not sources:
        return "\n".join([*off, _(NOTHING)])
    heading = ngettext("I answer from {n:,} source here:", "I answer from {n:,} sources here:", len(sources))
    return "\n".join([*off, heading, *(line(one, chat, zone) for one in sources)])


def line(source: KnowledgeSource, chat: Chat, zone: tzinfo) -> str:
    """Write a source with how it stands."""
    told = [_state(source, zone)]
    if not source.channel:
        told.append(_("For the whole workspace."))
    if source.added_by:
        told.append(_("Added by {person}.", person=chat.names.mention(source.added_by)))
    return f"• *{source.id}* {named(source, chat)}: {' '.join(told)}"


def named(source: KnowledgeSource, chat: Chat) -> str:
    """Return what a source is called, with its address where it has one."""
    title = literal(source.title[:LONGEST_TITLE])
    match source.kind:
        case SourceKind.SITE:
            return f"[{title}]({source.address})"
        case SourceKind.REPOSITORY:
            owner, name = source.address.partition("@")[0].split("/")[:2]
            return f"[{title}](https://github.com/{owner}/{name})"
        case SourceKind.CHANNEL:
            return chat.names.channel(source.address) or title
        case SourceKind.FOLDER:
            return _("folder {name}", name=title)
        case SourceKind.FILE:
            return _("file {name}", name=title)
        case SourceKind.ARTICLE:
            channel, _slash, thread = source.address.partition("/")
            link = chat.history.permalink(Place(source.workspace, channel, thread), thread)
            name = _("article “{name}”", name=title)
            return f"[{name}]({link})"


def _state(source: KnowledgeSource, zone: tzinfo) -> str:
    """Say how far its reading has come, when it was read, and what failed."""
    pages = ngettext("{n:,} page", "{n:,} pages", source.pages)
    if source.state is SourceState.FAILED:
        why = _(source.fault)
        if source.read_at is None:
            return _("could not be read: {why} I'll try again by myself.", why=why)
        when = _moment(source.read_at, zone)
        return _("{pages}, read {when}; could not be read again: {why}", pages=pages, when=when, why=why)
    if source.read_at is None:
        if source.state is SourceState.READING and source.pages:
            return _("{pages} so far; I'm still reading.", pages=pages)
        return _("not read yet; I'll begin in a moment.")
    told = _("{pages}, read {when}.", pages=pages, when=_moment(source.read_at, zone))
    if source.skipped:
        told += " " + ngettext("{n:,} page could not be read.", "{n:,} pages could not be read.", source.skipped)
    if source.state is SourceState.READING:
        told += " " + _("I'm reading it again now.")
    return told


def _moment(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{short_date(local.date())}, {local:%H:%M}"
