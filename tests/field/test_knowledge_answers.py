"""What answers of other bots suffered from that answer from documents, tried on this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import on_shared_sqlite_bot
from tests.acceptance.test_knowledge import SEARCH, asked, know
from tests.support.knowledge import citing

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


@pytest.mark.parametrize(
    ("title", "path", "link"),
    [
        # Line breaks and angle brackets in a title, and brackets in an address, broke the links of sources.
        # https://github.com/onyx-dot-app/onyx/pull/3416
        ("Export\nguide", "guide", "[Export guide](https://docs.example/guide)"),
        # https://github.com/onyx-dot-app/onyx/pull/4587
        ("Export <of> rows", "rows", "[Export of rows](https://docs.example/rows)"),
        # https://github.com/onyx-dot-app/onyx/pull/8767
        ("Export", "export_(2026)?a=b c", "[Export](https://docs.example/export_%282026%29?a=b%20c)"),
    ],
)
@on_shared_sqlite_bot
async def test_odd_titles_and_addresses_stay_links(
    dialogue: Dialogue, model: ScriptedModel, title: str, path: str, link: str
) -> None:
    await know(dialogue, (path, title, "The export writes CSV files."))
    model.answer(SEARCH)
    model.answer(*citing("It writes CSV files."))

    answer = await asked(dialogue, until="Sources")

    assert f"Sources: 1: {link}, read" in answer
    assert f"It writes CSV files. [1]({link.partition('](')[2]}" in answer


@pytest.mark.parametrize(
    "guess",
    [
        # What the documents don't say was filled in from general knowledge.
        # https://github.com/FireFistisDead/pdf-qa-bot/issues/135
        "Mars has no life, as far as anyone knows.",
        # https://github.com/ggozad/haiku.rag/issues/245
        "## Assessment\n\n- Mars is dry and cold.\n\n| planet | life |\n|---|---|\n| Mars | none was found |",
        # The answer said that it did not know, with sources that had nothing to do with it below.
        # https://github.com/kubeagi/arcadia/issues/646
        "I don't know that from these documents.",
    ],
)
@on_shared_sqlite_bot
async def test_documents_without_the_answer_give_none(dialogue: Dialogue, model: ScriptedModel, guess: str) -> None:
    await know(dialogue)
    model.answer(SEARCH)
    model.answer(guess)

    answer = await asked(dialogue, "is there life on Mars?", until="I don't know: ")

    assert "Mars" not in answer
    assert "Sources" not in answer
    assert len(await dialogue.rows("SELECT id FROM knowledge_gaps")) == 1


@on_shared_sqlite_bot
async def test_general_knowledge_gets_no_source(dialogue: Dialogue, model: ScriptedModel) -> None:
    """What came from no document carried one as its source. https://github.com/epam/statgpt-backend/issues/194"""
    await know(dialogue)
    model.answer("Good morning to you! [1](https://docs.example/export)")

    answer = await asked(dialogue, "good morning", until="Good morning")

    assert "Sources" not in answer
    assert "https://docs.example" not in answer
