"""Offer a new answer to an edited question.

What else an edit sets off, and all that a deletion does, begins in `jobs/message_intake.py`.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from bot.core.actions import ANSWER_AGAIN
from bot.core.domain.control_value import AnswerRef
from bot.core.domain.message import Role
from bot.core.domain.people import Requester
from bot.errors import ChatError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.message import Message, MessageEdit
    from bot.core.domain.thread import Conversation
    from bot.core.ports import ChatAnswers, Checkpoint, Store

log = logging.getLogger(__name__)

OFFER = N_("You edited your question. Want a new answer?")
OFFERED = "offered"  # the checkpoint
REFUSAL = N_(
    "In this channel, I only answer people from the organization that runs me. "
    "One of them can ask me for you, or their workspace admins can let me answer you here: "
    "`/parley set outsiders mention`."
)


async def offer_again(changed: MessageEdit, *, checkpoint: Checkpoint, store: Store, answers: ChatAnswers) -> None:
    """Offer the author a new answer, visible only to them, if they edited the last question."""
    if changed.is_deleted or changed.is_bot or checkpoint.get(OFFERED):
        return
    answered = answer_to(changed, await store.threads.load(changed.place))
    if answered is None:
        return
    # An action counts once for its value, and each edit can be answered again.
    ref = AnswerRef(message=answered.id, version=int(re.sub(r"[^0-9]", "", changed.revision) or 0))
    button = ANSWER_AGAIN.button(ref)
    try:
        async with answers.ephemeral(changed.place, Requester(changed.author, changed.home)) as visible:
            await visible.replace(_(OFFER), controls=(button,))
    except ChatError as error:
        log.warning("no new answer was offered: %s", error)
    await checkpoint.keep(OFFERED, "yes")


def answer_to(changed: MessageEdit, conversation: Conversation) -> Message | None:
    """Return the answer to a message, if that was the last question and its text has changed since."""
    *_, question, answered = (None, None, *conversation.messages)
    if question is None or answered is None or question.id != changed.id or question.text == changed.text:
        return None
    return answered if answered.role is Role.ASSISTANT and answered.id and question.role is Role.USER else None
