"""Commands by word of mouth: said after a mention, in channels, in threads, in direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.channel_reader import HIDDEN, NO_THREAD
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.elements import buttons
from bot.playground.slack.records import MessageRecord
from tests.acceptance.conftest import on_shared_bot, on_shared_sqlite_bot
from tests.acceptance.test_access import told
from tests.acceptance.test_classify import entry
from tests.acceptance.test_code import AREA, block, settled
from tests.acceptance.test_summarize import FOUND, findings, given, is_whole, point, summary, talk
from tests.acceptance.test_triage import card, judged, parley, post, results, support
from tests.acceptance.test_whom import choose, nothing_more

if TYPE_CHECKING:
    from bot.playground.slack.wire import Json
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

ON_ONE_BOT = pytest.mark.asyncio(loop_scope="module")


def thread_of_others(dialogue: Dialogue) -> str:
    """Let people talk in a thread; return its ts."""
    local = dialogue.workspace
    root = local.say(dialogue.general, "When do we ship?", user=local.ada)
    local.say(dialogue.general, "On Friday, not on Monday.", user=local.sam, thread_ts=root)
    return root


def named(button: Json) -> str:
    """Return the name of a button's action; buttons of one name are numbered."""
    return str(button["action_id"]).partition(".")[0]


async def heard(dialogue: Dialogue, ts: str, number: int = 1, *, channel: str = "") -> str:
    """Wait for the bot's n-th whole message in a thread, by default of #general."""

    def said() -> list[str]:
        return [one.shown for one in dialogue.answers(channel or dialogue.general, ts) if is_whole(one)]

    await dialogue.workspace.until(lambda: len(said()) >= number)
    return said()[number - 1]


def posted(dialogue: Dialogue) -> list[str]:
    """Return what the bot has said in #general, threads included."""
    messages = dialogue.workspace.workspace.messages(dialogue.general)
    return [one.shown for one in messages if one.user == dialogue.workspace.bot.id]


@on_shared_bot
async def test_a_thread_is_summarized_where_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = thread_of_others(dialogue)
    model.answer(FOUND)
    dialogue.mention("summarize this thread", thread_ts=root)
    shown = await heard(dialogue, root)
    assert shown.startswith("**This thread**\nThe launch moved to Friday. [1](")
    assert "\n_2 messages from 2 people; " in shown
    assert [one["text"] for one in given(model)] == ["When do we ship?", "On Friday, not on Monday."]
    assert dialogue.workspace.ephemerals() == []
    model.answer("Ships Friday.")
    dialogue.workspace.say(dialogue.general, "thanks!", user=dialogue.workspace.sam, thread_ts=root)
    dialogue.mention("shorter, please", thread_ts=root)
    assert await heard(dialogue, root, 2) == "Ships Friday."
    asked = "\n".join(str(turn["content"]) for turn in model.requests[1].body["messages"])
    for words in ("When do we ship?", "/summarize this thread", "The launch moved to Friday.", "shorter, please"):
        assert words in asked


@on_shared_bot
async def test_this_channel_is_summarized_in_public(dialogue: Dialogue, model: ScriptedModel) -> None:
    talk(dialogue)
    model.answer(FOUND)
    ts = dialogue.mention("please summarize this channel since yesterday")
    shown = await heard(dialogue, ts)
    assert shown.startswith("**#general, since yesterday")
    assert "_3 messages from 2 people._" in shown
    (answered,) = dialogue.answers(dialogue.general, ts)
    assert [named(button) for button in buttons(answered.blocks)] == [
        "summary_shorter",
        "summary_longer",
        "summary_actions",
        "summary_again",
        "rate",
        "rate",
    ]
    model.answer("Ships Friday.")
    dialogue.workspace.say(dialogue.general, "shorter, please", thread_ts=ts)
    assert await heard(dialogue, ts, 2) == "Ships Friday."
    turns = [str(turn["content"]) for turn in model.requests[1].body["messages"]]
    assert turns[0] == "/summarize this channel since yesterday"
    assert "The launch moved to Friday." in turns[1]


@on_shared_sqlite_bot
@pytest.mark.parametrize("typed", ["<#{id}|sales>", "<#{id}|>", "<#{id}>", "#sales"])
async def test_another_channels_summary_is_private(dialogue: Dialogue, model: ScriptedModel, typed: str) -> None:
    local = dialogue.workspace
    sales = local.workspace.add_channel("sales", members=[local.me.id, local.sam.id, local.bot.id])
    talk(dialogue, sales.id)
    model.answer(FOUND)
    dialogue.mention(f"summarize {typed.format(id=sales.id)} 7d short")
    assert (await summary(dialogue)).shown.startswith("**#sales, 7d**\nThe launch moved to Friday. [1](")
    assert "a direct message" in await dialogue.whisper()
    assert posted(dialogue) == []


@on_shared_sqlite_bot
async def test_a_channel_of_others_is_refused(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    club = local.workspace.add_channel("club", members=[local.ada.id, local.bot.id])
    dialogue.mention(f"summarize <#{club.id}|club> 7d")
    assert "You aren't in #club" in await dialogue.whisper()
    dialogue.mention("summarize #nowhere 7d")
    assert "I don't know of a channel #nowhere" in await dialogue.whisper(2)
    dialogue.mention("summarize this thread")
    assert await dialogue.whisper(3) == NO_THREAD
    assert posted(dialogue) == []
    assert model.requests == []


@on_shared_bot
async def test_a_direct_message_is_answered_there(dialogue: Dialogue, model: ScriptedModel) -> None:
    talk(dialogue)
    model.answer(FOUND)
    ts = dialogue.workspace.say(dialogue.direct, f"summarize <#{dialogue.general}|general> 24h")
    assert (await heard(dialogue, ts, channel=dialogue.direct)).startswith("**#general, 24h**")
    ts = dialogue.workspace.say(dialogue.direct, "usage")
    assert (await dialogue.answer(dialogue.direct, ts)).startswith("**Your usage, last 7 days**")
    pane = dialogue.workspace.workspace.post(MessageRecord(dialogue.direct, dialogue.workspace.bot.id, "Hi.")).ts
    dialogue.workspace.say(dialogue.direct, "help with budgets", thread_ts=pane)
    assert (await dialogue.answer(dialogue.direct, pane, 2)).startswith("`/parley budget` opens")
    ts = dialogue.workspace.say(dialogue.direct, "/parley triage secret")
    assert "Webhooks are signed with" in await dialogue.whisper()
    assert dialogue.answers(dialogue.direct, ts) == []


@on_shared_bot
async def test_a_thread_is_classified_where_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = thread_of_others(dialogue)
    model.answer({"results": [entry(1, "Question"), entry(2, "Answer")]})
    dialogue.mention("classify this thread into Question, Answer", thread_ts=root)
    shown = await heard(dialogue, root)
    assert "1. Question - When do we ship?" in shown
    assert "2. Answer - On Friday, not on Monday." in shown
    assert "3." not in shown
    await dialogue.until_idle()
    model.answer({"results": [entry(1, "Question"), entry(2, "Answer")]})
    dialogue.mention("classify this thread into Question, Answer", thread_ts=root)
    assert "3." not in await heard(dialogue, root, 2)
    await nothing_more(dialogue, model)
    rows = await dialogue.rows("SELECT began_with_bot FROM threads WHERE channel LIKE 'C%'")
    assert [bool(row[0]) for row in rows] == [False]


@on_shared_sqlite_bot
async def test_a_channel_is_classified_by_words(dialogue: Dialogue, model: ScriptedModel) -> None:
    talk(dialogue)
    model.answer({"results": [entry(1, "Question"), entry(2, "Answer"), entry(3, "Answer")]})
    ts = dialogue.mention(f"classify <#{dialogue.general}|general> 24h into Question, Answer")
    assert "1. Question - When do we ship?" in await heard(dialogue, ts)


@on_shared_sqlite_bot
async def test_code_is_asked_for_by_words(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(AREA))
    ts = dialogue.mention("code: a function for the area of a circle")
    assert "Code saved to area.py" in await heard(dialogue, ts)
    await settled(dialogue)
    assert [file.name for file in dialogue.workspace.files()] == ["area.py"]


@on_shared_sqlite_bot
async def test_private_code_is_seen_by_one(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(AREA))
    dialogue.mention("/code a function for the area of a circle --private")
    assert "Code saved to area.py in our direct messages" in await dialogue.whisper()
    assert posted(dialogue) == []


@on_shared_sqlite_bot
async def test_open_feedback_is_told_in_private(dialogue: Dialogue, model: ScriptedModel) -> None:
    dialogue.mention(f"what's open in <#{support(dialogue)}|support-feedback>?")
    assert (await dialogue.whisper()).startswith("Triage is off in #support-feedback, so I don't track what is open")
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    ts = post(dialogue)
    await card(dialogue, ts, "Bug report")
    seen = len(dialogue.workspace.ephemerals())
    dialogue.mention(f"what's open in <#{support(dialogue)}|support-feedback>?")
    shown = await dialogue.whisper(seen + 1)
    assert shown.startswith(
        "**1 open post in #support-feedback**, 0 of them taken:\n- **High, Bug report**: Summary 1 (["
    )
    assert (await parley(dialogue, "open")).startswith("**1 open post in #support-feedback**")
    assert (await parley(dialogue, "triage report")).startswith(f"Triage is on in <#{support(dialogue)}>.")
    asked = f"trends <#{support(dialogue)}|support-feedback> 14d"
    trends = f"**Feedback from the last 14 days** in <#{support(dialogue)}>: 1 post, and 0 in the 14 days before."
    for is_typed in (True, False):
        seen = len(dialogue.workspace.ephemerals())
        if is_typed:
            await dialogue.workspace.command(dialogue.general, "/parley", asked)
        else:
            dialogue.mention(asked)
        assert (await dialogue.whisper(seen + 1)).startswith(trends)
    assert posted(dialogue) == []


@on_shared_sqlite_bot
async def test_trends_of_hidden_channels_stay_hidden(dialogue: Dialogue) -> None:
    local = dialogue.workspace
    secret = local.workspace.add_channel("merger", members=[local.sam.id, local.bot.id], is_private=True)
    await local.command(dialogue.general, "/parley", f"trends <#{secret.id}|merger> 14d")
    assert await dialogue.whisper() == HIDDEN
    await local.command(dialogue.general, "/parley", "trends #nowhere 14d")
    assert (await dialogue.whisper(2)).startswith("I don't know of a channel #nowhere.")


@ON_ONE_BOT
@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("help", "Mention @Parley, or write to me directly."),
        ("help with budgets", "`/parley budget` opens a form with the budgets here"),
        ("settings", "Settings for <#"),
        ("usage", "**Your usage, last 7 days**"),
        ("forget everything", "`/parley forget me` erases"),
        ("/parley nonsense", "I don't know `nonsense`. See `/parley help`."),
        ("/sumarize 7d", "I don't know `sumarize`. Did you mean `/summarize`?"),
        ("summarize", "Type `/summarize` and what I should read:"),
        ("classify", "Type `/classify` and what to sort:"),
        ("/classify #nowhere 7d", "I don't know of a channel #nowhere"),
    ],
)
async def test_what_is_private_is_not_posted(standing: Dialogue, words: str, begins: str) -> None:
    seen = len(standing.workspace.ephemerals())
    standing.mention(words)
    assert (await standing.whisper(seen + 1)).startswith(begins)
    assert posted(standing) == []


@on_shared_sqlite_bot
async def test_what_is_for_claude_goes_there(dialogue: Dialogue, model: ScriptedModel) -> None:
    for number, words in enumerate(("help me write a mail", "summarize the plot of Hamlet", "forget it"), start=1):
        model.answer("Gladly.", to=words)
        assert await dialogue.answer(dialogue.general, dialogue.mention(words)) == "Gladly."
        assert len(model.requests) == number


@on_shared_bot
async def test_a_command_that_is_off_stays_off(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    await choose(dialogue, dialogue.general, commands_off=["summarize", "code"])
    root = thread_of_others(dialogue)
    dialogue.mention("summarize this thread", thread_ts=root)
    assert "`/summarize` is turned off here" in await dialogue.whisper()
    local.say(support(dialogue), f"<@{local.bot.id}> settings", user=local.gia)
    assert "Guests can't use me here" in await told(dialogue, local.gia, "Guests")
    local.say(support(dialogue), f"<@{local.bot.id}> forget me", user=local.gia)
    assert "There is nothing left to erase" in await told(dialogue, local.gia, "nothing left")
    assert posted(dialogue) == []
    assert model.requests == []


@on_shared_sqlite_bot
async def test_a_used_up_budget_is_told_in_private(dialogue: Dialogue, model: ScriptedModel) -> None:
    await choose(dialogue, dialogue.general, person_budget=0.0001)
    root = thread_of_others(dialogue)
    dialogue.mention("summarize this thread", thread_ts=root)
    assert "Your budget for today" in await dialogue.whisper()
    await dialogue.until_idle()
    assert posted(dialogue) == []
    assert model.requests == []


@on_shared_bot
async def test_it_is_answered_once_and_in_order(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = thread_of_others(dialogue)
    model.answer(MessagesApiError(529, "Overloaded"))
    model.answer(findings(gist=[point("They ship on Friday.", "m2")]))
    model.answer("As said.")
    dialogue.mention("summarize this thread", thread_ts=root)
    dialogue.mention("and who decided?", thread_ts=root)
    assert "They ship on Friday." in await heard(dialogue, root)
    assert await heard(dialogue, root, 2) == "As said."
    for delivery in list(dialogue.workspace.deliveries.log):
        dialogue.workspace.redeliver(delivery.event_id)
    await settled(dialogue)
    assert len(dialogue.answers(dialogue.general, root)) == 2


@on_shared_sqlite_bot
async def test_only_the_asker_uses_its_buttons(dialogue: Dialogue, model: ScriptedModel) -> None:
    local, root = dialogue.workspace, thread_of_others(dialogue)
    model.answer(FOUND)
    dialogue.mention("summarize this thread", thread_ts=root)
    await heard(dialogue, root)
    (answered,) = dialogue.answers(dialogue.general, root)
    (shorter, *_) = (one["action_id"] for one in buttons(answered.blocks) if named(one) == "summary_shorter")
    await local.press(answered, shorter, user=local.sam)
    assert "Only the person who asked" in await told(dialogue, local.sam, "Only the person")
    model.answer(findings(gist=[point("Friday.", "m2")]))
    await local.press(answered, shorter)
    assert "Friday. [1](" in await heard(dialogue, root, 2)
