"""Files that are not what a plain upload is: forwarded, stubs, elsewhere, misnamed, spoken, refused by Claude."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.conftest import on_shared_sqlite_bot
from tests.acceptance.test_files import PNG, blocks, downloads, pdf

if TYPE_CHECKING:
    from bot.playground.slack.records import File
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

NUMBERS = b"quarter,total\nQ3,42\n"
OCTETS = "application/octet-stream"


async def told(dialogue: Dialogue, file: File, words: str = "") -> str:
    """Post a file, and return what the bot says to it."""
    ts = dialogue.workspace.say(dialogue.direct, words, uploaded=[file])
    return await dialogue.answer(dialogue.direct, ts)


def shaped(dialogue: Dialogue, name: str, content: bytes = b"", **shape: Any) -> File:
    file = dialogue.workspace.upload(name, content)
    file.shape.update(shape)
    return file


@on_shared_sqlite_bot
async def test_a_forwarded_file_goes_along(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, general = dialogue.workspace, dialogue.general
    source = workspace.say(general, "Q3 numbers", user=workspace.sam, files={"q3.csv": NUMBERS})
    model.answer("42.")
    ts = workspace.forward(general, source, dialogue.direct, "what is the total?")
    assert await dialogue.answer(dialogue.direct, ts) == "42."
    document, said = blocks(model)
    assert document["source"]["data"] == NUMBERS.decode()
    assert "Q3 numbers" in said["text"]
    assert "what is the total?" in said["text"]


async def test_a_forwarded_file_is_classified(rehearsal: Dialogue) -> None:
    workspace, general = rehearsal.workspace, rehearsal.general
    texts = b"text\nThe app crashes on start\nPlease add dark mode\nI love it\n"
    source = workspace.say(general, "Feedback of the week", user=workspace.sam, files={"feedback.csv": texts})
    ts = workspace.forward(general, source, general, f"<@{workspace.bot.id}> classify")
    found = "I would sort 3 messages (feedback.csv, column “text”)"
    await workspace.until(lambda: any(found in m.shown for m in rehearsal.answers(general, ts)), 20)


@on_shared_sqlite_bot
async def test_a_stub_is_looked_up_first(dialogue: Dialogue, model: ScriptedModel) -> None:
    file = dialogue.workspace.upload("notes.txt", b"It says hello.")
    file.is_stub = True
    model.answer("Hello.")
    assert await told(dialogue, file, "what does it say?") == "Hello."
    document, _ = blocks(model)
    assert (document["title"], document["source"]["data"]) == ("notes.txt", "It says hello.")


@on_shared_sqlite_bot
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("file_deleted", "*file* is gone, or I can't access it: please post it again."),
        ("access_denied", "I don't have access to *file*: please post it here yourself, or share it in this channel."),
    ],
)
async def test_a_stub_that_stays_closed_is_said(dialogue: Dialogue, error: str, sentence: str) -> None:
    file = dialogue.workspace.upload("notes.txt", b"It says hello.")
    file.is_stub = True
    dialogue.workspace.fail("files.info", error=error)
    assert await told(dialogue, file) == sentence


@on_shared_sqlite_bot
async def test_a_download_may_be_sent_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    file = dialogue.workspace.upload("cat.png", PNG)
    file.hops = 3
    model.answer("A cat.")
    assert await told(dialogue, file, "what is this?") == "A cat."
    file = dialogue.workspace.upload("loop.png", PNG)
    file.hops = 1_000
    assert "should check the scope `files:read`" in await told(dialogue, file)


@on_shared_sqlite_bot
@pytest.mark.parametrize(
    ("name", "mimetype", "content", "media_type"),
    [
        ("cat.png", OCTETS, PNG, "image/png"),
        ("cat.JPG", "image/jpg", b"\xff\xd8\xff" + bytes(40), "image/jpeg"),
        ("cat.jpg", "image/jpeg", PNG, "image/png"),
        ("scan", "", pdf(1), "application/pdf"),
        ("report.pdf", "binary/octet-stream", pdf(1), "application/pdf"),
        ("report.pdf", "text/plain", pdf(1), "application/pdf"),
        ("area.py", OCTETS, b"def area(): ...", "text/plain"),
        ("Dockerfile", OCTETS, b"FROM python:3.11", "text/plain"),
        ("app.log.1", OCTETS, b"started", "text/plain"),
        ("data.geojson", "application/geo+json", b"{}", "text/plain"),
        ("sales.csv", "application/vnd.ms-excel", b"a,b\n1,2\n", "text/plain"),
    ],
)
async def test_a_file_is_judged_by_its_content(
    dialogue: Dialogue, model: ScriptedModel, name: str, mimetype: str, content: bytes, media_type: str
) -> None:
    model.answer("Seen.")
    file = dialogue.workspace.upload(name, content, mimetype=mimetype)
    assert await told(dialogue, file, "look") == "Seen."
    source = blocks(model)[0]["source"]
    assert source["media_type"] == media_type
    data = source["data"] if media_type == "text/plain" else base64.b64decode(source["data"])
    assert data == (content.decode() if media_type == "text/plain" else content)


@on_shared_sqlite_bot
@pytest.mark.parametrize(
    ("name", "shape", "sentence"),
    [
        (
            "Plan",
            {"mode": "external", "is_external": True, "external_type": "gdrive"},
            "is only a link to a file stored elsewhere",
        ),
        ("Plan", {"mode": "quip", "filetype": "quip", "mimetype": "application/vnd.slack-docs"}, "is a canvas"),
        ("Plan", {"mode": "canvas", "filetype": "canvas"}, "is a canvas"),
        ("Plan", {"mode": "list", "filetype": "list"}, "is a canvas or a list"),
        ("Plan", {"mode": "hidden_by_limit"}, "is too old for this workspace's Slack plan to show"),
        ("Plan", {"mode": "tombstone"}, "is gone, or I can't access it"),
        ("Plan", {"file_access": "access_denied"}, "I don't have access to"),
        ("Plan.psd", {"mimetype": OCTETS}, "I can't read *Plan.psd*: I can read images"),
        ("song.mp3", {"mimetype": "audio/mpeg"}, "I can't read *song.mp3*"),
        ("note.m4a", {"subtype": "slack_audio", "transcription": {"status": "processing"}}, "has no transcript yet"),
        ("note.m4a", {"mimetype": "audio/mp4", "subtype": "slack_audio", "transcription": {"status": "none"}}, "can't"),
    ],
)
async def test_what_can_not_be_had_is_said(dialogue: Dialogue, name: str, shape: dict[str, Any], sentence: str) -> None:
    assert sentence in await told(dialogue, shaped(dialogue, name, b"x", **shape))


@on_shared_sqlite_bot
async def test_words_of_a_clip_are_read(dialogue: Dialogue, model: ScriptedModel) -> None:
    words = b"WEBVTT\n\n00:00.000 --> 00:02.000\nPlease move the release to Monday.\n"
    transcript = dialogue.workspace.upload("words.vtt", words)
    url = f"{dialogue.workspace.url}/files/{dialogue.workspace.workspace.team_id}-{transcript.id}/words.vtt"
    done = {"status": "complete", "locale": "en-US", "preview": {"content": "Please move the …", "has_more": True}}
    clip = {"subtype": "slack_audio", "mimetype": "audio/mp4", "transcription": done}
    model.answer("To Monday.")
    assert await told(dialogue, shaped(dialogue, "audio.m4a", bytes(9), vtt=url, **clip), "do it") == "To Monday."
    assert "release to Monday" in blocks(model)[0]["source"]["data"]
    model.answer("Done.")
    assert await told(dialogue, shaped(dialogue, "audio.m4a", bytes(9), **clip), "again") == "Done."
    assert blocks(model)[0]["source"]["data"] == "Please move the …"


@on_shared_sqlite_bot
async def test_a_file_that_does_not_come_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    dialogue.workspace.fail("files.info", status=500)
    model.answer("I can't see it.")
    answer = await told(dialogue, dialogue.workspace.upload("cat.png", PNG), "what is this?")
    assert answer == "I can't see it.\n\n_I could not fetch *cat.png* just now: please ask again in a minute._"
    assert downloads(dialogue) == 1
