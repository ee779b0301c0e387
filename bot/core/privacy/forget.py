"""Erasure on request: `/parley forget thread|me|channel`, after a confirmation. Costs are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.core.actions import FORGET
from bot.core.admin import is_named
from bot.core.command import answering
from bot.core.domain.control_value import ForgetRef
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Button
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatDirectory, ChatHistory, Checkpoint

USAGE = N_(
    "`/parley forget me` erases what I've stored of your messages in this workspace, `/parley forget channel` "
    "everything that I've stored from this channel, and `/parley forget thread <link to a message in it>` one "
    "thread. I ask before I erase anything."
)
_TYPED = re.compile(
    r"forget\s+(?:(?P<me>me|my\s+messages|(?:everything|all|what)(?:\s+(?:that\s+)?you\s+(?:know|have|stored))?\s+about\s+me)"
    r"|(?P<channel>(?:(?:this|the)\s+)?channel)"
    r"|(?P<here>(?:this|the)\s+(?:thread|conversation)|thread)"
    r"|(?:this\s+|the\s+)?thread\s+<?(?P<link>https?://[^\s>|]+)(?:\|[^\s>]*)?>?)",
    re.IGNORECASE,
)
# What a person means who says these after “forget” is in `USAGE`; “forget it” and “forget what I said above” aren't.
_UNCLEAR = re.compile(
    r"|everything|all|(?:everything|all|what)\s+(?:that\s+)?(?:you(?:['\u2019]ve)?\s+(?:know|have|stored|saved|remember)"
    r"|i(?:['\u2019]ve)?\s+(?:said|wrote|written|told\s+you))(?:\s+here)?",
    re.IGNORECASE,
)


_ERASES = {
    "person": N_("This erases what I've stored of your messages in this workspace: {entries}."),
    "thread": N_("This erases everything that I've stored from this thread: {entries}."),
    "channel": N_("This erases everything that I've stored from this channel: {entries}."),
}
_GONE = {
    "person": N_(
        "There is nothing left to erase: what I've stored of your messages in this workspace is already gone."
    ),
    "thread": N_("There is nothing left to erase: everything that I've stored from this thread is already gone."),
    "channel": N_("There is nothing left to erase: everything that I've stored from this channel is already gone."),
}


@dataclass(frozen=True, slots=True)
class ErasureScope:
    """Whose data to erase: a person's in a workspace, a thread's, a channel's, or all of a workspace's."""

    workspace: str
    channel: str = ""
    thread: str = ""
    person: str = ""


class Eraser(Protocol):
    """Erases data for good."""

    async def erase(self, scope: ErasureScope, *, dry: bool = False) -> Mapping[str, int]:
        """Erase data in short transactions; return how many rows of each table held some. `dry`: only count.

        Costs are kept, and so are settings, unless it is a whole workspace.
        """


def parse(typed: str) -> tuple[str, str]:
    """Read `forget me|channel|thread <link>`: what, and the link, "" for the thread where it is said.

    Raises `UsageError`.
    """
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    return "me" if match["me"] else "channel" if match["channel"] else "thread", match["link"] or ""


def is_said(said: str) -> bool:
    """Return whether someone who says this after “forget” wants something erased."""
    return bool(_TYPED.fullmatch(f"forget {said}") or _UNCLEAR.fullmatch(said))


async def forget(
    command: Command, *, admins: frozenset[str], checkpoint: Checkpoint, eraser: Eraser, chat: Chat
) -> Record:
    """Return what would be erased, and ask. Raises `ChatError`."""
    controls: tuple[Button, ...] = ()
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            scope = _scope(command, chat.history)
            await _check_may_forget(scope, command.asker, admins=admins, directory=chat.directory)
            rows = sum((await eraser.erase(scope, dry=True)).values())
            sentence = _asked(scope, rows) if rows else _(_GONE[_kind(scope)])
            if rows:
                value = ForgetRef(channel=scope.channel, thread=scope.thread, person=scope.person)
                label = ngettext("Erase {n:,} entry", "Erase {n:,} entries", rows)
                confirm = " ".join((sentence, _("This can't be undone.")))
                controls = (FORGET.button(value, label=label, style="danger", confirm=confirm),)
        except (NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


async def on_forget(
    action: Action,
    *,
    checkpoint: Checkpoint,  # noqa: ARG001 - every action has a checkpoint
    admins: frozenset[str],
    eraser: Eraser,
    chat: Chat,
) -> Record:
    """Erase what the button is for, if the person still may. Raises `ChatError`."""
    value = FORGET.read(action)
    scope = ErasureScope(action.place.workspace, value.channel, value.thread, value.person)
    try:
        await _check_may_forget(scope, action.asker, admins=admins, directory=chat.directory)
        erased = sum((await eraser.erase(scope)).values())
        nothing = _("There was nothing left to erase.")
        sentence = ngettext("Erased: {n:,} entry.", "Erased: {n:,} entries.", erased) if erased else nothing
    except NotAllowedError as error:
        sentence = error.sentence
    return await send_ephemeral(action.place, action.asker, sentence, answers=chat.answers)


def _kind(scope: ErasureScope) -> str:
    return "person" if scope.person else "thread" if scope.thread else "channel"


def _asked(scope: ErasureScope, rows: int) -> str:
    """Return what would be erased, as people read it before they confirm it."""
    entries = ngettext("{n:,} entry", "{n:,} entries", rows)
    kept = _("Records of cost are kept, and so are the messages in Slack.")
    return " ".join((_(_ERASES[_kind(scope)], entries=entries), kept))


def _scope(command: Command, history: ChatHistory) -> ErasureScope:
    what, link = parse(command.text)
    workspace, channel = command.place.workspace, command.place.channel
    if what == "me":
        return ErasureScope(workspace, person=command.asker.person)
    if what == "channel":
        return ErasureScope(workspace, channel)
    if not link and command.is_in_thread:
        return ErasureScope(workspace, channel, command.place.thread)
    target = history.locate(link, command.place) if link else None
    if target is None or not target.message:
        raise UsageError(_(USAGE))
    return ErasureScope(workspace, target.place.channel, target.place.thread or target.message)


async def _check_may_forget(
    scope: ErasureScope, asker: Requester, *, admins: frozenset[str], directory: ChatDirectory
) -> None:
    """Let people erase their own words, members a thread, and admins a channel. Raises `NotAllowedError`."""
    if scope.person:
        if scope.person != asker.person:
            raise NotAllowedError(
                _("Only you can erase your own messages. For someone else's, ask your administrator.")
            )
        return
    membership = await directory.membership(Place(scope.workspace, scope.channel), asker.person)
    if not membership.is_member:
        raise NotAllowedError(_("Only members of a channel can erase something from it."))
    if not scope.thread and not (membership.is_admin or is_named(admins, scope.workspace, asker.person)):
        raise NotAllowedError(
            _("Only workspace admins and Parley's admins can erase a whole channel; ask one of them.")
        )
