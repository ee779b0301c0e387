"""Socket Mode: Slack renews its sockets and cuts them, and every delivery arrives all the same."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


@pytest.mark.parametrize("number", [1, 3])
async def test_connections_are_as_many_as_set(stage: Dialogue, number: int) -> None:
    stage.environ["SOCKET_CONNECTIONS"] = str(number)
    async with stage.bot("socket"):
        assert len(stage.workspace.sockets.sockets) == number


async def test_one_connection_always_stays_up(stage: Dialogue, model: ScriptedModel) -> None:
    sockets = stage.workspace.sockets
    model.answer("Here.")
    async with stage.bot("socket"):
        before, up = list(sockets.sockets), []

        def moved() -> bool:
            up.append(len(sockets.sockets))
            return len(sockets.sockets) == 2 and not any(socket in before for socket in sockets.sockets)

        waiting = asyncio.create_task(stage.workspace.until(moved))
        await asyncio.sleep(0)  # it looks from now on
        await sockets.warn()
        ts = stage.mention("Are you there?")
        await waiting
        assert await stage.answer(stage.general, ts) == "Here."
    assert set(up) == {1, 2}


@pytest.mark.parametrize("abruptly", [False, True])
async def test_a_lost_connection_comes_back(stage: Dialogue, model: ScriptedModel, *, abruptly: bool) -> None:
    model.answer("Here.")
    async with stage.bot("socket"):
        await stage.workspace.disconnect(abruptly=abruptly)
        ts = stage.mention("Are you there?")
        assert await stage.answer(stage.general, ts) == "Here."
        await stage.workspace.until(lambda: len(stage.workspace.sockets.sockets) == 2)


ODD_FRAMES = [
    "",
    "no JSON",
    "{",
    "[]",
    "[" * 50_000,
    '{"a":' * 50_000 + "1" + "}" * 50_000,
    '{"type": "events_api"}',
    '{"type": "events_api", "envelope_id": "e1"}',
    '{"type": "events_api", "envelope_id": "e1", "payload": null}',
    '{"type": "events_api", "envelope_id": "e1", "payload": []}',
    '{"type": "events_api", "envelope_id": "e1", "payload": "text"}',
    '{"type": "events_api", "envelope_id": "e1", "payload": {"type": "event_callback", "event": null}}',
    '{"type": "slash_commands", "envelope_id": "e1", "payload": {"command": "/summarize"}}',
    '{"type": "interactive", "envelope_id": "e1", "payload": {"type": "block_actions", "actions": {}}}',
    '{"type": ["hello"], "envelope_id": {}, "payload": {}}',
    '{"type": "something_new"}',
    json.dumps({"type": "events_api", "envelope_id": "e1", "payload": {"x": "y" * 2_000_000}}),
]


async def test_odd_frames_harm_no_neighbor(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["SOCKET_CONNECTIONS"] = "1"
    async with stage.bot("socket"):
        for number, frame in enumerate(ODD_FRAMES):
            model.answer(f"Answer {number}.")
            (socket,) = stage.workspace.sockets.sockets
            await socket.response.send_str(frame)
            ts = stage.mention(f"Question {number}")
            await socket.response.send_str(frame)
            assert await stage.answer(stage.general, ts) == f"Answer {number}."
