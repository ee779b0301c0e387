"""What people read when reading messages broke off: why, as the end of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import (
    BotError,
    ChatBusyError,
    GoneError,
    NotInChannelError,
    NotPermittedError,
    SlowError,
    UnfinishedError,
)
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

WHY: Mapping[type[BotError], str] = {
    NotInChannelError: N_("I'm not in this channel; invite me with `/invite`"),
    NotPermittedError: N_("I lack a permission to read here, which your administrator can add"),
    GoneError: N_("it is no longer there"),
    UnfinishedError: N_("Slack did not return the rest"),
    SlowError: N_("it took too long"),
}


def why(error: BotError) -> str:
    """Return why something could not be read, as the end of a sentence."""
    if isinstance(error, ChatBusyError):
        seconds = max(1, round(error.retry_after))
        return ngettext("I can't read on for another second", "I can't read on for another {n:,} seconds", seconds)
    known = next((reason for kind, reason in WHY.items() if isinstance(error, kind)), "")
    if known:
        return _(known)
    return (
        _("it could not be fetched just now") if error.is_transient else _("the request was refused; my log says why")
    )
