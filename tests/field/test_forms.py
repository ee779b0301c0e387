"""Cases from the field: forms that don't open, that lose what was entered, or that are sent in odd ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.interaction import Field, Form, Kind
from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.slack.outbound import modal_view
from tests.acceptance.test_settings_form import MAIN, WRITING, fields, opened, replies, turned, whispered, words

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

LONG_NAME = "a-" * 39 + "ab"  # 80 characters, the most that Slack allows


async def stored(dialogue: Dialogue, place: Place, **values: Any) -> None:
    """Set what no form and no command sets so: an older version may have."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        await sql_store(database).settings.change(place, values, "U1")
    finally:
        await database.close()


def here(dialogue: Dialogue) -> Place:
    return Place(dialogue.workspace.workspace.team_id, dialogue.general)


@pytest.mark.parametrize("typed", ["settings", "triage settings", "budget", "workspace settings"])
async def test_forms_of_a_long_name_open(dialogue: Dialogue, typed: str) -> None:
    """Sources: slackapi/bolt-python#241, jeremeamia/slack-block-kit#3, cds-snc/sre-bot#95, monzo/response#101."""
    general = dialogue.general
    dialogue.workspace.workspace.channels[general].name = LONG_NAME
    await dialogue.workspace.command(general, "/parley", typed)
    view = dialogue.workspace.modal()
    assert len(view["title"]["text"]) <= 24
    assert typed.startswith("workspace") or f"#{LONG_NAME}" in str(view["blocks"])


async def test_a_form_opens_with_any_old_value(dialogue: Dialogue) -> None:
    """What is longer than a field or a menu holds. Sources: slackapi/node-slack-sdk#940, IBM/slack-wrench#105,
    rtCamp/frappe-slack-connector#54, ManoManoTech/homer#168, slackapi/bolt-python#838, slackapi/python-slack-sdk#1090.
    """
    long = [{"name": f"Category {number}", "definition": "x" * 100, "examples": []} for number in range(50)]
    people = [f"U{number:08}" for number in range(500)]
    old = {"model": "m" * 100, "categories": long, "denied_people": people, "instructions": "word " * 2_000}
    assert len(ChannelSettings.model_validate(old).categories) == 50
    await stored(dialogue, here(dialogue), **old)
    view = await opened(dialogue)
    assert "“Instructions” is longer than a form can hold" in words(view)
    assert "“Categories” is longer than a form can hold" in words(await turned(dialogue, "Sorting"))
    await turned(dialogue, "Who can use me")
    assert (await turned(dialogue, MAIN))["blocks"]
    await dialogue.workspace.command(dialogue.general, "/parley", "triage settings")
    view = dialogue.workspace.modal()
    assert "categories" not in fields(view)
    assert "“Categories” is longer than a form can hold" in words(view)


def test_a_menu_holds_a_hundred_and_what_is_chosen() -> None:
    """Sources: slackapi/bolt-js#2094, #679. An option that is not in the menu can't be the chosen one."""
    options = tuple((f"o{number}", "x" * 200) for number in range(150))
    form = Form("f", "Form", (Field("menu", "Menu", "choice", "o149", options),))
    (block,) = modal_view.view(form)["blocks"]
    element = block["element"]
    assert len(element["options"]) == 100
    assert element["initial_option"] in element["options"]
    assert element["initial_option"]["value"] == "o149"


def test_nothing_chosen_is_left_out() -> None:
    """Sources: maxchehab/phelia#23, slackapi/bolt-js#482: an empty list of chosen options is refused."""
    kinds: tuple[Kind, ...] = ("choices", "people", "channels", "person", "channel", "text", "area", "number")
    asked = tuple(Field(kind, kind, kind, options=(("code", "/code"),)) for kind in kinds)
    for block in modal_view.view(Form("f", "Form", asked))["blocks"]:
        assert not [name for name in block["element"] if name.startswith("initial_")]


async def test_a_late_form_comes_as_a_message(dialogue: Dialogue) -> None:
    """Sources: slackapi/node-slack-sdk#1131, slackapi/bolt-python#306, #772, jcraigk/kudochest#167."""
    for typed, told in (("settings", "Settings for"), ("triage settings", "`triage`"), ("budget", "Each person")):
        dialogue.workspace.fail("views.open", error="expired_trigger_id")
        assert told in await whispered(dialogue, typed)
        assert not dialogue.workspace.has_modal()


async def test_two_quick_presses_turn_one_page(dialogue: Dialogue) -> None:
    """Sources: slackapi/bolt-js#787, #1080. The second names a state that is gone by now."""
    await opened(dialogue)
    dialogue.workspace.fail("views.update", error="hash_conflict")
    before = dialogue.workspace.modal()
    assert await turned(dialogue, WRITING, instructions="Be brief.") == before
    assert "max_output" in fields(await turned(dialogue, WRITING, instructions="Be brief."))
    assert (await dialogue.workspace.submit()).ok
    assert "Be brief." in await whispered(dialogue, "prompt")


async def test_fields_of_a_page_before_do_not_count(dialogue: Dialogue) -> None:
    """Source: slackapi/bolt-js#625. A submission may bring fields of an earlier page, as they were then."""
    main = await opened(dialogue)
    view = await turned(dialogue, WRITING, answers="all")
    old = next(block for block in main["blocks"] if block["block_id"] == "answers")
    sent = await dialogue.workspace.interactions.submit(
        view | {"blocks": [old, *view["blocks"]]}, {}, dialogue.workspace.me
    )
    assert sent.ok
    assert "answers: all" in await whispered(dialogue, "why")


async def test_fields_that_do_not_come_stay(dialogue: Dialogue) -> None:
    """Sources: slackapi/bolt-js#1258, #1073, slackapi/bolt-python#629. After an update, some may be missing."""
    await whispered(dialogue, "prompt Be brief.")
    await whispered(dialogue, "set answers all")
    view = await opened(dialogue)
    kept = [block for block in view["blocks"] if block["block_id"] == "redact"]
    assert (await dialogue.workspace.interactions.submit(view | {"blocks": kept}, {}, dialogue.workspace.me)).ok
    why = await whispered(dialogue, "why")
    assert "instructions: Be brief." in why
    assert "answers: all" in why


async def test_what_was_typed_survives_a_page(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Sources: slackapi/bolt-js#290, slackapi/bolt-python#1064: the same names keep what was typed, new ones don't."""
    await opened(dialogue)
    await turned(dialogue, WRITING, instructions="Be brief.", retention_days="30")
    view = await turned(dialogue, MAIN, max_output="9000")
    shown = {block["block_id"]: block["element"].get("initial_value") for block in view["blocks"] if "element" in block}
    assert (shown["instructions"], shown["retention_days"]) == ("Be brief.", "30")
    model.answer("Yes.")
    await dialogue.workspace.press_in_form("try_settings", {"trial": "Are you there?"})
    await dialogue.workspace.until(lambda: "Yes." in words(dialogue.workspace.modal()))
    assert model.requests[0].body["max_tokens"] <= 1_000
    assert fields(dialogue.workspace.modal()) >= {"instructions", "trial"}
    assert (await dialogue.workspace.submit()).ok
    assert "max_output: 9000" in await whispered(dialogue, "why")


async def test_a_long_answer_fits_the_form(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Sources: slackapi/bolt-js#1978, Netflix/dispatch#5093: a section has 3,000 characters."""
    await opened(dialogue)
    model.answer("long " * 1_000)
    await dialogue.workspace.press_in_form("try_settings", {"trial": "Go on."})
    await dialogue.workspace.until(lambda: "long long" in words(dialogue.workspace.modal()))
    assert len(words(dialogue.workspace.modal())) <= 3_000


async def test_a_form_sent_twice_is_saved_once(dialogue: Dialogue) -> None:
    """Sources: slackapi/node-slack-sdk#1408, mattermost/mattermost-mobile#5236, slackapi/bolt-js#1208."""
    view = await opened(dialogue)
    chosen = {("answers", "answers"): {"type": "static_select", "selected_option": {"value": "all"}}}
    for _ in range(2):
        sent = await dialogue.workspace.interactions.submit(view, chosen, dialogue.workspace.me)
        assert not sent.errors
    await dialogue.until_idle()
    assert [one.shown for one in dialogue.workspace.ephemerals()] == [
        f"Saved for <#{dialogue.general}>: `answers` not set → all."
    ]
    assert (await whispered(dialogue, "history")).count(" UTC ") == 1


async def test_a_fault_is_under_a_field_that_is_there(dialogue: Dialogue) -> None:
    """Sources: slackapi/java-slack-sdk#673, slackapi/bolt-python#922: others make "We had some trouble connecting"."""
    await opened(dialogue)
    view = await turned(dialogue, WRITING)
    await whispered(dialogue, "set footer on")
    refused = await dialogue.workspace.submit({"footer": "off"})
    assert set(refused.errors) <= fields(view)
    assert "Someone else changed this" in str(refused.errors)


async def test_a_closed_form_loses_no_team(dialogue: Dialogue) -> None:
    """Sources: slackapi/bolt-js#907, #639: the form below may be gone, or Slack slow, when it is drawn again."""
    for number, error in enumerate(("not_found", "view_closed", "fatal_error")):
        await dialogue.workspace.command(dialogue.general, "/parley", "triage settings")
        await dialogue.workspace.press_in_form("edit_triage_team", {"team": "-"})
        dialogue.workspace.fail("views.update", error=error)
        assert (await dialogue.workspace.submit({"name": f"Team {number}", "channel": dialogue.general})).ok
        await dialogue.workspace.close_modal(clear=True)
    assert "Team 2" in await whispered(dialogue, "triage")
    assert replies(dialogue)
