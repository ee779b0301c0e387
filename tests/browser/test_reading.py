"""What is read on the page: wide tables, private notes, letters from right to left, what is new, what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.app import plain
from tests.browser.window import Window

if TYPE_CHECKING:
    from tests.browser.app import App

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = "| " + " | ".join(f"classification {n}" for n in range(9)) + " |\n" + "|---" * 9 + "|\n" + "| 1 " * 9 + "|"
HEBREW = "\u05e9\u05dc\u05d5\u05dd, `a = b(1)` hello"


async def test_a_wide_table_scrolls_sideways(app: App, shown: Window) -> None:
    await shown.page.set_viewport_size({"width": 390, "height": 844})
    await app.post({"type": "markdown", "text": WIDE})
    heading = shown.channel.locator("th").first
    lines = await heading.evaluate("cell => cell.clientHeight / parseFloat(getComputedStyle(cell).lineHeight)")
    assert lines < 3  # "classification 0" is broken between its words at most
    box = shown.channel.locator(".sideways")
    assert await box.evaluate("box => box.scrollWidth > box.clientWidth && box.tabIndex === 0")
    assert await shown.page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_private_notes_name_their_command(app: App, shown: Window) -> None:
    for text in ("one", "two"):
        await shown.say(f"/note {text}")
    notes = shown.private_notes
    await expect(notes).to_have_count(2)
    await expect(notes.first).to_contain_text("/note one")
    await expect(notes.last.locator("[data-role=asked]")).to_have_text("/note two")
    bottom, top = await notes.evaluate_all(
        "([a, b]) => [a.getBoundingClientRect().bottom, b.getBoundingClientRect().top]"
    )
    assert top - bottom >= 8
    await notes.first.get_by_role("button", name="Dismiss").click()
    await expect(notes).to_have_count(1)
    await shown.page.reload()
    await expect(notes).to_have_count(1)
    general = app.local.channel("general")
    ts = app.local.say(general, "a question", user=app.local.ada)
    await app.client.chat_postEphemeral(channel=general, user=app.local.me.id, thread_ts=ts, text="only for you")
    await app.client.chat_postMessage(channel=general, thread_ts=ts, text="for all")
    await expect(shown.said("a question").locator("[data-role=replies]")).to_contain_text("1 reply")


async def test_letters_and_emoji_are_drawn(app: App, shown: Window) -> None:
    general = app.local.channel("general")
    ts = app.local.say(general, f":turtle: {HEBREW}", user=app.local.ada)
    await app.client.reactions_add(channel=general, timestamp=ts, name="key")
    message = shown.said("hello")
    await expect(message.locator("[data-role=reaction]")).to_contain_text("\U0001f511")
    text = message.locator("[data-role=text]")
    await expect(text).to_contain_text("\U0001f422")
    assert await text.evaluate("text => getComputedStyle(text).direction") == "rtl"
    assert await text.locator("code").evaluate("code => getComputedStyle(code).direction") == "ltr"
    await shown.composer.press_sequentially(":tad")
    await shown.composer.press("Tab")
    await expect(shown.composer).to_have_value(":tada: ")
    await shown.composer.fill(HEBREW)
    assert await shown.composer.evaluate("input => getComputedStyle(input).direction") == "rtl"


async def test_code_is_colored_and_copied(app: App, shown: Window) -> None:
    await shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = "def f(x):\n    return 'a' * x"
    await app.post({"type": "markdown", "text": f"```python\n{code}\n```"})
    app.local.say(app.local.channel("general"), "a file", files={"circle_area.ts": b"const area = 1;\n" * 30})
    block = shown.channel.locator(".code").first
    plain_color, keyword = await block.evaluate(
        "block => ['code', '.c-k'].map((part) => getComputedStyle(block.querySelector(part)).color)"
    )
    assert plain_color != keyword
    await block.hover()
    await block.get_by_role("button", name="Copy code").click()
    await expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert await shown.page.evaluate("navigator.clipboard.readText()") == code
    card = shown.said("a file").locator("[data-role=file]")
    await expect(card).to_contain_text("TypeScript")
    await card.get_by_role("button", name="Show more").click()
    await expect(card.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")


async def test_what_is_new_is_marked(app: App, shown: Window) -> None:
    general = app.local.channel("general")
    for number in range(40):
        app.local.say(general, f"old {number}", user=app.local.ada)
    await expect(shown.said("old 39")).to_be_visible()
    scroll = shown.page.locator("[data-role=channel-scroll]")
    await scroll.evaluate("box => box.scrollTop = 100")
    await expect(shown.page.locator("[data-role=channel-newer]")).to_be_visible()
    await shown.open("engineering")
    await expect(shown.channel.locator("[data-role=channel-name]")).to_have_text("#engineering")
    await shown.open("general")
    await expect(shown.said("old 39")).to_be_attached()
    assert await scroll.evaluate("box => box.scrollTop") == 100
    await shown.open("engineering")
    for number in range(3):
        app.local.say(general, f"fresh {number}", user=app.local.ada)
    await expect(shown.page.locator("[data-role=channel][data-channel=C01GENERAL0] .count")).to_have_text("3")
    await shown.open("general")
    line = shown.channel.locator("[data-role=new-line]")
    await expect(line).to_be_in_viewport()
    await expect(line.locator("+ [data-role=message]")).to_contain_text("fresh 0")
    await shown.say("read")
    await expect(line).to_have_count(0)


async def test_long_messages_are_folded_or_refused(shown: Window) -> None:
    await shown.say("\n".join(f"line {number}" for number in range(60)))
    message = shown.said("line 0")
    await expect(message.get_by_text("line 59")).to_have_count(1)
    height = "message => message.getBoundingClientRect().height"
    folded = await message.evaluate(height)
    await message.get_by_role("button", name="Show more").click()
    await expect(message.get_by_role("button", name="Show less")).to_be_visible()
    assert await message.evaluate(height) > 2 * folded
    await shown.say("x" * 45_000)
    await expect(shown.refusal).to_have_text(
        "This message has 45,000 characters. A message can have 40,000: send it as a text file."
    )
    assert len(await shown.composer.input_value()) == 45_000


async def test_a_thread_that_is_gone_closes(app: App, shown: Window) -> None:
    await shown.say("a short life")
    await shown.said("a short life").hover()
    await shown.said("a short life").locator("[data-role=reply]").click()
    await expect(shown.thread).to_be_visible()
    ts = await shown.said("a short life").first.get_attribute("data-ts") or ""
    app.local.delete(app.local.channel("general"), ts)
    await expect(shown.thread).to_be_hidden()
    await expect(shown.page.get_by_role("alert").filter(has_text="deleted")).to_have_text(
        "This thread's message was deleted.Dismiss"
    )
    await shown.page.get_by_role("button", name="Dismiss").click()
    await shown.say("to be linked to")
    await shown.said("to be linked to").hover()
    await shown.said("to be linked to").get_by_label("More actions").click()
    await shown.page.get_by_role("menuitem", name="Copy link").click()
    notice = shown.page.locator("[data-role=notice]")
    await expect(notice).to_contain_text("Link copied.")
    await expect(notice).to_have_count(0, timeout=10_000)


async def test_forms_and_threads_stay_in_their_tab(app: App, shown: Window) -> None:
    button = {"type": "button", "action_id": "settings", "text": plain("Open")}
    await app.post({"type": "actions", "elements": [button]})
    other = Window(await shown.page.context.new_page())
    await other.page.goto(shown.page.url)
    await expect(other.channel.get_by_role("button", name="Open")).to_be_visible()
    await shown.channel.get_by_role("button", name="Open").click()
    await expect(shown.page.get_by_role("dialog")).to_be_visible()
    await shown.page.keyboard.press("Escape")
    await expect(shown.page.get_by_role("dialog")).to_have_count(0)
    await shown.channel.get_by_role("button", name="Open").click()
    await expect(shown.page.get_by_role("dialog")).to_be_visible()
    await shown.page.reload()
    await shown.say("Are you there?")
    await expect(shown.said("Are you there?")).to_be_visible()
    ts = await shown.said("Are you there?").get_attribute("data-ts") or ""
    await app.client.chat_postMessage(channel=app.local.channel("general"), thread_ts=ts, text="I am.")
    await expect(shown.thread).to_contain_text("I am.")
    await expect(shown.page.get_by_role("dialog")).to_have_count(0)
    await expect(other.said("Are you there?").locator("[data-role=replies]")).to_be_visible()
    await expect(other.thread).to_be_hidden()
    await expect(other.page.get_by_role("dialog")).to_have_count(0)
    await other.page.close()
