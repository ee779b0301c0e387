"""How the page behaves, whatever the bot says."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Route

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def another(window: Window) -> AsyncIterator[Window]:
    """Open a second window at the same place, in a browser profile of its own."""
    assert window.page.context.browser is not None
    page = await window.page.context.browser.new_page()
    await page.goto(window.page.url)
    yield Window(page)
    await page.close()


async def test_an_empty_channel_offers_starters(window: Window) -> None:
    await window.open("leads")
    await window.channel.locator("[data-role=starter]", has_text="/code").click()
    await expect(window.composer).to_have_value(
        "/code Write a Python function to calculate circle area. Handle negative inputs."
    )
    await expect(window.composer).to_be_focused()


async def test_the_banner_names_the_model(window: Window) -> None:
    await expect(window.page.locator("[data-role=banner]")).to_contain_text(re.compile("rehearsal", re.IGNORECASE))


async def test_drafts_belong_to_their_channel(window: Window) -> None:
    await window.open("general")
    await window.composer.fill("for everybody")
    await window.open("engineering")
    await expect(window.composer).to_have_value("")
    await window.open("general")
    await expect(window.composer).to_have_value("for everybody")


async def test_tab_completes_a_command(window: Window) -> None:
    await window.composer.press_sequentially("/su")
    await expect(window.menu.get_by_role("option")).to_have_count(1)
    await window.composer.press("Tab")
    await expect(window.composer).to_have_value("/summarize ")
    await expect(window.menu).to_be_hidden()


async def test_arrows_and_mouse_choose_completions(window: Window) -> None:
    await window.composer.press_sequentially("/")
    options = window.menu.get_by_role("option")
    await expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    await window.composer.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await window.menu.get_by_role("option", name="/classify").click()
    await expect(window.composer).to_have_value("/classify ")


async def test_at_offers_the_bot_first(window: Window) -> None:
    await window.composer.press_sequentially("thanks @")
    await expect(window.menu.get_by_role("option").first).to_contain_text("Parley")
    await window.composer.press("Enter")
    await expect(window.composer).to_have_value(re.compile("^thanks @parley $", re.IGNORECASE))


async def test_a_command_in_a_thread_is_refused(window: Window) -> None:
    await window.open("general")
    await window.say("a thread to reply in")
    await window.said("a thread to reply in").hover()
    await window.said("a thread to reply in").locator("[data-role=reply]").click()
    await window.reply("/code a function")
    await expect(window.thread.get_by_role("alert")).to_have_text(
        "/code can't be used in a thread. Type it in the channel instead."
    )
    await expect(window.reply_box).to_have_value("/code a function")


async def test_an_unknown_command_is_refused(window: Window) -> None:
    await window.say("/frobnicate now")
    await expect(window.refusal).to_contain_text("/frobnicate is not a valid command")
    await expect(window.composer).to_have_value("/frobnicate now")


async def test_a_refused_message_stays_in_the_composer(window: Window) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=400, json={"error": "The channel is archived."})

    await window.page.route("**/page/messages", refuse)
    await window.say("this will not go out")
    await expect(window.refusal).to_have_text("The channel is archived.")
    await expect(window.composer).to_have_value("this will not go out")


async def test_shift_enter_starts_a_new_line(window: Window) -> None:
    await window.composer.fill("first line")
    await window.composer.press("Shift+Enter")
    await window.composer.press_sequentially("second line")
    await window.composer.press("Enter")
    await expect(window.said("first line")).to_contain_text("second line")
    await expect(window.composer).to_have_value("")


async def test_a_long_text_arrives_whole(window: Window) -> None:
    lines = [f"line {number} of a long log" for number in range(500)]
    await window.say("\n".join(lines))
    await expect(window.said("line 0 of")).to_contain_text("line 499 of a long log")


async def test_markup_from_people_stays_text(window: Window) -> None:
    await window.say("<img src=x onerror=alert(1)> & <b>bold</b>")
    await expect(window.said("<img src=x onerror=alert(1)> & <b>bold</b>")).to_be_visible()
    await expect(window.channel.locator("[data-role=text] img")).to_have_count(0)


async def test_an_attached_file_is_shown(window: Window) -> None:
    await window.channel.get_by_label("Attach files").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"three\nshort\nlines\n"}
    )
    await window.say("the notes")
    card = window.said("the notes").locator("[data-role=file][data-name='notes.txt']")
    await expect(card.locator("[data-role=preview]")).to_contain_text("short")


async def test_the_address_leads_back(window: Window) -> None:
    await window.open("engineering")
    await window.open("general")
    await window.page.go_back()
    await expect(window.channel.locator("[data-role=channel-name]")).to_have_text("#engineering")
    await window.page.reload()
    await expect(window.channel.locator("[data-role=channel-name]")).to_have_text("#engineering")


async def test_a_lost_connection_is_mended(window: Window) -> None:
    await window.open("general")
    async with another(window) as other:
        await window.page.context.set_offline(True)
        await expect(window.connection).to_have_text("Reconnecting…")
        await other.say("said in the meantime")
        await expect(other.said("said in the meantime")).to_be_visible()
    await window.page.context.set_offline(False)
    await expect(window.connection).to_be_hidden(timeout=15_000)
    await expect(window.said("said in the meantime")).to_be_visible()


async def test_a_permalink_opens_its_thread(window: Window) -> None:
    await window.open("general")
    await window.say("the message to link to")
    ts = await window.said("the message to link to").get_attribute("data-ts")
    await window.open("engineering")
    await window.say(f"https://local-workspace.slack.com/archives/C01GENERAL0/p{(ts or '').replace('.', '')}")
    await window.said("archives").get_by_role("link").click()
    await expect(window.page.locator("[data-role=channel-name]")).to_have_text("#general")
    await expect(window.thread.locator("[data-role=message]")).to_contain_text("the message to link to")


async def test_a_reaction_comes_and_goes(window: Window) -> None:
    await window.say("something to agree with")
    message = window.said("something to agree with")
    await message.hover()
    await message.get_by_label("React with +1").click()
    await expect(message.locator("[data-role=reaction]")).to_have_attribute("aria-pressed", "true")
    await message.locator("[data-role=reaction]").click()
    await expect(message.locator("[data-role=reaction]")).to_have_count(0)


async def test_a_message_elsewhere_marks_its_channel(window: Window) -> None:
    await window.open("engineering")
    async with another(window) as other:
        await other.open("general")
        await other.say("@Parley hello from another window")
        await expect(other.answers).to_have_count(1)
    unread = window.page.locator("[data-role=channel]", has_text="general").locator("[data-role=unread]")
    await expect(unread).to_have_text(re.compile(r"^[1-9]"))
    await window.open("general")
    await expect(unread).to_be_hidden()


async def test_a_narrow_window_shows_one_pane(window: Window) -> None:
    await window.page.set_viewport_size({"width": 400, "height": 780})
    await window.page.get_by_label("Show the list of channels").click()
    await window.open("general")
    await window.say("@Parley hello on a small screen")
    await expect(window.answers.first).to_be_visible()
    await expect(window.composer).to_be_hidden()
    await window.page.get_by_label("Close the thread").click()
    await expect(window.composer).to_be_visible()
