"""Articles whose bot dies while it writes, shows and publishes them: each written up once, a source once, told once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.core.domain.knowledge import Gap
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import BlockStop, TextDelta
from tests.chaos.instant import strike
from tests.chaos.test_drafts import during
from tests.chaos.test_feedback import Sorter
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

ANSWER = "Choose Export in the menu, then PDF."


class Writer(Sorter):
    """Writes an article from the first answer. A blow may fall as it begins, or as it has ended."""

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        self._reach("asked")
        for event in (TextDelta("# Export as PDF\n\n"), BlockStop(), TextDelta(ANSWER), asked.citing(1), BlockStop()):
            yield event
        self._reach("answered")


async def test_killed_articles_are_published_once(scene: Scene) -> None:
    writer = Writer()
    async with MessagesServer(writer) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        await replica.start()
        local, database = scene.workspace, Database.open(scene.environ["DATABASE_URL"])
        threads: list[MessageRecord] = []

        def at(words: str) -> Callable[[], Awaitable[None]]:
            return partial(strike, local, replica.kill, when=lambda message: words in message.shown)

        for instant in (
            partial(writer.strike, replica.kill, "asked"),
            partial(writer.strike, replica.kill, "answered"),
            at("Draft of an article"),
        ):
            await during(instant(), partial(write_up, scene, database, threads), replica)
        await until_idle(database)
        for words, about in zip(("has an answer by now", "it is source", "it is source"), threads, strict=True):
            await during(at(words)(), partial(approve, scene, about), replica)
            await until_idle(database)
        assert await replica.stop() == 0
        async with database.reader.connect() as connection:
            kept = await connection.execute(sa.text("SELECT kind, pages FROM knowledge_sources"))
            assert [tuple(row) for row in kept] == [("article", 1)] * len(threads)
            assert (await connection.execute(sa.text("SELECT COUNT(*) FROM knowledge_gaps"))).scalar_one() == 0
        await database.close()
    for about in threads:
        said = [one for one in local.thread(about.channel, about.ts) if one.user == local.bot.id and not one.files]
        assert ["it is source" in one.shown for one in said] == [True]
    news = [one for one in local.workspace.messages(threads[0].channel) if "has an answer by now" in one.shown]
    assert len(news) == len({one.thread_ts for one in news}) == len(threads)


async def write_up(scene: Scene, database: Database, threads: list[MessageRecord]) -> None:
    """Let somebody ask something twice, of which once is answered, and have that thread written up."""
    local, question = scene.workspace, f"How do I export {WHAT[len(threads)]} as a PDF?"
    channel = local.channel("general")
    asked, other = (local.say(channel, question, user=local.sam) for _ in range(2))
    local.say(channel, ANSWER, user=local.ada, thread_ts=asked)
    gap = Gap(0, local.workspace.team_id, channel, other, other, local.sam.id, question, "", datetime.now(UTC))
    await sql_knowledge_store(database).gaps.add(gap)
    threads.append(local.thread(channel, asked)[0])
    await local.shortcut("write_up", threads[-1])


async def approve(scene: Scene, about: MessageRecord) -> None:
    shown = next(one for one in scene.workspace.thread(about.channel, about.ts) if "Draft of an article" in one.shown)
    await scene.workspace.press(shown, "article_approve.0")


WHAT = ("a notebook", "seventeen drawings", "the whole archive")
