"""No view, menu or form breaks a rule of axe-core, of any level, in either color scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.app import TASKS, options, plain
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PHONE: ViewportSize = {"width": 390, "height": 844}
WIDE = "| name | what it says |\n|---|--:|\n| " + "word " * 30 + "| 1 |\n"
TEXT = f"## Findings\n\n{WIDE}\n```python\ndef f(x):  # doubles\n    return 'a', 2 * x\n```\n\n> _quoted_ `code`"


def everything() -> list[dict[str, Any]]:
    """Return blocks of every kind that has a look of its own."""
    thumbs = {
        "positive_button": {"text": plain("Good"), "value": "1"},
        "negative_button": {"text": plain("Bad"), "value": "2"},
    }
    rating = {"type": "feedback_buttons", "action_id": "rate", **thumbs}
    controls = [
        {"type": "button", "action_id": "open", "text": plain("Open"), "style": "primary"},
        {
            "type": "button",
            "action_id": "drop",
            "text": plain("Drop"),
            "style": "danger",
            "confirm": {
                "title": plain("Drop?"),
                "text": plain("It is gone."),
                "confirm": plain("Drop"),
                "deny": plain("Keep"),
            },
        },
        {"type": "static_select", "action_id": "category", "placeholder": plain("Category"), "options": options("bug")},
        {
            "type": "multi_static_select",
            "action_id": "teams",
            "placeholder": plain("Teams"),
            "options": options("apps"),
        },
        {"type": "overflow", "action_id": "more", "options": options("resolve")},
    ]
    return [
        {"type": "header", "text": plain("A card")},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "sorted by *AI*"}]},
        {"type": "markdown", "text": TEXT},
        {"type": "actions", "elements": controls},
        {
            "type": "context_actions",
            "elements": [rating, {"type": "icon_button", "icon": "trash", "action_id": "bin", "text": plain("Delete")}],
        },
    ]


async def test_no_view_breaks_a_rule(app: App, shown: Window) -> None:
    page, general = shown.page, app.local.channel("general")
    await shown.open("leads")
    assert await violations(page) == []  # an empty channel
    ts = app.local.say(
        general, "look :tada: at @this", files={"a.py": b"def f():\n    return 1\n" * 20}, user=app.local.gia
    )
    await app.post(*everything())
    await app.client.chat_postMessage(channel=general, thread_ts=ts, text="an answer", blocks=everything())
    await app.stream(ts, *TASKS)
    await app.client.reactions_add(channel=general, timestamp=ts, name="eyes")
    await shown.open("general")
    await shown.say("/note to self")
    await shown.private_notes.wait_for()
    await shown.said("look").locator("[data-role=replies]").click()
    await shown.thread.locator("table").wait_for()
    await shown.thread.locator("summary", has_text="Searched the web").click()
    assert await violations(page) == []  # a channel with a thread
    await shown.composer.fill("/no")
    await shown.thread.locator("[data-role=overflow]").click()
    assert await violations(page) == []  # a menu
    await page.keyboard.press("Escape")
    await shown.composer.press("/")
    assert await violations(page, "[data-role=channel-composer]") == []  # completions
    await page.keyboard.press("Control+k")
    assert await violations(page, "dialog[open]") == []  # the switcher
    await page.keyboard.press("Escape")
    await shown.thread.get_by_role("button", name="Drop").click()
    assert await violations(page, "dialog[open]") == []  # a question
    await page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    await shown.thread.get_by_role("button", name="Open").click()
    await page.get_by_role("dialog", name="Settings").get_by_role("button", name="Save").click()
    await page.get_by_text("Please complete this required field.").first.wait_for()
    assert await violations(page, "dialog[open]") == []  # a form with faults
    await page.set_viewport_size(PHONE)
    assert await violations(page, "dialog[open]") == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await violations(page) == []  # a thread on a phone
    await page.get_by_label("Close the thread").click()
    await page.get_by_label("Show the list of channels").click()
    assert await violations(page) == []  # the list of channels on a phone
    await shown.open("Parley")
    await page.locator("[data-role=tab-home]").click()
    await page.get_by_text("Welcome home").wait_for()
    assert await violations(page) == []  # the home


@pytest.mark.parametrize(
    "command", ["/parley settings", "/parley triage settings", "/classify", "/parley budget", "/parley usage"]
)
async def test_no_form_of_ours_breaks_one(window: Window, command: str) -> None:
    await window.open("partners")
    before = await window.private_notes.count()
    await window.say(command)
    form = window.page.get_by_role("dialog")
    await expect(form.or_(window.private_notes.nth(before)).first).to_be_visible()
    for button in await window.private_notes.nth(before).get_by_role("button", name="…").all():
        await button.click()
        await expect(form).to_be_visible()
        assert await violations(window.page, "dialog[open]") == []
        await window.page.keyboard.press("Escape")
        await expect(form).to_be_hidden()
    assert await violations(window.page) == []
    await window.page.keyboard.press("Escape")
