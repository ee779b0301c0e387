"""The button that tries a job again which failed for good, where its failure was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import TRY_AGAIN
from bot.core.answer.buttons import NOT_YOURS, may
from bot.core.domain.control_value import JobRef
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.jobs.deliveries import fairness_group
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.interaction import Action, Control
    from bot.core.ports import Chat, Checkpoint
    from bot.work import Inbox, Job

OVER = N_("I've already tried this again, or it's too long ago. Please ask again.")


def below(job: Job, person: str) -> Sequence[Control]:
    """Return the button below the report that a job failed, which a person has asked for."""
    return (
        TRY_AGAIN.button(JobRef(reference=job.reference, claims=job.claims, person=person), label=_(TRY_AGAIN.label)),
    )


async def try_again(action: Action, *, checkpoint: Checkpoint, inbox: Inbox, chat: Chat) -> Record:
    """Let a failed job run again, in the message that reports its failure. Raises `ChatError`."""
    del checkpoint  # trying again twice is trying again once
    ref = TRY_AGAIN.read(action)
    if not await may(action, ref.person, chat.directory):
        return await send_ephemeral(action.place, action.asker, _(NOT_YOURS), answers=chat.answers)
    if not await inbox.retry(ref.reference, fairness_group(action.place), ref.claims):
        return await send_ephemeral(action.place, action.asker, _(OVER), answers=chat.answers)
    return Record(action.place, action.asker.person)
