"""`python -m bot work`: what failed for good, as an operator sees and handles it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import delete

from bot.work import Delivery, Inbox, table
from bot.work.dead_letters import failures
from bot.work.delivery import reference_of
from tests.support.bot_process import run
from tests.support.turn import no_one

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database
    from bot.work import Job


class Work(Protocol):
    """Runs `python -m bot work …` and returns its exit status and what it wrote."""

    async def __call__(self, *arguments: str) -> tuple[int, str, str]: ...


@pytest.fixture
def work(url: str, tmp_path: Path) -> Work:
    async def work(*arguments: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(run, ("work", *arguments), {"DATABASE_URL": url}, tmp_path)

    return work


@pytest.fixture
async def failed(database: Database) -> list[str]:
    """Let two deliveries fail, leave a third waiting; return the references of those that failed."""

    async def handle(_job: Job) -> None:
        raise ValueError("secret")

    async def tell(_job: Job, _error: Exception) -> None:
        """Tell nobody."""

    inbox = Inbox(database.writer, is_transient=lambda _: False)
    inbox.handle("message", handle, tell, charge=no_one)
    await inbox.start()
    for name in ("E1", "E2"):
        await inbox.accept(Delivery(name, name, "message", {"text": "secret"}))
    await inbox.idle()
    await inbox.stop(grace=0)
    async with database.writer.begin() as connection:  # a slot of the purge may just have begun
        await connection.execute(delete(table.inbox).where(table.inbox.c.kind == "every:purge"))
    await inbox.accept(Delivery("E3", "E3", "message", {"text": "secret"}))
    return [reference_of("E1"), reference_of("E2")]


async def test_work_is_listed_without_words(work: Work, failed: list[str]) -> None:
    status, out, _ = await work("list")
    heading, *lines, counts = out.splitlines()
    assert status == 0
    assert heading.split() == ["reference", "kind", "failed", "at", "(UTC)", "attempts", "cause"]
    assert [line.split()[0] for line in lines] == failed
    assert [line.split()[1] for line in lines] == ["message", "message"]
    assert [line.split()[-2:] for line in lines] == [["1", "ValueError"]] * 2
    assert counts == "2 failed, 1 waiting, 0 running."
    assert "secret" not in out


async def test_no_failures_are_listed_too(work: Work) -> None:
    assert await work("list") == (0, "0 failed, 0 waiting, 0 running.\n", "")


async def test_one_or_all_are_retried(work: Work, failed: list[str]) -> None:
    assert await work("retry", failed[0]) == (0, "1 will be tried again.\n", "")
    assert (await work("list"))[1].endswith("1 failed, 2 waiting, 0 running.\n")
    assert await work("retry", "--all") == (0, "1 will be tried again.\n", "")
    assert await work("list") == (0, "0 failed, 3 waiting, 0 running.\n", "")


async def test_one_or_all_are_discarded(work: Work, failed: list[str], database: Database) -> None:
    assert await work("discard", failed[1]) == (0, "1 discarded.\n", "")
    assert [one.reference for one in await failures(database.reader)] == failed[:1]
    assert await work("discard", "--all") == (0, "1 discarded.\n", "")
    assert await work("list") == (0, "0 failed, 1 waiting, 0 running.\n", "")


@pytest.mark.parametrize("act", ["retry", "discard"])
@pytest.mark.usefixtures("failed")
async def test_an_unknown_reference_is_said(work: Work, act: str) -> None:
    status, out, err = await work(act, "12345678")
    assert (status, out) == (1, "")
    assert err == "No failed job has the reference 12345678. See `python -m bot work list`.\n"


@pytest.mark.parametrize("arguments", [(), ("retry",), ("discard", "12345678", "--all")])
async def test_unclear_commands_get_the_usage(work: Work, arguments: tuple[str, ...]) -> None:
    status, out, err = await work(*arguments)
    assert (status, out) == (2, "")
    assert "usage: python -m bot work" in err
