"""A delivery that comes again with more in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.work import Amended, Delivery
from tests.integration.work.stand_ins import HeldHandler, RecordingGivenUp, RecordingHandler
from tests.support.turn import no_one

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.integration.work.conftest import Replicas, Rows


def adding(name: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any] | None]:
    def merge(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return None if name in payload else {**payload, name: "added"}

    return merge


def turn(number: int) -> Delivery:
    return Delivery(f"E{number}", "thread", "turn", {"text": "hi"})


async def test_what_waits_sees_what_came_later(replica: Replicas) -> None:
    inbox, other, handler = replica(), replica(), HeldHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    for number in (1, 2):
        await inbox.accept(turn(number))
    await inbox.start()
    assert (await handler.started.get()).id == "E1"
    # The second waits behind the first, and is amended by another replica, by two at once.
    found = await asyncio.gather(*(one.amend("E2", adding(name)) for one, name in ((inbox, "a"), (other, "b"))))
    assert found == [Amended.IN_TIME, Amended.IN_TIME]
    assert await other.amend("E2", adding("a")) is Amended.NEEDLESS
    handler.let_go.set()
    assert (await handler.started.get()).payload == {"text": "hi", "a": "added", "b": "added"}


async def test_what_runs_or_is_over_is_late(replica: Replicas, rows: Rows) -> None:
    inbox, handler = replica(), HeldHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.accept(turn(1))
    await inbox.start()
    await handler.started.get()
    assert await inbox.amend("E1", adding("a")) is Amended.LATE
    assert await inbox.amend("E1", adding("text")) is Amended.NEEDLESS
    assert (await rows.get("E1")).payload == '{"text": "hi"}'
    handler.let_go.set()
    await inbox.idle()
    assert await inbox.amend("E1", adding("text")) is Amended.LATE
    assert (await rows.get("E1")).payload == "{}"


async def test_what_nobody_knows_is_not_amended(replica: Replicas) -> None:
    assert await replica().amend("E1", adding("a")) is Amended.UNKNOWN


async def test_a_merge_that_fails_changes_nothing(replica: Replicas, rows: Rows) -> None:
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.accept(turn(1))
    with pytest.raises(ValueError, match="JSON"):
        await inbox.amend("E1", lambda payload: {**payload, "odd": float("nan")})
    await inbox.start()
    await inbox.idle()
    assert handler.jobs[0].payload == {"text": "hi"}
    assert (await rows.get("E1")).attempts == 1
