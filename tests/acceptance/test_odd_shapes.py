"""Each field of every kind of payload, absent, null, empty and odd, through the bot's own address: never a 500."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.test_odd_payloads import CHALLENGE, JSON, body_of, envelope, post
from tests.support import shape

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue

ODD = (*shape.ODD, -1, 10**30, 1e308, "\ud83d", "a" * 5_000, {"a": {"b": [{"c": None}]}})
INTERACTIVE = sorted((shape.FOLDER / "interactive").glob("*.json"))


def payloads() -> list[tuple[str, str, Any]]:
    """Return one payload of each kind: what it is called, the kind of its body, and what it says."""
    found: list[tuple[str, str, Any]] = [(name, "event", envelope(shape.event(name))) for name in shape.names()]
    for path in INTERACTIVE:
        kind = "command" if path.stem == "command" else "interaction"
        found.append((path.stem, kind, json.loads(path.read_text(encoding="utf-8"))))
    return found


PAYLOADS = payloads()


@st.composite
def odd_payloads(draw: st.DrawFn) -> tuple[str, str, Any]:
    name, kind, payload = draw(st.sampled_from(PAYLOADS))
    for path in draw(st.lists(st.sampled_from(list(shape.walk(payload))), min_size=1, max_size=2)):
        try:
            payload = shape.changed(payload, path, draw(st.sampled_from(ODD)))
        except (KeyError, IndexError, TypeError, ValueError):  # the first change took it away
            continue
    return name, kind, payload


@pytest.mark.parametrize("team", [{"id": "T1"}, ["T1"], 7, True])
async def test_a_workspace_id_that_is_none_is_refused(rehearsal: Dialogue, team: object) -> None:
    event = envelope(shape.event("AppMention"))
    press = json.loads((shape.FOLDER / "interactive" / "BlockAction.json").read_text(encoding="utf-8"))
    odd = [
        body_of("event", {**event, "team_id": team}),
        body_of("interaction", {**press, "team": {"id": team}}),
        body_of("interaction", {**press, "team": None, "user": {"id": "U1", "team_id": team}}),
    ]
    async with aiohttp.ClientSession() as session:
        assert {await post(rehearsal, session, *body) for body in odd} <= {200, 400}


@pytest.mark.parametrize("view", ["", [], 7, None])
async def test_a_view_that_is_none_is_refused(rehearsal: Dialogue, view: object) -> None:
    press = json.loads((shape.FOLDER / "interactive" / "BlockAction.json").read_text(encoding="utf-8"))
    odd = [{**press, "type": kind, "view": view, "callback_id": "c"} for kind in (None, "new", "dialog_cancellation")]
    async with aiohttp.ClientSession() as session:
        assert {await post(rehearsal, session, *body_of("interaction", one)) for one in odd} == {400}


@pytest.mark.timeout(180)
async def test_no_odd_field_is_a_fault_of_ours(rehearsal: Dialogue) -> None:
    """Each is sent beside a good one; Hypothesis's own loop is not ours, so it draws in a thread of its own."""
    loop = asyncio.get_running_loop()

    async def beside(odd: tuple[bytes, str]) -> tuple[int, int]:
        async with aiohttp.ClientSession() as session:
            statuses = await asyncio.gather(
                post(rehearsal, session, *odd), post(rehearsal, session, CHALLENGE, JSON), return_exceptions=False
            )
        return statuses[0], statuses[1]

    @settings(max_examples=max(300, settings().max_examples), suppress_health_check=list(HealthCheck))
    @given(odd_payloads())
    def play(odd: tuple[str, str, Any]) -> None:
        _, kind, payload = odd
        try:
            body = body_of(kind, payload)
        except UnicodeEncodeError:  # no form holds half a character
            return
        odd_status, good_status = asyncio.run_coroutine_threadsafe(beside(body), loop).result(timeout=20)
        assert odd_status == 200 or 400 <= odd_status < 500
        assert good_status == 200

    await asyncio.to_thread(play)
    assert await rehearsal.answer(rehearsal.general, rehearsal.mention("Are you there?"))
