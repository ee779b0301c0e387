"""A channel's settings, its prompt among them, through the real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.db.engine import Database
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot, on_shared_sqlite_bot

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

PIRATE = "Answer like a pirate."


def systems(model: ScriptedModel) -> list[str]:
    """Return the whole system prompt of each request."""
    return ["\n".join(block["text"] for block in asked.body["system"]) for asked in model.requests]


async def prompt(dialogue: Dialogue, typed: str, **who: object) -> str:
    """Type `/parley prompt …`, and return what the person reads."""
    seen = len(dialogue.workspace.ephemerals(**who))  # type: ignore[arg-type]
    await dialogue.workspace.command(dialogue.general, "/parley", typed, **who)  # type: ignore[arg-type]
    await dialogue.workspace.until(lambda: len(dialogue.workspace.ephemerals(**who)) > seen)  # type: ignore[arg-type]
    return dialogue.workspace.ephemerals(**who)[-1].shown  # type: ignore[arg-type]


@on_shared_bot
async def test_the_next_turn_uses_the_prompt(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    assert PIRATE in await prompt(dialogue, f"prompt {PIRATE}")
    model.answer("Arr.")
    dialogue.workspace.say(dialogue.general, "hi again", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    before, after = systems(model)
    assert PIRATE not in before
    assert PIRATE in after


@on_shared_bot
async def test_a_prompt_is_shown_and_removed(dialogue: Dialogue, model: ScriptedModel) -> None:
    assert "There is no prompt for" in await prompt(dialogue, "prompt")
    await prompt(dialogue, f"prompt {PIRATE}")
    assert PIRATE in await prompt(dialogue, "prompt")
    assert "removed" in await prompt(dialogue, "prompt --reset")
    assert "There is no prompt for" in await prompt(dialogue, "prompt")
    model.answer("Hello.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert PIRATE not in systems(model)[0]


@on_shared_bot
async def test_a_prompt_holds_in_its_channel_only(dialogue: Dialogue, model: ScriptedModel) -> None:
    await prompt(dialogue, f"prompt {PIRATE}")
    model.answer("Hello.")
    engineering = dialogue.workspace.channel("engineering")
    ts = dialogue.workspace.say(engineering, f"<@{dialogue.workspace.bot.id}> hi")
    await dialogue.answer(engineering, ts)
    assert PIRATE not in systems(model)[0]


@on_shared_bot
async def test_a_member_may_not_set_it(dialogue: Dialogue) -> None:
    sentence = await prompt(dialogue, f"prompt {PIRATE}", user=dialogue.workspace.sam)
    assert "Only workspace admins" in sentence
    assert "There is no prompt for" in await prompt(dialogue, "prompt")


@BOTH_DATABASES
async def test_a_listed_person_may_set_it(stage: Dialogue) -> None:
    stage.environ["PARLEY_ADMINS"] = f"U0NOBODY {stage.workspace.sam.id}"
    async with stage.bot():
        assert PIRATE in await prompt(stage, f"prompt {PIRATE}", user=stage.workspace.sam)


@on_shared_bot
async def test_an_admin_outside_may_not_set_it(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    club = workspace.workspace.add_channel("club", members=[workspace.sam.id, workspace.bot.id])
    await workspace.command(club.id, "/parley", f"prompt {PIRATE}")
    assert "Only members" in await dialogue.whisper()


@on_shared_bot
async def test_other_words_get_the_usage(dialogue: Dialogue) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/parley", "pormpt hello")
    assert "`/parley prompt`" in reply.text


@on_shared_bot
async def test_help_tells_what_there_is(dialogue: Dialogue) -> None:
    for number, typed in enumerate(("help", ""), start=1):
        await dialogue.workspace.command(dialogue.general, "/parley", typed)
        shown = await dialogue.whisper(number)
        assert all(f"`/{name}" in shown for name in ("summarize", "classify", "code", "parley"))
        assert "“@Parley summarize this thread”" in shown
    await dialogue.workspace.command(dialogue.general, "/parley", "help budget")
    assert (await dialogue.whisper(3)).startswith("`/parley budget` opens")
    assert "Did you mean" not in await dialogue.whisper(3)


@on_shared_bot
async def test_a_slip_names_the_nearest(dialogue: Dialogue) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/parley", "setings")
    assert reply.text == "I don't know `setings`. Did you mean `/parley settings`? See `/parley help`."
    assert await dialogue.rows("SELECT count(*) FROM inbox WHERE kind = 'command'") == [(0,)]


@on_shared_bot
async def test_an_overlong_prompt_is_refused(dialogue: Dialogue) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/parley", "prompt " + "x" * 10_001)
    assert "at most 10,000 characters" in reply.text


@on_shared_bot
async def test_settings_are_listed_set_and_unset(dialogue: Dialogue, model: ScriptedModel) -> None:
    assert "`answers`: *thread*" in await prompt(dialogue, "settings list all")
    assert "`answers` is set to *mention*" in await prompt(dialogue, "set answers mention")
    assert "`answers`: *mention* _(set here)_" in await prompt(dialogue, "settings list")
    assert "back to its default" in await prompt(dialogue, "unset answers")
    model.answer("Hello.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))


@on_shared_bot
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("set colour red", "There is no setting `colour`"),
        ("set max_output many", "`max_output`"),
        ("set model claude-opus-4-0", "is retired; use"),
        ("set temperature 0.2", "no longer accepts a temperature"),
    ],
)
async def test_a_wrong_setting_is_refused(dialogue: Dialogue, typed: str, reason: str) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/parley", typed)
    if not reply.text:
        await dialogue.workspace.until(dialogue.workspace.ephemerals)
    assert reason in (reply.text or dialogue.workspace.ephemerals()[-1].shown)


@on_shared_bot
async def test_a_channels_model_and_sampling_hold(dialogue: Dialogue, model: ScriptedModel) -> None:
    await prompt(dialogue, "set model claude-haiku-4-5")
    await prompt(dialogue, "set temperature 0.1")
    model.answer("Hello.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert model.requests[0].body["model"] == "claude-haiku-4-5"
    assert model.requests[0].body["temperature"] == 0.1


@on_shared_bot
async def test_what_stopped_applying_is_said_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    for typed in ("set model claude-haiku-4-5", "set temperature 0.1", "set model claude-sonnet-5-5"):
        await prompt(dialogue, typed)
    model.answer("Hello.")
    model.answer("Again.")
    ts = dialogue.mention("hi")
    sentence = "_`temperature` is not applied: claude-sonnet-5-5 no longer accepts a temperature or a top_p._"
    assert await dialogue.answer(dialogue.general, ts) == f"Hello.\n\n{sentence}"
    assert "temperature" not in model.requests[0].body
    dialogue.workspace.say(dialogue.general, "and again", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Again."


@on_shared_bot
async def test_effort_reaches_the_model(dialogue: Dialogue, model: ScriptedModel) -> None:
    await prompt(dialogue, "set model claude-sonnet-5-5")
    assert "`effort` is set to *low*" in await prompt(dialogue, "set effort low")
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    assert await dialogue.answer(dialogue.general, ts) == "Hello."
    assert model.requests[0].body["output_config"] == {"effort": "low"}
    model.answer({"results": [{"n": 1, "c": "Bug", "p": 90, "q": ""}]})
    await dialogue.workspace.command(dialogue.general, "/classify", "it crashes into: Bug, Praise")
    await model.until_asked(2)
    assert model.requests[1].body["output_config"].keys() == {"effort", "format"}


@on_shared_bot
async def test_a_model_without_effort_refuses_it(dialogue: Dialogue, model: ScriptedModel) -> None:
    await prompt(dialogue, "set model claude-haiku-4-5")
    assert "claude-haiku-4-5 has no effort setting" in await prompt(dialogue, "set effort low")
    model.answer("Hello.")
    assert await dialogue.answer(dialogue.general, dialogue.mention("hi")) == "Hello."
    assert "output_config" not in model.requests[0].body


@on_shared_bot
async def test_effort_that_stopped_applying_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    for typed in ("set model claude-sonnet-5-5", "set effort low", "set model claude-haiku-4-5"):
        await prompt(dialogue, typed)
    model.answer("Hello.")
    answer = await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert answer == "Hello.\n\n_`effort` is not applied: claude-haiku-4-5 has no effort setting._"
    assert "output_config" not in model.requests[0].body


@BOTH_DATABASES
async def test_a_retired_model_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    await prompt(dialogue, "set model claude-haiku-4-5")
    await retire(dialogue, "claude-haiku-4-5", "claude-3-haiku-20240307")
    model.answer("Hello.")
    answer = await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert answer.startswith(
        "Hello.\n\n_Anthropic has retired `claude-3-haiku-20240307`, which this channel was set to"
    )
    assert model.requests[0].body["model"] == "claude-haiku-5-5"


async def retire(dialogue: Dialogue, model: str, retired: str) -> None:
    """Let the channel have chosen another model, long ago."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        async with database.writer.begin() as connection:
            await connection.execute(
                text("UPDATE settings SET sheet = replace(sheet, :a, :b)"), {"a": model, "b": retired}
            )
    finally:
        await database.close()


@on_shared_bot
async def test_only_admins_open_the_form(dialogue: Dialogue) -> None:
    sam = dialogue.workspace.sam
    await prompt(dialogue, "settings", user=sam)
    listed = dialogue.workspace.ephemerals(sam)[-1]
    assert (await dialogue.workspace.press(listed, "edit_settings.0", user=sam)).ok
    await dialogue.workspace.until(lambda: len(dialogue.workspace.ephemerals(sam)) > 1)
    assert "Only workspace admins" in dialogue.workspace.ephemerals(sam)[-1].shown
    assert not dialogue.workspace.workspace.views


async def test_web_needs_a_model_that_has_it(stage: Dialogue, model: ScriptedModel) -> None:
    model.console.without_web = frozenset({"claude-haiku-5-5"})
    async with stage.bot():
        refused = await prompt(stage, "set web on")
        assert refused == "I can't set `web`: claude-haiku-5-5 can't use the web."
        assert "is set to" in await prompt(stage, "set model claude-opus-5")
        assert "`web` is set to on" in await prompt(stage, "set web on")


@on_shared_sqlite_bot
async def test_web_in_private_needs_an_admins_word(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    leads = workspace.channel("leads")

    async def told(place: str, typed: str) -> str:
        seen = len(workspace.ephemerals())
        await workspace.command(place, "/parley", typed)
        await workspace.until(lambda: len(workspace.ephemerals()) > seen)
        return workspace.ephemerals()[-1].shown

    note = "`/parley workspace set web_in_private on`"
    assert note in await told(leads, "set web on")
    assert note not in await told(dialogue.general, "set web on")
    assert note not in await told(leads, "set web off")
    assert "is set to on" in await told(dialogue.general, "workspace set web_in_private on")
    assert note not in await told(leads, "set web on")
