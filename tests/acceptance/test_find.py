"""`/parley find`: each person finds what they could open, and nothing that was deleted or forgotten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot

if TYPE_CHECKING:
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def ask(dialogue: Dialogue, typed: str, channel: str = "", user: User | None = None) -> str:
    """Type `/parley …`, and return what the person reads."""
    local = dialogue.workspace

    def answers() -> list[str]:
        return [one.shown for one in local.ephemerals(user) if one.answers]

    seen = len(answers())
    await local.command(channel or dialogue.general, "/parley", typed, user=user)
    await local.until(lambda: len(answers()) > seen)
    return answers()[-1]


def private(dialogue: Dialogue) -> str:
    """Return a private channel that the bot, Sam and I are in."""
    local = dialogue.workspace
    return local.workspace.add_channel("merger", members=[local.me.id, local.sam.id, local.bot.id], is_private=True).id


async def told(dialogue: Dialogue, model: ScriptedModel, channel: str, words: str, answer: str) -> str:
    """Ask the bot something in a channel; return the question's ts when the thread is stored."""
    model.answer(answer)
    ts = dialogue.workspace.say(channel, f"<@{dialogue.workspace.bot.id}> {words}")
    await dialogue.answer(channel, ts)
    await dialogue.until_idle()
    return ts


@BOTH_DATABASES
async def test_people_find_what_was_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await told(dialogue, model, dialogue.general, "When is the *Größe* launch?", "The launch is on Friday [x](y).")
    shown = await ask(dialogue, 'find LAUNCH "on friday" since 7d', user=dialogue.workspace.sam)
    assert '**1 message with “"on friday" LAUNCH”:**' in shown
    assert "The launch is on Friday" in shown
    assert f"<#{dialogue.general}>, Parley: " in shown
    assert re.search(rf"archives/{dialogue.general}/p\d+\?thread_ts={ts}", shown)
    both = await ask(dialogue, "find launch")
    assert "2 messages with “launch”" in both
    assert both.index("on Friday") < both.index("When is the")  # of those that fit alike, the newest is first
    assert "1 message" in await ask(dialogue, f"find launch from <@{dialogue.workspace.me.id}|me>")
    assert "When is the" in await ask(dialogue, "find grosse from me")


@on_shared_bot
async def test_nothing_found_says_where_it_looked(dialogue: Dialogue) -> None:
    shown = await ask(dialogue, "find zanzibar [a](b)")
    assert r"I found nothing with “zanzibar \[a\](b)”. I looked here and in" in shown
    assert "I only know the messages of threads that I take part in, and posts in channels with triage." in shown
    for typed in ("find", "find  ", "find 👍 ***", "find since 7d", "find in #general"):
        assert "`/parley find <words>`" in await ask(dialogue, typed)
    assert "I don't know who @nobody is" in await ask(dialogue, "find x from @nobody")
    for typed in ("find \" ' OR * NEAR( - : \\ %", f"find {'長い話' * 3_000}", f"find {'a ' * 3_000}", "find x\x00y"):
        assert "I found nothing" in await ask(dialogue, typed)


@on_shared_bot
async def test_private_words_are_for_members_alone(dialogue: Dialogue, model: ScriptedModel) -> None:
    merger, local = private(dialogue), dialogue.workspace
    await told(dialogue, model, merger, "the zanzibar plan?", "It is secret.")
    assert "1 message with “zanzibar”" in await ask(dialogue, "find zanzibar")
    assert "1 message with “zanzibar”" in await ask(dialogue, "find zanzibar in #merger", user=local.sam)
    assert "I found nothing" in await ask(dialogue, "find zanzibar", user=local.ada)
    assert "I can't look in #merger" in await ask(dialogue, "find zanzibar in #merger", user=local.ada)
    local.kick(merger, local.sam)
    assert "I found nothing" in await ask(dialogue, "find zanzibar", user=local.sam)
    local.kick(merger, local.bot)
    assert "I found nothing" in await ask(dialogue, "find zanzibar")


@on_shared_bot
async def test_a_guest_finds_only_what_is_here(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    support = local.channel("support-feedback")
    await ask(dialogue, "workspace set guests on")
    await told(dialogue, model, support, "zanzibar here?", "Yes.")
    local.invite(dialogue.general, local.gia)
    await told(dialogue, model, dialogue.general, "zanzibar there?", "No.")
    shown = await ask(dialogue, "find zanzibar", support, local.gia)
    assert "1 message with “zanzibar”" in shown
    assert "zanzibar here?" in shown


@on_shared_bot
async def test_what_is_changed_is_found_as_it_is(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await told(dialogue, model, dialogue.general, "zanzibar or mombasa?", "Neither.")
    model.answer("Lisbon then.")
    dialogue.workspace.edit(dialogue.general, ts, f"<@{dialogue.workspace.bot.id}> lisbon?")
    await dialogue.until_rows("SELECT 1 FROM messages WHERE text = 'lisbon?'")
    await dialogue.until_idle()
    assert "I found nothing" in await ask(dialogue, "find zanzibar")
    assert "with “lisbon”" in await ask(dialogue, "find lisbon from me")
    dialogue.workspace.delete(dialogue.general, ts)
    await dialogue.until_rows("SELECT 1 FROM messages WHERE is_deleted")
    assert "I found nothing" in await ask(dialogue, "find lisbon from me")


@BOTH_DATABASES
async def test_what_is_forgotten_is_not_found(dialogue: Dialogue, model: ScriptedModel) -> None:
    await told(dialogue, model, dialogue.general, "the zanzibar plan?", "Which one?")
    shown = await ask(dialogue, "forget channel")
    assert "erases everything" in shown
    (asked,) = [one for one in dialogue.workspace.ephemerals() if "erases everything" in one.shown]
    await dialogue.workspace.press(asked, "forget.0")
    await dialogue.workspace.until(
        lambda: ["Erased: " in one.shown for one in dialogue.workspace.ephemerals()] == [True]
    )
    assert "I found nothing" in await ask(dialogue, "find zanzibar")


@on_shared_bot
async def test_it_can_be_turned_off(dialogue: Dialogue, model: ScriptedModel) -> None:
    merger = private(dialogue)
    await told(dialogue, model, merger, "the zanzibar plan?", "Which one?")
    await told(dialogue, model, dialogue.general, "the zanzibar map?", "Which one?")
    await ask(dialogue, "set find_messages off", merger)
    shown = await ask(dialogue, "find zanzibar")
    assert "1 message with “zanzibar”" in shown
    assert "zanzibar map" in shown
    assert "`find_messages` is set to off" in await ask(dialogue, "set find_messages off")
    assert "Finding messages is turned off here" in await ask(dialogue, "find zanzibar")


@on_shared_bot
async def test_many_are_cut_with_a_hint(dialogue: Dialogue, model: ScriptedModel) -> None:
    for number in range(6):
        await told(dialogue, model, dialogue.general, f"zanzibar {number}?", f"zanzibar {number}.")
    shown = await ask(dialogue, "find zanzibar")
    assert "10 messages with “zanzibar”" in shown
    assert shown.count("archives/") == 10
    assert "There are more. Narrow it down" in shown
