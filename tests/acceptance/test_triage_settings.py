"""The form with a channel's settings of triage, and its teams; through the real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_triage import arrived, card, judged, parley, post, results, support

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def opened(dialogue: Dialogue) -> dict[str, Any]:
    """Open the form of #support-feedback."""
    await dialogue.workspace.command(support(dialogue), "/parley", "triage settings")
    return dialogue.workspace.modal()


async def told(dialogue: Dialogue, beginning: str) -> str:
    """Wait for a note that begins so, and return it."""
    workspace = dialogue.workspace
    await workspace.until(lambda: any(one.shown.startswith(beginning) for one in workspace.ephemerals()))
    return [one.shown for one in workspace.ephemerals() if one.shown.startswith(beginning)][-1]


def block(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in view["blocks"] if one["block_id"] == name)


@BOTH_DATABASES
async def test_what_is_saved_holds_at_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    post(dialogue, "this is before")
    view = await opened(dialogue)
    assert "digest" in {one["block_id"] for one in view["blocks"]}
    entered = {
        "triage": "on",
        "categories": "Crash: the app ends by itself\nWish: something new",
        "severities": "Minor, Grave",
        "routes": "",
        "strictness": "eager",
        "together": "0",
        "acknowledgment": "We got it.",
        "agents": [dialogue.workspace.ada.id],
    }
    assert (await dialogue.workspace.submit(entered)).ok
    model.answer(results(judged(1, "Crash", severity="Grave")))
    ts = post(dialogue)
    assert "Grave" in (await card(dialogue, ts, "Crash")).shown
    await card(dialogue, ts, "We got it.")
    assert "Crash: the app ends by itself" in str(block(await opened(dialogue), "categories"))
    (prompt,) = [request.text for request in model.requests]
    assert "the app ends by itself" in prompt


async def test_it_is_a_button_away_from_the_settings(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await workspace.command(support(dialogue), "/parley", "settings")
    assert workspace.modal()["title"]["text"] == "Channel settings"
    await workspace.press(workspace.modal(), "edit_triage_settings.0")
    assert workspace.modal()["title"]["text"] == "Triage settings"
    assert "For #support-feedback" in str(block(workspace.modal(), "about"))
    assert (await workspace.submit({"strictness": "eager"})).ok
    assert "strictness: eager" in await parley(dialogue, "why")


async def test_faults_stand_below_their_fields(dialogue: Dialogue) -> None:
    await opened(dialogue)
    refused = await dialogue.workspace.submit(
        {
            "categories": "Only one",
            "routes": "Bug report -> Nobody",
            "time_zone": "Mars/Olympus",
            "digest_at": "25:00",
            "webhook": "http://example.com",
            "check_below": "120",
            "triage_github": "acme",
        }
    )
    assert set(refused.errors) == {
        *("categories", "routes", "time_zone", "digest_at", "webhook", "check_below", "triage_github")
    }
    assert refused.errors["webhook"] == "This field takes an address that starts with https://."
    assert "no team “Nobody”" in refused.errors["routes"]
    assert await dialogue.rows("SELECT * FROM settings") == []


async def test_a_team_is_added_changed_and_removed(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    engineering = workspace.channel("engineering")
    await opened(dialogue)
    assert (await workspace.press_in_form("edit_triage_team", {"team": "-"})).ok
    refused = await workspace.submit({"name": "Apps"})
    assert "Choose a channel" in refused.errors["channel"]
    assert (await workspace.submit({"name": "Apps", "channel": engineering, "people": [workspace.ada.id]})).ok
    await opened(dialogue)
    assert (await workspace.submit({"triage": "on", "routes": "Bug report + High -> Apps"})).ok
    model.answer(results(judged(1)))
    await card(dialogue, post(dialogue), "Team: Apps")
    await workspace.until(lambda: any("Summary 1" in one.shown for one in workspace.workspace.messages(engineering)))
    await opened(dialogue)
    await workspace.press_in_form("edit_triage_team", {"team": "Apps"})
    view = workspace.modal()
    assert block(view, "channel")["element"]["initial_conversation"] == engineering
    assert (await workspace.submit({"name": ""})).ok
    assert "teams`: not set" in await parley(dialogue, "triage")


async def test_teams_do_not_hinder_the_form_below(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    below = await opened(dialogue)
    await workspace.press_in_form("edit_triage_team", {"team": "-"})
    assert (await workspace.submit({"name": "Apps", "channel": support(dialogue)})).ok
    assert workspace.modal()["id"] == below["id"]
    assert "'Apps'" in str(block(workspace.modal(), "team")["element"]["options"])
    assert "Teams: Apps" in str(block(workspace.modal(), "teams"))
    assert (await workspace.submit({"routes": "Billing -> apps"})).ok
    assert "Billing → apps" in await parley(dialogue, "triage")


async def test_what_a_form_changed_is_said(dialogue: Dialogue) -> None:
    workspace = dialogue.workspace
    await opened(dialogue)
    assert (await workspace.submit({"strictness": "eager"})).ok
    saved = f"Saved for <#{support(dialogue)}>: "
    assert await told(dialogue, saved) == f"{saved}`strictness` not set → eager."
    await opened(dialogue)
    assert (await workspace.submit()).ok
    assert await told(dialogue, "Nothing changed for ") == f"Nothing changed for <#{support(dialogue)}>."
    await opened(dialogue)
    await workspace.press_in_form("edit_triage_team", {"team": "-"})
    entered = {"name": "Apps", "channel": support(dialogue), "people": [workspace.ada.id]}
    assert (await workspace.submit(entered)).ok
    team = f"Apps: <#{support(dialogue)}> <@{workspace.ada.id}>"
    assert await told(dialogue, f"{saved}`teams`") == f"{saved}`teams` not set → {team}."


async def test_the_list_has_a_button_to_the_form(dialogue: Dialogue) -> None:
    assert "`strictness`" in await parley(dialogue, "triage")
    assert (await dialogue.workspace.press(dialogue.workspace.ephemerals()[-1], "edit_triage_settings.0")).ok
    assert dialogue.workspace.modal()["title"]["text"] == "Triage settings"


async def test_two_who_save_at_once_are_told(dialogue: Dialogue) -> None:
    await opened(dialogue)
    await parley(dialogue, "set strictness eager")
    refused = await dialogue.workspace.submit({"strictness": "conservative"})
    assert "Someone else changed" in str(refused.errors)
    await parley(dialogue, "set digest daily")
    assert (await dialogue.workspace.submit({"areas": "Checkout", "strictness": "normal"})).ok
    told = await parley(dialogue, "settings list")
    assert "`strictness`: *eager*" in told
    assert "`digest`: *daily*" in told
    assert "`areas`: *Checkout*" in told


@pytest.mark.parametrize("who", ["sam", "gia"])
async def test_only_admins_open_the_form(dialogue: Dialogue, who: str) -> None:
    workspace, person = dialogue.workspace, getattr(dialogue.workspace, who)
    await parley(dialogue, "set guests on")
    seen = len(workspace.ephemerals(user=person))
    await workspace.command(support(dialogue), "/parley", "triage settings", user=person)
    await workspace.until(lambda: len(workspace.ephemerals(user=person)) > seen)
    await workspace.press(workspace.ephemerals(user=person)[-1], "edit_triage_settings.0", user=person)
    await workspace.until(lambda: "Only workspace admins" in workspace.ephemerals(user=person)[-1].shown)
    with pytest.raises(LookupError):
        workspace.modal(user=person)


async def test_changes_from_elsewhere_are_seen(dialogue: Dialogue, model: ScriptedModel) -> None:
    post(dialogue, "nobody sorts this")
    await arrived(dialogue)
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        place = Place(dialogue.workspace.workspace.team_id, "")
        await sql_store(database).settings.change(place, {"triage": True}, "")
    finally:
        await database.close()
    model.answer(results(judged(1)))
    while not await dialogue.rows("SELECT * FROM feedback"):
        post(dialogue)  # the first one that comes when the bot has looked again
        await arrived(dialogue)
    await model.until_asked()


async def test_user_groups_are_typed_in_the_form(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    await opened(dialogue)
    await workspace.press_in_form("edit_triage_team", {"team": "-"})
    refused = await workspace.submit({"name": "On-call", "groups": "S012ABC, the others"})
    assert "“the” is not a user group's ID" in refused.errors["groups"]
    assert (await workspace.submit({"name": "On-call", "groups": "S012ABC @S034DEF"})).ok
    await opened(dialogue)
    assert (await workspace.submit({"triage": "on", "routes": "Bug report -> On-call"})).ok
    await opened(dialogue)
    await workspace.press_in_form("edit_triage_team", {"team": "On-call"})
    assert block(workspace.modal(), "groups")["element"]["initial_value"] == "S012ABC, S034DEF"
    model.answer(results(judged(1)))
    shown = await card(dialogue, post(dialogue), "Team: On-call")
    assert "<!subteam^S012ABC> <!subteam^S034DEF>" in str(shown.text) + str(shown.blocks)
