"""`/parley feedback`: a channel's records found, exported and merged."""

from __future__ import annotations

import csv
import html
import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from bot.db.engine import Database
from bot.db.tables import FeedbackRow
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_asking import judging
from tests.acceptance.test_triage import card, parley, post, support

if TYPE_CHECKING:
    from bot.playground.slack.records import File
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

EVIL = "=cmd|'/c calc'!A1 the export crashes"


async def begin(dialogue: Dialogue) -> None:
    for typed in ("set together 0", "triage on"):
        await parley(dialogue, typed)


async def posted(dialogue: Dialogue, model: ScriptedModel, text: str, summary: str) -> str:
    model.answer(judging(summary=summary))
    ts = post(dialogue, text, user=dialogue.workspace.sam)
    await card(dialogue, ts, "Bug report")
    return ts


def sent(dialogue: Dialogue) -> File:
    (file,) = dialogue.workspace.files()
    assert [channel for channel, _ in file.shares] == [dialogue.direct]
    return file


async def link(dialogue: Dialogue, ts: str) -> str:
    ((address,),) = await dialogue.rows(f"SELECT DISTINCT permalink FROM feedback WHERE message = '{ts}'")  # noqa: S608
    return f"<{address}>"


@on_shared_bot
async def test_feedback_is_found_by_its_words(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, "The export dialog crashes", "Crash in the *export*")
    await posted(dialogue, model, "Charged twice in October", "Double charge")
    found = await parley(dialogue, "feedback find export", user=dialogue.workspace.sam)
    assert "1 post with “export”" in found
    assert ts.replace(".", "") in found
    assert "Bug report, High, open: Crash in the \\*export\\*" in found.replace("&ast;", "*")
    assert "no feedback with “refund”" in await parley(dialogue, "feedback find refund")
    await dialogue.workspace.press(await card(dialogue, ts, "Bug report"), "feedback_resolve.2")
    await card(dialogue, ts, "Resolved")
    assert "resolved" in await parley(dialogue, "feedback find dialog cras")
    assert "feedback find <words>" in await parley(dialogue, "feedback find ?!")


@on_shared_bot
async def test_an_admin_gets_all_feedback_as_a_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    ts = await posted(dialogue, model, EVIL, "Crash")
    assert "1 record as" in await parley(dialogue, "feedback export mine.csv")
    file = sent(dialogue)
    assert file.name == "mine.csv"
    (row,) = csv.DictReader(io.StringIO((file.content or b"").decode("utf-8-sig")))
    assert row["text"] == f"'{EVIL}"
    assert (row["category"], row["severity"], row["status"], row["summary"]) == ("Bug report", "High", "open", "Crash")
    assert row["person's id"] == dialogue.workspace.sam.id
    assert row["person"] != row["person's id"]
    assert row["posted (UTC)"].count(":") == 2
    assert row["first response (UTC)"] == ""
    assert row["link"].endswith(ts.replace(".", ""))


@on_shared_sqlite_bot
async def test_a_workbook_runs_no_formulas(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    await posted(dialogue, model, EVIL, "Crash")
    await parley(dialogue, "feedback export xlsx")
    with zipfile.ZipFile(io.BytesIO(sent(dialogue).content or b"")) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert f't="inlineStr"><is><t>{html.escape(EVIL, quote=False)}</t>' in sheet
    assert "<f>" not in sheet


@on_shared_sqlite_bot
async def test_only_admins_get_the_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    assert "no feedback here yet" in await parley(dialogue, "feedback export")
    await posted(dialogue, model, "The export crashes", "Crash")
    sam = dialogue.workspace.sam
    assert "Only workspace admins" in await parley(dialogue, "feedback export", user=sam)
    assert "`csv` or `xlsx`" in await parley(dialogue, "feedback export pdf")
    assert dialogue.workspace.files() == []


@on_shared_sqlite_bot
async def test_strangers_find_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    await posted(dialogue, model, "The export crashes", "Crash")
    workspace = dialogue.workspace
    workspace.kick(support(dialogue), workspace.sam)
    assert "Only members of this channel" in await parley(dialogue, "feedback find export", user=workspace.sam)


@on_shared_bot
async def test_posts_are_merged_by_hand(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue)
    first = await posted(dialogue, model, "The export dialog crashes", "Crash")
    second = await posted(dialogue, model, "Nothing happens when I save", "Cannot save")
    third = await posted(dialogue, model, "Saving fails", "Cannot save either")
    one, two, three = [await link(dialogue, ts) for ts in (first, second, third)]
    assert "Merged" in await parley(dialogue, f"feedback merge {three} into {two}")
    assert "Merged" in await parley(dialogue, f"feedback merge {two} into {one}")
    shown = await card(dialogue, second, "repeats")
    assert first.replace(".", "") in shown.shown
    assert second.replace(".", "") in (await card(dialogue, third, "repeats")).shown
    roots = await dialogue.rows("SELECT root, min(id) OVER () FROM feedback")
    assert {root for root, _ in roots} == {least for _, least in roots}
    for circle in (f"{one} into {three}", f"{two} into {three}"):
        assert "the other way around" in await parley(dialogue, f"feedback merge {circle}")
    fourth = await posted(dialogue, model, "The dialog is slow", "Slow")
    await dialogue.workspace.press(await card(dialogue, first, "Bug report"), "feedback_change.1")
    same = {"category": "Bug report", "severity": "High"}
    refused = await dialogue.workspace.submit(same | {"original": two.strip("<>")})
    assert "repeats the first already" in refused.errors["original"]
    assert (await dialogue.workspace.submit(same | {"original": (await link(dialogue, fourth)).strip("<>")})).ok
    await card(dialogue, first, "repeats")
    roots = await dialogue.rows("SELECT root, max(id) OVER () FROM feedback")
    assert {root or last for root, last in roots} == {roots[0][1]}
    assert "one and the same" in await parley(dialogue, f"feedback merge {one} into {one}")
    assert "not a link to a post" in await parley(dialogue, f"feedback merge {one} into https://example.com/1")
    await dialogue.until_idle()
    assert len(dialogue.answers(support(dialogue), second)) == 1


@on_shared_bot
async def test_a_long_export_has_each_record_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    """It is read in pages, and a post about two things has two records."""
    await begin(dialogue)
    await posted(dialogue, model, "The export crashes", "Crash")
    now = datetime.now(UTC)
    place = {"workspace": dialogue.workspace.workspace.team_id, "channel": support(dialogue), "person": "U1"}
    same = place | {"status": "open", "said_at": now, "changed_at": now, "shown_version": 9}
    same |= {"is_bot": False, "waits": False}
    parts = [(number, part) for number in range(250) for part in range(2)]
    opened = Database.open(dialogue.environ["DATABASE_URL"])
    async with opened.writer.begin() as connection:
        many = [
            same | {"message": f"{n}.0", "part": part, "text": f"ü {n}/{part}", "permalink": f"{n}/{part}"}
            for n, part in parts
        ]
        await connection.execute(insert(FeedbackRow), many)
        newest = select(func.max(FeedbackRow.id)).scalar_subquery()
        await connection.execute(
            update(FeedbackRow).where(FeedbackRow.text.contains("crashes")).values(duplicate_of=newest)
        )
    await opened.close()
    assert "501 records as" in await parley(dialogue, "feedback export")
    rows = list(csv.DictReader(io.StringIO((sent(dialogue).content or b"").decode("utf-8-sig"))))
    assert len({row["id"] for row in rows}) == len(rows)
    assert rows[0]["repeats"] == rows[-1]["link"] == "249/1"
    assert {row["text"] for row in rows[1:]} == {f"ü {number}/{part}" for number, part in parts}
