"""Files: uploaded in three steps, shared, downloaded by those who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot
    from tests.support.workspace import ScriptedWorkspace


async def test_an_upload_is_shared_in_its_thread(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "a question")
    answer = await client.files_upload_v2(
        filename="circle_area.py", content="print(1)\n", channel=general, thread_ts=ts, initial_comment="Here it is."
    )
    reply = local.thread(general, ts)[1]
    assert (reply.text, reply.subtype, [file.name for file in reply.files]) == (
        "Here it is.",
        "file_share",
        ["circle_area.py"],
    )
    assert reply.files[0].text == "print(1)\n"
    assert answer["file"]["shares"]["public"][general][0]["ts"] == reply.ts
    assert local.files() == reply.files


async def test_the_bot_downloads_with_its_token(
    local: ScriptedWorkspace, client: AsyncWebClient, session: aiohttp.ClientSession, general: str
) -> None:
    ts = local.say(general, "", files={"ünï.txt": b"\xff\x00bytes"})
    [message] = (await client.conversations_history(channel=general))["messages"]
    [file] = message["files"]
    headers = {"Authorization": f"Bearer {local.workspace.bot_token}"}
    for url in (file["url_private"], file["url_private_download"]):
        async with session.get(url, headers=headers) as response:
            assert await response.read() == b"\xff\x00bytes"
    info = (await client.files_info(file=file["id"]))["file"]
    assert (info["name"], info["size"], message["ts"]) == ("ünï.txt", 7, ts)


async def test_without_the_token_a_login_page(
    local: ScriptedWorkspace, client: AsyncWebClient, session: aiohttp.ClientSession, general: str
) -> None:
    local.say(general, "", files={"notes.txt": b"secret"})
    [message] = (await client.conversations_history(channel=general))["messages"]
    async with session.get(message["files"][0]["url_private"]) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "secret" not in await response.text()


async def test_an_upload_address_works_once(
    client: AsyncWebClient, session: aiohttp.ClientSession, general: str
) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(
            files=[{"id": announced["file_id"], "title": "a"}], channel_id=general
        )
    statuses = []
    for _ in range(2):
        async with session.post(announced["upload_url"], data=b"a") as response:
            statuses.append(response.status)
    assert statuses == [200, 404]


async def test_an_empty_file_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a.txt", length=0)


async def test_an_unshared_upload_stays_private(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(filename="a.txt", content="a")
    assert answer["file"]["shares"] == {}
    assert local.files() == []


async def test_a_private_share_is_private(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    direct = local.workspace.direct(local.me.id).id
    answer = await client.files_upload_v2(filename="a.txt", content="a", channel=direct)
    assert list(answer["file"]["shares"]) == ["private"]
    assert (answer["file"]["ims"], answer["file"]["is_public"]) == ([direct], False)


async def test_files_of_people_reach_the_bot(local: ScriptedWorkspace, bot: RecordingBot, general: str) -> None:
    local.say(general, "look", files={"a.csv": b"x,y\n"})
    await local.until(lambda: bot.requests)
    [event] = bot.events()
    assert (event["subtype"], event["files"][0]["name"], event["files"][0]["size"]) == ("file_share", "a.csv", 4)
