"""The server keeps to this machine, and to its own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])  # noqa: S104 - it is refused
def test_other_addresses_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match=f"{host} is not a loopback address"):
        ScriptedWorkspace(host=host)


async def test_a_foreign_host_is_refused(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{local.url}/page/state", headers={"Host": "evil.example"}) as response:
        assert response.status == 403
    async with session.get(f"{local.url}/page/state", headers={"Host": f"localhost:{local.server.port}"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_is_refused(
    local: ScriptedWorkspace, session: aiohttp.ClientSession, general: str, origin: str
) -> None:
    body = {"channel": general, "text": "x"}
    async with session.post(f"{local.url}/page/messages", json=body, headers={"Origin": origin}) as response:
        assert response.status == 403
    async with session.post(f"{local.url}/page/messages", json=body, headers={"Origin": local.url}) as response:
        assert response.status == 200
    assert len(local.workspace.messages(general)) == 1


async def test_a_taken_port_is_an_error(local: ScriptedWorkspace) -> None:
    second = ScriptedWorkspace(port=local.server.port)
    with pytest.raises(OSError, match="in use"):
        await second.__aenter__()


async def test_an_outage_keeps_port_and_state(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    local.say(general, "hello")
    port = local.server.port
    await local.close()
    client.retry_handlers = []
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.auth_test()
    await local.reopen()
    assert local.server.port == port
    assert len((await client.conversations_history(channel=general))["messages"]) == 1


async def test_waiting_in_vain_shows_a_picture(local: ScriptedWorkspace, client: AsyncWebClient, general: str) -> None:
    local.say(general, "hello there")
    await client.auth_test()
    with pytest.raises(TimeoutError) as caught:
        await local.until(lambda: False, timeout=0.01)
    picture = str(caught.value)
    assert "you: hello there" in picture
    assert "auth.test → ok" in picture
    assert "#general" in picture
