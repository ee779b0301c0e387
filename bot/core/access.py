"""Who can use the bot where, and which commands: one rule for messages, commands, actions and forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bot.core.commands import PARLEY
from bot.core.domain.setting_choices import Outsiders
from bot.errors import NotAllowedError, NotInChannelError
from bot.language import N_, _, or_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import IncomingMessage, Place
    from bot.core.domain.people import Participant
    from bot.core.ports import ChatDirectory

ELSEWHERE = N_("This form belongs to another workspace, so nothing was done.")
COMMAND_OFF = N_("`/{command}` is turned off here; {helpers} can turn it on.")
CHANNEL_OFF = N_("I'm turned off in this channel; {helpers} can turn me on.")
DENIED = N_("You can't use me here; {helpers} can change that.")
OUTSIDER = N_("I only help people from the organization that runs me; {helpers} there can let you use me here.")
GUEST = N_("Guests can't use me here; {helpers} can let you use me.")
NOT_NAMED = N_("Only certain people can use me here, and you aren't one of them yet; {helpers} can add you.")
OWN = PARLEY.name  # the command that admins always have: what they switch off by mistake they can switch on again


class Judge(Protocol):
    """Decides whether a message that is for the bot can be answered."""

    async def __call__(self, incoming: IncomingMessage, settings: ChannelSettings, *, command: str = "") -> str:
        """Return the refusal, "" for none; `command` is what the message asks for. Raises `ChatError`."""


def refusal(
    participant: Participant, channel: str, settings: ChannelSettings, helpers: str, *, command: str = ""
) -> str:
    """Return why a person is refused, "" if they are not; `helpers` can change that.

    `command` is what they ask for, "" for none in particular. A channel or a command that is turned off is off for
    admins, too; admins are refused nothing else.
    """
    is_off = (
        not participant.is_direct and _is_closed(channel, settings) and not (participant.is_admin and command == OWN)
    )
    is_named = participant.person in settings.allowed_people
    for holds, sentence in (
        (command in settings.commands_off, COMMAND_OFF),
        (is_off, CHANNEL_OFF),
        (participant.is_admin, ""),
        (participant.person in settings.denied_people, DENIED),
        (participant.is_outsider and settings.outsiders is Outsiders.NOBODY, OUTSIDER),
        (participant.is_guest and not settings.guests and not is_named, GUEST),
        (settings.allowed_people and not is_named, NOT_NAMED),
    ):
        if holds:
            return _(sentence, command=command, helpers=helpers)
    return ""


async def check_member(channels: Iterable[Place], person: str, directory: ChatDirectory) -> None:
    """Raise `NotAllowedError` unless a person is in one of some channels; `ChatError`.

    The value of a control or a form names them, and must not be trusted: see `ViewSubmission`.
    """
    for channel in channels:
        try:
            if (await directory.membership(replace(channel, thread=""), person)).is_member:
                return
        except NotInChannelError:
            continue
    raise NotAllowedError(_("Only members of that channel can do this."))


def _is_closed(channel: str, settings: ChannelSettings) -> bool:
    if not channel:
        return False
    return channel in settings.denied_channels or (
        bool(settings.allowed_channels) and channel not in settings.allowed_channels
    )


def helpers(admins: Iterable[str], mention: Callable[[str], str]) -> str:
    """Name who can change what is allowed: workspace admins, and the bot's own admins if they are everyone's."""
    return or_list([_("a workspace admin"), *map(mention, sorted(one for one in admins if ":" not in one))])
