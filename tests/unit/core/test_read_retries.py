"""How long reading may take, and what is worth another try."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.core.read_retries import TRIES, Patience
from bot.core.why_not_read import why
from bot.errors import (
    BotError,
    ChatBusyError,
    ChatError,
    GoneError,
    NotInChannelError,
    NotPermittedError,
    SlowError,
    UnfinishedError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AWAY = ChatError("http_500", is_transient=True)


async def pages(*, hangs: bool) -> AsyncIterator[int]:
    yield 1
    if hangs:
        await asyncio.Event().wait()
    yield 2


async def test_a_page_that_never_comes_is_left() -> None:
    slow = Patience(0.05).each(pages(hangs=True))
    assert await anext(slow) == 1
    with pytest.raises(TimeoutError):
        await anext(slow)
    assert [page async for page in Patience(5).each(pages(hangs=False))] == [1, 2]


async def test_what_may_pass_is_tried_again() -> None:
    patience = Patience(60)
    pauses = [patience.pause(AWAY) for _ in range(TRIES)]
    assert pauses == [1.0, 2.0, None]
    assert patience.again().pause(AWAY) == 1.0
    assert [page async for page in patience.each(pages(hangs=False))]
    assert patience.pause(AWAY) == 1.0
    for error in (NotInChannelError("x"), NotPermittedError("x"), GoneError("x"), UnfinishedError("x"), SlowError()):
        assert Patience(60).pause(error) is None


async def test_a_limit_is_waited_for_in_time() -> None:
    patience = Patience(60)
    assert [patience.pause(ChatBusyError(30)) for _ in range(5)] == [30] * 5
    assert patience.pause(ChatBusyError(61)) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ChatBusyError(0.2), "I can't read on for another second"),
        (ChatBusyError(1_200), "I can't read on for another 1,200 seconds"),
        (AWAY, "it could not be fetched just now"),
        (ChatError("odd"), "the request was refused; my log says why"),
        (SlowError(), "it took too long"),
    ],
)
def test_a_reason_is_said_in_words(error: BotError, reason: str) -> None:
    assert why(error) == reason
