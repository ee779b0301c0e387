from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.answer.whom_to_answer import wants_answer
from bot.core.domain.message import IncomingMessage, Place
from bot.core.domain.thread import Conversation

INCOMING = IncomingMessage(Place("T1", "C1", "1.0"), "2.0", "U0ADA", "T1", "hi", False, False, False)  # noqa: FBT003 (its last three)


@pytest.mark.parametrize(
    ("incoming", "conversation", "is_wanted"),
    [
        (replace(INCOMING, mentions_bot=True), Conversation(), True),
        (replace(INCOMING, is_direct=True), Conversation(), True),
        (replace(INCOMING, mentions_bot=True, addresses_other=True), Conversation(), False),
        (INCOMING, Conversation(), False),
        (INCOMING, Conversation(is_known=True), False),
        (INCOMING, Conversation(is_known=True, began_with_bot=True), True),
        (replace(INCOMING, addresses_other=True), Conversation(is_known=True, began_with_bot=True), False),
    ],
)
def test_what_is_for_the_bot(incoming: IncomingMessage, conversation: Conversation, is_wanted: bool) -> None:  # noqa: FBT001 (a column)
    assert wants_answer(incoming, conversation) is is_wanted


def test_the_first_message_opens_its_thread() -> None:
    assert not INCOMING.opens_thread
    assert replace(INCOMING, id="1.0").opens_thread
