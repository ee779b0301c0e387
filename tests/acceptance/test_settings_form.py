"""The form with the settings, why they are as they are, and the way back; through the real wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.rules import MessagesApiError
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot, on_shared_sqlite_bot

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

MAIN, WRITING = "Main settings", "How I write"
OLD = "claude-haiku-4-5-20251001"  # takes a temperature


def replies(dialogue: Dialogue) -> list[str]:
    """Return what I read by myself, but for what a form has saved, which comes when it comes."""
    shown = [one.shown for one in dialogue.workspace.ephemerals()]
    return [one for one in shown if not one.startswith(("Saved for ", "Nothing changed for "))]


async def whispered(dialogue: Dialogue, typed: str) -> str:
    """Type `/parley …`, and return what I read."""
    seen = len(replies(dialogue))
    await dialogue.workspace.command(dialogue.general, "/parley", typed)
    await dialogue.workspace.until(lambda: len(replies(dialogue)) > seen)
    return replies(dialogue)[seen]


async def opened(dialogue: Dialogue) -> dict[str, Any]:
    """Open the form of #general."""
    await dialogue.workspace.command(dialogue.general, "/parley", "settings")
    return dialogue.workspace.modal()


async def turned(dialogue: Dialogue, page: str, **entered: str) -> dict[str, Any]:
    """Fill in the page that I see, and turn to another one."""
    workspace = dialogue.workspace
    button = next(
        one
        for block in workspace.modal()["blocks"]
        for one in block.get("elements", ())
        if block["block_id"] == "pages" and one["value"] == page
    )
    assert (await workspace.press_in_form(button["action_id"], entered)).ok
    return workspace.modal()


def fields(view: dict[str, Any]) -> set[str]:
    return {block["block_id"] for block in view["blocks"]}


def words(view: dict[str, Any]) -> str:
    return "\n".join(filter(None, map(_said, view["blocks"])))


def _said(block: dict[str, Any]) -> str:
    if block["type"] == "rich_text":
        return "".join(one["text"] for one in block["elements"][0]["elements"])
    return str(block["text"]["text"]) if block["type"] == "section" else ""


def in_thread(dialogue: Dialogue, ts: str) -> str:
    """Return what is typed for a command to be about a thread of #general."""
    return f"thread https://local.slack.com/archives/{dialogue.general}/p{ts.replace('.', '')}"


@on_shared_bot
async def test_what_is_saved_holds(dialogue: Dialogue, model: ScriptedModel) -> None:
    await opened(dialogue)
    await turned(dialogue, WRITING, instructions="Answer like a pirate.")
    saved = await dialogue.workspace.submit({"effort": "low"})
    assert saved.ok
    assert not saved.is_open
    model.answer("Arr.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    (asked,) = model.requests
    assert "Answer like a pirate." in asked.body["system"][-1]["text"]
    assert asked.body["output_config"]["effort"] == "low"
    assert "Answer like a pirate." in str(await opened(dialogue))


@on_shared_bot
async def test_what_a_form_changed_is_said(dialogue: Dialogue) -> None:
    for chosen, told in (
        ({"answers": "all", "redact": "on"}, "`answers` not set → all; `redact` not set → on."),
        ({"answers": "mention"}, "`answers` all → mention."),
    ):
        seen = len(dialogue.workspace.ephemerals())
        await opened(dialogue)
        assert (await dialogue.workspace.submit(chosen)).ok
        assert await dialogue.whisper(seen + 1) == f"Saved for <#{dialogue.general}>: {told}"
    await opened(dialogue)
    assert (await dialogue.workspace.submit()).ok
    assert await dialogue.whisper(3) == f"Nothing changed for <#{dialogue.general}>."


@BOTH_DATABASES
async def test_a_workspaces_changes_are_said_there(dialogue: Dialogue) -> None:
    """In the channel where its form was opened; from the home, in direct messages."""
    workspace = dialogue.workspace
    await workspace.command(dialogue.general, "/parley", "workspace settings")
    assert (await workspace.submit({"answers": "all"})).ok
    assert await dialogue.whisper() == "Saved for the workspace: `answers` not set → all."
    assert workspace.ephemerals()[-1].channel == dialogue.general
    workspace.open_home()
    await workspace.until(lambda: workspace.home() is not None)
    await workspace.press(workspace.home() or {}, "edit_workspace_settings.0")
    assert (await workspace.submit({"answers": "mention"})).ok
    assert await dialogue.whisper(2) == "Saved for the workspace: `answers` all → mention."
    assert workspace.ephemerals()[-1].channel == workspace.workspace.direct(workspace.me.id).id


@on_shared_bot
async def test_fields_follow_the_chosen_model(dialogue: Dialogue) -> None:
    view = await opened(dialogue)
    view = await turned(dialogue, WRITING)
    assert {"thinking", "effort"} <= fields(view)
    assert not {"creativity", "temperature", "top_p"} & fields(view)
    await turned(dialogue, MAIN)
    view = await turned(dialogue, WRITING, model=OLD)
    assert {"creativity", "temperature", "top_p"} <= fields(view)
    assert "effort" not in fields(view)
    assert (await dialogue.workspace.submit({"temperature": "0.1"})).ok
    why = await whispered(dialogue, "why")
    assert "temperature: 0.1" in why
    assert f"model: {OLD}" in why


@on_shared_bot
async def test_models_come_with_their_price(dialogue: Dialogue) -> None:
    options = str(next(b for b in (await opened(dialogue))["blocks"] if b["block_id"] == "model"))
    assert "Claude Haiku 5.5, $" in options
    assert "$0.10 in, $0.50 out per M tokens" in options


@on_shared_bot
async def test_faults_stand_under_their_fields(dialogue: Dialogue) -> None:
    await opened(dialogue)
    await turned(dialogue, WRITING, model=OLD)
    refused = await dialogue.workspace.submit({"creativity": "low", "top_p": "0.5", "max_output": "3"})
    assert set(refused.errors) == {"top_p", "max_output"}
    assert "Only one of" in refused.errors["top_p"]
    assert refused.is_open


@on_shared_bot
async def test_a_setting_that_stopped_applying_is_said(dialogue: Dialogue) -> None:
    await whispered(dialogue, f"set model {OLD}")
    await whispered(dialogue, "set temperature 0.2")
    await whispered(dialogue, "unset model")
    view = await opened(dialogue)
    assert "temperature" not in fields(await turned(dialogue, WRITING))
    assert "Temperature is set but not applied" in words(view)
    assert "not applied" in await whispered(dialogue, "why")


@on_shared_bot
async def test_the_second_who_saves_is_told(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await opened(dialogue)
    await workspace.command(dialogue.general, "/parley", "settings", user=workspace.ada)
    assert (await workspace.submit({"redact": "on"}, user=workspace.ada)).ok
    refused = await workspace.submit({"redact": "off"})
    assert "Someone else changed this" in str(refused.errors)


@on_shared_bot
async def test_two_who_change_other_things_both_save(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await whispered(dialogue, "set retention_days 30")
    await opened(dialogue)
    await whispered(dialogue, "set answers all")
    await whispered(dialogue, "unset retention_days")
    await turned(dialogue, WRITING, instructions="Be brief.")
    await turned(dialogue, MAIN)
    assert (await workspace.submit({"redact": "on"})).ok
    told = await whispered(dialogue, "settings list")
    assert "`answers`: *all*" in told
    assert "`redact`: on" in told
    assert "`instructions`" in told
    assert "retention_days" not in told


@on_shared_bot
async def test_the_list_has_a_button_to_the_form(dialogue: Dialogue) -> None:
    assert "`triage`: off" in await whispered(dialogue, "settings list all")
    assert (await dialogue.workspace.press(dialogue.workspace.ephemerals()[-1], "edit_settings.0")).ok
    assert dialogue.workspace.modal()["title"]["text"] == "Settings for #general"


@on_shared_bot
async def test_a_wrong_budget_is_told_under_it(dialogue: Dialogue) -> None:
    await opened(dialogue)
    refused = await dialogue.workspace.submit({"person_budget": "-1"})
    assert "a number from 0 to 1,000,000" in refused.errors["person_budget"]
    assert refused.is_open
    await turned(dialogue, "Limits and phone numbers", person_budget="2")
    refused = await dialogue.workspace.submit({"turns_per_minute": "2.5"})
    assert refused.errors["turns_per_minute"] == "This field takes a whole number from 1 to 1,000."
    assert (await dialogue.workspace.submit({"turns_per_minute": "10"})).ok
    assert "Each person: $2.00 a day" in await whispered(dialogue, "budget list")


@on_shared_bot
async def test_a_word_is_no_budget(dialogue: Dialogue) -> None:
    reply = await dialogue.workspace.command(dialogue.general, "/parley", "set person_budget ten")
    told = reply.text or await dialogue.whisper()
    assert "I can't set `person_budget` to that. It takes a number from 0 to 1,000,000." in told
    reply = await dialogue.workspace.command(dialogue.general, "/parley", "budget person ten")
    assert "a number from 0" in reply.text


@on_shared_bot
async def test_workspaces_and_threads_have_a_history(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    thread = in_thread(dialogue, ts)
    for scope in ("workspace", thread):
        await whispered(dialogue, f"{scope} set effort high")
        await whispered(dialogue, f"{scope} set effort low")
        assert "`effort` high → low" in await whispered(dialogue, f"{scope} history")
        assert "after change 1: effort" in await whispered(dialogue, f"{scope} revert 1")
        assert "effort: high" in await whispered(dialogue, f"{scope} why")
    assert "have never been changed" in await whispered(dialogue, "history")
    assert "set for this thread" in await whispered(dialogue, f"{thread} why")
    refused = await dialogue.workspace.command(dialogue.general, "/parley", "thread nowhere why")
    assert "link to a message in it" in refused.text


@on_shared_bot
async def test_each_reply_is_about_its_place(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Each names the place, and gives commands for the same."""
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    (link,) = set(
        re.findall(r"thread (\S+) set", await whispered(dialogue, f"{in_thread(dialogue, ts)} settings list"))
    )
    places = (("workspace ", "the workspace"), (f"thread {link} ", "this thread"), ("", f"<#{dialogue.general}>"))
    typed = ("set footer on", "set footer", "settings list", "history", "why", "unset footer", "prompt Be brief.")
    for scope, name in places:
        for one in (*typed, "prompt", "prompt --reset", "revert 1", "revert 99", "unset nothing", "set"):
            seen = len(dialogue.workspace.ephemerals())
            reply = await dialogue.workspace.command(dialogue.general, "/parley", scope + one)
            told = reply.text or await dialogue.whisper(seen + 1)
            assert name in told or one in {"unset nothing", "set"}, (one, told)
            for command in re.findall(r"`/parley ([^`]+)`", told):
                assert command.startswith(scope), (one, told)
                assert scope or not command.startswith(("workspace ", "thread ")), (one, told)


@BOTH_DATABASES
async def test_the_form_begins_with_what_matters(dialogue: Dialogue) -> None:
    view = await opened(dialogue)
    main = ["instructions", "model", "answers", "person_budget", "channel_budget", "redact", "retention_days"]
    assert [block["block_id"] for block in view["blocks"]] == [
        *(*main, "trial", "try_settings", "more", "pages", "beside")
    ]
    assert view["title"]["text"] == "Settings for #general"
    labels = [one["text"]["text"] for one in view["blocks"][-2]["elements"]]
    assert labels == ["How I write…", "What I can look up…", "Who can use me…", "Limits and phone numbers…", "Sorting…"]
    view = await turned(dialogue, WRITING)
    assert "Not set here: 8,000." in str(view["blocks"])
    assert [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"] == [WRITING]
    await dialogue.workspace.command(dialogue.general, "/parley", "workspace settings")
    view = dialogue.workspace.modal()
    assert view["title"]["text"] == "Workspace settings"
    assert "Settings for the workspace" not in str(view["blocks"])
    assert "Which model answers." in str(view["blocks"])


@on_shared_bot
async def test_all_pages_are_saved_together(dialogue: Dialogue) -> None:
    await opened(dialogue)
    await turned(dialogue, WRITING, instructions="Be brief.", person_budget="2")
    await turned(dialogue, "Who can use me", footer="on")
    view = await turned(dialogue, MAIN, guests="on")
    assert "Be brief." in str(view["blocks"])
    assert (await dialogue.workspace.submit({"person_budget": ""})).ok
    told = f"Saved for <#{dialogue.general}>: `instructions` not set → Be brief.; `footer` not set → on; `guests` "
    assert await dialogue.whisper() == f"{told}not set → on."


@on_shared_bot
async def test_a_fault_keeps_its_page_open(dialogue: Dialogue) -> None:
    await opened(dialogue)
    view = await turned(dialogue, WRITING, retention_days="-1")
    assert "retention_days" in fields(view)
    assert "⚠️ Delete messages after (days): This field takes a whole number from 1 to 36,500." in words(view)
    await turned(dialogue, WRITING, retention_days="")
    view = await turned(dialogue, MAIN, max_output="9000")
    assert "⚠️" not in words(view)
    assert (await dialogue.workspace.submit()).ok
    assert "max_output: 9000" in await whispered(dialogue, "why")


@on_shared_bot
async def test_too_much_for_another_page_is_said(dialogue: Dialogue) -> None:
    await opened(dialogue)
    long = "word " * 590
    view = await turned(dialogue, WRITING, instructions=long)
    assert "too long to keep while you look at another one" in words(view)
    assert long.strip() in str(view["blocks"])
    assert (await dialogue.workspace.submit()).ok
    assert "word word" in await whispered(dialogue, "prompt")


@on_shared_bot
async def test_a_fault_elsewhere_is_said_here(dialogue: Dialogue) -> None:
    """What does not fit together may be on two pages."""
    await opened(dialogue)
    await turned(dialogue, WRITING, model=OLD)
    await turned(dialogue, MAIN, temperature="0.1")
    await turned(dialogue, "Who can use me", model="-")
    refused = await dialogue.workspace.submit()
    assert list(refused.errors) == ["guests"]
    assert refused.errors["guests"].startswith("⚠️ Temperature: ")


@BOTH_DATABASES
async def test_the_list_begins_with_what_is_set(dialogue: Dialogue) -> None:
    await whispered(dialogue, "workspace set guests on")
    await whispered(dialogue, "set footer on")
    await whispered(dialogue, "set answers all")
    here = f"<#{dialogue.general}>"
    _heading, model, *lines = (await whispered(dialogue, "settings list")).splitlines()[1:]
    assert model.startswith("• `model`: *Claude ")
    assert lines == [
        "• `answers`: *all* _(set here)_",
        "**How I write**",
        "• `footer`: on _(set here)_",
        "**Who can use me**",
        "• `guests`: on _(set for the workspace)_",
        "",
        "Everything else is at its default; `/parley settings list all` shows it.",
        "Change one with `/parley set <name> <value>`, or reset it with `/parley unset <name>`.",
    ]
    told = await whispered(dialogue, "workspace settings list")
    assert "`guests`: on _(set here)_" in told
    assert "`/parley workspace settings list all`" in told
    assert here not in told
    assert (await whispered(dialogue, "settings list all")).count("•") > 40


@on_shared_bot
async def test_a_change_to_the_same_is_none(dialogue: Dialogue) -> None:
    await whispered(dialogue, "set footer on")
    assert "`footer` is already on for <#" in await whispered(dialogue, "set footer on")
    assert "`answers` is not set for <#" in await whispered(dialogue, "unset answers")
    told = await whispered(dialogue, "history")
    assert told.count(" UTC ") == 1
    assert "`footer` not set → on" in told
    assert "no longer set" in await whispered(dialogue, "set footer none")


@on_shared_bot
async def test_routes_to_nowhere_are_refused(dialogue: Dialogue) -> None:
    assert "no category or severity “Foo” here" in await whispered(dialogue, "set routes Foo -> Bar")
    assert "no team “Bar” here" in await whispered(dialogue, "set routes Billing -> Bar")
    assert "have never been changed" in await whispered(dialogue, "history")


@BOTH_DATABASES
async def test_the_model_and_its_source_are_told(dialogue: Dialogue) -> None:
    told = await whispered(dialogue, "set model")
    assert re.search(r"is \*Claude \w+ [\d.]+\* \(`claude-[\w-]+`\), the default \(CLAUDE_MODEL\)\.", told)
    await whispered(dialogue, "workspace set model Claude Haiku 4.5")
    told = "*Claude Haiku 4.5* (`claude-haiku-4-5`), set for the workspace"
    for typed in ("set model", "settings list"):
        assert told in await whispered(dialogue, typed)
    assert "claude-opus-5-5" in await whispered(dialogue, "set model opus")
    assert f"Claude Opus 5.5 (`claude-opus-5-5`), set for <#{dialogue.general}>" in (
        (await whispered(dialogue, "set model")).replace("*", "")
    )
    assert "I don't know the model “gpt-4”" in await whispered(dialogue, "set model gpt-4")


@on_shared_bot
async def test_only_its_members_see_a_thread(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    (ts,) = workspace.fill(leads := workspace.channel("leads"), ["a secret"])
    link = f"https://local.slack.com/archives/{leads}/p{ts.replace('.', '')}"
    await workspace.command(dialogue.general, "/parley", f"thread {link} why", user=workspace.sam)
    await workspace.until(lambda: workspace.ephemerals(workspace.sam))
    assert "Only members of its channel" in workspace.ephemerals(workspace.sam)[-1].shown


@on_shared_bot
async def test_a_channel_that_is_gone_is_said(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await opened(dialogue)
    del workspace.workspace.channels[dialogue.general]
    refused = await workspace.submit({"redact": "on"})
    assert "no longer exists" in str(refused.errors)


@on_shared_bot
async def test_a_prompt_is_tried_on_a_message(dialogue: Dialogue, model: ScriptedModel) -> None:
    view = await opened(dialogue)
    model.answer("Arr, **'tis** noon.")
    chosen = {"instructions": "Answer like a pirate.", "trial": "What time is it?"}
    assert (await dialogue.workspace.press_in_form("try_settings", chosen)).ok
    await dialogue.workspace.until(lambda: "Arr, 'tis noon." in words(dialogue.workspace.modal()))
    assert "**" not in words(dialogue.workspace.modal())
    (asked,) = model.requests
    assert "Answer like a pirate." in asked.body["system"][-1]["text"]
    assert view["id"] == dialogue.workspace.modal()["id"]
    assert (await dialogue.workspace.submit()).ok  # what was typed is still there
    assert "Answer like a pirate." in await whispered(dialogue, "prompt")
    assert await dialogue.rows("SELECT person FROM calls") == [(dialogue.workspace.me.id,)]


@on_shared_bot
async def test_a_failed_trial_is_said(dialogue: Dialogue, model: ScriptedModel) -> None:
    await opened(dialogue)
    model.answer(MessagesApiError(400, "no"))
    assert (await dialogue.workspace.press_in_form("try_settings", {"trial": "hi"})).ok
    await dialogue.workspace.until(lambda: "Claude couldn't process" in words(dialogue.workspace.modal()))


@on_shared_bot
async def test_a_thread_goes_before_its_channel(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    await whispered(dialogue, "set effort high")
    message = dialogue.workspace.thread(dialogue.general, ts)[0]
    assert (await dialogue.workspace.shortcut("thread_settings", message)).ok
    assert dialogue.workspace.modal()["title"]["text"] == "Thread settings"
    await turned(dialogue, WRITING)
    assert (await dialogue.workspace.submit({"effort": "low"})).ok
    model.answer("Hello again.")
    dialogue.workspace.say(dialogue.general, "again", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    model.answer("Elsewhere.")
    await dialogue.answer(dialogue.general, dialogue.mention("elsewhere"))
    assert [asked.body["output_config"]["effort"] for asked in model.requests[1:]] == ["low", "high"]
    await dialogue.workspace.shortcut("thread_settings", message)
    assert (await dialogue.workspace.press(dialogue.workspace.modal(), "why_settings.0")).ok
    assert "effort: low (set for this thread by" in words(dialogue.workspace.modal())


@on_shared_bot
async def test_a_member_opens_no_thread_form(dialogue: Dialogue, model: ScriptedModel) -> None:
    sam = dialogue.workspace.sam
    model.answer("Hello.")
    ts = dialogue.mention("hi", user=sam)
    await dialogue.answer(dialogue.general, ts)
    message = dialogue.workspace.thread(dialogue.general, ts)[0]
    await dialogue.workspace.shortcut("thread_settings", message, user=sam)
    assert not dialogue.workspace.has_modal(sam)
    await dialogue.workspace.until(lambda: dialogue.workspace.ephemerals(sam))
    assert "Only workspace admins" in dialogue.workspace.ephemerals(sam)[-1].shown


@on_shared_bot
async def test_changes_are_listed_and_taken_back(dialogue: Dialogue) -> None:
    await whispered(dialogue, "set effort high")
    await whispered(dialogue, "set footer on")
    await whispered(dialogue, "unset effort")
    told = await whispered(dialogue, "history")
    assert "`effort` high → not set" in told
    assert f"<@{dialogue.workspace.me.id}>" in told or "You" in told
    assert "after change 1: effort, footer" in await whispered(dialogue, "revert 1")
    assert "effort: high" in await whispered(dialogue, "why")
    assert "footer" not in dialogue.workspace.ephemerals()[-1].shown
    assert "already as they were after change 4" in await whispered(dialogue, "revert 4")
    assert "There's no change number 99" in await whispered(dialogue, "revert 99")


@on_shared_bot
async def test_a_long_prompt_stays_as_it_is(dialogue: Dialogue) -> None:
    await whispered(dialogue, "prompt " + "word " * 700)
    view = await opened(dialogue)
    assert "instructions" not in fields(view)
    assert "“Instructions” is longer than a form can hold: change it with /parley prompt." in words(view)
    assert (await dialogue.workspace.submit({"redact": "on"})).ok
    assert "word word" in await whispered(dialogue, "prompt")


@on_shared_bot
async def test_privacy_is_set_in_the_form(dialogue: Dialogue) -> None:
    view = await opened(dialogue)
    assert {"redact", "retention_days"} <= fields(view)
    assert "RETENTION_DAYS" in str(view)
    for typed, fault in (("-1", "from 1 to"), ("99999", "36,500")):
        refused = await dialogue.workspace.submit({"retention_days": typed})
        assert fault in refused.errors["retention_days"]
    await turned(dialogue, "Limits and phone numbers", retention_days="30", redact="on")
    refused = await dialogue.workspace.submit({"phone_country": "Utopia"})
    assert "a country's two letters" in refused.errors["phone_country"]
    saved = await dialogue.workspace.submit({"phone_country": "de"})
    assert saved.ok
    told = await whispered(dialogue, "why")
    assert "redact: on" in told
    assert "phone_country: DE" in told
    assert "retention_days: 30" in told


@BOTH_DATABASES
async def test_longer_than_the_operator_is_refused(stage: Dialogue) -> None:
    async with stage.bot():
        assert "set to *90*" in await whispered(stage, "set retention_days 90")
    stage.environ["RETENTION_DAYS"] = "60"
    async with stage.bot():
        why = "at most 60 days: your administrator keeps nothing longer"
        assert why in await whispered(stage, "set retention_days 61")
        assert "60 days apply" in await whispered(stage, "set retention_days")
        assert "60 days apply" in await whispered(stage, "settings list")
        assert "60 days apply" in words(await opened(stage))
        refused = await stage.workspace.submit({"retention_days": "70"})
        assert why in refused.errors["retention_days"].replace("At", "at")
        assert (await stage.workspace.submit({"retention_days": "30"})).ok
        assert why in await whispered(stage, "revert 1")
        assert "count" not in await whispered(stage, "set retention_days")


@on_shared_sqlite_bot
async def test_web_in_private_is_said_after_saving(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    for place, is_private in (("leads", True), ("general", False)):
        seen = len(workspace.ephemerals())
        await workspace.command(workspace.channel(place), "/parley", "settings")
        await turned(dialogue, "What I can look up")
        assert (await workspace.submit({"web": "on"})).ok
        told = await dialogue.whisper(seen + 1)
        assert "`web` not set → on" in told
        assert ("`/parley workspace set web_in_private on`" in told) == is_private
