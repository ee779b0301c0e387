"""Who may call what, with what, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.methods import METHODS
from bot.playground.slack.rules import SCOPES, Rules

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from tests.integration.playground.conftest import ScriptedClock
    from tests.support.workspace import ScriptedWorkspace


async def error_of(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return str(caught.value.response["error"])


async def test_the_token_tells_its_scopes(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert answer["user_id"] == local.bot.id
    assert answer["bot_id"] == local.workspace.bot_id
    assert answer.headers["x-oauth-scopes"].split(",") == sorted(SCOPES)


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_without_its_token_nothing_opens(client: AsyncWebClient, token: str, error: str) -> None:
    client.token = token
    assert await error_of(client.auth_test()) == error


async def test_the_app_token_opens_sockets_only(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    assert (await client.apps_connections_open(app_token=local.workspace.app_token))["url"].startswith("ws://127.0.0.1")
    assert await error_of(client.apps_connections_open(app_token=local.workspace.bot_token)) == "not_allowed_token_type"
    client.token = local.workspace.app_token
    assert await error_of(client.auth_test()) == "not_allowed_token_type"


async def test_a_form_may_carry_the_token(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    form = {"token": local.workspace.bot_token, "channel": local.channel("general"), "text": "hello"}
    async with session.post(f"{local.url}/api/chat.postMessage", data=form) as response:
        assert (await response.json())["ok"] is True
    assert "token" not in local.calls[0].arguments


async def test_unknown_methods_are_refused(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.dance")) == "unknown_method"


async def test_missing_arguments_are_named(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.update", json={"text": "x"})
    assert caught.value.response["error"] == "invalid_arguments"
    messages = caught.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] missing required field: channel", "[ERROR] missing required field: ts"]


async def test_a_body_that_is_no_json(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {local.workspace.bot_token}"}
    async with session.post(f"{local.url}/api/auth.test", data=b"{", headers=headers) as response:
        assert await response.json() == {"ok": False, "error": "invalid_json"}


async def test_every_call_is_kept(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    await client.chat_postMessage(channel=general, text="hello")
    [call] = local.calls
    assert (call.method, call.arguments["text"], call.result["ok"]) == ("chat.postMessage", "hello", True)


async def test_a_limit_answers_with_a_wait(
    local: ScriptedWorkspace, client: AsyncWebClient, clock: ScriptedClock
) -> None:
    local.limit("auth.test", per_minute=2)
    for _ in range(2):
        await client.auth_test()
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    wait = int(caught.value.response.headers["Retry-After"])
    assert 55 <= wait <= 60
    clock.ahead += wait
    assert (await client.auth_test())["ok"] is True


async def test_errors_can_be_injected(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    local.fail("auth.test", error="team_access_not_granted", times=2)
    for _ in range(2):
        assert await error_of(client.auth_test()) == "team_access_not_granted"
    assert (await client.auth_test())["ok"] is True


async def test_a_wait_can_be_injected(local: ScriptedWorkspace, client: AsyncWebClient) -> None:
    local.fail("auth.test", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")


async def test_a_bare_status_can_be_injected(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    local.fail("auth.test", status=503)
    async with session.post(f"{local.url}/api/auth.test") as response:
        assert (response.status, await response.text()) == (503, "")


@pytest.mark.parametrize(("drop", "posted"), [("request", 0), ("answer", 1)])
async def test_a_dropped_connection_may_have_worked(
    local: ScriptedWorkspace, client: AsyncWebClient, general: str, drop: str, posted: int
) -> None:
    client.retry_handlers = []
    local.fail("chat.postMessage", drop=drop)  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=general, text="hello")
    assert len(local.workspace.messages(general)) == posted


class TestTiers:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(tiers=True)

    async def test_documented_tiers_are_held(self, client: AsyncWebClient) -> None:
        for _ in range(20):
            await client.users_list()
        assert await error_of(client.users_list()) == "ratelimited"
        assert (await client.auth_test())["ok"] is True

    def test_streams_have_the_documented_tiers(self) -> None:
        names = ("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update")
        assert [METHODS[name].per_minute for name in names] == [20, 100, 20, 50]


class TestScopes:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(scopes=frozenset({"channels:read"}))

    async def test_a_missing_scope_is_named(self, client: AsyncWebClient, general: str) -> None:
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=general, text="hello")
        answer = caught.value.response
        assert (answer["error"], answer["needed"], answer["provided"]) == (
            "missing_scope",
            "chat:write",
            "channels:read",
        )
