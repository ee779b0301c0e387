"""The home tab, through the real wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.domain.control_value import ChannelRef
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot
from tests.acceptance.test_triage import card, judged, parley, post, results

if TYPE_CHECKING:
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


def words(view: dict[str, Any] | None) -> str:
    """Return what a person reads in a home tab, "" before there is one."""
    return "\n".join(block["text"]["text"] for block in (view or {}).get("blocks", ()) if "text" in block)


async def seen(dialogue: Dialogue, *, user: User | None = None, until: str = "What I can do here") -> str:
    """Look at the home tab; return what it says."""
    dialogue.workspace.open_home(user=user)
    await dialogue.workspace.until(lambda: until in words(dialogue.workspace.home(user)))
    return words(dialogue.workspace.home(user))


@on_shared_bot
async def test_a_member_sees_their_own(dialogue: Dialogue, model: ScriptedModel) -> None:
    sam = dialogue.workspace.sam
    model.answer("Hello.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi", user=sam))
    await dialogue.until_rows("SELECT id FROM calls")  # the ledger is written when the answer is there
    told = await seen(dialogue, user=sam)
    assert "You asked once in the last 30 days, which took 1 request to Claude: $0.0002." in told
    assert "#general" not in told
    assert "Health" not in told


@on_shared_bot
async def test_what_somebody_took_is_there(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    shown = await card(dialogue, post(dialogue), "Bug report")
    await workspace.press(shown, "feedback_take.0", user=workspace.sam)
    taken = await card(dialogue, shown.thread_ts, "Taken by")
    assert "Your open feedback\n• *High* Summary 1 " in await seen(dialogue, user=workspace.sam)
    assert "Your open feedback" not in await seen(dialogue, user=workspace.ada)
    await workspace.press(taken, "feedback_resolve.1", user=workspace.sam)
    await card(dialogue, shown.thread_ts, "Resolved")
    before = workspace.home(workspace.sam)
    workspace.open_home(user=workspace.sam)
    await workspace.until(lambda: workspace.home(workspace.sam) != before)
    assert "Your open feedback" not in words(workspace.home(workspace.sam))


@BOTH_DATABASES
async def test_an_admin_changes_settings_there(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    told = await seen(dialogue)
    default = "Model: *Claude Haiku 5.5* (`claude-haiku-5-5`), the default (CLAUDE_MODEL)"
    assert f"The workspace\n{default}\nThese settings apply where a channel has none of its own." in told
    assert f"#general\n{default}\nNothing is set here." in told
    assert "Health" not in told
    home = workspace.home()
    assert home is not None
    assert (await workspace.press(home, "edit_settings.0", value=ChannelRef(channel=dialogue.general).encode())).ok
    assert workspace.modal()["title"]["text"] == "Settings for #general"
    assert (await workspace.submit({"answers": "mention"})).ok
    await workspace.until(lambda: f"#general\n{default}\n`answers` mention" in words(workspace.home()))
    for typed in ("workspace set model opus", "set model sonnet"):
        await parley(dialogue, typed)
    workspace.open_home()
    await workspace.until(lambda: "Sonnet" in words(workspace.home()))
    told = words(workspace.home())
    assert re.search(
        r"The workspace\nModel: \*Claude Opus [\d.]+\* \(`claude-opus-[\d-]+`\), set for the workspace\n", told
    )
    assert re.search(r"#general\nModel: \*Claude Opus .*, set for the workspace\n`answers` mention", told)
    assert re.search(r"#support-feedback\nModel: \*Claude Sonnet .*, set for #support-feedback\n", told)


@on_shared_bot
async def test_people_and_channels_have_names_there(dialogue: Dialogue) -> None:
    sam, engineering = dialogue.workspace.sam, dialogue.workspace.channel("engineering")
    await parley(dialogue, f"set denied_people <@{sam.id}>")
    await parley(dialogue, f"set teams Apps: <#{engineering}|engineering> <@{sam.id}>")
    told = await seen(dialogue, until="denied_people")
    assert f"`denied_people` @{sam.real_name}" in told
    assert f"`teams` Apps: #engineering @{sam.real_name}" in told
    assert "<" not in told


@on_shared_bot
async def test_workspace_settings_hold_everywhere(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    await seen(dialogue)
    home = workspace.home()
    assert home is not None
    assert (await workspace.press(home, "edit_workspace_settings.0")).ok
    assert workspace.modal()["title"]["text"] == "Workspace settings"
    assert (await workspace.submit({"instructions": "Answer like a pirate."})).ok
    model.answer("Arr.")
    await dialogue.answer(dialogue.general, dialogue.mention("hi"))
    assert "Answer like a pirate." in model.requests[0].body["system"][-1]["text"]


@on_shared_bot
async def test_channels_of_others_are_not_shown(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    club = workspace.workspace.add_channel("club", members=[workspace.sam.id, workspace.bot.id])
    assert "#club" not in await seen(dialogue)
    workspace.invite(club.id, workspace.me)
    assert "#club" in await seen(dialogue, until="#club")


@on_shared_bot
async def test_a_refused_look_up_leaves_the_rest(dialogue: Dialogue) -> None:
    """Of the channels; of whether somebody is an admin; of who it is at all."""
    workspace = dialogue.workspace
    workspace.fail("users.conversations", error="missing_scope")
    told = await seen(dialogue)
    assert "I couldn't look up which channels you share with me." in told
    assert "Your usage" in told
    assert "#general" in await seen(dialogue, until="#general")
    workspace.fail("users.info", error="missing_scope", times=9)
    told = await seen(dialogue, user=workspace.ada, until="look up")
    assert "Parley\nI couldn't look up who you are" in told
    assert "`/parley forget me`" in told


@BOTH_DATABASES
async def test_an_operator_sees_the_health(stage: Dialogue) -> None:
    stage.environ["PARLEY_ADMINS"] = stage.workspace.sam.id
    async with stage.bot():
        assert " running, 0 failed." in await seen(stage, user=stage.workspace.sam)


@on_shared_bot
async def test_a_member_opens_no_settings(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await seen(dialogue)
    home = workspace.home()
    assert home is not None
    assert (await workspace.press(home, "edit_workspace_settings.0", user=workspace.sam)).ok
    assert "Only workspace admins" in str(workspace.modal(workspace.sam)["blocks"])
