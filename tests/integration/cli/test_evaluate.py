"""`python -m bot evaluate`, with the rehearsal model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import settings
from bot.cli import evaluate
from bot.cli.evaluate import EvaluateOptions
from bot.core.domain.category import Category
from bot.core.domain.classification import ClassifyRun, RunStatus, Verdict
from bot.core.domain.classify_item import Item
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.db.classify_runs import SqlClassifyItemStore, SqlClassifyRunStore
from bot.db.engine import Database
from bot.errors import UsageError
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings

LABELED = (
    "id,message,category\n1,my app crashes when I open it,Bug report\n2,I was charged twice for a month,Billing\n"
    "3,the app crashes all day long,bug report\n4,this Tuesday was really nice,Billing\n"
)


@pytest.fixture
async def read(sqlite_url: str) -> AsyncIterator[Settings]:
    async with MessagesServer(Rehearsal(pace=0)) as server:
        yield settings.read(server.environment() | {"DATABASE_URL": sqlite_url})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labeled.csv"
    path.write_text(LABELED, encoding="utf-8")
    return path


async def test_measures_are_printed(read: Settings, file: Path) -> None:
    told, is_good = await evaluate.run(EvaluateOptions(file, min_f1=0.5), read)
    assert is_good
    assert "4 messages" in told
    assert "confusion" in told
    assert "1 call," in told
    assert "$0.0" in told


async def test_too_low_a_score_fails(read: Settings, file: Path) -> None:
    _, is_good = await evaluate.run(EvaluateOptions(file, min_f1=0.999), read)
    assert not is_good


async def test_two_models_and_prompts_are_compared(read: Settings, file: Path, tmp_path: Path) -> None:
    prompt = tmp_path / "brief.md"
    prompt.write_text("Be strict.", encoding="utf-8")
    told, _ = await evaluate.run(EvaluateOptions(file, compare=["claude-sonnet-5-5", str(prompt)]), read)
    last = told.split("\n\n")[-1].splitlines()
    assert [line.split()[0] for line in last[1:]] == ["claude-haiku-5-5", "claude-sonnet-5-5", "brief.md"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"label": "kind"}, "no column “kind”"),
        ({"text": "body"}, "no column “body”"),
        ({"compare": ["claude-haiku-9"]}, "I don't know the model “claude-haiku-9”"),
    ],
)
async def test_what_is_wrong_is_said(read: Settings, file: Path, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        await evaluate.run(EvaluateOptions(file, **options), read)  # type: ignore[arg-type] # the names are right
    assert sentence in caught.value.sentence


async def test_corrections_are_measured(read: Settings) -> None:
    with pytest.raises(UsageError):
        await evaluate.run(EvaluateOptions(from_corrections=True), read)
    database = Database.open(read.database_url)
    runs = SqlClassifyRunStore(database)
    items = SqlClassifyItemStore(database)
    run = ClassifyRun(
        id="r1",
        place=Place("T1", "C1", "1"),
        asker=Requester("U1", "T1"),
        to="1",
        source="a.csv",
        categories=(Category(name="Bug report"), Category(name="Billing")),
        items=2,
        status=RunStatus.DONE,
    )
    await runs.create(run, [Item(1, "it crashes"), Item(2, "refund the invoice")])
    await items.save(run, [Verdict(1, ("Billing",)), Verdict(2, ("Bug report",))], [], 0)
    await items.correct("r1", 1, ("Bug report",), "U2")
    await items.correct("r1", 2, ("Billing",), "U2")
    await database.close()
    told, _ = await evaluate.run(EvaluateOptions(from_corrections=True, channel="T1/C1"), read)
    assert "without corrections" in told
    assert "with corrections" in told
    assert "2 messages" in told
