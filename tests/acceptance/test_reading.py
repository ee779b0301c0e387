"""Reading of others' threads: page by page, kept as it comes, told truly where it breaks off, and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.slack.manifest import SCOPES
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_context import long_ago, reads, told, until_stored
from tests.support.clock import turn_clock

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

READ = "conversations.replies"
KEY = "The signing key expires on Friday, who rotates it?"


def others_thread(stage: Dialogue, replies: int) -> str:
    """Let others begin a thread of so many replies, and return its ts."""
    root = stage.workspace.say(stage.general, KEY, user=stage.workspace.sam)
    texts = [f"Reply number {number}." for number in range(1, replies + 1)]
    stage.workspace.fill(stage.general, texts, users=[stage.workspace.ada], thread_ts=root, ago=600, apart=0.5)
    return root


def asked_behind(stage: Dialogue) -> list[str]:
    """Return behind which message each page of a reading was asked for."""
    pages = [call.arguments for call in stage.workspace.calls if call.method == READ and "latest" in call.arguments]
    return [str(page.get("oldest", "")) for page in pages]


@BOTH_DATABASES
async def test_a_call_without_words_is_answered(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = others_thread(dialogue, 1)
    model.answer("Ada could.")
    dialogue.mention("", thread_ts=root)
    assert await dialogue.answer(dialogue.general, root) == "Ada could.\n\n_I read the 2 messages before this one._"
    assert KEY in told(model.requests[0])
    assert "I mentioned you and said nothing else" in told(model.requests[0])
    model.answer("On Friday.")
    dialogue.mention("when does it expire?", thread_ts=root)
    assert await dialogue.answer(dialogue.general, root, 2) == "On Friday."
    assert KEY in told(model.requests[1])
    assert reads(dialogue) == 1


async def test_a_call_at_the_top_is_greeted(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention("")
    assert (await dialogue.answer(dialogue.general, ts)).startswith("Hello! Ask me anything")
    assert model.requests == []


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ({"error": "not_in_channel"}, "I'm not in this channel; invite me with `/invite`"),
        ({"error": "missing_scope"}, "I lack a permission to read here, which your administrator can add"),
        ({"error": "thread_not_found"}, "it is no longer there"),
        ({"error": "method_not_supported"}, "the request was refused; my log says why"),
        ({"retry_after": 120}, "I can't read on for another 120 seconds"),
        ({"status": 500, "times": 3}, "it could not be fetched just now"),
    ],
)
async def test_a_failed_reading_is_tried_again(
    dialogue: Dialogue, model: ScriptedModel, failure: dict[str, Any], reason: str
) -> None:
    root = others_thread(dialogue, 1)
    dialogue.workspace.fail(READ, **failure)
    model.answer("Which one?")
    dialogue.mention("whose turn is it?", thread_ts=root)
    sentence = f"I could not read the earlier messages here: {reason}. I answered only this message."
    assert sentence in await dialogue.answer(dialogue.general, root)
    model.answer("Ada.")
    dialogue.mention("and now?", thread_ts=root)
    told_so = "I read the rest of this thread, 2 messages in all."
    assert await dialogue.answer(dialogue.general, root, 2) == f"Ada.\n\n_{told_so}_"
    first, second = told(model.requests[0]), told(model.requests[1])
    assert KEY not in first
    assert second.index(KEY) < second.index("Reply number 1.") < second.index("whose turn is it?")
    assert second.count("whose turn is it?") == second.count("Which one?") == 1


async def test_a_call_without_words_fails_truly(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = others_thread(dialogue, 1)
    dialogue.workspace.change_rules(scopes=frozenset(SCOPES) - {"channels:history", "groups:history", "im:history"})
    dialogue.mention("", thread_ts=root)
    answer = await dialogue.answer(dialogue.general, root)
    assert answer.startswith("Hello!")
    assert "I could not read the earlier messages here: I lack a permission to read here" in answer
    dialogue.workspace.change_rules(scopes=frozenset(SCOPES))
    model.answer("Sam asks who.")
    dialogue.mention("", thread_ts=root)
    assert "I read the rest of this thread" in await dialogue.answer(dialogue.general, root, 2)
    assert KEY in told(model.requests[0])


@BOTH_DATABASES
async def test_a_slow_thread_is_read_in_parts(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["TAKEOVER_AFTER"] = "300"  # else the clock would be turned by more than a claim lasts
    workspace, general = stage.workspace, stage.general
    async with stage.bot():
        workspace.change_rules(history_page=15)
        root = others_thread(stage, 40)
        shown: list[str] = []
        workspace.workspace.observe(lambda _: shown.extend(m.shown for m in workspace.thread(general, root)[-1:]))
        workspace.api.faults[READ].clear()
        workspace.fail(READ, retry_after=31, after=1)  # which is waited for
        workspace.fail(READ, retry_after=60, after=1)  # which takes too long
        model.answer("Up to 28.")
        stage.mention("what happened?", thread_ts=root)
        sentence = "I could read only the first 29 messages of this thread: I can't read on for another 60 seconds."
        waiting = "Reading this thread: 15 messages so far; I can continue in 31 seconds"
        await workspace.until(lambda: any(waiting in text for text in shown))
        turn_clock(31)
        await workspace.until(lambda: stage.answers(general, root) and model.requests)
        await workspace.until(lambda: sentence in stage.answers(general, root)[0].shown)
        assert "Reply number 28." in told(model.requests[0])
        assert "Reply number 29." not in told(model.requests[0])
        model.answer("Up to 40.")
        stage.mention("and then?", thread_ts=root)
        rest = "I read the rest of this thread, 41 messages in all."
        assert await stage.answer(general, root, 2) == f"Up to 40.\n\n_{rest}_"
        asked = told(model.requests[1])
        places = [asked.index(words) for words in (KEY, "number 28.", "number 29.", "number 40.", "what happened?")]
        assert places == sorted(places)
        assert asked.count("number 28.") == asked.count("what happened?") == 1
        model.answer("Nothing.")
        stage.mention("anything else?", thread_ts=root)
        assert await stage.answer(general, root, 3) == "Nothing."


@BOTH_DATABASES
async def test_a_stopped_bot_reads_on_where_it_was(stage: Dialogue, model: ScriptedModel) -> None:
    workspace, general = stage.workspace, stage.general
    stage.environ["SHUTDOWN_GRACE"] = "0"
    workspace.change_rules(history_page=15)
    root = others_thread(stage, 40)
    workspace.fail(READ, retry_after=60, after=1)
    async with stage.bot():
        stage.mention("what happened?", thread_ts=root)
        await workspace.until(lambda: reads(stage) == 2)
    workspace.deliveries.transport = workspace.sockets
    model.answer("All of it.")
    async with stage.bot():
        answer = "All of it.\n\n_I read the rest of this thread, 41 messages in all._"
        await workspace.until(lambda: answer in [m.shown for m in stage.answers(general, root)], 30)
    page = workspace.thread(general, root)[14].ts
    assert asked_behind(stage)[:3] == ["", "", page]
    assert "Reply number 40." in told(model.requests[0])


async def test_all_parts_of_an_answer_are_known(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = others_thread(dialogue, 1)
    model.answer("\n\n".join(f"Paragraph {number}. " + "All work and no play. " * 40 for number in range(20)))
    dialogue.mention("write at length", thread_ts=root)
    await dialogue.answer(dialogue.general, root, 2)
    dialogue.workspace.say_as_app(dialogue.general, "Deployed.", thread_ts=root)
    await until_stored(dialogue, "Deployed.")
    await dialogue.until_idle()
    await long_ago(dialogue)
    model.answer("Work.")
    dialogue.mention("in one word", thread_ts=root)
    assert await dialogue.answer(dialogue.general, root, 3) == "Work."
    asked = told(model.requests[1])
    assert [asked.count(f"Paragraph {number}.") for number in range(20)] == [1] * 20
    assert reads(dialogue) == 2


async def test_our_app_is_known_under_another_name(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace, general = dialogue.workspace, dialogue.general
    root = workspace.say(general, KEY, user=workspace.sam)
    deploys = workspace.workspace.deploys
    former = type(deploys)(
        **{**_fields(deploys), "id": "U0FORMER", "bot_id": "B0FORMER", "app_id": workspace.bot.app_id}
    )
    workspace.workspace.users[former.id] = former
    workspace.say_as_app(general, "I said so before the new installation.", app=former, thread_ts=root)
    workspace.say_as_app(general, "Deployed.", thread_ts=root)
    model.answer("Yes.")
    dialogue.mention("did you?", thread_ts=root)
    await dialogue.answer(general, root)
    roles = [(turn["role"], str(turn["content"])) for turn in model.requests[0].body["messages"]]
    assert [role for role, _ in roles] == ["user", "assistant", "user"]
    assert "before the new installation" in roles[1][1]
    assert "Deployed." in roles[2][1]


def _fields(record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}  # type: ignore[attr-defined]
