"""Derive the secrets that sign feedback's webhooks, and show a workspace's admins their own."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.command import answering
from bot.core.domain.thread import Record
from bot.core.settings.command import check_may_change
from bot.errors import NotAllowedError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.domain.command import Command
    from bot.core.ports import Chat, Checkpoint

OPERATORS = N_("Webhooks are signed with your administrator's TRIAGE_WEBHOOK_SECRET: please ask them for it.")
NONE = N_("Webhooks are not sent: your administrator has not set TRIAGE_WEBHOOK_SECRET.")
OWN = N_(
    "This workspace's webhooks are signed with its own secret. Keep it where only your receiver can read "
    "it:\n\n`{secret}`"
)


def secrets_of(secret: str, *, each: bool) -> Callable[[str], str]:
    """Return the function that derives a workspace's secret, or "" if the operator has set none.

    `each`: each workspace gets its own, which reveals no other: the HMAC-SHA256 of its id under the operator's, as a
    key is derived by https://www.rfc-editor.org/rfc/rfc5869#section-2.3 for a first block.
    """

    def secret_of(workspace: str) -> str:
        if not each or not secret:
            return secret
        info = f"parley webhook {workspace}"  # not for people: what the key is for
        return hmac.new(secret.encode(), info.encode() + b"\x01", hashlib.sha256).hexdigest()

    return secret_of


async def tell(
    command: Command,
    *,
    checkpoint: Checkpoint,
    secret_of: Callable[[str], str] | None,
    admins: frozenset[str],
    chat: Chat,
) -> Record:
    """Answer `/parley triage secret`: show the workspace's own secret to its admins alone. Raises `ChatError`.

    `secret_of` is None if the operator's own is used, which the workspace may not see.
    """
    place = replace(command.place, thread="")
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            await check_may_change(replace(place, channel=""), command.asker, admins=admins, directory=chat.directory)
            secret = secret_of(place.workspace) if secret_of else ""
            sentence = _(OWN, secret=secret) if secret else _(NONE) if secret_of else _(OPERATORS)
        except NotAllowedError as error:
            sentence = error.sentence
        await visible.replace(sentence)
    return Record(command.place, command.asker.person)
