"""Personas through the real wire: kept for the workspace, chosen by channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot
from tests.acceptance.test_settings_form import in_thread
from tests.acceptance.test_settings_form import whispered as parley

if TYPE_CHECKING:
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

GONE = "An admin removed the persona *Pirate*, which "


async def told(dialogue: Dialogue, typed: str, *, user: User | None = None) -> str:
    """Type `/parley persona …`, and return what the person reads."""
    workspace = dialogue.workspace
    seen = len(workspace.ephemerals(user))
    await workspace.command(dialogue.general, "/parley", f"persona {typed}", user=user)
    await workspace.until(lambda: len(workspace.ephemerals(user)) > seen)
    return workspace.ephemerals(user)[-1].shown


@on_shared_bot
async def test_a_chosen_persona_speaks(dialogue: Dialogue, model: ScriptedModel) -> None:
    assert "no personas" in await told(dialogue, "")
    assert "was saved" in await told(dialogue, "Pirate: Answer like a pirate: ahoy.")
    assert "I'm *Pirate*" in await told(dialogue, "pirate")
    assert "*Pirate* _(used in <#" in await told(dialogue, "")
    await dialogue.workspace.command(dialogue.general, "/parley", "prompt Be brief.")
    await dialogue.workspace.until(lambda: "is set" in dialogue.workspace.ephemerals()[-1].shown)
    model.answer("Arr.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert model.requests[0].body["system"][-1]["text"] == "Answer like a pirate: ahoy.\n\nBe brief."
    assert "There is no persona in <#" in await told(dialogue, "off")


@on_shared_bot
async def test_a_changed_persona_changes_its_channels(dialogue: Dialogue, model: ScriptedModel) -> None:
    await told(dialogue, "Pirate: Answer like a pirate.")
    await told(dialogue, "Pirate")
    await told(dialogue, "PIRATE: Answer like a polite pirate.")
    model.answer("Arr, please.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert model.requests[0].body["system"][-1]["text"] == "Answer like a polite pirate."


@on_shared_bot
async def test_a_removed_persona_is_missed(dialogue: Dialogue, model: ScriptedModel) -> None:
    await told(dialogue, "Pirate: Answer like a pirate.")
    await told(dialogue, "Pirate")
    assert f"*Pirate* was removed. It no longer applies to <#{dialogue.general}>." in await told(dialogue, "Pirate:")
    assert "no longer exists" not in await told(dialogue, "")
    said = [one.shown for one in dialogue.workspace.workspace.messages(dialogue.general)]
    assert [one for one in said if "Pirate" in one] == [f"{GONE}this channel used. I'll answer without it from now on."]
    model.answer("Hello.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert "pirate" not in str(model.requests[0].body["system"]).lower()


@on_shared_bot
async def test_an_unknown_persona_was_never_there(dialogue: Dialogue) -> None:
    assert await parley(dialogue, "set persona Never") == "There is no persona “Never”."
    await told(dialogue, "Pirate: Answer like a pirate.")
    refused = await parley(dialogue, "set persona Never")
    assert refused == "There is no persona “Never”. I know these: Pirate."


@BOTH_DATABASES
async def test_threads_miss_a_removed_persona(dialogue: Dialogue, model: ScriptedModel) -> None:
    """They fall back to their channel's, and are told once."""
    workspace = dialogue.workspace
    await told(dialogue, "Pirate: Answer like a pirate.")
    await told(dialogue, "Poet: Answer in verse.")
    await told(dialogue, "Poet")
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    await parley(dialogue, f"{in_thread(dialogue, ts)} set persona Pirate")
    await parley(dialogue, "workspace set persona Pirate")
    removed = await told(dialogue, "pirate:")
    places = f"the workspace and a thread of <#{dialogue.general}>"
    assert removed == f"The persona *Pirate* was removed. It no longer applies to {places}."
    gone = f"{GONE}this thread used. I'll answer without it from now on."
    assert [one.shown for one in dialogue.answers(dialogue.general, ts) if "Pirate" in one.shown] == [gone]
    model.answer("Roses are red.")
    workspace.say(dialogue.general, "and now?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 3)
    assert model.requests[-1].body["system"][-1]["text"] == "Answer in verse."
    assert "persona: Poet" in await parley(dialogue, f"{in_thread(dialogue, ts)} why")


@on_shared_bot
@pytest.mark.parametrize("typed", ["workspace unset personas", "workspace revert 0"])
async def test_personas_can_go_in_other_ways(dialogue: Dialogue, typed: str) -> None:
    await told(dialogue, "Pirate: Answer like a pirate.")
    await told(dialogue, "Pirate")
    await parley(dialogue, typed)
    said = [one.shown for one in dialogue.workspace.workspace.messages(dialogue.general)]
    assert len([one for one in said if one.startswith(GONE)]) == 1
    assert "persona" not in await parley(dialogue, "settings list")
    assert "The persona “Pirate” no longer exists." in await parley(dialogue, "revert 1")
    assert "persona" not in await parley(dialogue, "settings list")


@on_shared_bot
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("Nobody", "There is no persona “Nobody”"),
        ("Nobody:", "There is no persona “Nobody”"),
        (": Be kind.", "`/parley persona <name>`"),
        ("none: Be kind.", "another name"),
        ("x: " + "y" * 3_001, "its prompt 3,000"),
    ],
)
async def test_a_wrong_persona_is_refused(dialogue: Dialogue, typed: str, reason: str) -> None:
    assert reason in await told(dialogue, typed)


@on_shared_bot
async def test_a_member_keeps_none(dialogue: Dialogue) -> None:
    assert "Only workspace admins" in await told(dialogue, "Pirate: Arr.", user=dialogue.workspace.sam)
    assert "no personas" in await told(dialogue, "")


@on_shared_bot
async def test_the_form_offers_personas(dialogue: Dialogue, model: ScriptedModel) -> None:
    await told(dialogue, "Pirate: Answer like a pirate.")
    await dialogue.workspace.command(dialogue.general, "/parley", "settings")
    assert (await dialogue.workspace.submit({"persona": "Pirate"})).ok
    model.answer("Arr.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert model.requests[0].body["system"][-1]["text"] == "Answer like a pirate."
