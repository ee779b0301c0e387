"""Claude answers from what a channel knows: with sources, or not at all, through the real wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.playground.anthropic.reply import BlockStop, CitationDelta, ToolUse
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.support.knowledge import citing, knows

if TYPE_CHECKING:
    from bot.playground.anthropic.reply import ModelRequest
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import Plain, ScriptedModel

EXPORT = ("export", "Export guide", "# Export\n\nThe export writes CSV files.\n\nAn export takes a minute at most.")
SEARCH = ToolUse("search_knowledge", {"query": "export"})


async def know(dialogue: Dialogue, *pages: tuple[str, str, str], channel: str = "") -> None:
    place = Place(dialogue.workspace.workspace.team_id, channel)
    await knows(dialogue.environ["DATABASE_URL"], place, *(pages or (EXPORT,)))


def shown(dialogue: Dialogue, ts: str) -> str:
    return "\n".join(one.shown for one in dialogue.answers(dialogue.general, ts))


async def asked(dialogue: Dialogue, words: str = "how do I export?", until: str = "") -> str:
    """Ask in #general; return the answer that has some words."""
    ts = dialogue.mention(words)
    await dialogue.workspace.until(lambda: dialogue.answers(dialogue.general, ts) and until in shown(dialogue, ts))
    return shown(dialogue, ts)


@on_shared_bot
async def test_answers_name_their_sources(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue, channel=dialogue.general)
    model.answer(SEARCH)
    model.answer(*citing("It writes CSV files."))

    answer = await asked(dialogue, until="Sources")

    assert "It writes CSV files. [1](https://docs.example/export)" in answer
    assert "Sources: 1: [Export guide](https://docs.example/export), read " in answer
    assert "no source" not in answer
    result = model.requests[1].tool_results[0].content
    assert {block["type"] for block in result} == {"search_result"}
    assert result[0]["title"].startswith("Export guide")
    assert await dialogue.rows("SELECT question FROM knowledge_gaps") == []


@on_shared_bot
async def test_questions_without_answers_are_gaps(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    await dialogue.workspace.command(dialogue.general, "/parley", f"set agents <@{dialogue.workspace.ada.id}>")
    await dialogue.whisper()
    model.answer(ToolUse("search_knowledge", {"query": "zanzibar"}))
    model.answer("You fly there by plane, which takes a day.")

    answer = await asked(dialogue, "how do I fly to zanzibar?", until="I don't know: ")

    assert "Nothing found" in model.requests[1].tool_results[0].text
    assert "I don't know: I found no answer in the knowledge here. Ada Marsh might know." in answer
    assert "by plane" not in answer
    assert await dialogue.rows("SELECT question FROM knowledge_gaps") == [("how do I fly to zanzibar?",)]


@on_shared_sqlite_bot
async def test_statements_without_source_are_left_out(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    model.answer(SEARCH)
    model.answer(*citing("It writes CSV files."), " It costs ten dollars a month. Is that fine?")

    answer = await asked(dialogue, until="no source")

    assert "It writes CSV files. [1]" in answer
    assert "ten dollars" not in answer
    assert "1 statement had no source and is left out." in answer


@on_shared_sqlite_bot
async def test_asking_back_needs_no_source(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    model.answer(SEARCH)
    model.answer("Do you mean the export of rows or of files?")

    assert "no answer" not in await asked(dialogue, until="Do you mean the export of rows or of files?")
    assert await dialogue.rows("SELECT question FROM knowledge_gaps") == []


def invented(asked: ModelRequest) -> list[CitationDelta]:
    return [CitationDelta({**asked.citing(0).fields, "cited_text": "The export writes gold."})]


@on_shared_sqlite_bot
async def test_citations_that_do_not_stand_are_dropped(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    model.answer(SEARCH)
    model.answer(BlockStop(), "It writes gold.", invented, BlockStop())

    answer = await asked(dialogue, until="I don't know")

    assert "gold" not in answer
    assert "Sources" not in answer


@on_shared_bot
async def test_pages_that_contradict_are_told_apart_by_their_days(dialogue: Dialogue, model: ScriptedModel) -> None:
    pages = [
        ("old", "Old limits", "The export is limited to 100 rows."),
        ("new", "New limits", "The export is limited to 900 rows."),
    ]
    days = {"old": datetime(2024, 3, 1, tzinfo=UTC), "new": datetime(2026, 10, 5, tzinfo=UTC)}
    await knows(dialogue.environ["DATABASE_URL"], Place(dialogue.workspace.workspace.team_id, ""), *pages, changed=days)

    def newer_first(asked: ModelRequest) -> list[Plain]:
        titles = [one["title"] for one in asked.results]
        new, old = (next(at for at, title in enumerate(titles) if day in title) for day in ("2026-10-05", "2024-03-01"))
        return [
            *(BlockStop(), "It is 900 rows at most.", asked.citing(new), BlockStop()),
            *(BlockStop(), " An older page says 100 rows.", asked.citing(old), BlockStop()),
        ]

    model.answer(SEARCH)
    model.answer(newer_first)

    answer = await asked(dialogue, "how many rows can I export?", until="Sources")

    assert "It is 900 rows at most. [1](https://docs.example/new) An older page says 100 rows. [2]" in answer
    assert "1: [New limits](https://docs.example/new), changed Oct 5" in answer
    assert "2: [Old limits](https://docs.example/old), changed Mar 1, 2024" in answer
    told = model.requests[0].tools["search_knowledge"]["description"]
    assert "contradict each other, say so, and follow the newer one" in told


@on_shared_sqlite_bot
async def test_other_channels_knowledge_is_not_found(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(
        dialogue, ("fee", "Fees", "The secret fee is nine dollars."), channel=dialogue.workspace.channel("engineering")
    )
    model.answer("I can't look that up.")

    await asked(dialogue, "what is the fee?", until="can't")

    assert "search_knowledge" not in model.requests[0].tools


@on_shared_sqlite_bot
async def test_knowledge_can_be_turned_off(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    await dialogue.workspace.command(dialogue.general, "/parley", "set knowledge off")
    await dialogue.whisper()
    model.answer("I can't look that up.")

    await asked(dialogue, until="can't")

    assert "search_knowledge" not in model.requests[0].tools


@on_shared_sqlite_bot
async def test_outsiders_read_only_a_channels_own(dialogue: Dialogue, model: ScriptedModel) -> None:
    dialogue.workspace.workspace.channels[dialogue.general].shared_with = ("T0OTHER",)
    await know(dialogue, ("fee", "Fees", "The internal export fee is nine dollars."))
    await know(dialogue, channel=dialogue.general)
    model.answer(SEARCH)
    model.answer(*citing("It writes CSV files."))

    await asked(dialogue, until="Sources")

    assert "internal" not in model.requests[1].tool_results[0].text
    assert "CSV" in model.requests[1].tool_results[0].text


@on_shared_sqlite_bot
async def test_what_is_said_without_a_search_is_told(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    model.answer("It takes two days. It costs ten dollars. It runs at night.")
    assert "I didn't look at the team's sources for this." in await asked(dialogue, until="look at")
    model.answer("You're welcome! Ask me whenever you like.")
    assert "sources" not in await asked(dialogue, "thanks", until="whenever")
    model.answer("It takes two days. It costs ten dollars.", SEARCH)
    model.answer(*citing("It writes CSV files."))
    answer = await asked(dialogue, until="Sources")
    assert "What I wrote before I searched has no source." in answer
