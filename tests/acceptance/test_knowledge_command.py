"""`/parley knowledge`: sources are listed, added, removed and asked, through the real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.domain.message import Place
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.support.knowledge import citing, knows
from tests.support.links import texts_in

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

SITE = "https://docs.example/"


async def told(dialogue: Dialogue, typed: str, channel: str = "", number: int = 1) -> str:
    await dialogue.workspace.command(channel or dialogue.general, "/parley", f"knowledge {typed}".strip())
    return await dialogue.whisper(number)


async def sources(dialogue: Dialogue) -> list[tuple[object, ...]]:
    return await dialogue.rows("SELECT channel, kind, address FROM knowledge_sources ORDER BY id")


async def know(dialogue: Dialogue, channel: str = "") -> int:
    place = Place(dialogue.workspace.workspace.team_id, channel)
    page = ("export", "Export guide", "The export writes CSV files.")
    return (await knows(dialogue.environ["DATABASE_URL"], place, page, address=SITE)).id


@on_shared_bot
async def test_a_source_is_added_listed_and_removed(dialogue: Dialogue) -> None:
    assert "no knowledge here yet" in await told(dialogue, "")
    assert "Added as source" in await told(dialogue, "add https://help.example.com/guide", number=2)
    ((channel, kind, address),) = await sources(dialogue)
    assert (channel, kind, address) == (dialogue.general, "site", "https://help.example.com/guide")
    listed = await told(dialogue, "list", number=3)
    assert "I answer from 1 source here:" in listed
    assert "[help.example.com/guide](https://help.example.com/guide): " in listed
    assert f"Added by <@{dialogue.workspace.me.id}>." in listed
    number = listed.partition("• *")[2].partition("*")[0]
    assert "Removed source" in await told(dialogue, f"remove {number}", number=4)
    assert await sources(dialogue) == []


@on_shared_sqlite_bot
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("add", "Say what to add"),
        ("add something odd", "I don't understand what to read"),
        ("add https://user:secret@docs.example.com", "not an address that I can read"),
        ("add folder:../../etc", "A folder's name"),
        ("add #nowhere", "pick it from the list"),
        ("remove 99", "There is no source 99 here"),
        ("refresh one", "lists what I answer from here"),
        ("ask", "Say what you want to know"),
        ("ask what is it?", "no knowledge here yet"),
        ("gaps sometime", "I don't understand the span"),
        ("gaps", "No question of the last 30 days was without an answer here."),
    ],
)
async def test_what_can_not_be_done_is_said(dialogue: Dialogue, typed: str, expected: str) -> None:
    assert expected in await told(dialogue, typed)
    assert await sources(dialogue) == []


@on_shared_sqlite_bot
async def test_only_admins_change_knowledge(dialogue: Dialogue) -> None:
    number = await know(dialogue)
    local = dialogue.workspace
    for typed in ("add docs.example.com", f"remove {number}", f"refresh {number}"):
        before = len(local.ephemerals(local.sam))
        await local.command(dialogue.general, "/parley", f"knowledge {typed}", user=local.sam)
        await local.until(lambda before=before: len(local.ephemerals(local.sam)) > before)  # type: ignore[misc]
        assert "admins can change the settings" in local.ephemerals(local.sam)[-1].shown
    assert len(await sources(dialogue)) == 1


@on_shared_sqlite_bot
async def test_the_same_source_is_not_added_twice(dialogue: Dialogue) -> None:
    await told(dialogue, "add docs.example.com workspace")
    assert "of the workspace already" in await told(dialogue, "add https://docs.example.com here", number=2)
    assert "That is source" in await told(dialogue, "add https://docs.example.com/#top workspace", number=3)
    assert [row[0] for row in await sources(dialogue)] == [""]


@on_shared_sqlite_bot
async def test_direct_messages_have_no_knowledge_of_their_own(dialogue: Dialogue) -> None:
    assert "end what you type with `workspace`" in await told(dialogue, "add docs.example.com", dialogue.direct)
    assert "Added as source" in await told(dialogue, "add docs.example.com workspace", dialogue.direct, 2)


@on_shared_sqlite_bot
async def test_private_channels_serve_only_themselves(dialogue: Dialogue) -> None:
    local = dialogue.workspace
    members = [local.me.id, local.bot.id]
    secret = local.workspace.add_channel("merger", members=members, is_private=True).id
    public = local.channel("engineering")

    assert "That channel is private" in await told(dialogue, f"add <#{secret}|merger>")
    assert "That channel is private" in await told(dialogue, f"add <#{secret}|merger> workspace", secret, 2)
    assert "Added as source" in await told(dialogue, f"add <#{secret}|merger>", secret, 3)
    assert "Added as source" in await told(dialogue, f"add <#{public}|engineering> workspace", number=4)
    assert await sources(dialogue) == [(secret, "channel", secret), ("", "channel", public)]


@on_shared_bot
async def test_a_question_is_answered_for_me_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue, dialogue.general)
    model.answer(*citing("It writes CSV files."), " It costs ten dollars a month.")

    answer = await told(dialogue, "ask how do I export?")

    assert "It writes CSV files. [1](https://docs.example/export)" in answer
    assert "Sources: 1: [Export guide](https://docs.example/export), read" in answer
    assert "1 statement had no source and is left out." in answer
    assert "ten dollars" not in answer


@on_shared_bot
async def test_a_question_may_be_of_another_language(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue, dialogue.general)
    model.answer("SEARCH: export files")
    model.answer(*citing("Der Export schreibt CSV-Dateien."))

    answer = await told(dialogue, "ask Wie kriege ich meine Daten heraus?")

    assert "Der Export schreibt CSV-Dateien. [1](https://docs.example/export)" in answer
    assert "CSV" not in model.requests[0].text
    assert "CSV" in str(model.requests[1].results)


@on_shared_bot
async def test_settled_threads_and_files_are_read(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    there = local.channel("engineering")
    question = local.say(there, "How do I rotate the zebra key?", user=local.sam)
    local.say(there, "No idea, sorry.", user=local.me, thread_ts=question)
    accepted = local.say(there, "Run `zebra rotate` on the bastion.", user=local.ada, thread_ts=question)
    local.react(there, accepted, "white_check_mark", user=local.sam)
    local.react(there, question, "white_check_mark", user=local.sam)
    local.say(dialogue.general, "The guide", files={"guide.md": b"# Quotas\n\nEach giraffe has a quota of nine."})
    file = local.files()[-1]
    await told(dialogue, f"add <#{there}|engineering> workspace")
    await told(dialogue, f"add {local.workspace.base_url}/files/{local.me.id}/{file.id}/guide.md", number=2)
    states = "SELECT state FROM knowledge_sources"
    await dialogue.until_rows(states, lambda rows: [state for (state,) in rows] == ["read", "read"])

    model.answer(*citing("You run `zebra rotate` on the bastion."))
    answer = await told(dialogue, "ask how do I rotate the zebra key?", number=3)
    assert f"/archives/{there}/p{question.replace('.', '')}" in answer
    assert "Run `zebra rotate`" in str(model.requests[0].results)
    assert "No idea" not in str(model.requests[0].results)
    model.answer(*citing("It has nine."))
    assert "guide.md" in await told(dialogue, "ask which quota has each giraffe?", number=4)

    # What was said otherwise is not found any more, nor what was deleted.
    local.edit(there, accepted, "Ask in #security.")
    await dialogue.until_rows("SELECT count(*) FROM knowledge_pages WHERE thread <> ''", lambda rows: rows == [(0,)])
    local.delete_file(file)
    await told(dialogue, "refresh all", number=5)
    await dialogue.until_rows("SELECT kind FROM knowledge_sources", lambda rows: rows == [("channel",)])
    model.answer("SEARCH: zebra key rotation")
    assert "I don't know" in await told(dialogue, "ask how do I rotate the zebra key?", number=6)
    assert "zebra rotate" not in str(model.requests[-1].results)


@on_shared_bot
async def test_gaps_that_are_alike_are_counted_together(dialogue: Dialogue, model: ScriptedModel) -> None:
    await know(dialogue)
    for number, question in enumerate(
        ("how to export to zanzibar", "how can I export to Zanzibar?", "who is the boss?")
    ):
        model.answer("SEARCH: words")
        assert "I don't know" in await told(dialogue, f"ask {question}", number=number + 1)

    gaps = await told(dialogue, "gaps 7d", number=4)

    assert "**3 questions had no answer in the last 7 days:**" in gaps
    assert gaps.index("*2\u00d7* how can I export to Zanzibar?") < gaps.index("*1\u00d7* who is the boss?")


@on_shared_bot
async def test_the_settings_form_leads_to_sources(dialogue: Dialogue) -> None:
    local = dialogue.workspace
    number = await know(dialogue, dialogue.general)
    secret = local.workspace.add_channel("merger", members=[local.me.id, local.bot.id], is_private=True).id
    public = local.channel("engineering")
    await local.command(dialogue.general, "/parley", "settings")
    await local.press(local.modal(), "edit_knowledge.4")
    assert any("1 page, read" in text for text in texts_in(local.modal()["blocks"]))

    refused = await local.submit({"add": "docs.example.com\nnonsense here", "channels": [secret]})
    assert "nonsense here: I don't understand what to read" in refused.errors["add"]
    assert "That channel is private" in refused.errors["channels"]
    assert len(await sources(dialogue)) == 1

    changed = {"add": f"docs.example.com\n\n{SITE}", "channels": [public], "remove": [str(number)]}
    assert (await local.submit(changed)).ok
    added = {(kind, address) for _, kind, address in await sources(dialogue)}
    assert added == {("site", "https://docs.example.com/"), ("channel", public), ("site", SITE)}
