"""`python -m bot evaluate knowledge`: found, cited, refused, wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import settings
from bot.cli import evaluate_knowledge, parser
from bot.cli.evaluate_knowledge import KnowledgeOptions
from bot.core.domain.message import Place
from bot.errors import UsageError
from tests.support.knowledge import citing, knows
from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings

QUESTIONS = """question,answer,words
How do I export everything?,https://docs.example/export/,CSV; minute
What does a plan cost?,Plans,
Who built the pyramids?,,
Who is the boss here?,,
"""
PAGES = (
    ("export", "Export guide", "The export of everything writes CSV files within a minute."),
    ("plans", "Plans", "A plan costs nine dollars."),
)


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def read(url: str, model: ScriptedModel) -> AsyncIterator[Settings]:
    async with model.serving() as told:
        yield settings.read(told | {"DATABASE_URL": url})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(QUESTIONS, encoding="utf-8")
    return path


def answers(model: ScriptedModel, wrong: str = "SEARCH: boss") -> None:
    model.answer(*citing("It writes CSV files within a minute."), to="export everything")
    model.answer(*citing("It costs nine dollars."), to="plan cost")
    model.answer("SEARCH: pyramids builders", to="pyramids")
    model.answer(wrong, to="boss")


async def test_all_is_measured(read: Settings, file: Path, model: ScriptedModel) -> None:
    await knows(read.database_url, Place("T1", "C1"), *PAGES)
    answers(model)
    asked = KnowledgeOptions(file, "T1/C1", min_found=1, min_cited=1, min_refused=1, max_wrong=0)

    told, is_good = await evaluate_knowledge.run(asked, read)

    assert is_good, told
    assert "4 questions: 2 with an answer, 2 without" in told
    assert "found@5   100.0%" in told
    assert "cost: 4 calls, $0.0" in told


async def test_wrong_answers_fail(read: Settings, file: Path, model: ScriptedModel) -> None:
    await knows(
        read.database_url, Place("T1", "C1"), *PAGES, ("boss", "The boss", "The boss here is Ana, who is kind.")
    )
    model.answer(*citing("It writes something or other."), to="export everything")
    model.answer("SEARCH: plan prices", to="plan cost")
    model.answer("SEARCH: pyramids builders", to="pyramids")
    model.answer(*citing("The boss here is Ana."), to="boss")

    told, is_good = await evaluate_knowledge.run(KnowledgeOptions(file, "T1/C1", max_wrong=0.4), read)

    assert not is_good
    assert "cited       0.0%" in told
    assert "refused    50.0%" in told
    assert "wrong      50.0%" in told
    assert "wrong: How do I export everything?" in told
    assert "refused: What does a plan cost?" in told


async def test_what_is_missing_is_said(read: Settings, file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as none:
        await evaluate_knowledge.run(KnowledgeOptions(file, "T1/C1"), read)
    assert "No source serves T1/C1" in none.value.sentence
    (odd := tmp_path / "odd.csv").write_text("query,other\na,b\n", encoding="utf-8")
    with pytest.raises(UsageError) as columns:
        await evaluate_knowledge.run(KnowledgeOptions(odd, "T1/C1"), read)
    assert "needs the columns question and answer" in columns.value.sentence


def test_the_command_has_two_words() -> None:
    typed = ["evaluate", "knowledge", "questions.csv", "--channel", "T1/C1", "--max-wrong", "0.1"]
    options = parser().parse_args(typed)
    assert (options.channel, options.max_wrong, options.min_cited) == ("T1/C1", 0.1, 0.0)
