"""Code through the real wire: written, checked, saved, and gone on with in its thread."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.db.engine import Database
from bot.playground.anthropic.reply import MessageStop, ThinkingDelta
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.elements import buttons
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot, on_shared_sqlite_bot

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

AREA = "# area.py\ndef area(r):\n    return 3 * r * r"
BETTER = "# area.py\nfrom math import pi\n\n\ndef area(r):\n    return pi * r * r"
BROKEN = "# area.py\ndef area(r:\n    return 3 * r * r"


def block(code: str, tag: str = "python") -> str:
    return f"```{tag}\n{code}\n```"


def thread(dialogue: Dialogue) -> list[MessageRecord]:
    """Return the thread that the bot opened last in #general."""
    messages = dialogue.workspace.workspace.messages(dialogue.general)
    roots = [m for m in messages if m.user == dialogue.workspace.bot.id and not m.thread_ts]
    return dialogue.workspace.thread(dialogue.general, roots[-1].ts) if roots else []


def answers(dialogue: Dialogue) -> list[MessageRecord]:
    """Return what the bot has said in that thread, files aside."""
    ours = [m for m in thread(dialogue)[1:] if m.user == dialogue.workspace.bot.id]
    return [m for m in ours if m.shown and not m.files and not m.streaming]


async def settled(dialogue: Dialogue) -> None:
    """Wait until all that was said and typed has been worked off."""
    await dialogue.workspace.until(lambda: all(delivery.is_over for delivery in dialogue.workspace.deliveries.log))
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE status < 2", lambda rows: not rows)


async def answer(dialogue: Dialogue, number: int = 1) -> str:
    """Wait for the bot to be done; return its n-th answer there."""
    await settled(dialogue)
    assert len(answers(dialogue)) == number
    return answers(dialogue)[-1].shown


def files(dialogue: Dialogue) -> dict[str, list[str]]:
    """Return what was saved, by name, oldest first."""
    saved: dict[str, list[str]] = {}
    for file in dialogue.workspace.files():
        saved.setdefault(file.name, []).append(file.text)
    return saved


async def ask(dialogue: Dialogue, model: ScriptedModel, request: str, *written: str) -> str:
    """Ask for code that the model writes so; return the answer."""
    for one in written:
        model.answer(one)
    await dialogue.workspace.command(dialogue.general, "/code", request)
    return await answer(dialogue)


async def go_on(dialogue: Dialogue, model: ScriptedModel, words: str, written: str, **more: Any) -> str:
    """Say something in the thread, which the model answers so; return the answer."""
    number = len(answers(dialogue)) + 1
    model.answer(written)
    dialogue.workspace.say(dialogue.general, words, thread_ts=thread(dialogue)[0].ts, **more)
    return await answer(dialogue, number)


def asked(model: ScriptedModel, number: int = -1) -> str:
    """Return the newest turn of a request to the model."""
    return str(model.requests[number].body["messages"][-1]["content"])


@on_shared_bot
async def test_a_language_can_come_first(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "Go web server", block("// server.go\npackage main\n", "go"))
    assert '"language": "Go", "text": "Go web server"' in asked(model)
    assert "Code saved to server.go\n\n_Checked for syntax, not run._" in shown


@on_shared_bot
async def test_the_channels_language_is_told(dialogue: Dialogue, model: ScriptedModel) -> None:
    await dialogue.workspace.command(dialogue.general, "/parley", "set code_language ts")
    assert "*TypeScript*" in await dialogue.whisper()
    await ask(dialogue, model, "a web server", block("// a.ts\nlet a = 1;", "ts"))
    assert '"usual_language": "TypeScript", "text": "a web server"' in asked(model)


@on_shared_bot
async def test_a_channels_language_must_exist(dialogue: Dialogue) -> None:
    await dialogue.workspace.command(dialogue.general, "/parley", "set code_language klingon")
    assert "It takes one of these languages: Bash, C, " in await dialogue.whisper()


@on_shared_bot
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Type `/code`"), ("  \n ", "Type `/code`"), ("python", "What should the Python code do?")],
)
async def test_too_little_gets_a_hint(dialogue: Dialogue, model: ScriptedModel, typed: str, sentence: str) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/code", typed)
    assert sentence in reply.text
    assert model.requests == []


@on_shared_bot
async def test_an_unknown_language_is_not_called_checked(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "klingon: hello", block("nuqneH", "klingon"))
    assert "Code saved to snippet.txt" in shown
    assert "_Not checked, because I can't parse it: snippet.txt._" in shown


@on_shared_bot
async def test_any_human_language_will_do(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "计算圆的面积 🔵", f"{block(AREA)}\n\n面积函数。")
    assert "计算圆的面积 🔵" in asked(model)
    assert "面积函数。" in shown


@on_shared_bot
async def test_several_files_come_as_one_message(dialogue: Dialogue, model: ScriptedModel) -> None:
    written = (block(AREA), block('{"a": 1}', "json settings.json"), block("FROM scratch", "dockerfile"), "Run it.")
    shown = await ask(dialogue, model, "an area", "\n\n".join(written))
    assert "Code saved to area.py, settings.json, Dockerfile" in shown
    assert (
        "_area.py, settings.json: checked for syntax, not run. Not checked, because I can't parse it: Dockerfile._"
        in shown
    )
    (posted,) = [message for message in thread(dialogue) if message.files]
    assert [file.name for file in posted.files] == ["area.py", "settings.json", "Dockerfile"]
    assert [file.mimetype for file in posted.files][:2] == ["text/x-python", "application/json"]


@on_shared_sqlite_bot
async def test_words_around_code_link_to_sources_only(dialogue: Dialogue, model: ScriptedModel) -> None:
    code = "url = 'https://evil.example/a?q=1'"
    written = f"See [this](https://evil.example/?q=secret) and https://docs.example/x.\n\n{block(code)}\n\nDone."
    shown = await ask(dialogue, model, "python as in https://docs.example/x", written)
    assert "](https://evil.example" not in shown
    assert "`evil.example/`" in shown
    assert "and https://docs.example/x." in shown
    assert code in next(iter(files(dialogue).values()))[0]
    kept = await dialogue.rows("SELECT text FROM messages WHERE role = 'assistant'")
    assert "](https://evil.example" not in str(kept)
    assert code in str(kept)


@on_shared_bot
async def test_code_and_explanation_stay_apart(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", f"{block(AREA)}\n\nNegative radii are fine.")
    assert shown.startswith(f"{block(AREA)}\n\nNegative radii are fine.\n\nCode saved to area.py")
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_a_long_explanation_is_shortened(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", f"{block(AREA)}\n\nSo.\n" + "It goes round and round.\n" * 100)
    assert shown.startswith(f"{block(AREA)}\n\nSo.\nIt goes")
    assert shown.count("round and round") < 60
    assert "“Explain” gives all of it" in shown
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_slack_is_told_the_language(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", f"{block(AREA)}\n\n{block('{}', 'json a.json')}")
    assert [file.snippet_type for file in dialogue.workspace.files()] == ["python", ""]


@on_shared_bot
async def test_a_snippet_refused_is_still_saved(dialogue: Dialogue, model: ScriptedModel) -> None:
    dialogue.workspace.fail("files.getUploadURLExternal", error="unknown_snippet_type")
    await ask(dialogue, model, "an area", block(AREA))
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_code_being_written_can_be_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\n# area.py\ndef area(r):\n", asyncio.Event())
    await dialogue.workspace.command(dialogue.general, "/code", "an area")
    await dialogue.workspace.until(lambda: any("def area" in message.shown for message in thread(dialogue)))
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=thread(dialogue)[0].ts)
    assert (await answer(dialogue)).endswith("_Stopped._")
    assert files(dialogue) == {}


@on_shared_bot
async def test_a_hanging_correction_can_be_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(BROKEN))
    model.answer(asyncio.Event(), to="don't parse")
    await dialogue.workspace.command(dialogue.general, "/code", "an area")
    await model.until_asked(2)
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=thread(dialogue)[0].ts)
    shown = await answer(dialogue)
    assert "⚠️ area.py: line 2: " in shown
    assert "The correction was stopped." in shown
    assert files(dialogue) == {"area.py": [BROKEN + "\n"]}


@BOTH_DATABASES
async def test_code_has_a_footer_and_thinking(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(ThinkingDelta("A circle."), block(BROKEN))
    model.answer(block(AREA))
    async with stage.bot():
        for number, setting in enumerate(("footer true", "thinking adaptive"), start=1):
            await stage.workspace.command(stage.general, "/parley", f"set {setting}")
            await stage.whisper(number)
        await stage.workspace.command(stage.general, "/code", "an area")
        shown = await answer(stage)
    below = answers(stage)[-1].small_print
    assert below.startswith("claude-haiku-5-5 · ")
    assert below.endswith("AI-generated. Check important details.")
    assert model.requests[0].body["thinking"]["type"] == "adaptive"
    assert "A circle" not in shown


@on_shared_bot
async def test_a_fault_goes_back_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", f"{block(BROKEN)}\n\nThere.", block(AREA))
    assert shown.startswith(f"{block(AREA)}\n\nThere.\n\nCode saved to area.py\n\n_Checked")
    assert files(dialogue) == {"area.py": [AREA + "\n"]}
    complaint = model.requests[1].body["messages"]
    assert complaint[1]["content"] == f"{block(BROKEN)}\n\nThere."
    assert '"name": "area.py", "fault": "line 2: ' in complaint[2]["content"]
    assert await dialogue.rows("SELECT purpose, outcome FROM calls") == [("code", "ok"), ("code", "ok")]


@on_shared_bot
async def test_a_fault_that_remains_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", block(BROKEN), block(BROKEN))
    assert "⚠️ area.py: line 2: " in shown
    assert "I asked for one correction, and this is still wrong." in shown
    assert "Checked" not in shown
    assert files(dialogue) == {"area.py": [BROKEN + "\n"]}
    assert len(model.requests) == 2


@on_shared_bot
async def test_a_correction_may_lack_its_name(dialogue: Dialogue, model: ScriptedModel) -> None:
    fixed = AREA.removeprefix("# area.py\n")
    shown = await ask(dialogue, model, "an area", block(BROKEN), f"Sorry!\n\n{block(fixed)}")
    assert "Sorry" not in shown
    assert files(dialogue) == {"area.py": [fixed + "\n"]}


@on_shared_bot
async def test_a_correction_without_code_changes_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", block(BROKEN), "It is correct as it is.")
    assert "⚠️ area.py: line 2: " in shown
    assert files(dialogue) == {"area.py": [BROKEN + "\n"]}


@on_shared_bot
@pytest.mark.parametrize(
    ("status", "sentence"), [(529, "Claude is unavailable right now"), (400, "Claude couldn't process that")]
)
async def test_a_correction_that_fails_is_said(
    dialogue: Dialogue, model: ScriptedModel, status: int, sentence: str
) -> None:
    model.answer(block(BROKEN))
    for _ in range(3):
        model.answer(MessagesApiError(status, "no"), to="don't parse")
    await dialogue.workspace.command(dialogue.general, "/code", "an area")
    shown = await answer(dialogue)
    assert f"I could not get a correction: {sentence}" in shown
    assert files(dialogue) == {"area.py": [BROKEN + "\n"]}


@on_shared_bot
async def test_a_cut_answer_leaves_no_half_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(AREA), "\n\n```python\n# half.py\ndef half(", MessageStop("max_tokens"))
    await dialogue.workspace.command(dialogue.general, "/code", "an area")
    shown = await answer(dialogue)
    assert "I hit my length limit: half.py is incomplete and not saved. “Continue” goes on" in shown
    assert list(files(dialogue)) == ["area.py"]
    assert len(model.requests) == 1


CUT = "```python\n# long.py\ndef area(r):\n    return 3 * "
WHOLE = "# long.py\ndef area(r):\n    return 3 * r * r\n"


async def cut_off(dialogue: Dialogue, model: ScriptedModel) -> MessageRecord:
    """Ask for code that the length limit cuts; return the answer."""
    model.answer(block(AREA), f"\n\n{CUT}", MessageStop("max_tokens"))
    await dialogue.workspace.command(dialogue.general, "/code", "an area")
    assert "long.py is incomplete and not saved. “Continue” goes on from there._" in await answer(dialogue)
    return answers(dialogue)[-1]


@on_shared_bot
@pytest.mark.parametrize(
    "rest",
    ["r * r\n```\n\nThere.", "```python\n    return 3 * r * r\n```\n\nThere.", "    return 3 * r * r\n```\n\nThere."],
)
async def test_a_cut_answer_is_gone_on_with(dialogue: Dialogue, model: ScriptedModel, rest: str) -> None:
    cut = await cut_off(dialogue, model)
    model.answer(rest)
    used = next(one for one in buttons(cut.blocks) if one["action_id"] == "code_continue.0")
    await press(dialogue, cut, "code_continue.0")
    shown = await answer(dialogue, 2)
    assert shown.startswith(
        f"_<@{dialogue.workspace.me.id}>: Continue_\n\n```python\n{WHOLE}```\n\nThere.\n\nCode saved to"
    )
    assert files(dialogue) == {"area.py": [AREA + "\n"], "long.py": [WHOLE]}
    assert [one["action_id"] for one in buttons(answers(dialogue)[-1].blocks)][-2:] == ["rate.2", "rate.3"]
    said, begun, go_on = [turn["content"] for turn in model.requests[1].body["messages"]]
    assert (said, begun) == ("/code an area", f"{block(AREA)}\n\n{CUT}")
    assert go_on.startswith("Your answer broke off at the length limit. Go on exactly where it stopped")
    await settled(dialogue)
    assert next(one["action_id"] for one in buttons(cut.blocks)) == "code_tests.1"
    assert (await dialogue.workspace.interactions.act(cut, used, dialogue.workspace.me)).ok
    await settled(dialogue)
    assert len(model.requests) == 2


@on_shared_bot
async def test_a_cut_answer_can_be_cut_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    cut = await cut_off(dialogue, model)
    model.answer("r *", MessageStop("max_tokens"))
    await press(dialogue, cut, "code_continue.0")
    assert "long.py is incomplete" in await answer(dialogue, 2)
    model.answer(" r\n```")
    await press(dialogue, answers(dialogue)[-1], "code_continue.0")
    await answer(dialogue, 3)
    assert files(dialogue)["long.py"] == [WHOLE]


@on_shared_bot
async def test_a_cut_answer_is_written_anew(dialogue: Dialogue, model: ScriptedModel) -> None:
    cut = await cut_off(dialogue, model)
    model.answer(block(WHOLE))
    await press(dialogue, cut, "code_anew.3")
    shown = await answer(dialogue, 2)
    assert shown.startswith(f"_<@{dialogue.workspace.me.id}>: Regenerate_\n\n```python\n# long.py")
    assert files(dialogue)["long.py"] == [WHOLE]
    assert asked(model).startswith("/code an area\n\n<files>")


@BOTH_DATABASES
async def test_a_forgotten_answer_is_not_gone_on_with(dialogue: Dialogue, model: ScriptedModel) -> None:
    cut = await cut_off(dialogue, model)
    await execute(dialogue, "DELETE FROM messages")
    await press(dialogue, cut, "code_continue.0")
    assert "I no longer have the question behind this answer" in await dialogue.whisper()
    assert len(model.requests) == 1


@on_shared_bot
async def test_an_unclosed_block_is_asked_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", f"```python\n{AREA}", block(AREA))
    assert "its code block is never closed" in asked(model)
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_an_unclosed_block_is_no_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an area", f"```python\n{AREA}", f"```python\n{AREA}")
    assert "The code block was never closed: area.py is incomplete and not saved." in shown
    assert files(dialogue) == {}


@on_shared_bot
async def test_names_lead_nowhere_and_differ(dialogue: Dialogue, model: ScriptedModel) -> None:
    written = [block(f"# {name}\na = {n}") for n, name in enumerate(("../../x.py", "x.py", "con.py", "X.py"))]
    await ask(dialogue, model, "four files", "\n\n".join(written))
    assert list(files(dialogue)) == ["x.py", "x_2.py", "con_.py", "X_3.py"]


@on_shared_bot
async def test_code_may_hold_any_character(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an emoji", block("# a.py\na = '😀 \0 \u202e'"))
    assert files(dialogue) == {"a.py": ["# a.py\na = '😀 \ufffd \u202e'\n"]}


@on_shared_bot
async def test_a_huge_request_is_refused(dialogue: Dialogue) -> None:
    await dialogue.workspace.command(dialogue.general, "/code", "sort this: " + "pelican " * 60_000)
    assert "Send it as a file" in await dialogue.whisper()


@on_shared_bot
async def test_code_is_never_run(dialogue: Dialogue, model: ScriptedModel) -> None:
    shown = await ask(dialogue, model, "an exit", block("# a.py\nraise SystemExit(1)"))
    assert "not run" in shown
    assert (await dialogue.workspace.command(dialogue.general, "/code", "")).acked


@on_shared_bot
async def test_a_follow_up_makes_a_version(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    shown = await go_on(dialogue, model, "use pi", f"{block(BETTER)}\n\nIt uses pi now.")
    assert "```diff\n@@ -1,3 +1,6 @@\n # area.py\n+from math import pi" in shown
    assert "-    return 3 * r * r\n+    return pi * r * r" in shown
    assert "def area(r):\n    return pi" not in shown
    assert "It uses pi now.\n\nCode saved to area.py (version 2, +4 -1 lines)" in shown
    assert files(dialogue) == {"area.py": [AREA + "\n", BETTER + "\n"]}
    turns = [turn["content"] for turn in model.requests[1].body["messages"]]
    assert turns == ["/code an area", block(AREA), "use pi"]
    assert await dialogue.rows("SELECT name, version, content FROM code_files") == [("area.py", 2, BETTER + "\n")]


@on_shared_bot
async def test_small_talk_makes_no_files(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    assert await go_on(dialogue, model, "thanks!", "You are welcome.") == "You are welcome."
    example = f"Because of this:\n\n{block('0.1 + 0.2')}"
    assert await go_on(dialogue, model, "why a float?", example) == example
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_an_unchanged_file_is_not_saved_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    shown = await go_on(dialogue, model, "make it shorter", block(AREA))
    assert shown.endswith("_area.py is unchanged._")
    assert files(dialogue) == {"area.py": [AREA + "\n"]}


@on_shared_bot
async def test_a_faulty_revision_is_mended(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    model.answer(block(BETTER), to="don't parse")
    shown = await go_on(dialogue, model, "use pi", block(BROKEN))
    assert "+    return pi * r * r" in shown
    assert "version 2" in shown
    assert files(dialogue)["area.py"][-1] == BETTER + "\n"


async def press(dialogue: Dialogue, message: MessageRecord, action: str) -> None:
    assert (await dialogue.workspace.press(message, action)).ok


@on_shared_bot
async def test_tests_are_a_press_away(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    model.answer(block("# test_area.py\nassert area(1) == 3"))
    await press(dialogue, answers(dialogue)[0], "code_tests.0")
    shown = await answer(dialogue, 2)
    assert shown.startswith(f"_<@{dialogue.workspace.me.id}>: Write tests for area.py, in a file of their own._\n\n```")
    assert "Code saved to test_area.py" in shown
    assert sorted(files(dialogue)) == ["area.py", "test_area.py"]
    assert asked(model) == "Write tests for area.py, in a file of their own."


@on_shared_bot
async def test_an_explanation_is_a_press_away(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    model.answer("First, it squares the radius.")
    await press(dialogue, answers(dialogue)[0], "code_explain.1")
    assert (await answer(dialogue, 2)).endswith("First, it squares the radius.")
    assert list(files(dialogue)) == ["area.py"]


@on_shared_bot
async def test_another_language_is_a_choice_away(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    model.answer(block("// area.go\npackage main\n", "go"))
    assert (await dialogue.workspace.choose(answers(dialogue)[0], "code_translate", "Go")).ok
    assert "Code saved to area.go" in await answer(dialogue, 2)
    assert asked(model) == "Write area.py in Go."
    assert await dialogue.rows("SELECT name FROM code_files ORDER BY id") == [("area.py",), ("area.go",)]


@on_shared_bot
async def test_a_press_is_part_of_the_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    model.answer("It squares.")
    await press(dialogue, answers(dialogue)[0], "code_explain.1")
    await answer(dialogue, 2)
    await go_on(dialogue, model, "and then?", "It multiplies.")
    turns = [turn["content"] for turn in model.requests[-1].body["messages"]]
    assert turns[2:] == ["Explain area.py step by step, without repeating it.", "It squares.", "and then?"]


@BOTH_DATABASES
async def test_forgotten_files_are_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    await execute(dialogue, "DELETE FROM code_files")
    await press(dialogue, answers(dialogue)[0], "code_tests.0")
    assert "I no longer have the files of this thread" in await answer(dialogue, 2)
    assert len(model.requests) == 1


@on_shared_bot
async def test_a_failed_upload_can_be_made_up(dialogue: Dialogue, model: ScriptedModel) -> None:
    dialogue.workspace.fail("files.completeUploadExternal", error="restricted_action")
    shown = await ask(dialogue, model, "an area", block(AREA))
    assert "_I couldn't save area.py. The upload failed._" in shown
    await press(dialogue, answers(dialogue)[0], "code_save.0")
    assert await answer(dialogue, 2) == "Code saved to area.py"
    assert files(dialogue) == {"area.py": [AREA + "\n"]}
    assert len(model.requests) == 1


@on_shared_bot
async def test_code_can_be_asked_for_in_a_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = dialogue.workspace.say(dialogue.general, "we need an area function")
    model.answer(block(AREA))
    dialogue.mention("/code an area", thread_ts=root)
    await settled(dialogue)
    assert "Code saved to area.py" in dialogue.answers(dialogue.general, root)[-2].shown
    model.answer(block(BETTER))
    dialogue.mention("use pi", thread_ts=root)
    await settled(dialogue)
    assert "version 2" in dialogue.answers(dialogue.general, root)[-2].shown


@on_shared_bot
async def test_an_attached_file_is_revised(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(f"{block(BETTER)}\n\nIt uses pi.")
    ts = dialogue.mention("/code use pi", files={"area.py": AREA.encode()})
    await settled(dialogue)
    shown = next(m.shown for m in dialogue.answers(dialogue.general, ts) if not m.files)
    assert "-    return 3 * r * r\n+    return pi * r * r" in shown
    assert "Code saved to area.py\n" in shown
    assert AREA in json.dumps(model.requests[0].body["messages"]).replace("\\n", "\n")


@on_shared_bot
async def test_an_attached_file_joins_the_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    await ask(dialogue, model, "an area", block(AREA))
    written = block("# volume.py\nh = 2")
    shown = await go_on(dialogue, model, "double it", written, files={"volume.py": b"# volume.py\nh = 1\n"})
    assert "-h = 1\n+h = 2" in shown
    assert files(dialogue)["volume.py"] == ["# volume.py\nh = 1\n", "# volume.py\nh = 2\n"]


@on_shared_bot
async def test_a_binary_is_no_source(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(AREA))
    ts = dialogue.mention("/code add types", files={"area.py": b"\x00\xff\xfe\x00binary\x81"})
    await settled(dialogue)
    shown = next(m.shown for m in dialogue.answers(dialogue.general, ts) if not m.files)
    assert "I can't read *area.py*: it is not text." in shown
    assert "Code saved to area.py" in shown


@on_shared_bot
async def test_a_bare_command_in_a_thread_is_explained(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = dialogue.mention("/code")
    assert "Type `/code` and what it should do" in await dialogue.answer(dialogue.general, ts)
    assert model.requests == []


async def execute(stage: Dialogue, sql: str) -> None:
    """Change the bot's database."""
    database = Database.open(stage.environ["DATABASE_URL"])
    async with database.writer.begin() as connection:
        await connection.execute(text(sql))
    await database.close()


@BOTH_DATABASES
async def test_files_that_history_lacks_are_sent(stage: Dialogue, model: ScriptedModel) -> None:
    async with stage.bot():
        await ask(stage, model, "an area", block(AREA))
        await execute(stage, "UPDATE messages SET text = 'Here you are.' WHERE role = 'assistant'")
        await go_on(stage, model, "use pi", "Fine.")
    assert asked(model) == "use pi\n\n<files>" + json.dumps([{"name": "area.py", "text": AREA + "\n"}]) + "</files>"


@BOTH_DATABASES
async def test_a_second_try_costs_and_saves_nothing(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", error="unknown_method", times=99)
    model.answer(f"{block(AREA)}\n\nThere.")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/code", "an area")
        await model.until_asked()
        stage.workspace.fail("chat.postMessage", status=503)
        shown = await answer(stage)
    assert shown.startswith(f"{block(AREA)}\n\nThere.\n\nCode saved to area.py")
    assert files(stage) == {"area.py": [AREA + "\n"]}
    assert len(model.requests) == 1
    assert await stage.rows("SELECT count(*) FROM calls") == [(1,)]


@on_shared_bot
async def test_private_code_has_no_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(block(BROKEN))
    model.answer(f"{block(AREA)}\n\n{block('# b.py', 'python')}")
    await dialogue.workspace.command(dialogue.general, "/code", "an area --private")
    await dialogue.workspace.until(lambda: "saved to area.py" in dialogue.workspace.ephemerals()[-1].shown)
    shown = dialogue.workspace.ephemerals()[-1]
    assert "Code saved to area.py in our direct messages" in shown.shown
    assert not [b for b in shown.blocks if b["type"] == "actions"]
    assert await dialogue.rows("SELECT count(*) FROM code_files") == [(0,)]
    (file,) = dialogue.workspace.files()
    assert [channel for channel, _ in file.shares] == [dialogue.direct]


@on_shared_bot
@pytest.mark.parametrize("written", [f"```python\n{AREA}\n", "It is about areas, and so"])
async def test_private_code_tells_how_to_go_on(dialogue: Dialogue, model: ScriptedModel, written: str) -> None:
    model.answer(written, MessageStop("max_tokens"))
    await dialogue.workspace.command(dialogue.general, "/code", "an area --private")
    await dialogue.workspace.until(lambda: "length limit" in dialogue.workspace.ephemerals()[-1].shown)
    shown = dialogue.workspace.ephemerals()[-1].shown
    assert "Ask for it in our direct messages" in shown
    assert "Continue" not in shown
    assert "continue" not in shown


@on_shared_bot
async def test_code_is_gone_on_with_in_direct_messages(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\n# area.py\na = 1\n", MessageStop("max_tokens"))
    await dialogue.workspace.command(dialogue.direct, "/code", "an area")

    def said() -> list[MessageRecord]:
        return [m for m in dialogue.workspace.workspace.messages(dialogue.direct) if m.thread_ts and not m.streaming]

    await dialogue.workspace.until(lambda: said() and "“Continue” goes on from there" in said()[-1].shown)
    model.answer("b = 2\n```")
    await dialogue.workspace.press(said()[-1], "code_continue.0")
    await dialogue.workspace.until(lambda: files(dialogue))
    assert files(dialogue) == {"area.py": ["# area.py\na = 1\nb = 2\n"]}
