"""What bots met when people gave them files in Slack: hosts, stubs, forwards, names that lie, and an API's refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.core.attachments.attach import check
from bot.core.documents.identify import with_content_type, with_type
from bot.core.domain.message import FileRef, FileState
from bot.errors import FileError
from bot.playground.anthropic.rules import MessagesApiError
from bot.slack.client.download import is_slacks, is_trusted
from bot.slack.client.file_ref import described, file_refs
from tests.acceptance.test_files import PNG, blocks, downloads
from tests.acceptance.test_odd_files import shaped
from tests.integration.slack.client.test_download import API, serving

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

LOGIN = b'<!DOCTYPE html><html lang="en-US"><head></head><body>Sign in</body></html>'


@pytest.mark.parametrize(
    ("host", "is_ours", "gets_token"),
    [
        ("files-origin.slack.com", True, True),  # https://github.com/NousResearch/hermes-agent/pull/114483
        ("slack-files.com", True, True),  # https://github.com/curie-eng/curie/pull/2718
        ("downloads.slack-edge.com", True, False),  # https://github.com/nextlevelbuilder/goclaw/pull/233
        ("slack-files2.s3.amazonaws.com", False, False),  # https://github.com/Tracer-Cloud/opensre/issues/4771
    ],
)
def test_the_token_goes_where_files_are(host: str, is_ours: bool, gets_token: bool) -> None:  # noqa: FBT001
    url = f"https://{host}/files-pri/T1-F1/report.pdf"
    assert (is_slacks(url, API), is_trusted(url, API)) == (is_ours, gets_token)


@pytest.mark.parametrize("content_type", ["text/html", "image/png", "application/octet-stream"])
async def test_a_page_to_sign_in_is_no_picture(content_type: str) -> None:
    # https://github.com/vercel/eve/pull/1531: 200, and the type may be lost on the way
    # https://github.com/chenhg5/cc-connect/issues/185: it went to the model as a PNG
    async def give(_: web.Request) -> web.Response:
        return web.Response(body=LOGIN, content_type=content_type)

    async with serving({"mimetype": "image/png", "size": 53_046}, give) as get:
        with pytest.raises(FileError) as failure:
            await get(100_000)
    assert "files:read" in failure.value.sentence


async def test_a_file_may_be_gone_for_good() -> None:
    # https://github.com/jademind/slack-files-download/pull/4
    async def give(_: web.Request) -> web.Response:
        return web.Response(status=410)

    async with serving({"mimetype": "image/png"}, give) as get:
        with pytest.raises(FileError, match="file") as failure:
            await get(100)
    assert "is gone" in failure.value.about("cat.png")


@pytest.mark.parametrize(
    ("file", "state"),
    [
        # https://github.com/NousResearch/hermes-agent/issues/11095, https://github.com/zulip/zulip/pull/39882
        ({"mode": "file_access", "file_access": "check_file_info", "created": 0, "user": ""}, FileState.UNKNOWN),
        # https://github.com/slack-go/slack/pull/1312
        ({"name": "a.txt", "file_access": "check_file_info"}, FileState.UNKNOWN),
        # https://github.com/wee-slack/wee-slack/pull/771, https://github.com/sgratzl/slack_cleaner2/issues/42
        ({"mode": "hidden_by_limit"}, FileState.HIDDEN),
        # https://github.com/sgratzl/slack_cleaner2/pull/21, https://github.com/rusq/slackdump/issues/270
        ({"mode": "tombstone"}, FileState.GONE),
        # https://github.com/sgratzl/slack_cleaner2/issues/77: no mode at all
        ({"name": "a.txt", "mimetype": "text/plain"}, FileState.HERE),
        # https://github.com/rusq/slackdump/issues/209
        (
            {"mode": "external", "is_external": True, "mimetype": "application/vnd.google-apps.document"},
            FileState.OUTSIDE,
        ),
    ],
)
def test_what_a_file_is_without_its_fields(file: dict[str, Any], state: FileState) -> None:
    (found,) = file_refs({"files": [{"id": "F1", **file}, {"mode": "odd"}, None, 7]})
    assert (found.id, found.state) == ("F1", state)
    if state not in {FileState.HERE, FileState.UNKNOWN}:
        with pytest.raises(FileError):
            check(with_type(found))


async def test_a_forwarded_stub_is_read(dialogue: Dialogue, model: ScriptedModel) -> None:
    # https://github.com/NousResearch/hermes-agent/pull/75481, https://github.com/NousResearch/hermes-agent/issues/96384
    workspace = dialogue.workspace
    file = workspace.upload("notes.txt", b"Ship it on Monday.")
    file.is_stub = True
    source = workspace.say(dialogue.general, "See the notes", user=workspace.sam, uploaded=[file])
    model.answer("On Monday.")
    ts = workspace.forward(dialogue.general, source, dialogue.direct, "when?")
    assert await dialogue.answer(dialogue.direct, ts) == "On Monday."
    assert blocks(model)[0]["source"]["data"] == "Ship it on Monday."


async def test_a_linked_document_breaks_no_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    # https://github.com/vercel/eve/issues/855: each later mention failed
    drive = shaped(dialogue, "Plan", mode="external", is_external=True, url_private="https://docs.google.com/x")
    root = dialogue.workspace.say(dialogue.general, "the plan", user=dialogue.workspace.sam, uploaded=[drive])
    model.answer("Hello.")
    dialogue.mention("hello", thread_ts=root)
    assert (await dialogue.answer(dialogue.general, root)).startswith("Hello.")
    assert "[file: Plan]" in str(model.requests[0].body["messages"])
    assert downloads(dialogue) == 0


@pytest.mark.parametrize(
    "message",
    [
        # https://github.com/anthropics/claude-code/issues/46127, https://github.com/anthropics/claude-code/issues/1747
        "Could not process image",
        # https://github.com/anthropics/claude-code/issues/13131
        "messages.0.content.0.image.source.base64.data: Image does not match the provided media type image/png",
    ],
)
async def test_a_rejected_picture_ends_no_thread(dialogue: Dialogue, model: ScriptedModel, message: str) -> None:
    model.answer(MessagesApiError(400, message))
    model.answer("I can't see it.")
    ts = dialogue.workspace.say(dialogue.direct, "what is it?", files={"cat.png": PNG})
    assert "Claude could not open *cat.png*" in await dialogue.answer(dialogue.direct, ts)
    for number in (2, 3):
        model.answer("Go on.")
        dialogue.workspace.say(dialogue.direct, "and then?", thread_ts=ts)
        assert await dialogue.answer(dialogue.direct, ts, number) == "Go on."
    assert downloads(dialogue) == 1


def test_a_type_is_what_the_bytes_say() -> None:
    # https://github.com/anthropics/claude-code/issues/13131: a JPEG that is called PNG
    jpeg = FileRef("F1", "cat.png", "image/png", 9)
    assert with_content_type(with_type(jpeg), b"\xff\xd8\xff\xe0....").media_type == "image/jpeg"
    # https://github.com/Bike4Mind/bike4mind/issues/2025: scripts and subtitles come as text/plain, or as nothing
    for name in ("run.sh", "a.srt", "a.yaml"):
        assert with_type(FileRef("F1", name, "application/octet-stream", 9)).media_type == "text/plain"
        assert with_type(FileRef("F1", name, "text/plain", 9)).media_type == "text/plain"


def test_a_voice_clip_is_what_is_said_in_it() -> None:
    # https://github.com/NousResearch/hermes-agent/pull/51287: a recorded clip comes as MP4, even as a video
    clip = {"id": "F1", "name": "audio_message.mp4", "mimetype": "video/mp4", "subtype": "slack_audio"}
    (heard,) = file_refs({"files": [clip]})
    assert heard.state is FileState.UNKNOWN
    done = clip | {"transcription": {"status": "complete"}, "vtt": "https://files.slack.com/a.vtt"}
    assert (described(done).media_type, described(done).state) == ("text/vtt", FileState.HERE)
    assert described(clip | {"transcription": {"status": "processing"}}).state is FileState.UNHEARD
    # https://github.com/openabdev/openab/issues/422: one that nobody wrote down was passed over in silence
    with pytest.raises(FileError):
        check(with_type(described(clip | {"transcription": {"status": "none"}})))


async def test_words_of_a_clip_come_from_slack() -> None:
    # https://github.com/NousResearch/hermes-agent/pull/51287
    async def give(_: web.Request) -> web.Response:
        raise AssertionError("the sound itself is not asked for")

    words = {"status": "complete", "preview": {"content": "Move it to Monday.", "has_more": False}}
    clip = {"mimetype": "audio/mp4", "subtype": "slack_audio", "transcription": words}
    async with serving(clip, give) as get:
        assert await get(100) == b"Move it to Monday."
