"""Socket Mode, through the SDK's own client."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack.rules import Rules
from tests.support.clock import around_the_loop, turn_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from tests.support.workspace import ScriptedWorkspace

TIMEOUT = 20.0  # seconds


@asynccontextmanager
async def connected(
    local: ScriptedWorkspace, answer: dict[str, Any] | None = None, *, deaf: int = 0
) -> AsyncIterator[list[SocketModeRequest]]:
    """Connect a bot that answers everything alike, but lets the time run out at the first `deaf` requests.

    Gives what it was told.
    """
    environment = local.environment("socket")
    web_client = AsyncWebClient(base_url=environment["SLACK_API_URL"])
    client = SocketModeClient(environment["SLACK_APP_TOKEN"], web_client=web_client, ping_interval=0.1)
    told: list[SocketModeRequest] = []

    async def on_request(socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        told.append(request)
        if len(told) > deaf:
            await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        else:
            turn_clock(TIMEOUT)

    client.socket_mode_request_listeners.append(on_request)
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        yield told
    finally:
        await client.close()  # type: ignore[no-untyped-call]


async def settled(local: ScriptedWorkspace) -> None:
    await local.until(lambda: all(delivery.is_over for delivery in local.deliveries.log))


async def test_events_come_over_the_socket(local: ScriptedWorkspace, general: str) -> None:
    async with connected(local) as told:
        local.say(general, "hello")
        await settled(local)
    [request] = told
    assert (request.type, request.retry_attempt, request.retry_reason) == ("events_api", 0, "")
    assert request.payload["event"]["text"] == "hello"
    assert local.deliveries.log[0].tries[0].ok


async def test_a_command_may_answer_on_the_spot(local: ScriptedWorkspace, general: str) -> None:
    async with connected(local, {"text": "Working on it."}) as told:
        reply = await local.command(general, "/code", "a circle")
    assert (reply.acked, reply.text) == (True, "Working on it.")
    assert [message.shown for message in local.ephemerals()] == ["Working on it."]
    assert (told[0].type, told[0].accepts_response_payload) == ("slash_commands", True)
    assert told[0].payload["text"] == "a circle"


async def test_deliveries_alternate_between_sockets(local: ScriptedWorkspace, general: str) -> None:
    async with connected(local) as first, connected(local) as second:
        for number in range(4):
            local.say(general, str(number))
            await settled(local)
    assert (len(first), len(second)) == (2, 2)


async def test_a_refresh_loses_nothing(local: ScriptedWorkspace, general: str) -> None:
    async with connected(local) as told:
        await local.until(lambda: local.sockets.sockets)
        await local.disconnect()
        local.say(general, "hello")
        await settled(local)
    assert [request.payload["event"]["text"] for request in told] == ["hello"]
    assert len(local.deliveries.log[0].tries) == 1


async def test_a_cut_socket_is_replaced(local: ScriptedWorkspace, general: str) -> None:
    async with connected(local) as told:
        await local.until(lambda: local.sockets.sockets)
        await local.disconnect(abruptly=True)
        local.say(general, "hello")
        await settled(local)
    assert [request.payload["event"]["text"] for request in told] == ["hello"]


async def test_a_socket_needs_a_fresh_ticket(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    ticket = local.workspace.new_ticket()
    address = f"{local.url}/socket?ticket={ticket}"
    async with session.ws_connect(address) as socket:
        hello = await socket.receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    async with session.get(address) as response:
        assert response.status == 401


async def test_an_outage_is_survived(local: ScriptedWorkspace, general: str, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(local) as told:
        await local.until(lambda: local.sockets.sockets)
        await local.close()
        await local.reopen()
        await local.until(lambda: local.sockets.sockets)
        local.say(general, "hello")
        await settled(local)
    assert [request.payload["event"]["text"] for request in told] == ["hello"]
    assert "never" not in caplog.text


class TestSlowBot:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(ack_timeout=TIMEOUT, retry_delays=(0.0,), connections=1)

    async def test_an_unacknowledged_event_comes_again(self, local: ScriptedWorkspace, general: str) -> None:
        async with connected(local, deaf=1) as told:
            local.say(general, "hello")
            await settled(local)
        assert [(request.retry_attempt, request.retry_reason) for request in told] == [(0, ""), (1, "timeout")]
        assert told[0].payload["event_id"] == told[1].payload["event_id"]
        assert told[0].envelope_id != told[1].envelope_id

    async def test_without_sockets_tries_run_out(self, local: ScriptedWorkspace, general: str) -> None:
        local.say(general, "hello")
        while not local.deliveries.log[0].is_over:
            await around_the_loop()
            turn_clock(TIMEOUT)
        assert [ack.reason for ack in local.deliveries.log[0].tries] == ["timeout", "timeout"]

    async def test_too_many_sockets_are_dismissed(
        self, local: ScriptedWorkspace, session: aiohttp.ClientSession
    ) -> None:
        def address() -> str:
            return f"{local.url}/socket?ticket={local.workspace.new_ticket()}"

        async with session.ws_connect(address()) as first, session.ws_connect(address()) as second:
            assert (await first.receive_json())["type"] == "hello"
            dismissal = await second.receive_json()
            assert (dismissal["type"], dismissal["reason"]) == ("disconnect", "too_many_websockets")

    async def test_noise_is_no_acknowledgment(
        self, local: ScriptedWorkspace, session: aiohttp.ClientSession, general: str
    ) -> None:
        async with session.ws_connect(f"{local.url}/socket?ticket={local.workspace.new_ticket()}") as socket:
            for noise in ("no json", "[]", '{"envelope_id": "unknown"}'):
                await socket.send_str(noise)
            reply = asyncio.create_task(local.command(general, "/code", "x"))
            while not reply.done():
                await around_the_loop()
                turn_clock(TIMEOUT)
            assert not reply.result().acked
