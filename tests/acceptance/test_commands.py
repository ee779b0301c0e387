"""The slash commands, through the real wire; the reference cases with the rehearsal model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.playground.anthropic.reply import MessageStop
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue, Transport
    from tests.support.scripted import ScriptedModel

HAMLET = (
    "\"To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer The slings and arrows of "
    'outrageous fortune, Or to take arms against a sea of troubles And by opposing end them."'
)
CIRCLE = "Write a Python function to calculate circle area. Handle negative inputs."
COMPLAINTS = (
    "My app crashes when I try to upload a photo",
    "I forgot my password and cannot log in",
    "The app feels very slow after the update",
)
CATEGORIES = ("Bug report", "Account issue", "Performance issue")
LISTING = (
    "1. Bug report - My app crashes when I try to upload a photo\n"
    "2. Account issue - I forgot my password and cannot log in\n"
    "3. Performance issue - The app feels very slow after the update"
)


def entry(item: int, category: str) -> dict[str, object]:
    """Make a result of the classifying model's answer."""
    return {"n": item, "c": category, "p": 90, "q": ""}


def command_thread(dialogue: Dialogue, channel: str) -> list[MessageRecord]:
    """Return the thread that the bot opened last in a channel."""
    roots = [
        message
        for message in dialogue.workspace.workspace.messages(channel)
        if message.user == dialogue.workspace.bot.id and not message.thread_ts
    ]
    return dialogue.workspace.thread(channel, roots[-1].ts) if roots else []


async def command_answer(dialogue: Dialogue, channel: str) -> str:
    """Wait for the answer in the thread that a command opened; return its text."""

    def answers() -> list[MessageRecord]:
        return [message for message in command_thread(dialogue, channel)[1:] if message.shown and not message.streaming]

    await dialogue.workspace.until(answers)
    return next(message.shown for message in answers() if not message.files)


@BOTH_DATABASES
async def test_a_text_is_summarized_with_themes(rehearsal: Dialogue) -> None:
    reply = await rehearsal.workspace.command(rehearsal.general, "/summarize", f"{HAMLET} as a literary analyst")
    assert reply.status == 200
    answer = await command_answer(rehearsal, rehearsal.general)
    assert "Summary" in answer
    assert "themes" in answer
    assert "not Claude" in answer


@BOTH_DATABASES
async def test_code_is_shown_and_saved(rehearsal: Dialogue) -> None:
    await rehearsal.workspace.command(rehearsal.general, "/code", CIRCLE)
    answer = await command_answer(rehearsal, rehearsal.general)
    assert "def circle_area" in answer
    assert "Code saved to circle_area.py" in answer
    (file,) = rehearsal.workspace.files()
    assert file.name == "circle_area.py"
    namespace: dict[str, object] = {}
    exec(compile(file.content or b"", file.name, "exec"), namespace)  # noqa: S102 - a template of this repository
    assert callable(namespace["circle_area"])


@BOTH_DATABASES
async def test_messages_are_classified(rehearsal: Dialogue) -> None:
    lines = "\n".join(COMPLAINTS)
    await rehearsal.workspace.command(rehearsal.general, "/classify", f"{lines}\ninto: {', '.join(CATEGORIES)}")
    assert await command_answer(rehearsal, rehearsal.general) == LISTING


@on_shared_bot
async def test_a_role_reaches_the_model(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** He hesitates.\n\n**Key themes** Action.")
    await dialogue.workspace.command(dialogue.general, "/summarize", f"{HAMLET} as a literary analyst")
    assert "He hesitates" in await command_answer(dialogue, dialogue.general)
    (asked,) = model.requests
    text = asked.body["messages"][0]["content"]
    assert text.startswith("Summarize the text in this document, as a literary analyst.")
    document = json.loads(text.split("<document>")[1].split("</document>")[0])
    assert document == {"text": HAMLET}


@on_shared_bot
async def test_only_given_categories_can_come_back(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer({"results": [entry(n, category) for n, category in enumerate(CATEGORIES, start=1)]})
    typed = "\n".join(COMPLAINTS) + f"\ninto: {', '.join(CATEGORIES)}"
    await dialogue.workspace.command(dialogue.general, "/classify", typed)
    assert await command_answer(dialogue, dialogue.general) == LISTING
    schema = json.dumps(model.requests[0].body["output_config"]["format"]["schema"])
    assert json.dumps(list(CATEGORIES))[1:-1] in schema


@on_shared_bot
async def test_an_item_left_out_is_asked_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer({"results": [entry(1, "Bug report"), entry(3, "performance ISSUE")]})
    model.answer({"results": [entry(2, "Account issue"), entry(1, "Account issue")]})
    typed = "\n".join(COMPLAINTS) + f"\ninto: {', '.join(CATEGORIES)}"
    await dialogue.workspace.command(dialogue.general, "/classify", typed)
    assert await command_answer(dialogue, dialogue.general) == LISTING


@on_shared_bot
async def test_an_item_never_sorted_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer({"results": [entry(1, "Bug report")]})
    model.answer({"results": []})
    await dialogue.workspace.command(dialogue.general, "/classify", "it crashes\nit sings\ninto: Bug report, Praise")
    answer = await command_answer(dialogue, dialogue.general)
    assert answer.startswith("1. Bug report - it crashes\n2. Unclassified - it sings\n")
    assert "1 of 2 got no category" in answer


@BOTH_DATABASES
async def test_commands_answer_over_both_transports(
    stage: Dialogue, model: ScriptedModel, transport: Transport
) -> None:
    model.answer("**Summary** Short.")
    async with stage.bot(transport):
        reply = await stage.workspace.command(stage.general, "/summarize", "A long text.")
        assert reply.text == ""
        assert await command_answer(stage, stage.general) == "**Summary** Short."
    root = command_thread(stage, stage.general)[0]
    assert "asked `/summarize`" in root.shown
    assert "> A long text." in root.shown


@on_shared_bot
async def test_a_command_can_be_followed_up(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** Short.")
    await dialogue.workspace.command(dialogue.general, "/summarize", "A long text.")
    await command_answer(dialogue, dialogue.general)
    root = command_thread(dialogue, dialogue.general)[0]
    model.answer("Even shorter.")
    dialogue.workspace.say(dialogue.general, "shorter, please", thread_ts=root.ts)
    await dialogue.workspace.until(lambda: command_thread(dialogue, dialogue.general)[-1].shown == "Even shorter.")
    turns = [turn["content"] for turn in model.requests[1].body["messages"]]
    assert turns == ["/summarize A long text.", "**Summary** Short.", "shorter, please"]


@on_shared_bot
async def test_private_answers_are_seen_by_one(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** Secret.")
    reply = await dialogue.workspace.command(dialogue.general, "/summarize", "--private A long text.")
    assert "Only you" in reply.text
    await dialogue.workspace.until(lambda: "Secret" in dialogue.workspace.ephemerals()[-1].shown)
    assert command_thread(dialogue, dialogue.general) == []
    assert "A long text." in model.requests[0].body["messages"][0]["content"]
    assert "--private" not in model.requests[0].body["messages"][0]["content"]


@on_shared_bot
async def test_a_private_summary_tells_how_to_go_on(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** Half of", MessageStop("max_tokens"))
    await dialogue.workspace.command(dialogue.general, "/summarize", "--private A long text.")
    await dialogue.workspace.until(lambda: "length limit" in dialogue.workspace.ephemerals()[-1].shown)
    shown = dialogue.workspace.ephemerals()[-1].shown
    assert "Ask for it in our direct messages" in shown
    assert "continue" not in shown


@on_shared_bot
async def test_private_code_is_saved_in_direct_messages(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\n# area.py\ndef area() -> None: ...\n```")
    await dialogue.workspace.command(dialogue.general, "/code", "an area function --private")
    await dialogue.workspace.until(lambda: "saved to area.py" in dialogue.workspace.ephemerals()[-1].shown)
    (file,) = dialogue.workspace.files()
    assert [channel for channel, _ in file.shares] == [dialogue.direct]


@on_shared_bot
async def test_an_empty_command_gets_its_usage(dialogue: Dialogue, model: ScriptedModel) -> None:
    for name in ("summarize", "classify", "code"):
        reply = await dialogue.workspace.command(dialogue.general, f"/{name}", "   ")
        assert f"`/{name}`" in reply.text
    assert model.requests == []
    assert command_thread(dialogue, dialogue.general) == []


@on_shared_bot
async def test_a_single_category_is_no_choice(dialogue: Dialogue) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/classify", "it crashes into: Bug report")
    assert "at least two categories" in reply.text


@on_shared_bot
async def test_a_foreign_channel_asks_for_an_invitation(dialogue: Dialogue) -> None:
    secret = dialogue.workspace.workspace.add_channel("secret", members=[dialogue.workspace.me.id])
    await dialogue.workspace.command(secret.id, "/summarize", "A long text.")
    assert "/invite" in await dialogue.whisper()


@on_shared_bot
async def test_each_purpose_has_its_own_limit(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** Short.")
    await dialogue.workspace.command(dialogue.general, "/summarize", "A long text.")
    await command_answer(dialogue, dialogue.general)
    model.answer("No code needed.")
    await dialogue.workspace.command(dialogue.general, "/code", "nothing")
    await dialogue.workspace.until(lambda: len(model.requests) == 2)
    limits = [asked.body["max_tokens"] for asked in model.requests]
    systems = [asked.body["system"][0]["text"] for asked in model.requests]
    assert limits == [2000, 8000]
    assert systems[0] != systems[1]
