"""The page's side of the server, over HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import RecordingBot
    from tests.support.workspace import ScriptedWorkspace


@pytest.fixture
def page(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> Browser:
    return Browser(local.url, session)


class Browser:
    """What the page does with its server."""

    def __init__(self, url: str, session: aiohttp.ClientSession, person: str = "") -> None:
        self._url = url
        self._session = session
        self._person = {"as": person} if person else {}

    async def get(self, path: str) -> dict[str, Any]:
        async with self._session.get(self._url + path, params=self._person) as response:
            assert response.status == 200
            return dict(await response.json())

    async def post(self, path: str, body: object) -> tuple[int, dict[str, Any]]:
        async with self._session.post(self._url + path, json=body, params=self._person) as response:
            return response.status, await response.json()

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/page/messages?channel={channel}"))["messages"])

    @asynccontextmanager
    async def changes(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        async with self._session.get(f"{self._url}/page/changes", params=self._person) as response:
            assert response.content_type == "text/event-stream"
            # By its first line the server says that it listens from now on.
            assert (await response.content.readline()).startswith(b":")
            yield _data(response.content)


async def _data(content: aiohttp.StreamReader) -> AsyncIterator[dict[str, Any]]:
    async for line in content:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


async def test_the_page_learns_what_there_is(local: ScriptedWorkspace, page: Browser) -> None:
    state = await page.get("/page/state")
    assert [channel["name"] for channel in state["channels"]] == [
        "general",
        "engineering",
        "support-feedback",
        "leads",
        "partners",
        "Parley",
    ]
    assert state["me"] == {"id": local.me.id, "name": "you"}
    assert {user["id"]: user["is_bot"] for user in state["users"]}[local.bot.id] is True
    assert state["commands"] == [{"command": "/code", "hint": "<request>", "description": "Write code"}]
    assert state["model"] == {"name": "rehearsal", "notice": "The rehearsal model answers."}


async def test_what_is_typed_becomes_wire_text(local: ScriptedWorkspace, page: Browser, general: str) -> None:
    status, said = await page.post(
        "/page/messages", {"channel": general, "text": "@Parley and @ada: 1 < 2 & see #engineering, https://a.b/c?d=e."}
    )
    assert status == 200
    [message] = local.workspace.messages(general)
    engineering = local.channel("engineering")
    assert (message.ts, message.text) == (
        said["ts"],
        (
            f"{local.bot.mention} and {local.ada.mention}: 1 &lt; 2 &amp; see <#{engineering}|engineering>, "
            "<https://a.b/c?d=e>."
        ),
    )
    [shown] = await page.messages(general)
    assert '<span class="mention">@Parley</span>' in shown["html"]
    assert "1 &lt; 2 &amp; see" in shown["html"]


async def test_files_come_along_and_back(
    local: ScriptedWorkspace, page: Browser, session: aiohttp.ClientSession, general: str
) -> None:
    content = base64.b64encode(b"x,y\n1,2\n").decode()
    files = [{"name": "../a.csv", "content_base64": content}]
    assert (await page.post("/page/messages", {"channel": general, "text": "", "files": files}))[0] == 200
    [message] = await page.messages(general)
    [file] = message["files"]
    assert (file["name"], file["kind"], file["size"], file["preview"]) == ("a.csv", "CSV", 8, "x,y\n1,2\n")
    async with session.get(local.url + file["url"]) as response:
        assert await response.read() == b"x,y\n1,2\n"
        assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/page/messages", {"channel": "C0NOWHERE", "text": "x"}, "There is no such channel."),
        ("/page/messages", {"channel": "C01GENERAL0", "text": " "}, "Write something first."),
        ("/page/messages", {"channel": "C01GENERAL0", "text": 5}, "text must be text."),
        (
            "/page/messages",
            {"channel": "C01GENERAL0", "text": "x" * 45_000},
            "This message has 45,000 characters. A message can have 40,000: send it as a text file.",
        ),
        (
            "/page/messages",
            {"channel": "C01GENERAL0", "text": "x", "thread_ts": "1.2"},
            "That thread is no longer there.",
        ),
        (
            "/page/messages",
            {"channel": "C01GENERAL0", "files": [{"name": "a", "content_base64": "?"}]},
            "The content of a is not base64.",
        ),
        ("/page/messages", {"channel": "C01GENERAL0", "files": ["a"]}, "A file needs a name and content_base64."),
        ("/page/messages", ["x"], "A JSON object is expected."),
        ("/page/commands", {"channel": "C01GENERAL0", "command": "/dance"}, "/dance is not a valid command."),
        ("/page/actions", {"channel": "C01GENERAL0", "ts": "1.2"}, "That message is no longer there."),
        (
            "/page/reactions",
            {"channel": "C01GENERAL0", "ts": "1.2", "name": "eyes"},
            "That message is no longer there.",
        ),
    ],
)
async def test_bad_input_is_told_in_sentences(page: Browser, path: str, body: object, sentence: str) -> None:
    assert await page.post(path, body) == (400, {"error": sentence})


async def test_a_body_that_is_no_json(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{local.url}/page/messages", data=b"{") as response:
        assert (response.status, await response.json()) == (400, {"error": "A JSON object is expected."})


async def test_a_stream_is_seen_growing(
    local: ScriptedWorkspace, page: Browser, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "a question")
    async with page.changes() as changes:
        to: dict[str, Any] = {"recipient_team_id": local.workspace.team_id, "recipient_user_id": local.me.id}
        stream = await client.chat_startStream(channel=general, thread_ts=ts, markdown_text="**hel", **to)
        begun = await anext(changes)
        assert (begun["message"]["streaming"], begun["message"]["text"]) == (True, "**hel")
        session = {"type": "session", "channel": general, "thread_ts": ts, "status": "Working…", "stoppable": True}
        assert await anext(changes) == session | {"loading": [], "title": "", "prompts": []}
        await client.chat_stopStream(channel=general, ts=stream["ts"], markdown_text="lo**")
        done = await anext(changes)
        assert (done["message"]["streaming"], done["message"]["html"].strip()) == (
            False,
            "<p><strong>hello</strong></p>",
        )
        assert (await anext(changes))["status"] == ""


async def test_an_answer_may_grow_by_edits(
    local: ScriptedWorkspace, page: Browser, client: AsyncWebClient, general: str
) -> None:
    ts = local.say(general, "a question")
    unfinished: list[dict[str, Any]] = [{"type": "markdown", "text": "_Rehearsal"}]
    await client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="processing")
    await client.chat_postMessage(channel=general, thread_ts=ts, text="_Rehearsal", blocks=unfinished)
    assert (await page.messages(general))[-1]["html"].strip() == "<p><em>Rehearsal</em></p>"
    await client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="active")
    assert (await page.messages(general))[-1]["html"].strip() == "<p>_Rehearsal</p>"


async def test_removals_and_reactions_are_seen(local: ScriptedWorkspace, page: Browser, general: str) -> None:
    async with page.changes() as changes:
        ts = local.say(general, "hello")
        assert (await anext(changes))["message"]["text"] == "hello"
        assert await page.post("/page/reactions", {"channel": general, "ts": ts, "name": "eyes"}) == (200, {})
        assert (await anext(changes))["message"]["reactions"] == [{"name": "eyes", "users": [local.me.id]}]
        await page.post("/page/reactions", {"channel": general, "ts": ts, "name": "eyes"})
        assert (await anext(changes))["message"]["reactions"] == []
        local.delete(general, ts)
        assert await anext(changes) == {"type": "removed", "channel": general, "ts": ts}


async def test_others_whispers_are_not_shown(
    local: ScriptedWorkspace, page: Browser, client: AsyncWebClient, general: str
) -> None:
    await client.chat_postEphemeral(channel=general, user=local.sam.id, text="for Sam")
    await client.chat_postEphemeral(channel=general, user=local.me.id, text="for me")
    [message] = await page.messages(general)
    assert (message["text"], message["ephemeral"]) == ("for me", True)


async def test_a_whisper_names_its_command(page: Browser, bot: RecordingBot, general: str) -> None:
    bot.answers.append(web.json_response({"text": "Only for you"}))
    await page.post("/page/commands", {"channel": general, "command": "/code", "text": "a < b"})
    [shown] = await page.messages(general)
    assert (shown["ephemeral"], shown["answers"]) == (True, "/code a &lt; b")
    wanted = {"channel": general, "ts": shown["ts"]}
    assert await page.post("/page/messages/dismiss", wanted) == (200, {})
    assert await page.messages(general) == []
    assert await page.post("/page/messages/dismiss", wanted) == (400, {"error": "That message is no longer there."})


async def test_a_modal_stays_in_its_tab(local: ScriptedWorkspace, page: Browser, client: AsyncWebClient) -> None:
    await page.post("/page/home?tab=one", {"tab": "messages"})
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Settings"}, "blocks": []}
    await client.views_open(trigger_id=local.workspace.new_trigger(local.me.id), view=view)
    await page.post("/page/home?tab=two", {"tab": "messages"})
    assert (await page.get("/page/state?tab=one"))["modal"]["title"] == "Settings"
    assert (await page.get("/page/state?tab=two"))["modal"] is None


async def test_views_are_shown(local: ScriptedWorkspace, page: Browser, client: AsyncWebClient) -> None:
    async with page.changes() as changes:
        await client.views_publish(user_id=local.me.id, view={"type": "home", "blocks": []})
        change = await anext(changes)
    assert (change["type"], change["home"]["parts"], change["modal"]) == ("views", [], None)


async def test_a_command_reaches_the_bot(page: Browser, bot: RecordingBot, general: str) -> None:
    answer = await page.post("/page/commands", {"channel": general, "command": "/code", "text": "a < b"})
    assert answer == (200, {"acked": True})
    assert bot.requests[0].form["text"] == "a &lt; b"


async def test_a_command_is_sent_escaped(page: Browser, bot: RecordingBot, general: str) -> None:
    text = "#support-feedback since yesterday, @sam, #leads. `@sam`"
    await page.post("/page/commands", {"channel": general, "command": "/code", "text": text})
    assert bot.requests[0].form["text"] == (
        "<#C01SUPPORT0|support-feedback> since yesterday, <@U01SAM00000|sam>, <#C01LEADS000|>. `@sam`"
    )


async def test_each_person_acts_as_themselves(
    local: ScriptedWorkspace, bot: RecordingBot, session: aiohttp.ClientSession, general: str
) -> None:
    sam = Browser(local.url, session, "sam")
    assert (await sam.get("/page/state"))["me"] == {"id": local.sam.id, "name": "sam"}
    await sam.post("/page/commands", {"channel": general, "command": "/code", "text": "x"})
    assert (bot.requests[0].form["user_id"], bot.requests[0].form["user_name"]) == (local.sam.id, "sam")
    _, said = await sam.post("/page/messages", {"channel": general, "text": "mine"})
    assert local.workspace.message(general, said["ts"]).user == local.sam.id
    other = Browser(local.url, session)
    refused = await other.post("/page/messages/delete", {"channel": general, "ts": said["ts"]})
    assert refused == (400, {"error": "Only your own messages can be changed."})


async def test_an_outsider_has_a_channel_only(
    local: ScriptedWorkspace, bot: RecordingBot, session: aiohttp.ClientSession, general: str
) -> None:
    rio = Browser(local.url, session, "rio")
    state = await rio.get("/page/state")
    assert ([channel["name"] for channel in state["channels"]], state["commands"]) == (["partners"], [])
    partners = local.channel("partners")
    refused = await rio.post("/page/commands", {"channel": partners, "command": "/code", "text": "x"})
    assert refused == (400, {"error": "/code is not a valid command."})
    assert (await rio.post("/page/messages", {"channel": general, "text": "x"}))[0] == 400
    assert (await rio.post("/page/messages", {"channel": partners, "text": "@Parley hi"}))[0] == 200
    await local.until(lambda: any(event["type"] == "app_mention" for event in bot.events()))
    assert {event["user_team"] for event in bot.events()} == {local.rio.team_id}


async def test_a_file_is_for_those_who_see_it(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    local.say(local.channel("leads"), "", user=local.me, files={"plan.txt": b"secret"})
    (file,) = local.files()
    shown = {"blocks": [{"type": "image", "slack_file": {"id": "F0CHART"}, "alt_text": "a chart"}]}
    local.workspace.files["F0CHART"] = replace(file, id="F0CHART", user=local.bot.id, shares=[])
    outsider = next(one for one in local.workspace.people if one.team_id)
    general = [one.name for one in local.workspace.people if one.id in local.workspace.channel("#general").members]
    leads = [one.name for one in local.workspace.people if one.id in local.workspace.channel("#leads").members]
    local.workspace.messages(local.channel("leads"))[-1].blocks.extend(shown["blocks"])
    for person, status in (
        (leads[-1], 200),
        (outsider.name, 404),
        (next(one for one in general if one not in leads), 404),
    ):
        for name in (file.id, "F0CHART"):
            async with session.get(f"{local.url}/page/files/{name}", params={"as": person}) as response:
                assert response.status == status, (person, name)
    async with session.get(f"{local.url}/page/files/{file.id}", params={"as": "nobody"}) as response:
        assert response.status == 404


async def test_changes_elsewhere_are_not_told(
    local: ScriptedWorkspace, client: AsyncWebClient, session: aiohttp.ClientSession, general: str
) -> None:
    support = local.channel("support-feedback")
    async with Browser(local.url, session, "gia").changes() as changes:
        local.say(general, "not for guests")
        await client.chat_postEphemeral(channel=support, user=local.sam.id, text="for Sam")
        local.say(support, "for guests, too")
        told = [await anext(changes), await anext(changes)]
    assert (told[0]["type"], told[1]["message"]["text"]) == ("removed", "for guests, too")


async def test_an_address_of_nobody_is_left(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{local.url}/?as=nobody", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "/")
    async with session.get(f"{local.url}/page/state?as=nobody") as response:
        assert await response.json() == {"error": "There is nobody called nobody in this workspace."}


async def test_a_button_reaches_the_bot(
    local: ScriptedWorkspace, page: Browser, client: AsyncWebClient, bot: RecordingBot, general: str
) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    await client.chat_postMessage(channel=general, text="x", blocks=[{"type": "actions", "elements": [button]}])
    [message] = await page.messages(general)
    [shown] = message["parts"][0]["controls"]
    assert (shown["action_id"], shown["text"], shown["value"]) == ("go", "Go", "1")
    wanted = {"channel": general, "ts": message["ts"], **{k: shown[k] for k in ("action_id", "block_id", "value")}}
    assert await page.post("/page/actions", wanted) == (200, {"acked": True})
    assert any(b"payload=" in told.body for told in bot.requests)
    assert (await page.post("/page/actions", wanted | {"value": "2"}))[0] == 400
    assert local.workspace.messages(general)


async def test_the_page_comes_with_a_policy(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    async with session.get(local.url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    async with session.get(f"{local.url}/app.js") as response:
        assert (response.status, response.content_type.partition("/")[2]) == (200, "javascript")
    async with session.get(f"{local.url}/nothing.js") as response:
        assert response.status == 404


async def test_the_end_closes_open_streams(local: ScriptedWorkspace, page: Browser) -> None:
    async with page.changes() as changes:
        async with asyncio.timeout(30):
            await local.close()
            assert [change async for change in changes] == []
    await local.reopen()


async def test_an_empty_home_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.views_publish(user_id="U0NOBODY", view={"type": "home", "blocks": []})


async def test_own_messages_change_and_go(local: ScriptedWorkspace, page: Browser, general: str) -> None:
    ts, foreign = local.say(general, "frist"), local.say(general, "hers", user=local.ada)
    assert (await page.post("/page/messages/edit", {"channel": general, "ts": ts, "text": "first @ada"}))[0] == 200
    [shown, _] = await page.messages(general)
    assert (shown["text"], shown["typed"], shown["edited"]) == (f"first {local.ada.mention}", "first @Ada Marsh", True)
    for path in ("/page/messages/edit", "/page/messages/delete"):
        refused = await page.post(path, {"channel": general, "ts": foreign, "text": "mine"})
        assert refused == (400, {"error": "Only your own messages can be changed."})
    assert (await page.post("/page/messages/delete", {"channel": general, "ts": ts}))[0] == 200
    assert [message.text for message in local.workspace.messages(general)] == ["hers"]


async def test_somebody_elses_form_is_not_shown(
    local: ScriptedWorkspace, page: Browser, client: AsyncWebClient
) -> None:
    trigger = local.workspace.new_trigger(local.ada.id)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Hers"}, "blocks": []}
    opened = (await client.views_open(trigger_id=trigger, view=view))["view"]
    assert (await page.get("/page/state"))["modal"] is None
    assert (await page.post("/page/views/submit", {"view_id": opened["id"]}))[0] == 400


async def test_prompts_and_titles_are_shown(local: ScriptedWorkspace, page: Browser, client: AsyncWebClient) -> None:
    direct = local.workspace.direct(local.me.id).id
    prompts = [{"title": "Catch up", "message": "What did I miss?"}]
    async with page.changes() as changes:
        await client.assistant_threads_setSuggestedPrompts(channel_id=direct, prompts=prompts)
        assert (await anext(changes))["prompts"] == prompts
        ts = local.say(direct, "hi")
        assert (await anext(changes))["type"] == "message"
        await client.agents_sessions_setStatus(channel_id=direct, thread_ts=ts, status="active", title="Greeting")
        assert (await anext(changes))["title"] == "Greeting"
