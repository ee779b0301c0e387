"""What an app shows beside text: buttons, menus, forms, its home; and what people do to their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.core.actions import EXPLAIN_CODE, REGENERATE_CODE, TEST_CODE, thumbs
from bot.slack.outbound import buttons
from tests.browser.app import TASKS, options, plain, task

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


NASTY = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


async def test_a_form_is_filled_in_and_sent(app: App, shown: Window) -> None:
    button = {"type": "button", "action_id": "settings", "text": plain("Settings")}
    await app.post({"type": "actions", "elements": [button]})
    await shown.channel.get_by_role("button", name="Settings").click()
    form = shown.page.get_by_role("dialog", name="Settings")
    await expect(form.get_by_role("textbox", name="prompt")).to_be_focused()
    await form.get_by_role("button", name="Save").click()
    await expect(form.locator("[data-role=fault][data-block=prompt]")).to_have_text(
        "Please complete this required field."
    )
    await form.get_by_role("textbox", name="prompt").fill("Be kind")
    await form.get_by_role("combobox", name="model").select_option("Opus")
    await form.get_by_role("textbox", name="cap").fill("2.5")
    await form.locator("[data-action=people] summary").click()
    await form.get_by_label("Ada Marsh").check()
    await form.get_by_label("All").check()
    await form.get_by_label("Footer").check()
    await form.locator("[data-action=until]").fill("2026-12-01")
    app.errors = {"prompt": "Kinder than that."}
    await form.get_by_role("button", name="Save").click()
    await expect(form.locator("[data-role=fault][data-block=prompt]")).to_have_text("Kinder than that.")
    await expect(form.get_by_role("textbox", name="prompt")).to_have_value("Be kind")
    app.errors = {}
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    values = app.last("view_submission")["view"]["state"]["values"]
    assert values["prompt"]["prompt"]["value"] == "Be kind"
    assert values["model"]["model"]["selected_option"]["value"] == "opus"
    assert values["cap"]["cap"]["value"] == "2.5"
    assert values["people"]["people"]["selected_users"] == [app.local.ada.id]
    assert values["answers"]["answers"]["selected_option"]["value"] == "all"
    assert [option["value"] for option in values["also"]["also"]["selected_options"]] == ["footer"]
    assert values["until"]["until"]["selected_date"] == "2026-12-01"


async def test_escape_closes_a_form(app: App, shown: Window) -> None:
    app.local.say(app.local.channel("general"), "look at this")
    await shown.said("look at this").hover()
    await shown.said("look at this").get_by_label("More actions").click()
    await expect(shown.page.get_by_role("menuitem", name="Summarize thread")).to_be_focused()
    await shown.page.keyboard.press("Enter")
    form = shown.page.get_by_role("dialog", name="Settings")
    await expect(form).to_be_visible()
    assert app.last("message_action")["message"]["text"] == "look at this"
    await shown.page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await app.local.until(lambda: any(told["type"] == "view_closed" for told in app.told))


async def test_menus_and_confirmations_act(app: App, shown: Window) -> None:
    confirm = {
        "title": plain("Delete?"),
        "text": plain("It is gone."),
        "confirm": plain("Delete"),
        "deny": plain("Keep"),
    }
    elements = [
        {"type": "static_select", "action_id": "category", "placeholder": plain("Category"), "options": options("bug")},
        {"type": "overflow", "action_id": "more", "options": options("resolve", "reopen")},
        {"type": "button", "action_id": "drop", "text": plain("Drop"), "confirm": confirm},
    ]
    await app.post({"type": "actions", "elements": elements})
    await shown.channel.get_by_role("combobox", name="Category").select_option("Bug")
    form = shown.page.get_by_role("dialog", name="Settings")
    await expect(form).to_be_visible()
    assert app.last("block_actions")["actions"][0]["selected_option"]["value"] == "bug"
    await form.get_by_role("button", name="Cancel").click()
    await shown.channel.locator("[data-role=overflow]").click()
    await shown.page.get_by_role("menuitem", name="Reopen").click()
    await expect(form).to_be_visible()
    assert app.last("block_actions")["actions"][0]["selected_option"]["value"] == "reopen"
    await form.get_by_role("button", name="Cancel").click()
    presses = len(app.told)
    await shown.channel.get_by_role("button", name="Drop").click()
    await shown.page.get_by_role("dialog", name="Delete?").get_by_role("button", name="Keep").click()
    await expect(shown.page.get_by_role("dialog")).to_have_count(0)
    assert [told["type"] for told in app.told[presses:]].count("block_actions") == 0
    await shown.channel.get_by_role("button", name="Drop").click()
    await shown.page.get_by_role("dialog", name="Delete?").get_by_role("button", name="Delete").click()
    await expect(form).to_be_visible()
    assert app.last("block_actions")["actions"][0]["action_id"] == "drop"


async def test_the_home_tab_is_the_apps(app: App, shown: Window) -> None:
    await shown.open("Parley")
    await shown.page.locator("[data-role=tab-home]").click()
    home = shown.page.locator("[data-role=home]")
    await expect(home).to_contain_text("Welcome home")
    await expect(shown.composer).to_be_hidden()
    await home.get_by_role("button", name="Open").click()
    await expect(shown.page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert app.last("block_actions")["view"]["type"] == "home"
    await shown.page.keyboard.press("Escape")
    await shown.page.locator("[data-role=tab-messages]").click()
    await expect(shown.composer).to_be_visible()


async def test_stop_reaches_the_app(app: App, shown: Window) -> None:
    general = app.local.channel("general")
    await shown.say("write a long story")
    await expect(shown.said("write a long story")).to_be_visible()
    ts = await shown.said("write a long story").get_attribute("data-ts") or ""
    team, me = app.local.workspace.team_id, app.local.me.id
    await app.client.chat_startStream(
        channel=general, thread_ts=ts, recipient_team_id=team, recipient_user_id=me, markdown_text="Once"
    )
    await shown.thread.get_by_role("button", name="Stop").click()
    await app.local.until(lambda: any(told["type"] == "agent_session_stopped" for told in app.told))
    await app.client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="active")
    await expect(shown.thread.get_by_role("button", name="Stop")).to_be_hidden()
    await expect(shown.thread.locator("[data-streaming]")).to_have_count(0)


async def test_one_stop_and_one_rating_are_shown(app: App, shown: Window) -> None:
    general, team, me = app.local.channel("general"), app.local.workspace.team_id, app.local.me.id
    await shown.say("write a long story")
    await expect(shown.said("write a long story")).to_be_visible()
    ts = await shown.said("write a long story").get_attribute("data-ts") or ""
    stop = {"type": "actions", "elements": [{"type": "button", "action_id": "stop", "text": plain("Stop")}]}
    thumbs = {
        "positive_button": {"text": plain("Good"), "value": "good"},
        "negative_button": {"text": plain("Bad"), "value": "bad"},
    }
    rating = {"type": "feedback_buttons", "action_id": "rate", **thumbs}
    blocks = [stop, {"type": "context_actions", "elements": [rating]}]
    await app.client.chat_postMessage(channel=general, thread_ts=ts, text="Once", blocks=blocks)
    await app.client.chat_startStream(
        channel=general, thread_ts=ts, recipient_team_id=team, recipient_user_id=me, markdown_text="upon _a"
    )
    await expect(shown.thread.locator("[data-streaming] em")).to_have_text("a")
    await expect(shown.thread.get_by_role("button", name="Stop")).to_have_count(1)
    good, bad = (shown.thread.get_by_role("button", name=name) for name in ("Good", "Bad"))
    await bad.click()
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await expect(good).to_have_attribute("aria-pressed", "false")
    assert app.last("block_actions")["actions"][0]["value"] == "bad"


async def test_buttons_below_code_stay_in_one_row(app: App, shown: Window) -> None:
    """As Parley's own do, beside a channel and on a phone."""
    general = app.local.channel("general")
    root = app.local.say(general, "code, please")
    spec = (TEST_CODE.button(), EXPLAIN_CODE.button(), REGENERATE_CODE.button(), *thumbs("1.2"))
    code = {"type": "markdown", "text": f"```python\n{'x = 1 ' * 60}\n```"}
    blocks = [code, *buttons.blocks(spec)]
    await app.client.chat_postMessage(channel=general, thread_ts=root, text="code", blocks=blocks)
    for width in (1280, 1024, 390):
        await shown.page.set_viewport_size({"width": width, "height": 800})
        await shown.page.goto(f"{shown.page.url.partition('#')[0]}#{general}/{root}")
        row = shown.thread.locator(".buttons .button")
        await expect(row).to_have_count(len(spec))
        tops = [box["y"] for one in await row.all() if (box := await one.bounding_box())]
        assert max(tops) - min(tops) < 8, (width, tops)
    await shown.page.set_viewport_size({"width": 1280, "height": 800})


async def test_a_refusal_leaves_no_empty_thread(app: App, shown: Window) -> None:
    general = app.local.channel("general")
    await shown.say("@Parley may I?")
    await expect(shown.said("may I?")).to_be_visible()
    ts = await shown.said("may I?").get_attribute("data-ts") or ""
    await app.client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="processing")
    await expect(shown.thread.locator("[data-role=status]")).to_be_visible()
    await app.client.chat_postEphemeral(channel=general, user=app.local.me.id, text="You may not.")
    await app.client.agents_sessions_setStatus(channel_id=general, thread_ts=ts, status="active")
    await expect(shown.thread).to_be_hidden()
    await expect(shown.private_notes).to_be_in_viewport()


async def test_own_messages_are_edited_and_deleted(app: App, shown: Window) -> None:
    await shown.say("@Parley a *frist* try in #general now")
    message = shown.said("frist")
    await message.hover()
    await message.get_by_label("More actions").click()
    await shown.page.get_by_role("menuitem", name="Edit message").click()
    await expect(shown.composer).to_have_value("@Parley a *frist* try in #general now")
    await shown.composer.fill("@Parley a first try")
    await shown.composer.press("Enter")
    await expect(shown.said("a first try")).to_contain_text("(edited)")
    await expect(shown.composer).to_have_value("")
    edited = shown.said("a first try")
    await edited.hover()
    await edited.get_by_label("More actions").click()
    await shown.page.get_by_role("menuitem", name="Delete message").click()
    await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(shown.said("a first try")).to_have_count(0)
    await app.local.until(lambda: any(told.get("subtype") == "message_deleted" for told in app.told))


async def test_nothing_that_an_app_shows_runs(app: App, shown: Window) -> None:
    row = {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": plain(NASTY[:70])}]}
    card = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": NASTY},
        "accessory": {"type": "overflow", "action_id": "b", "options": options(NASTY[:60])},
    }
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": NASTY}]]}
    link = {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "c", "text": plain("link"), "url": "javascript:alert(1)"}],
    }
    image = {"type": "image", "alt_text": NASTY, "slack_file": {"id": "x\" onerror=\"document.title='taken'"}}
    await app.post(row, card, table, link, image, {"type": "markdown", "text": NASTY})
    app.local.unfurl(
        app.local.channel("general"),
        app.local.workspace.messages(app.local.channel("general"))[-1].ts,
        NASTY,
        "javascript:alert(1)",
        NASTY,
    )
    await expect(shown.channel.get_by_role("button", name="link")).to_be_visible()
    await expect(shown.channel.locator("[data-role=message] :is(script, img)")).to_have_count(0)
    await expect(shown.channel.locator("a[href^=javascript]")).to_have_count(0)
    assert "taken" not in await shown.page.title()


async def test_pictures_and_tables_are_shown(app: App, shown: Window) -> None:
    general = app.local.channel("general")
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
    )
    app.local.say(general, "a picture", files={"dot.png": pixel})
    picture = shown.said("a picture").locator("[data-role=file] img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    await app.post(
        {"type": "table", "rows": [[{"type": "raw_text", "text": "left"}, {"type": "raw_text", "text": "right"}]]}
    )
    await expect(shown.channel.locator("td")).to_have_text(["left", "right"])


async def test_tasks_say_how_far_they_are(app: App, shown: Window) -> None:
    ts = app.local.say(app.local.channel("general"), "what are the fees?")
    answer = await app.stream(ts, *TASKS)
    await shown.said("fees?").locator("[data-role=replies]").click()
    tasks = shown.thread.locator(".task")
    await expect(tasks).to_have_text(
        [
            "Done: Thought for 3 s",
            "Done: Searched the web for “card fees 2026”",
            "Failed: Read example.org/private",
            "Running: Searched messages for “fees”",
        ],
        use_inner_text=True,
    )
    await tasks.nth(1).locator("summary").click()
    link = tasks.nth(1).get_by_role("link", name="Fees in 2026")
    await expect(link).to_have_attribute("href", "https://example.org/fees")
    more = [task(4, "Searched messages for “fees”", "complete"), {"type": "markdown_text", "text": "They are low."}]
    await app.client.chat_appendStream(channel=app.local.channel("general"), ts=answer, chunks=more)
    await expect(tasks.nth(3)).to_contain_text("Done: ")
    await expect(tasks.nth(1).get_by_text("And 3 more sources")).to_be_visible()  # what was opened stays so
    await expect(tasks.nth(0).get_by_text("They ask for")).to_be_hidden()


async def test_outsiders_and_private_places_are_marked(app: App, shown: Window) -> None:
    app.local.say(app.local.channel("partners"), "Hello from Northwind", user=app.local.rio)
    await shown.open("partners")
    await expect(shown.said("Hello from Northwind").locator(".mark")).to_have_text("external")
    await shown.open("leads")
    await expect(shown.channel.locator("[data-role=channel-name]")).to_have_text("leads")


async def test_suggested_prompts_are_offered(app: App, shown: Window) -> None:
    await shown.open("Parley")
    await app.local.until(lambda: any(told.get("tab") == "messages" for told in app.told))
    direct = app.local.workspace.direct(app.local.me.id).id
    prompts = [{"title": "Catch up", "message": "What did I miss today?"}]
    await app.client.assistant_threads_setSuggestedPrompts(channel_id=direct, prompts=prompts)
    await shown.channel.locator("[data-role=starter]", has_text="Catch up").click()
    await expect(shown.composer).to_have_value("What did I miss today?")


async def test_a_form_fits_a_narrow_window(app: App, shown: Window) -> None:
    await shown.page.set_viewport_size({"width": 390, "height": 700})
    app.local.say(app.local.channel("general"), "on a small screen")
    await shown.said("on a small screen").hover()
    await shown.said("on a small screen").get_by_label("More actions").click()
    await shown.page.get_by_role("menuitem", name="Summarize thread").click()
    form = shown.page.get_by_role("dialog", name="Settings")
    await expect(form.get_by_role("button", name="Save")).to_be_in_viewport()
    assert await shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_be_hidden()
