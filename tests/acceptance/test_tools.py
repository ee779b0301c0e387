"""Answers that look things up: the rounds of their tools, through the real wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.playground.anthropic.reply import ToolUse
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.elements import buttons
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot, on_shared_sqlite_bot
from tests.support.scripted import Cite, Fetch, Search

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

REMEMBER = ToolUse("remember", {"text": "the launch is on May 2"})
LAUNCH = "remember that the launch is on May 2"


async def set_here(dialogue: Dialogue, *settings: str, channel: str = "") -> None:
    for setting in settings:
        told = len(dialogue.workspace.ephemerals())
        await dialogue.workspace.command(channel or dialogue.general, "/parley", f"set {setting}")
        await dialogue.whisper(told + 1)


def tasks(message: MessageRecord) -> list[tuple[str, str]]:
    return [(block["title"], block["status"]) for block in message.blocks if block["type"] == "task_card"]


@on_shared_bot
async def test_a_search_is_shown_and_cited(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "web on")
    is_shown = asyncio.Event()
    model.answer("Let me look. ", Search("Lumenpad export"), is_shown, "It exports PDF.", Cite("PDF"))

    ts = dialogue.mention("search the web: what does Lumenpad export?")
    await dialogue.workspace.until(
        lambda: any(tasks(one) for one in dialogue.workspace.thread(dialogue.general, ts)[1:])
    )
    is_shown.set()
    shown = await dialogue.answer(dialogue.general, ts)

    assert "It exports PDF. [1](https://docs.lumenpad.example/export)" in shown
    assert "Sources: 1: [Export your notes" in shown
    (message,) = dialogue.answers(dialogue.general, ts)
    assert tasks(message) == [("Searched the web for “Lumenpad export”", "complete")]
    await dialogue.until_idle()
    assert await dialogue.rows("SELECT web_searches, cost_micros > 10000 FROM calls") == [(1, True)]
    await dialogue.workspace.command(dialogue.general, "/parley", "usage")
    assert "On the web: 1 web search" in await dialogue.whisper(2)


@on_shared_sqlite_bot
async def test_a_refused_web_is_told(dialogue: Dialogue, model: ScriptedModel) -> None:
    """As where an organization's admin has turned web search off in the Console."""
    await set_here(dialogue, "web on")
    model.answer(MessagesApiError(400, "tools.1: web search is not enabled for this organization"))
    model.answer("As far as I know, it exports PDF.")

    ts = dialogue.mention("what does Lumenpad export?")
    shown = await dialogue.answer(dialogue.general, ts)

    assert shown.startswith("As far as I know, it exports PDF.")
    assert "I answered without the web" in shown
    assert "web_search" not in model.requests[1].tools


@on_shared_sqlite_bot
async def test_other_refusals_blame_no_account(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "web on")
    model.answer(MessagesApiError(400, "messages.0: this is not to the API's liking"))
    model.answer("It exports PDF.")

    ts = dialogue.mention("what does Lumenpad export?")
    shown = await dialogue.answer(dialogue.general, ts)

    assert "I answered this without the web. My administrator can find the reason in the log." in shown
    assert "account" not in shown


@on_shared_sqlite_bot
async def test_the_web_is_off_unless_set(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("No.")

    ts = dialogue.mention("search the web for herons")
    await dialogue.answer(dialogue.general, ts)

    assert not {"web_search", "web_fetch"} & model.requests[0].tools.keys()


@on_shared_sqlite_bot
async def test_private_words_keep_off_the_web(dialogue: Dialogue, model: ScriptedModel) -> None:
    direct = dialogue.direct
    await set_here(dialogue, "web on", channel=direct)
    model.answer("No.")
    ts = dialogue.workspace.say(direct, "search the web for herons")
    shown = await dialogue.answer(direct, ts)
    assert "web" not in str(model.requests[0].tools)
    assert "`web` is not applied here, because this conversation is private" in shown

    told = len(dialogue.workspace.ephemerals())
    await dialogue.workspace.command(direct, "/parley", "workspace set web_in_private on")
    await dialogue.whisper(told + 1)
    model.answer(Fetch("https://lumenpad.example/export"), "I can't open that.")
    again = dialogue.workspace.say(direct, "and https://lumenpad.example/export ?")
    await dialogue.answer(direct, again)
    assert model.requests[1].tools["web_fetch"]["url_sources"]["user_input"] == {"type": "none"}


@on_shared_bot
async def test_a_tool_runs_and_answers(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on")
    is_shown = asyncio.Event()
    model.answer("One moment.", REMEMBER)
    model.answer(is_shown, "Noted.")

    ts = dialogue.mention(LAUNCH)
    await dialogue.workspace.until(
        lambda: any("Checking" in one.shown for one in dialogue.workspace.thread(dialogue.general, ts)[1:])
    )
    is_shown.set()
    shown = await dialogue.answer(dialogue.general, ts)

    assert shown.split("\n") == ["One moment.", "", "Checking what to remember", "", "", "", "Noted."]
    (message,) = dialogue.answers(dialogue.general, ts)
    assert [status for _, status in tasks(message)] == ["complete"]
    await dialogue.until_idle()
    assert await dialogue.rows("SELECT text FROM notes") == [("the launch is on May 2",)]
    assert await dialogue.rows("SELECT tool, state FROM tool_calls") == [("remember", "done")]


@on_shared_sqlite_bot
async def test_odd_calls_get_errors(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on")
    odd = (
        ToolUse("delete_everything", {}),
        ToolUse("remember", '{"text": '),
        ToolUse("remember", {"words": "x"}),
        *(ToolUse("remember", {"text": f"fact {n}"}) for n in range(7)),
    )
    model.answer("Hm.", *odd)
    model.answer("Sorry.")

    ts = dialogue.mention("do your worst")
    await dialogue.answer(dialogue.general, ts, 1)
    await dialogue.workspace.until(lambda: len(model.requests) == 2)
    await dialogue.until_idle()

    results = model.requests[1].tool_results
    assert len(results) == len(odd)
    said = [result.text for result in results if result.is_error]
    assert said[0] == "There is no tool of this name here."
    assert said[1] == "The arguments were not a JSON object. Nothing was done."
    assert said[2].startswith("The arguments don't fit: text: Field required; words: Extra inputs are not permitted")
    assert said[-1] == "Too many calls at once: at most 8 run. This one did not."


@on_shared_sqlite_bot
async def test_rounds_come_to_an_end(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on", "tool_rounds 2")
    for _ in range(2):
        model.answer(ToolUse("remember", {"text": "x"}))
    model.answer("That is all I know.")

    ts = dialogue.mention("look and look")
    await dialogue.workspace.until(lambda: len(model.requests) == 3)

    assert model.requests[2].body["tool_choice"] == {"type": "none"}
    await dialogue.workspace.until(
        lambda: any("That is all I know." in one.shown for one in dialogue.answers(dialogue.general, ts))
    )


@on_shared_sqlite_bot
async def test_stop_ends_a_round(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on")
    model.answer("One moment.", REMEMBER)
    model.answer("It is ", asyncio.Event(), "never.")

    ts = dialogue.mention(LAUNCH)
    await model.until_asked(2)
    dialogue.workspace.stop(dialogue.general, ts)

    await dialogue.workspace.until(
        lambda: any(one.shown.endswith("_Stopped._") for one in dialogue.answers(dialogue.general, ts))
    )
    await model.until_abandoned()


@on_shared_bot
async def test_what_the_asker_adds_joins(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on")
    gate = asyncio.Event()
    model.answer("One moment.", gate, REMEMBER)
    model.answer("Noted, for everyone.")

    ts = dialogue.mention(LAUNCH)
    await model.until_asked()
    dialogue.mention("for everyone, please", thread_ts=ts)
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE kind = 'message' AND status = 0")
    dialogue.mention("and me?", thread_ts=ts, user=dialogue.workspace.sam)
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE kind = 'message' AND status = 0", lambda rows: len(rows) == 2)
    gate.set()
    model.answer("And you, Sam.", to="and me?")

    shown = await dialogue.answer(dialogue.general, ts)
    await dialogue.answer(dialogue.general, ts, 2)
    await dialogue.until_idle()

    assert "I took in what you wrote meanwhile." in shown
    newest = model.requests[1].body["messages"][-1]["content"]
    assert [block["type"] for block in newest] == ["tool_result", "text"]
    assert newest[1]["text"].endswith("for everyone, please")
    assert len(model.requests) == 3  # the asker's own words got no answer of their own, Sam's did
    said = await dialogue.rows("SELECT role, text FROM messages ORDER BY id")
    assert [text for _, text in said][1] == "for everyone, please"


@on_shared_sqlite_bot
async def test_a_budget_ends_the_rounds(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on")
    await set_here(dialogue, "channel_budget 0.005", "footer on")
    model.answer("So far: May." + " Or later." * 1_500, REMEMBER)

    ts = dialogue.mention(LAUNCH)
    why = "I stopped looking things up here. This channel's budget for today"
    await dialogue.workspace.until(lambda: any(why in one.shown for one in dialogue.answers(dialogue.general, ts)))
    await dialogue.until_idle()
    assert len(model.requests) == 1


@on_shared_sqlite_bot
async def test_regenerate_looks_up_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "web on")
    model.answer("It exports nothing.")
    ts = dialogue.mention("what does Lumenpad export?")
    await dialogue.answer(dialogue.general, ts)
    (message,) = dialogue.answers(dialogue.general, ts)
    model.answer(Search("Lumenpad export"), "It exports PDF.", Cite("PDF"))
    assert next(buttons(message.blocks))["text"]["text"] == "Regenerate"

    await dialogue.workspace.press(message, next(buttons(message.blocks))["action_id"])

    await dialogue.workspace.until(lambda: "It exports PDF. [1](" in message.shown)


@on_shared_sqlite_bot
async def test_regenerating_takes_nothing_in(dialogue: Dialogue, model: ScriptedModel) -> None:
    """A message that comes meanwhile is answered once, in its own turn."""
    await set_here(dialogue, "memory on")
    model.answer("I see.")
    ts = dialogue.mention(LAUNCH)
    await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    (message,) = dialogue.answers(dialogue.general, ts)
    gate = asyncio.Event()
    model.answer("One moment.", gate, REMEMBER)
    model.answer("Noted.")
    model.answer("For everyone, too.", to="for everyone")

    await dialogue.workspace.press(message, next(buttons(message.blocks))["action_id"])
    await model.until_asked(2)
    dialogue.mention("for everyone, please", thread_ts=ts)
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE kind = 'message' AND status = 0")
    gate.set()
    await dialogue.answer(dialogue.general, ts, 2)
    await dialogue.until_idle()

    assert "everyone" not in str(model.requests[2].body["messages"])
    assert "took in" not in message.shown
    assert len(model.requests) == 4


@on_shared_sqlite_bot
async def test_words_to_colleagues_do_not_join(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "memory on", "answers mention")
    gate = asyncio.Event()
    model.answer("One moment.", gate, REMEMBER)
    model.answer("Noted.")

    ts = dialogue.mention(LAUNCH)
    await model.until_asked()
    dialogue.workspace.say(dialogue.general, "lunch at noon?", thread_ts=ts)
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE kind = 'message' AND status = 0")
    gate.set()
    shown = await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()

    assert "took in" not in shown
    assert "lunch" not in str(model.requests[1].body)
    assert ("lunch at noon?",) in await dialogue.rows("SELECT text FROM messages")


@BOTH_DATABASES
async def test_finished_rounds_are_paid_once(stage: Dialogue, model: ScriptedModel) -> None:
    """The process is stopped in the second round; the next one goes on there, and notes nothing twice."""
    stage.environ["SHUTDOWN_GRACE"] = "0"
    async with stage.bot():
        await set_here(stage, "memory on")
        model.answer("One moment.", REMEMBER)
        model.answer("It is ", asyncio.Event(), "never.")
        ts = stage.mention(LAUNCH)
        await model.until_asked(2)
    model.answer("Noted.")
    async with stage.bot():
        await stage.workspace.until(lambda: any("Noted." in one.shown for one in stage.answers(stage.general, ts)))
        await stage.until_idle()
    assert len(model.requests) == 3
    assert stage.answers(stage.general, ts)[-1].shown == "One moment.\n\nNoted."
    assert await stage.rows("SELECT text FROM notes") == [("the launch is on May 2",)]
    assert await stage.rows("SELECT tool, state FROM tool_calls") == [("remember", "done")]


@on_shared_sqlite_bot
async def test_notes_after_a_search_are_offered(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Where the web is on, what the asker wants noted is noted at once; behind a search, it may be a page's wish."""
    await set_here(dialogue, "memory on", "web on")
    for day, before in (("May 2", ()), ("May 3", (Search("Lumenpad export"),))):
        model.answer(*before, ToolUse("remember", {"text": f"the launch is on {day}"}))
        model.answer("Done.")
        await dialogue.answer(dialogue.general, dialogue.mention(f"remember that the launch is on {day}"))
        await dialogue.until_idle()
    assert [asked.tool_results[0].text.split('"')[3] for asked in model.requests[1::2]] == ["noted", "offered"]


@on_shared_sqlite_bot
async def test_a_small_budget_leaves_the_web_out(dialogue: Dialogue, model: ScriptedModel) -> None:
    await set_here(dialogue, "web on", "channel_budget 0.1")
    model.answer("As far as I know, it exports PDF.")

    shown = await dialogue.answer(dialogue.general, dialogue.mention("what does Lumenpad export?"))

    assert shown.startswith("As far as I know, it exports PDF.")
    assert "I answered without the web, because a search may cost more than the budget allows." in shown
    assert "web_search" not in model.requests[0].tools
