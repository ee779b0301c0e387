"""Cases from the field: how other chat pages lost what people were doing, tried on this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HEBREW = "\u05e9\u05dc\u05d5\u05dd"
SELECT_WORD = """text => {
    const range = document.createRange();
    range.selectNodeContents(text.querySelector("p"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


async def begin(app: App, text: str) -> tuple[str, str]:
    """Begin a thread of Ada's with an answer that grows; return the ts of both."""
    general, ada = app.local.channel("general"), app.local.ada
    ts = app.local.say(general, "a question", user=ada)
    to: dict[str, Any] = {"recipient_team_id": app.local.workspace.team_id, "recipient_user_id": ada.id}
    stream = await app.client.chat_startStream(channel=general, thread_ts=ts, markdown_text=text, **to)
    return ts, str(stream["ts"])


async def test_text_stays_selected_while_an_answer_grows(app: App, shown: Window) -> None:
    """https://github.com/NousResearch/hermes-agent/issues/115464, https://github.com/sourcegraph/cody/pull/4472."""
    general = app.local.channel("general")
    _, answer = await begin(app, "A first word")
    await shown.said("a question").locator("[data-role=replies]").click()
    text = shown.thread.locator("[data-streaming] [data-role=text]")
    await expect(text).to_contain_text("A first word")
    await text.evaluate(SELECT_WORD)
    await app.client.chat_stopStream(channel=general, ts=answer, markdown_text=" and the last.")
    await app.client.chat_postMessage(channel=general, text="something else")
    await expect(shown.said("something else")).to_be_visible()
    assert await shown.page.evaluate("getSelection().toString()") == "A first word"
    await shown.composer.click()
    await expect(shown.thread).to_contain_text("A first word and the last.")


async def test_who_reads_above_is_left_there(app: App, shown: Window) -> None:
    """https://github.com/ItzCrazyKns/Vane/issues/915, https://github.com/byte5ai/omadia/issues/404;
    the button's focus: https://github.com/microsoft/BotFramework-WebChat/issues/3136.
    """
    general = app.local.channel("general")
    _, answer = await begin(app, "line\n\n" * 60)
    await shown.said("a question").locator("[data-role=replies]").click()
    scroll = shown.page.locator("[data-role=thread-scroll]")
    newer = shown.page.locator("[data-role=thread-newer]")
    await expect(shown.thread.locator("[data-streaming]")).to_contain_text("line")
    await scroll.evaluate("box => box.scrollTop = 50")
    await expect(newer).to_be_visible()
    await app.client.chat_stopStream(channel=general, ts=answer, markdown_text="the end")
    await expect(shown.thread).to_contain_text("the end")
    assert await scroll.evaluate("box => box.scrollTop") == 50
    await newer.focus()
    await shown.page.keyboard.press("Enter")
    await expect(newer).to_be_hidden()
    await expect(shown.thread.locator("[data-role=message]").last).to_be_focused()


async def test_a_draft_survives_what_arrives(app: App, shown: Window) -> None:
    """https://github.com/element-hq/element-web/issues/19311, https://github.com/mattermost/mattermost/pull/37928."""
    general = app.local.channel("general")
    ts = app.local.say(general, "a thread", user=app.local.ada)
    await shown.said("a thread").hover()
    await shown.said("a thread").locator("[data-role=reply]").click()
    await shown.reply_box.press_sequentially("half a sen")
    await app.client.chat_postMessage(channel=general, thread_ts=ts, text="in between")
    await expect(shown.thread).to_contain_text("in between")
    await expect(shown.reply_box).to_be_focused()
    await shown.page.keyboard.type("tence")
    await expect(shown.reply_box).to_have_value("half a sentence")
    await shown.page.keyboard.press("Control+k")
    await shown.page.keyboard.type("engin")
    await shown.page.keyboard.press("Enter")
    await shown.page.keyboard.type("for the engineers")
    await shown.page.keyboard.press("Enter")
    await expect(shown.said("for the engineers")).to_be_visible()
    said = app.local.workspace.messages(app.local.channel("engineering"))
    assert [message.text for message in said] == ["for the engineers"]


async def test_up_edits_what_is_there_now(app: App, shown: Window) -> None:
    """https://github.com/SableClient/Sable/issues/554 (threads), https://github.com/keybase/client/issues/8461
    (edited twice), https://github.com/movim/movim/issues/253 (another place).
    """
    general = app.local.channel("general")
    app.local.say(general, "a thread", user=app.local.ada)
    await shown.said("a thread").hover()
    await shown.said("a thread").locator("[data-role=reply]").click()
    await shown.reply("first")
    await expect(shown.thread).to_contain_text("first")
    for now, then in (("first", "second"), ("second", "third")):
        await shown.reply_box.press("ArrowUp")
        await expect(shown.reply_box).to_have_value(now)
        await shown.reply(then)
        await expect(shown.thread).to_contain_text(f"{then} (edited)")
    await shown.reply_box.press("ArrowUp")
    await shown.open("engineering")
    await shown.say("elsewhere")
    await expect(shown.said("elsewhere")).to_be_visible()
    assert [message.text for message in app.local.workspace.messages(general)] == ["a thread", "third"]


async def test_code_first_leaves_a_paragraph_its_direction(app: App, shown: Window) -> None:
    """https://github.com/NousResearch/hermes-agent/pull/44596, https://github.com/milind-soni/OpenMausBot/pull/994."""
    await app.post({"type": "markdown", "text": f"- `./run.sh -v` {HEBREW} 10:30\n- {HEBREW}"})
    items = shown.channel.locator("[data-role=text] li")
    await expect(items).to_have_count(2)
    directions = "list => [list, ...list.querySelectorAll('code')].map((part) => getComputedStyle(part).direction)"
    assert await shown.channel.locator("[data-role=text] ul").evaluate(directions) == ["rtl", "ltr"]


async def test_focus_returns_from_a_menu(app: App, shown: Window) -> None:
    """https://github.com/Azure/communication-ui-library/pull/5530, https://github.com/telerik/kendo-react/issues/364."""
    del app
    await shown.say("mine")
    await shown.said("mine").focus()
    more = shown.said("mine").get_by_label("More actions")
    await more.focus()
    await shown.page.keyboard.press("Enter")
    await shown.page.get_by_role("menuitem", name="Delete message").press("Enter")
    await shown.page.get_by_role("dialog").get_by_role("button", name="Cancel").press("Enter")
    await expect(more).to_be_focused()
    await shown.page.keyboard.press("Enter")
    await shown.page.get_by_role("menuitem", name="Edit message").press("Enter")
    await expect(shown.composer).to_be_focused()
    await shown.page.keyboard.type(" now")
    await shown.page.keyboard.press("Enter")
    await expect(shown.said("mine now")).to_be_visible()
    await expect(shown.composer).to_be_focused()
