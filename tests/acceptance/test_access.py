"""Who may use the bot where, as people meet it: guests, lists of people and channels, commands that are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.control_value import Rating
from bot.playground.anthropic.reply import MessageStop
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot
from tests.acceptance.test_classify import INTO, all_as, command
from tests.acceptance.test_settings_form import turned
from tests.acceptance.test_triage import card, judged, post, results
from tests.acceptance.test_whom import choose, nothing_more

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


def support(dialogue: Dialogue) -> str:
    """The channel that the guest is in."""
    return dialogue.workspace.channel("support-feedback")


async def told(dialogue: Dialogue, user: object, words: str) -> str:
    """Wait until somebody has read something that only they see; return their last such message."""
    workspace = dialogue.workspace
    await workspace.until(lambda: any(words in one.shown for one in workspace.ephemerals(user)))  # type: ignore[arg-type]
    return workspace.ephemerals(user)[-1].shown  # type: ignore[arg-type]


def replies(dialogue: Dialogue) -> list[str]:
    """Return what I read by myself, but for what a form has saved, which comes when it comes."""
    shown = [one.shown for one in dialogue.workspace.ephemerals()]
    return [one for one in shown if not one.startswith(("Saved for ", "Nothing changed for "))]


async def parley(dialogue: Dialogue, typed: str) -> str:
    """Type `/parley …` in #general; return what I read."""
    seen = len(replies(dialogue))
    await dialogue.workspace.command(dialogue.general, "/parley", typed)
    await dialogue.workspace.until(lambda: len(replies(dialogue)) > seen)
    return replies(dialogue)[seen]


def lookups(dialogue: Dialogue) -> int:
    asked = [call.arguments["user"] for call in dialogue.workspace.calls if call.method == "users.info"]
    return len([one for one in asked if one != dialogue.workspace.bot.id])  # its own name it learns once


@on_shared_bot
async def test_a_guest_is_refused_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    for words in ("hello?", "anybody?"):
        workspace.say(support(dialogue), f"<@{workspace.bot.id}> {words}", user=workspace.gia)
        await nothing_more(dialogue, model)
    refusal = await told(dialogue, workspace.gia, "Guests")
    assert "a workspace admin can let you use me" in refusal
    assert len(workspace.ephemerals(workspace.gia)) == 1
    said = workspace.workspace.messages(support(dialogue))
    assert not [message for message in said if message.user == workspace.bot.id]


@BOTH_DATABASES
async def test_a_guest_is_answered_where_allowed(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    assert "`guests` is set to on" in await parley(dialogue, "workspace set guests on")
    model.answer("Hello.")
    ts = workspace.say(support(dialogue), f"<@{workspace.bot.id}> hi", user=workspace.gia)
    assert await dialogue.answer(support(dialogue), ts) == "Hello."


@on_shared_bot
async def test_a_guest_may_be_named(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    await choose(dialogue, support(dialogue), allowed_people=[workspace.gia.id])
    model.answer("Hello.")
    ts = workspace.say(support(dialogue), f"<@{workspace.bot.id}> hi", user=workspace.gia)
    assert await dialogue.answer(support(dialogue), ts) == "Hello."
    workspace.say(support(dialogue), f"<@{workspace.bot.id}> and I?", user=workspace.sam)
    assert "Only certain people" in await told(dialogue, workspace.sam, "Only certain people")
    model.answer("Yes.")
    ts = workspace.say(support(dialogue), f"<@{workspace.bot.id}> I am an admin")
    assert await dialogue.answer(support(dialogue), ts) == "Yes."


@on_shared_bot
async def test_a_guests_follow_up_is_heard(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, channel = dialogue.workspace, support(dialogue)
    model.answer("Hello.")
    ts = workspace.say(channel, f"<@{workspace.bot.id}> hi")
    await dialogue.answer(channel, ts)
    workspace.say(channel, "It is the export that fails.", user=workspace.gia, thread_ts=ts)
    await told(dialogue, workspace.gia, "Guests")
    model.answer("I see.")
    workspace.say(channel, "what does Gia mean?", thread_ts=ts)
    assert await dialogue.answer(channel, ts, 2) == "I see."
    assert "It is the export that fails." in str(model.requests[-1].body["messages"])


@on_shared_bot
async def test_a_guest_is_refused_commands_and_buttons(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, channel = dialogue.workspace, support(dialogue)
    await workspace.command(channel, "/code", "a haiku in Python", user=workspace.gia)
    await told(dialogue, workspace.gia, "Guests")
    model.answer("Hello.")
    ts = workspace.say(channel, f"<@{workspace.bot.id}> hi")
    await dialogue.answer(channel, ts)
    seen = len(workspace.ephemerals(workspace.gia))
    await workspace.press(dialogue.answers(channel, ts)[0], "regenerate.0", user=workspace.gia)
    await workspace.until(lambda: len(workspace.ephemerals(workspace.gia)) > seen)
    assert "Guests" in workspace.ephemerals(workspace.gia)[-1].shown
    await nothing_more(dialogue, model)


@on_shared_bot
async def test_a_refused_press_uses_nothing_up(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, channel = dialogue.workspace, support(dialogue)
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = workspace.say(channel, f"<@{workspace.bot.id}> count")
    await dialogue.answer(channel, ts)
    (message,) = dialogue.answers(channel, ts)
    await workspace.press(message, "continue.0", user=workspace.gia)
    await told(dialogue, workspace.gia, "Guests")
    model.answer("three.")
    await workspace.press(message, "continue.0")
    assert await dialogue.answer(channel, ts, 2) == "three."


@on_shared_bot
async def test_who_may_is_asked_again_at_the_end(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer("A bird.")
    ts = dialogue.mention("what is a heron?")
    await dialogue.answer(dialogue.general, ts)
    bad = Rating(rating="bad", question=ts).encode()
    await workspace.press(dialogue.answers(dialogue.general, ts)[0], "rate.2", value=bad, user=workspace.sam)
    await choose(dialogue, dialogue.general, denied_people=[workspace.sam.id])
    refused = await workspace.submit({"rating_comment": "It is a crane."}, user=workspace.sam)
    assert refused.is_open
    assert "You can't use me here; a workspace admin can change that." in refused.errors["rating_comment"]
    assert await dialogue.rows("SELECT comment FROM ratings") == [("",)]


@on_shared_bot
async def test_a_form_is_off_with_its_command(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer(all_as("Billing", 1, 1))
    listed = await command(dialogue, f"it crashes\n{INTO}", "1. ")
    await workspace.press(listed, "classify_correct.0", user=workspace.sam)
    await choose(dialogue, dialogue.general, commands_off=["classify"])
    refused = await workspace.submit({"row1": "0"}, user=workspace.sam)
    assert "`/classify` is turned off here" in refused.errors["row1"]
    await choose(dialogue, dialogue.general, commands_off=None)
    assert (await workspace.submit({"row1": "0"}, user=workspace.sam)).ok


@on_shared_bot
async def test_a_card_is_not_changed_by_the_refused(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    await choose(dialogue, support(dialogue), triage=True)
    model.answer(results(judged(1)))
    shown = await card(dialogue, post(dialogue), "Bug report")
    await workspace.press(shown, "feedback_change.1", user=workspace.sam)
    await choose(dialogue, support(dialogue), denied_people=[workspace.sam.id])
    refused = await workspace.submit({"category": "Praise"}, user=workspace.sam)
    assert "You can't use me here" in refused.errors["category"]
    assert await dialogue.rows("SELECT category FROM feedback") == [("Bug report",)]


@on_shared_bot
async def test_everybody_may_have_their_words_forgotten(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await workspace.command(support(dialogue), "/parley", "forget me", user=workspace.gia)
    assert "There is nothing left to erase" in await told(dialogue, workspace.gia, "what I've stored")


@BOTH_DATABASES
async def test_a_person_may_be_kept_out(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    assert "set to" in await parley(dialogue, f"workspace set denied_people <@{workspace.sam.id}|sam>")
    dialogue.mention("hi", user=workspace.sam)
    assert "You can't use me here" in await told(dialogue, workspace.sam, "You can't use me")
    await nothing_more(dialogue, model)
    await parley(dialogue, "workspace unset denied_people")
    model.answer("Hello.")
    assert await dialogue.answer(dialogue.general, dialogue.mention("hi", user=workspace.sam)) == "Hello."


@BOTH_DATABASES
async def test_only_listed_channels_are_served(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    engineering = workspace.channel("engineering")
    done = await parley(dialogue, f"workspace set allowed_channels <#{engineering}|engineering>")
    assert engineering in done
    dialogue.mention("hi")
    assert "turned off in this channel" in await told(dialogue, workspace.me, "turned off")
    model.answer("Hello.")
    ts = workspace.say(engineering, f"<@{workspace.bot.id}> hi", user=workspace.sam)
    assert await dialogue.answer(engineering, ts) == "Hello."
    await nothing_more(dialogue, model)  # in direct messages
    assert "back to its default" in await parley(dialogue, "workspace unset allowed_channels")


@on_shared_bot
async def test_a_command_may_be_switched_off(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    assert "*/code*" in await parley(dialogue, "set commands_off /code")
    await workspace.command(dialogue.general, "/code", "a haiku in Python")
    assert "`/code` is turned off here; a workspace admin" in await told(dialogue, workspace.me, "turned off")
    model.answer("```python\nprint()\n```")
    engineering = workspace.channel("engineering")
    await workspace.command(engineering, "/code", "print nothing")
    await workspace.until(lambda: len(model.requests) == 1)


@on_shared_bot
async def test_classify_is_off_for_files_too(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, dialogue.general, commands_off=["classify"])
    dialogue.mention("classify", files={"feedback.csv": b"text\nIt crashes"}, user=dialogue.workspace.sam)
    assert "`/classify` is turned off" in await told(dialogue, dialogue.workspace.sam, "turned off")
    await nothing_more(dialogue, model)


@on_shared_bot
async def test_code_is_off_behind_a_mention_too(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, dialogue.general, commands_off=["code"])
    dialogue.mention("/code a haiku in Python", user=dialogue.workspace.sam)
    assert "`/code` is turned off" in await told(dialogue, dialogue.workspace.sam, "turned off")
    await nothing_more(dialogue, model)


@BOTH_DATABASES
async def test_a_guests_post_is_still_feedback(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, support(dialogue), triage=True)
    model.answer(results(judged(1)))
    ts = dialogue.workspace.say(support(dialogue), "The export crashes.", user=dialogue.workspace.gia)
    assert "Bug report" in await dialogue.answer(support(dialogue), ts)


@on_shared_bot
async def test_a_known_person_costs_no_lookup(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi", user=dialogue.workspace.sam)
    await dialogue.answer(dialogue.general, ts)
    asked = lookups(dialogue)
    assert asked == 1
    for number in (2, 3):
        model.answer("Again.")
        dialogue.workspace.say(dialogue.general, "more", user=dialogue.workspace.sam, thread_ts=ts)
        await dialogue.answer(dialogue.general, ts, number)
    assert lookups(dialogue) == asked


@BOTH_DATABASES
async def test_lists_are_chosen_in_the_form(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await workspace.command(dialogue.general, "/parley", "workspace settings")
    await turned(dialogue, "Who can use me")
    filled = {
        "guests": "on",
        "denied_people": [workspace.sam.id],
        "allowed_channels": [dialogue.general],
        "commands_off": ["code", "classify"],
    }
    assert (await workspace.submit(filled)).ok
    why = await parley(dialogue, "workspace why")
    assert f"denied_people: <@{workspace.sam.id}> (set for the workspace by <@{workspace.me.id}>)" in why
    assert f"allowed_channels: <#{dialogue.general}>" in why
    assert "commands_off: /code, /classify" in why
    await workspace.command(dialogue.general, "/parley", "workspace settings")
    await turned(dialogue, "Who can use me")
    assert (await workspace.submit({"denied_people": [], "commands_off": []})).ok
    assert "denied_people" not in await parley(dialogue, "workspace why")


@on_shared_bot
async def test_a_wrong_list_is_told(dialogue: Dialogue) -> None:
    seen = len(dialogue.workspace.ephemerals())
    assert "picked from the list that opens when you type @" in await parley(dialogue, "set denied_people everybody")
    assert "It takes commands: /summarize, /classify, /code." in await parley(dialogue, "set commands_off help")
    assert len(dialogue.workspace.ephemerals()) == seen + 2


@on_shared_bot
async def test_a_guests_home_says_no_more(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    workspace.open_home(user=workspace.gia)
    await workspace.until(lambda: workspace.home(workspace.gia))
    shown = str(workspace.home(workspace.gia))
    assert "Guests" in shown
    assert "/parley forget me" in shown
    assert "Your usage" not in shown
