"""Forgetting, as people ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_usage import ask

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.stage.scripted import ScriptedModel


async def talk(dialogue: Dialogue, model: ScriptedModel) -> str:
    """Have a conversation of two turns, of which the first is surely kept; return its thread."""
    ts = dialogue.mention("my secret is 42")
    for number in (1, 2):
        model.answer("I see.")
        await dialogue.answer(dialogue.general, ts, number)
        if number == 1:
            dialogue.workspace.say(dialogue.general, "and so on", thread_ts=ts)
    return ts


@BOTH_DATABASES
async def test_what_i_said_is_forgotten(dialogue: Dialogue, model: ScriptedModel) -> None:
    await talk(dialogue, model)
    assert "This erases what I keep of what you said" in await ask(dialogue, "forget me")
    assert await dialogue.rows("SELECT id FROM messages WHERE text LIKE '%secret%'")
    seen = len(dialogue.workspace.ephemerals())
    await dialogue.workspace.press(dialogue.workspace.ephemerals()[-1], "forget.0")
    assert "Forgotten:" in await dialogue.whisper(seen + 1)
    assert not await dialogue.rows("SELECT id FROM messages WHERE text LIKE '%secret%'")
    assert await dialogue.rows("SELECT id FROM calls")
    assert "nothing left" in await ask(dialogue, "forget me")


async def test_a_thread_is_forgotten_by_link(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await talk(dialogue, model)
    link = f"https://acme.slack.com/archives/{dialogue.general}/p{ts.replace('.', '')}"
    assert "all that I keep of this thread" in await ask(dialogue, f"forget thread {link}")
    assert "channel" in await ask(dialogue, "forget thread https://example.com/x")


async def test_a_channel_is_for_admins(dialogue: Dialogue) -> None:
    assert "Only workspace admins" in await ask(dialogue, "forget channel", user=dialogue.workspace.sam)
    assert "nothing left" in await ask(dialogue, "forget channel")


@pytest.mark.parametrize("typed", ["forget", "forget everything", "forget thread", "forget me please"])
async def test_an_odd_wish_is_explained(dialogue: Dialogue, typed: str) -> None:
    assert "I ask before I do it" in await ask(dialogue, typed)
