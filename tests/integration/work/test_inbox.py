"""Jobs: once, in order, side by side, tried again, given up."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.turn import reference
from bot.work import AbandonedError, Delivery, Job
from bot.work.counts import JobCounts
from tests.integration.work.stand_ins import FlakyError, HeldHandler, RecordingGivenUp, RecordingHandler
from tests.support.clock import turn_clock
from tests.support.turn import no_one

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.work import Finish
    from tests.integration.work.conftest import Replicas, Rows


def turn(name: str, key: str = "T1:C1:1", **payload: Any) -> Delivery:
    return Delivery(name, key, "turn", payload)


async def test_an_accepted_delivery_is_run(replica: Replicas) -> None:
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    assert await inbox.accept(turn("E1", text="Hello"))
    await inbox.idle()
    (job,) = handler.jobs
    assert (job.id, job.key, job.kind, job.payload, job.attempt) == ("E1", "T1:C1:1", "turn", {"text": "Hello"}, 1)
    assert abs(job.accepted_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert job.reference == hashlib.sha256(b"E1").hexdigest()[:8]


async def test_a_second_delivery_is_ignored(replica: Replicas) -> None:
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    assert await inbox.accept(turn("E1"))
    assert not await inbox.accept(turn("E1"))
    await inbox.idle()
    assert not await inbox.accept(turn("E1"))
    await inbox.idle()
    assert handler.ids == ["E1"]


async def test_only_one_replica_accepts_it(replica: Replicas) -> None:
    replicas = [replica() for _ in range(3)]
    for i in range(20):
        accepted = await asyncio.gather(*(inbox.accept(turn(f"E{i}")) for inbox in replicas for _ in range(2)))
        assert accepted.count(True) == 1


async def test_keys_keep_their_order_across_replicas(replica: Replicas) -> None:
    ran: dict[str, list[str]] = {}
    active: set[str] = set()

    async def handle(job: Job) -> None:
        assert job.key not in active
        active.add(job.key)
        await asyncio.sleep(0)
        active.remove(job.key)
        ran.setdefault(job.key, []).append(job.id)

    given_up = RecordingGivenUp()
    replicas = [replica(), replica()]
    for inbox in replicas:
        inbox.handle("turn", handle, given_up, charge=no_one)
        await inbox.start()
    deliveries = [turn(f"E{i:02}", key=f"K{i % 4}") for i in range(40)]
    for i, delivery in enumerate(deliveries):
        await replicas[i % 2].accept(delivery)
    for inbox in replicas:
        await inbox.idle()
    assert given_up.told == []
    assert ran == {f"K{k}": [d.id for d in deliveries if d.key == f"K{k}"] for k in range(4)}


async def test_what_arrives_together_keeps_its_order(replica: Replicas) -> None:
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await asyncio.gather(*(inbox.accept(turn(f"E{i}")) for i in range(50)))
    await inbox.start()
    await inbox.idle()
    assert handler.ids == [f"E{i}" for i in range(50)]


async def test_different_keys_run_side_by_side(replica: Replicas) -> None:
    inbox, together = replica(), asyncio.Barrier(5)

    async def handle(_job: Job) -> None:
        await together.wait()

    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    for i in range(5):
        await inbox.accept(turn(f"E{i}", key=f"K{i}"))
    await inbox.idle()
    assert await inbox.counts() == JobCounts(ready=0, running=0, failed=0)


async def test_no_more_run_than_allowed(replica: Replicas) -> None:
    inbox, pairs, seen = replica(running=2), asyncio.Barrier(2), []

    async def handle(_job: Job) -> None:
        seen.append(inbox.running)
        await pairs.wait()

    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    for i in range(6):
        await inbox.accept(turn(f"E{i}", key=f"K{i}"))
    await inbox.start()
    await inbox.idle()
    assert len(seen) == 6
    assert max(seen) == 2


async def test_a_passing_failure_is_retried(replica: Replicas) -> None:
    inbox, handler, given_up = replica(), RecordingHandler(FlakyError(), FlakyError()), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.accept(turn("E2"))
    await inbox.idle()
    assert handler.ids == ["E1", "E1", "E1", "E2"]
    assert handler.attempts == [1, 2, 3, 1]
    assert given_up.told == []


async def test_a_lasting_failure_is_told_once(replica: Replicas, rows: Rows) -> None:
    failure = ValueError("somebody's words")
    inbox, handler, given_up = replica(), RecordingHandler(failure), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.accept(turn("E2"))
    await inbox.idle()
    assert given_up.told == [("E1", failure)]
    assert handler.ids == ["E1", "E2"]
    assert (await inbox.counts()).failed == 1
    assert (await rows.get("E1")).cause == "ValueError"


async def test_attempts_come_to_an_end(replica: Replicas, rows: Rows) -> None:
    failures = [FlakyError() for _ in range(3)]
    inbox, handler, given_up = replica(attempts=3), RecordingHandler(*failures), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert handler.attempts == [1, 2, 3]
    assert given_up.told == [("E1", failures[-1])]
    assert (await rows.get("E1")).cause == "FlakyError flaky"


async def test_patience_comes_to_an_end(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(patience=60, backoff=1), RecordingHandler(FlakyError()), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.accept(turn("E1"))
    await rows.set("E1", tried=59.9)
    await inbox.start()
    await inbox.idle()
    assert handler.attempts == [1]
    assert [name for name, _ in given_up.told] == ["E1"]


async def test_waiting_takes_no_patience(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(patience=60), RecordingHandler(FlakyError()), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.accept(turn("E1"))
    await rows.set("E1", accepted_at=0)
    await inbox.start()
    await inbox.idle()
    assert handler.attempts == [1, 2]
    assert given_up.told == []


async def test_trying_takes_patience(replica: Replicas, rows: Rows) -> None:
    inbox, handler = replica(backoff=1, attempts=2), RecordingHandler(FlakyError())
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.accept(turn("E1"))
    await rows.set("E1", tried=100)
    began = asyncio.get_running_loop().time()
    await inbox.start()
    await inbox.idle()
    assert handler.attempts == [1, 2]
    assert 100.5 <= (await rows.get("E1")).tried <= 100 + asyncio.get_running_loop().time() - began


async def test_the_last_attempt_gets_the_rest(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(patience=3600), HeldHandler(), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.accept(turn("E1"))
    await rows.set("E1", tried=3599.9)
    await inbox.start()
    await inbox.idle()
    assert [type(error) for _, error in given_up.told] == [TimeoutError]


async def test_an_endless_attempt_is_ended(replica: Replicas) -> None:
    inbox, handler, given_up = replica(patience=0.1), HeldHandler(), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    ((name, error),) = given_up.told
    assert name == "E1"
    assert isinstance(error, TimeoutError)


async def test_telling_is_tried_again(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(), RecordingHandler(ValueError()), RecordingGivenUp(FlakyError())
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert handler.attempts == [1]
    assert [type(error) for _, error in given_up.told] == [ValueError, AbandonedError]
    assert (await rows.get("E1")).cause == "ValueError"


async def test_telling_comes_to_an_end(replica: Replicas) -> None:
    inbox, handler = replica(), RecordingHandler(ValueError())
    given_up = RecordingGivenUp(*(FlakyError() for _ in range(99)))
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert len(given_up.told) == 4
    assert (await inbox.counts()).failed == 1


async def test_what_was_kept_survives_failures(replica: Replicas) -> None:
    seen: list[str | None] = []

    async def handle(job: Job) -> None:
        seen.append(job.get("ts"))
        await job.keep("other", "x")
        if job.attempt == 1:
            await job.keep("ts", "1700000000.000100")
            raise FlakyError

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert seen == [None, "1700000000.000100"]


async def test_all_is_kept_side_by_side(replica: Replicas, rows: Rows) -> None:
    async def handle(job: Job) -> None:
        await asyncio.gather(*(job.keep(f"k{i}", "v") for i in range(10)))
        raise ValueError

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert (await rows.get("E1")).state.count('"v"') == 10


async def test_no_words_linger_when_done(replica: Replicas, rows: Rows) -> None:
    async def handle(job: Job) -> None:
        await job.keep("draft", "secret")

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1", text="secret"))
    await inbox.idle()
    assert "secret" not in str(await rows.get("E1"))


async def test_no_words_reach_the_log(replica: Replicas, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    inbox = replica()
    inbox.handle(
        "turn",
        RecordingHandler(FlakyError("secret"), ValueError("secret")),
        RecordingGivenUp(OSError("secret")),
        charge=no_one,
    )
    await inbox.start()
    await inbox.accept(turn("E1", text="secret"))
    await inbox.idle()
    assert "FlakyError flaky" in caplog.text
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


async def test_the_reference_is_known_while_running(replica: Replicas) -> None:
    seen: list[str] = []

    def note(_connection: Connection) -> None:
        seen.append("finished")

    async def handle(_job: Job) -> Finish:
        seen.append(reference())
        return note

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(turn("E1"))
    await inbox.idle()
    assert seen == [hashlib.sha256(b"E1").hexdigest()[:8], "finished"]
    assert reference() == ""


async def test_unknown_kinds_wait_for_another_version(replica: Replicas, rows: Rows) -> None:
    old, new, handler = replica(), replica(), RecordingHandler()
    old.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await old.start()
    await old.accept(Delivery("E1", "K1", "novelty", {"text": "Hello"}))
    await old.accept(turn("E2", key="K2"))
    await old.idle()
    row = await rows.get("E1")
    assert handler.ids == ["E2"]
    assert (row.status, row.attempts, row.payload) == (0, 0, '{"text": "Hello"}')
    new.handle("novelty", handler, RecordingGivenUp(), charge=no_one)
    await new.start()
    await new.idle()
    assert handler.ids == ["E2", "E1"]


async def test_unknown_kinds_are_logged_once(replica: Replicas, caplog: pytest.LogCaptureFixture) -> None:
    inbox = replica(lease=30)
    await inbox.start()
    for kind in ("novelty", "sensation"):
        await inbox.accept(Delivery(kind, kind, kind, {}))
        turn_clock(10)
        while kind not in caplog.text:  # noqa: ASYNC110 (a log tells no one)
            await asyncio.sleep(0.01)
    await inbox.stop(grace=0)
    assert caplog.text.count("novelty") == 1


async def test_a_kind_has_one_handler(replica: Replicas) -> None:
    inbox = replica()
    inbox.handle("turn", RecordingHandler(), RecordingGivenUp(), charge=no_one)
    with pytest.raises(ValueError, match="turn"):
        inbox.handle("turn", RecordingHandler(), RecordingGivenUp(), charge=no_one)


async def test_counts_tell_what_waits(replica: Replicas) -> None:
    inbox, handler = replica(running=1), HeldHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    for i in range(3):
        await inbox.accept(turn(f"E{i}"))
    await inbox.start()
    await handler.started.get()
    counts = await inbox.counts()
    assert (counts.running, counts.failed) == (1, 0)
    assert counts.ready >= 2
    assert inbox.is_full
    handler.let_go.set()
    await inbox.idle()
    assert not inbox.is_full


async def test_who_waits_knows_how_many_before(replica: Replicas) -> None:
    inbox = replica()
    await inbox.accept(Delivery("every:digest:1", "every:digest", "every:digest", {}))
    for name, share in (("A1", "A"), ("A2", "A"), ("A3", "A"), ("B1", "B")):
        await inbox.accept(Delivery(name, f"K{name}", "turn", {}, share=share))
    inbox.every("digest", 86_400, RecordingHandler())
    assert [await inbox.count_before(name) for name in ("A1", "B1", "A2", "A3")] == [0, 1, 2, 3]
    inbox.handle("turn", RecordingHandler(), RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    assert await inbox.count_before("A3") == 0
    assert await inbox.count_before("never came") == 0


async def test_what_was_handed_back_was_begun(replica: Replicas) -> None:
    first, second, handler = replica(), replica(), HeldHandler()
    first.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await first.accept(turn("E1"))
    await first.start()
    await handler.started.get()
    await first.stop(grace=0)
    begun: list[tuple[int, bool]] = []

    async def handle(job: Job) -> None:
        begun.append((job.attempt, job.was_begun))

    second.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await second.accept(turn("E2"))
    await second.start()
    await second.idle()
    assert sorted(begun) == [(1, False), (1, True)]


async def test_patient_work_outlasts_an_outage(replica: Replicas) -> None:
    inbox, ran, outage = replica(attempts=2, patience=30), list[tuple[str, int]](), 4

    async def handle(job: Job) -> None:
        ran.append((job.id, job.attempt))
        if len(ran) <= outage:
            raise FlakyError

    inbox.handle("card", handle, RecordingGivenUp(), patience=3_600, charge=no_one)
    await inbox.start()
    for name in ("E1", "E2"):
        await inbox.accept(Delivery(name, "T1:C1", "card", {}))
    await inbox.idle()
    assert ran == [("E1", 1)] * (outage + 1) + [("E2", 1)]
    assert (await inbox.counts()).failed == 0


async def test_patient_work_fails_at_what_lasts(replica: Replicas) -> None:
    inbox, given_up = replica(), RecordingGivenUp()

    async def handle(_job: Job) -> None:
        raise ValueError

    inbox.handle("card", handle, given_up, patience=3_600, charge=no_one)
    await inbox.start()
    await inbox.accept(Delivery("E1", "T1:C1", "card", {}))
    await inbox.idle()
    assert [type(error) for _, error in given_up.told] == [ValueError]
    assert (await inbox.counts()).failed == 1
