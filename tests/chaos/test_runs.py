"""Long runs of many calls to the model, killed in the middle of them: what was paid for is not paid for again."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.core.classify.model_calls import CALLS_AT_ONCE
from bot.core.summarize.parts import PARALLEL
from bot.db import tables
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from bot.playground.slack.records import MessageRecord
from tests.chaos.instant import strike
from tests.chaos.people import PATIENCE
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from bot.playground.anthropic.reply import Event, ModelRequest
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

CATEGORIES = ("Bug report", "Billing", "Praise")
ITEMS, BATCH = 1_000, 50
SAID = 1_200  # messages in the channel that is summarized
LONGEST, SHORTEST = 0.3, 0.05  # seconds that an answer of the model takes


class PaidModel:
    """Sorts messages and finds what a conversation says, each answer after a while; each request costs something.

    `asked` are the requests; `answered` counts those whose answer has left.
    """

    def __init__(self, rng: random.Random) -> None:
        self.asked: list[ModelRequest] = []
        self.answered = 0
        self._rng = rng
        self._observers: list[Callable[[], None]] = []

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        self.asked.append(asked)
        self._tell()
        await asyncio.sleep(self._rng.uniform(SHORTEST, LONGEST))
        yield TextDelta(json.dumps(sort(asked) if items_of(asked) else find(asked)))
        self.answered += 1
        self._tell()

    async def strike(self, blow: Callable[[], None], when: Callable[[], bool]) -> None:
        """Deal a blow at the moment when something has been asked or answered."""
        struck = asyncio.get_running_loop().create_future()

        def look() -> None:
            if not struck.done() and when():
                blow()
                struck.set_result(None)

        self._observers.append(look)
        async with asyncio.timeout(PATIENCE):
            await struck

    def _tell(self) -> None:
        for observer in self._observers:
            observer()


def within(asked: ModelRequest, tag: str) -> list[dict[str, Any]]:
    """Return what a request holds in a tag."""
    found = re.search(f"<{tag}>(.*)</{tag}>", asked.text, re.DOTALL)
    return json.loads(found[1]) if found else []


def items_of(asked: ModelRequest) -> list[int]:
    """Return the numbers of the messages that are to be sorted."""
    return [one["item"] for one in within(asked, "messages") if "item" in one]


def category_of(item: int) -> str:
    return CATEGORIES[item % len(CATEGORIES)]


def sort(asked: ModelRequest) -> dict[str, Any]:
    return {"results": [{"n": item, "c": category_of(item), "p": 90, "q": ""} for item in items_of(asked)]}


def find(asked: ModelRequest) -> dict[str, Any]:
    """Find one thing said in each part of a conversation, and put all of them together in the end."""
    found = {name: list[dict[str, Any]]() for name in ("gist", "open", "actions", "disagreements", "themes")}
    decided = [point for part in within(asked, "parts") for point in part["decided"]]
    if said := within(asked, "messages"):
        decided = [{"text": f"Up to {said[-1]['id']}.", "messages": [said[-1]["id"]]}]
    return found | {"decided": decided}


@pytest.fixture
def model(scene: Scene) -> PaidModel:
    return PaidModel(scene.rng)


@pytest.fixture
async def replica(scene: Scene, model: PaidModel) -> AsyncIterator[Replica]:
    async with MessagesServer(model) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        await replica.start()
        yield replica
        await replica.clear_away()


async def test_a_killed_classification_goes_on(scene: Scene, model: PaidModel, replica: Replica) -> None:
    """It dies as it asks, as it keeps what it was told, as it shows its files and as it shows the result."""
    database = Database.open(scene.environ["DATABASE_URL"])
    channel = scene.workspace.channel("general")
    mention = f"{scene.workspace.bot.mention} classify into: {', '.join(CATEGORIES)}"
    thread = scene.workspace.say(channel, mention, files={"feedback.csv": table()})
    deaths: list[tuple[int, set[int]]] = []
    for instant in (
        model.strike(replica.kill, lambda: len(model.asked) == 3),
        model.strike(replica.kill, lambda: model.answered >= 2),
        model.strike(replica.kill, lambda: model.answered >= 10),
        strike(scene.workspace, replica.kill, when=lambda message: bool(message.files)),
        strike(scene.workspace, replica.kill, when=lambda message: "1,000 messages**" in message.shown),
    ):
        await instant
        await replica.ended()
        deaths.append((len(model.asked), await sorted_items(database)))
        await replica.start()
    await until_idle(database)
    assert await replica.stop() == 0
    await database.close()
    assert_nothing_is_paid_twice(model, deaths)
    (file,) = [one for one in scene.workspace.files() if one.name.endswith("-classified.csv")]
    rows = list(csv.DictReader(io.StringIO((file.content or b"").decode("utf-8-sig"), newline="")))
    assert [(row["number"], row["category"]) for row in rows] == [
        (str(number), category_of(number)) for number in range(1, ITEMS + 1)
    ]
    answer, files = scene.workspace.thread(channel, thread)[1:]
    assert f"{ITEMS:,} messages**" in answer.shown
    assert [file.name.rpartition(".")[2] for file in files.files] == ["png", "csv", "xlsx"]


def table() -> bytes:
    """Make a CSV file of many rows."""
    rows = [f"The page says {number} times no." for number in range(ITEMS)]
    return "\n".join(["message", *rows]).encode()


async def sorted_items(database: Database) -> set[int]:
    """Return the items that have their verdicts in the database."""
    kept = select(tables.ClassifyItemRow.number).where(tables.ClassifyItemRow.categories.is_not(None))
    async with database.reader.connect() as connection:
        return set(await connection.scalars(kept))


def assert_nothing_is_paid_twice(model: PaidModel, deaths: list[tuple[int, set[int]]]) -> None:
    """What was kept at a death is not asked again, and each death costs no more than what was on its way."""
    for asked_before, kept in deaths:
        for asked in model.asked[asked_before:]:
            assert not kept.intersection(items_of(asked))
    assert len(deaths[-1][1]) == ITEMS
    again = Counter(item for asked in model.asked for item in items_of(asked))
    assert set(again) == set(range(1, ITEMS + 1))
    assert len(model.asked) <= ITEMS // BATCH + CALLS_AT_ONCE * len(deaths)


async def test_a_killed_summary_goes_on(scene: Scene, model: PaidModel, replica: Replica) -> None:
    """It dies as it asks for its first parts, with some of them kept, at the merge, and as it shows the summary."""
    database = Database.open(scene.environ["DATABASE_URL"])
    local = scene.workspace.workspace
    channel = scene.workspace.channel("general")
    said = [MessageRecord(channel, scene.workspace.sam.id, f"{number} {'word ' * 40}") for number in range(SAID)]
    local.backdate(said, start=local.clock() - 2 * SAID, apart=1)
    assert (await scene.workspace.command(channel, "/summarize", "24h")).acked
    deaths: list[tuple[int, set[str]]] = []
    for instant in (
        model.strike(replica.kill, lambda: len(model.asked) == 2),
        model.strike(replica.kill, lambda: model.answered >= 3),
        model.strike(replica.kill, lambda: bool(within(model.asked[-1], "parts"))),
        strike(scene.workspace, replica.kill, when=is_summary),
    ):
        await instant
        await replica.ended()
        deaths.append((len(model.asked), await kept_parts(database)))
        await replica.start()
    await until_idle(database)
    assert await replica.stop() == 0
    await database.close()
    parts = {part for asked in model.asked for part in part_of(asked)}
    assert len(deaths[-1][1]) == len(parts) > PARALLEL // 2
    for asked_before, kept in deaths:
        assert not kept.intersection(part for asked in model.asked[asked_before:] for part in part_of(asked))
    assert len(model.asked) <= len(parts) + 1 + PARALLEL * len(deaths)
    assert [call.method for call in scene.workspace.calls].count("conversations.history") <= 2 * (SAID // 200 + 1)
    (summary,) = [one for one in local.messages(local.direct(scene.workspace.me.id).id) if is_summary(one)]
    ends = [int(last) for last in re.findall(r"Up to m(\d+)\.", summary.shown)]
    assert (len(ends), ends[-1]) == (len(parts), SAID)
    assert ends == sorted(ends)


def is_summary(message: MessageRecord) -> bool:
    return f"{SAID:,} messages from 1 person" in message.shown


def part_of(asked: ModelRequest) -> list[str]:
    """Return the key of the part that a request is about, nothing for the merge."""
    return [f"part {number}" for number in re.findall(r"This is part (\d+) of", asked.text)]


async def kept_parts(database: Database) -> set[str]:
    """Return the keys of the parts whose findings are in the database."""
    async with database.reader.connect() as connection:
        keys = await connection.scalars(select(tables.SummaryPartRow.key))
        return {key for key in keys if key.startswith("part ")}
