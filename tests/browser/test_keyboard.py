"""The page by keyboard alone: between messages, to a place, back to what one wrote; and what keeps its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.app import field, options, plain

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TAB_STOPS = """list => [list, ...list.querySelectorAll("*")].filter(
    (element) => element.tabIndex >= 0 && element.checkVisibility()).length"""
ENTER_WHILE_COMPOSING = """input => input.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))"""


async def test_arrows_lead_from_message_to_message(app: App, shown: Window) -> None:
    general, keyboard = app.local.channel("general"), shown.page.keyboard
    for number in range(30):
        app.local.say(general, f"message {number}", user=app.local.ada)
    messages = shown.channel.locator("[data-role=message]")
    await expect(messages).to_have_count(30)
    assert await shown.channel.get_by_role("list").evaluate(TAB_STOPS) == 1
    await shown.composer.focus()
    await keyboard.press("Shift+Tab")
    await expect(messages.last).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(messages.nth(28)).to_be_focused()
    await keyboard.press("Home")
    await expect(messages.first).to_be_focused()
    await expect(messages.first).to_be_in_viewport()
    await keyboard.press("Tab")
    await expect(messages.first.get_by_label("React with +1")).to_be_focused()
    await keyboard.press("Enter")
    await expect(messages.first.locator("[data-role=reaction]")).to_be_visible()
    # The row was drawn again, and the focus is where it was.
    await expect(messages.first.get_by_label("React with +1")).to_be_focused()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(shown.thread.locator("[data-role=message]")).to_contain_text("message 1")
    await expect(shown.reply_box).to_be_focused()


async def test_up_edits_the_last_own_message(app: App, shown: Window) -> None:
    await shown.say("the frist one")
    await expect(shown.said("the frist one")).to_be_visible()
    app.local.say(app.local.channel("general"), "not mine", user=app.local.ada)
    await expect(shown.said("not mine")).to_be_visible()
    await shown.composer.press("ArrowUp")
    await expect(shown.composer).to_have_value("the frist one")
    await shown.composer.fill("the first one")
    # Enter that chooses a letter of Japanese or Chinese sends nothing.
    await shown.composer.evaluate(ENTER_WHILE_COMPOSING)
    await expect(shown.composer).to_have_value("the first one")
    await shown.composer.press("Enter")
    await expect(shown.said("the first one")).to_contain_text("one (edited)")
    await shown.composer.fill("a draft")
    await shown.composer.press("ArrowUp")
    await expect(shown.composer).to_have_value("a draft")


async def test_ctrl_k_leads_to_any_place(shown: Window) -> None:
    await shown.composer.press("Control+k")
    switcher = shown.page.get_by_role("dialog", name="Jump to")
    await expect(switcher.get_by_role("combobox")).to_be_focused()
    await shown.page.keyboard.type("feed")
    await expect(switcher.get_by_role("option")).to_have_count(1)
    await shown.page.keyboard.press("Enter")
    await expect(shown.channel.locator("[data-role=channel-name]")).to_have_text("#support-feedback")
    await expect(shown.composer).to_be_focused()
    await shown.page.keyboard.press("Control+k")
    await shown.page.keyboard.type("no such place")
    await expect(switcher).to_contain_text("Nothing here has that name.")
    await shown.page.keyboard.press("Escape")
    await expect(switcher).to_have_count(0)
    await expect(shown.composer).to_be_focused()


async def test_drafts_survive_a_reload(app: App, shown: Window) -> None:
    ts = [app.local.say(app.local.channel("general"), text, user=app.local.ada) for text in ("one", "two")]
    await shown.composer.fill("for the channel")
    for at, draft in zip(ts, ("for one", "for two"), strict=True):
        await shown.page.evaluate(f"location.hash = '{app.local.channel('general')}/{at}'")
        await expect(shown.thread).to_have_attribute("data-thread", at)
        await shown.reply_box.fill(draft)
    await shown.page.reload()
    await expect(shown.reply_box).to_have_value("for two")
    await expect(shown.composer).to_have_value("for the channel")
    await shown.page.go_back()
    await expect(shown.reply_box).to_have_value("for one")
    await shown.reply_box.press("Enter")
    await expect(shown.thread.locator("[data-role=message]")).to_have_count(2)
    await shown.page.reload()
    await expect(shown.thread.locator("[data-role=message]")).to_have_count(2)
    await expect(shown.reply_box).to_have_value("")


async def test_a_redrawn_form_keeps_its_place(app: App, shown: Window) -> None:
    fields = [field(f"line{number}", type="plain_text_input", multiline=True, optional=True) for number in range(8)]
    model = field("model", type="static_select", options=options("haiku", "opus")) | {"dispatch_action": True}
    hinted = field("name", type="plain_text_input") | {"hint": plain("What others call it")}
    app.form = {**app.form, "blocks": [*fields, model, hinted]}
    await app.post({"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Open")}]})
    await shown.channel.get_by_role("button", name="Open").click()
    form = shown.page.get_by_role("dialog")
    await form.get_by_text("line3").click()  # a label leads to its field
    await expect(form.get_by_role("textbox", name="line3")).to_be_focused()
    await shown.page.keyboard.type("typed before")
    await expect(form.get_by_role("textbox", name="name")).to_have_accessible_description("What others call it")
    await form.get_by_role("combobox", name="model").focus()
    body = form.locator(".body")
    top = await body.evaluate("body => body.scrollTop")
    assert top > 0
    await form.get_by_role("combobox", name="model").select_option("Opus")
    await expect(form).to_contain_text("One more line")
    await expect(form.get_by_role("combobox", name="model")).to_be_focused()
    await expect(form.get_by_role("textbox", name="line3")).to_have_value("typed before")
    assert await body.evaluate("body => body.scrollTop") == top


async def test_the_sidebar_is_one_stop(app: App, shown: Window) -> None:
    links, keyboard = shown.page.locator("[data-role=channel]"), shown.page.keyboard
    count, stops = await links.count(), shown.page.locator("[data-role=channel][tabindex='0']")
    await expect(stops).to_have_count(1)
    await expect(stops).to_have_attribute("aria-current", "page")
    await shown.page.locator("[data-role=jump]").focus()
    await keyboard.press("Tab")
    await expect(stops).to_be_focused()
    await keyboard.press("End")
    await expect(links.nth(count - 1)).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(links.nth(count - 2)).to_be_focused()
    # What comes in meanwhile leaves the focus, and so the stop, where it is.
    app.local.say(app.local.channel("engineering"), "psst", user=app.local.ada)
    await expect(shown.page.locator("[data-role=channels]").get_by_label("1 unread")).to_be_visible()
    await expect(links.nth(count - 2)).to_be_focused()
    await expect(stops).to_have_count(1)
    await keyboard.press("Home")
    await keyboard.press("Enter")
    await expect(links.first).to_have_attribute("aria-current", "page")
    await keyboard.press("Tab")
    await expect(shown.page.locator("[data-role=me]").get_by_role("button")).to_be_focused()


async def test_at_offers_groups_and_the_channel(shown: Window) -> None:
    for typed, offered in (("@sup", "@support"), ("@he", "@here"), ("@chan", "@channel")):
        await shown.composer.fill(typed)
        await expect(shown.menu.get_by_role("option")).to_have_count(1)
        await shown.composer.press("Tab")
        await expect(shown.composer).to_have_value(f"{offered} ")
    await shown.composer.fill("")
    await shown.open("Parley")
    await shown.composer.fill("@he")
    await expect(shown.menu).to_be_hidden()
    await shown.composer.fill("")
