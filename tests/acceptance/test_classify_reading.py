"""Files whose reading is not certain: shown first, changed by a press, and sorted only then."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_classify import INTO, all_as, data, file_named, rows_of, shown

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

LIKED, MISSED = "The dark mode looks nice", "The export closes my app"
GERMAN = "id;text\n1;Größe fehlt, schön wäre später häufiger größer für Füße und Übermaß öfter\n"
ONE_ANSWER = f"Timestamp,What do you like?,What is missing?\n2026-11-02,{LIKED},{MISSED}\n"
TWO_QUESTIONS = ONE_ANSWER + "".join(f"2026-11-03,I like part {n} of it,Part {n} is slow\n" for n in range(29))
RIGHT = "Is that right?"


def texts_of(request: Any) -> list[str]:
    return [one["text"] for one in data(request, "messages")]


async def asked(dialogue: Dialogue, ts: str, words: str) -> MessageRecord:
    message = await shown(dialogue, dialogue.general, ts, words)
    assert RIGHT in message.shown
    return message


@on_shared_bot
async def test_a_doubtful_column_is_asked_for(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention(f"classify {INTO}", files={"survey.csv": TWO_QUESTIONS.encode()})
    question = await asked(dialogue, ts, "I'm not sure which column holds the messages")
    assert "30 messages in all, for about $" in question.shown
    assert model.requests == []
    assert f"1. {LIKED}" in question.shown
    assert (await dialogue.workspace.choose(question, "classify_by_column", "What is missing?")).ok
    changed = await asked(dialogue, ts, f"1. {MISSED}")
    assert changed.ts == question.ts
    assert "This is how I read it now" in changed.shown
    model.answer(all_as("Bug report", 1, 30))
    assert (await dialogue.workspace.press(changed, "classify_read.0")).ok
    answer = await shown(dialogue, dialogue.general, ts, "30 messages**")
    assert answer.ts == question.ts
    assert "survey.csv, column “What is missing?”" in answer.shown
    assert texts_of(model.requests[0])[0] == MISSED
    rows = rows_of(file_named(dialogue, ".csv"))
    assert rows[0]["text"] == MISSED
    assert rows[0]["What do you like?"] == LIKED


@on_shared_sqlite_bot
async def test_only_the_asker_changes_a_reading(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    ts = dialogue.mention(f"classify {INTO}", files={"survey.csv": TWO_QUESTIONS.encode()})
    question = await asked(dialogue, ts, "which column")
    await workspace.choose(question, "classify_by_column", "What do you like?", user=workspace.sam)
    await workspace.until(lambda: workspace.ephemerals(workspace.sam))
    assert "who asked for it" in workspace.ephemerals(workspace.sam)[-1].shown
    await workspace.press(question, "classify_cancel.1")
    assert "nothing was sorted" in (await shown(dialogue, dialogue.general, ts, "Canceled")).shown
    assert model.requests == []


@on_shared_sqlite_bot
async def test_a_reading_is_settled_before_categories(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention("classify", files={"survey.csv": TWO_QUESTIONS.encode()})
    question = await asked(dialogue, ts, "which column")
    assert model.requests == []  # nothing is proposed for what may be the wrong texts
    model.answer({"categories": [{"name": "A", "definition": "a"}, {"name": "B", "definition": "b"}]})
    await dialogue.workspace.press(question, "classify_read.0")
    proposed = await shown(dialogue, dialogue.general, ts, "into these categories")
    model.answer(all_as("A", 1, 30))
    await dialogue.workspace.press(proposed, "classify_go.0")
    assert "A | 30" in (await shown(dialogue, dialogue.general, ts, "30 messages**")).shown


async def test_a_restart_keeps_the_question(stage: Dialogue, model: ScriptedModel) -> None:
    async with stage.bot():
        ts = stage.mention(f"classify {INTO}", files={"survey.csv": TWO_QUESTIONS.encode()})
        question = await asked(stage, ts, "which column")
        await stage.until_idle()
    async with stage.bot():
        await stage.workspace.choose(question, "classify_by_column", "What is missing?")
        changed = await asked(stage, ts, f"1. {MISSED}")
        await stage.until_idle()
    model.answer(all_as("Bug report", 1, 30))
    async with stage.bot():
        await stage.workspace.press(changed, "classify_read.0")
        await shown(stage, stage.general, ts, "30 messages**")
    assert texts_of(model.requests[0])[0] == MISSED


def book() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        for title, words in (("October", "was slow"), ("November", "is slow")):
            page = workbook.add_worksheet(title)
            page.write_row(0, 0, ("Feedback of the month",))
            page.write_row(2, 0, ("Id", "Customer wrote"))
            for n in range(30):
                page.write_row(3 + n, 0, (n, f"Page {n} {words} today"))
    return file.getvalue()


@on_shared_sqlite_bot
async def test_a_sheet_is_chosen_by_a_press(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention(f"classify {INTO}", files={"months.xlsx": book()})
    question = await asked(dialogue, ts, "which sheet you mean")
    assert "sheet “October”, column “Customer wrote”, headings in row 3" in question.shown
    await dialogue.workspace.choose(question, "classify_by_sheet", "November")
    changed = await asked(dialogue, ts, "1. Page 0 is slow today")
    model.answer(all_as("Performance issue", 1, 30))
    await dialogue.workspace.press(changed, "classify_read.0")
    assert "sheet “November”" in (await shown(dialogue, dialogue.general, ts, "30 messages**")).shown


@on_shared_sqlite_bot
async def test_an_encoding_is_chosen_by_a_press(dialogue: Dialogue, model: ScriptedModel) -> None:
    lines = "".join(f"{n};Straße {n} fehlt\n" for n in range(30))
    ts = dialogue.mention(f"classify {INTO}", files={"a.csv": f"Nr;Kommentar\n{lines}".encode("mac_roman")})
    question = await asked(dialogue, ts, "which encoding it has")
    await dialogue.workspace.choose(question, "classify_by_encoding", "Windows-1252")
    wrong = await asked(dialogue, ts, "1. Stra§e 0 fehlt")
    await dialogue.workspace.choose(wrong, "classify_by_encoding", "Mac Roman")
    right = await asked(dialogue, ts, "1. Straße 0 fehlt")
    model.answer(all_as("Bug report", 1, 30))
    await dialogue.workspace.press(right, "classify_read.0")
    assert "Mac Roman" in (await shown(dialogue, dialogue.general, ts, "30 messages**")).shown


@on_shared_sqlite_bot
async def test_a_row_of_headings_is_chosen_by_a_press(dialogue: Dialogue, model: ScriptedModel) -> None:
    lines = "".join(f"Page {n} is slow\n" for n in range(29))
    ts = dialogue.mention(f"classify {INTO}", files={"a.csv": f"What is slow?\n{lines}".encode()})
    question = await asked(dialogue, ts, "which row has the headings")
    assert "29 messages in all" in question.shown
    await dialogue.workspace.choose(question, "classify_by_heading", "0")
    changed = await asked(dialogue, ts, "1. What is slow?")
    assert "30 messages in all" in changed.shown
    model.answer(all_as("Performance issue", 1, 30))
    await dialogue.workspace.press(changed, "classify_read.0")
    await shown(dialogue, dialogue.general, ts, "30 messages**")


@on_shared_sqlite_bot
async def test_a_file_that_went_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention(f"classify {INTO}", files={"survey.csv": TWO_QUESTIONS.encode()})
    question = await asked(dialogue, ts, "which column")
    (file,) = (one for one in dialogue.workspace.files() if one.name == "survey.csv")
    dialogue.workspace.workspace.files.pop(file.id)
    await dialogue.workspace.choose(question, "classify_by_column", "What do you like?")
    assert "survey.csv" in await dialogue.whisper()
    assert RIGHT in dialogue.answers(dialogue.general, ts)[-1].shown
    model.answer(all_as("Bug report", 1, 30))
    await dialogue.workspace.press(question, "classify_read.0")  # what was read is kept
    await shown(dialogue, dialogue.general, ts, "30 messages**")


@on_shared_sqlite_bot
async def test_a_doubtful_encoding_of_two_rows_is_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    hebrew = "מספר,הערה\n1,האפליקציה קורסת\n2,איטי מאוד\n".encode("cp1255")
    ts = dialogue.mention(f"classify {INTO}", files={"a.csv": hebrew})
    question = await asked(dialogue, ts, "which encoding it has")
    assert model.requests == []
    assert "1. האפליקציה קורסת" in question.shown
    model.answer(all_as("Bug report", 1, 2))
    await dialogue.workspace.press(question, "classify_read.0")
    await shown(dialogue, dialogue.general, ts, "1. Bug report")
    assert texts_of(model.requests[0])[0] == "האפליקציה קורסת"


@on_shared_sqlite_bot
@pytest.mark.parametrize(
    ("name", "content", "typed", "said"),
    [
        ("a.csv", ONE_ANSWER.encode(), "", "From a.csv, column “What do you like?”."),
        ("a.csv", GERMAN.encode("cp1252"), "", "From a.csv, column “text”, Windows-1252."),
        ("a.csv", "id,text\n1,Größe\n2,trüb\n3,a ".encode() + b"\xff b\n", "", "1 character could not be read"),
        ("a.csv", b"id,text\n1,it is slow, very\n2,it hangs\n", "", "1 row has more cells than the heading"),
        ("a.xlsx", book(), "sheet=November column=1 heading=3", "From a.xlsx, sheet “November”, column “Id”."),
        ("a.csv", b"id,text\n1,it hangs\n2,\n3,it is slow\n", "", "1 without text was left out"),
    ],
)
async def test_a_short_list_says_what_was_read(
    dialogue: Dialogue, model: ScriptedModel, name: str, content: bytes, typed: str, said: str
) -> None:
    model.answer(all_as("Bug report", 1, 30))
    ts = dialogue.mention(f"classify {typed} {INTO}", files={name: content})
    if name == "a.xlsx":
        assert (
            "a.xlsx, sheet “November”, column “Id”" in (await shown(dialogue, dialogue.general, ts, "messages**")).shown
        )
        return
    assert said in (await shown(dialogue, dialogue.general, ts, "1. Bug report")).shown
