"""What a newcomer tries first, on the page of a real playground with the rehearsal model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PASSAGE = (
    "To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer The slings and arrows of "
    "outrageous fortune, Or to take arms against a sea of troubles And by opposing end them."
)
REHEARSAL = re.compile("rehearsal model", re.IGNORECASE)
WATCH_TEXT_GROW = """() => {
    window.lengths = [];
    new MutationObserver(() => {
        const text = document.querySelector("[data-role=thread] [data-streaming] [data-role=text]")?.textContent.length;
        if (text && text !== window.lengths.at(-1)) window.lengths.push(text);
    }).observe(document.body, { childList: true, subtree: true });
}"""


async def test_a_mention_is_answered_word_by_word(window: Window) -> None:
    await window.open("general")
    await window.page.evaluate(WATCH_TEXT_GROW)
    await window.say("@Parley good morning!")
    await expect(window.answers.last).to_contain_text(REHEARSAL)
    lengths = await window.page.evaluate("window.lengths")
    assert len(lengths) >= 2
    assert lengths == sorted(lengths)
    await expect(window.thread.locator("[data-role=status]")).to_be_hidden()


async def test_a_follow_up_needs_no_mention(window: Window) -> None:
    await window.open("general")
    await window.say("@Parley my name is Wilhelmina")
    await expect(window.answers).to_have_count(1)
    await window.reply("What is my name?")
    await expect(window.answers).to_have_count(2)
    await expect(window.answers.last).to_contain_text("Wilhelmina")


async def test_a_direct_message_is_answered(window: Window) -> None:
    await window.open("Parley")
    await window.say("Hello, who are you?")
    await expect(window.answers.last).to_contain_text(REHEARSAL)


async def test_a_summary_names_its_key_themes(window: Window) -> None:
    await window.open("engineering")
    await window.say(f"/summarize {PASSAGE}")
    await expect(window.answers.first).to_contain_text("Summary")
    await expect(window.answers.first).to_contain_text(re.compile("key themes", re.IGNORECASE))
    await window.reply("Who wrote this?")
    await expect(window.answers).to_have_count(2)


async def test_code_is_shown_and_saved(window: Window) -> None:
    await window.open("engineering")
    await window.say("/code Write a Python function to calculate circle area. Handle negative inputs.")
    card = window.thread.locator("[data-role=file][data-name='circle_area.py']")
    await expect(card.locator("[data-role=preview]")).to_contain_text("def circle_area")
    await expect(window.thread.get_by_text("Code saved to circle_area.py")).to_be_visible()
    await expect(window.answers.first.locator("pre")).to_contain_text("def circle_area")
    async with window.page.expect_download() as download:
        await card.locator("[data-role=download]").click()
    assert (await download.value).suggested_filename == "circle_area.py"


async def test_messages_are_classified_into_a_list(window: Window) -> None:
    await window.open("support-feedback")
    await window.composer.fill("/classify My app crashes when I try to upload a photo")
    for line in ("I forgot my password and cannot log in", "The app feels very slow after the update"):
        await window.composer.press("Shift+Enter")
        await window.composer.press_sequentially(line)
    await window.composer.press("Shift+Enter")
    await window.composer.press_sequentially("into: Bug report, Account issue, Performance issue")
    await window.composer.press("Enter")
    await expect(window.answers.first.locator("ol > li")).to_have_text(
        [
            "Bug report - My app crashes when I try to upload a photo",
            "Account issue - I forgot my password and cannot log in",
            "Performance issue - The app feels very slow after the update",
        ]
    )


async def test_a_channel_prompt_reaches_the_model(window: Window) -> None:
    await window.open("support-feedback")
    await window.say("/parley prompt Answer like a lighthouse keeper")
    await expect(window.private_notes).to_have_count(1)
    await window.say("/parley prompt")
    await expect(window.private_notes.last).to_contain_text("Answer like a lighthouse keeper")
    await window.say("@Parley hello")
    await expect(window.answers.last).to_contain_text("Answer like a lighthouse keeper")
    await window.say("/parley prompt --reset")
    await expect(window.private_notes).to_have_count(3)


async def test_a_private_command_answers_privately(window: Window) -> None:
    await window.open("general")
    await window.say(f"/summarize --private {PASSAGE}")
    await expect(window.private_notes.last).to_contain_text("Summary")
    await expect(window.private_notes.last).to_contain_text("Only visible to you")
    await expect(window.said("Summary")).to_have_count(await window.private_notes.filter(has_text="Summary").count())


async def test_an_empty_command_explains_itself(window: Window) -> None:
    await window.open("engineering")
    await window.say("/summarize")
    await expect(window.private_notes.last).to_contain_text("/summarize")


async def test_settings_are_changed_from_the_home(window: Window) -> None:
    await window.open("Parley")
    await window.page.locator("[data-role=tab-home]").click()
    home = window.page.locator("[data-role=home]")
    await expect(home).to_contain_text("What I can do here")
    await home.get_by_role("button", name="Workspace settings…").click()
    form = window.page.get_by_role("dialog", name="Workspace settings")
    await form.get_by_label("Model").select_option(value="claude-opus-4-6")
    await form.get_by_role("button", name="How I write…").click()
    await expect(form.get_by_label("Creativity")).to_be_visible()
    await form.get_by_label("Effort").select_option(label="low")
    await form.get_by_role("button", name="Main settings").click()
    await expect(form.get_by_label("Model")).to_have_value("claude-opus-4-6")
    await form.get_by_label("Try it on this message").fill("Who are you?")
    await form.get_by_role("button", name="Try it").click()
    await expect(form).to_contain_text(REHEARSAL)
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    await window.open("general")
    await window.say("/parley why")
    await expect(window.private_notes.last).to_contain_text("effort: low (set for the workspace")


async def test_what_was_typed_stays_below_a_form(window: Window) -> None:
    await window.open("partners")
    await window.say("/parley triage settings")
    form = window.page.get_by_role("dialog", name="Triage settings")
    await form.get_by_label("Areas").fill("Checkout, Search")
    await form.get_by_role("button", name="Add or edit team…").click()
    team = window.page.get_by_role("dialog", name="New team")
    await team.get_by_label("Name").fill("Sales")
    await team.get_by_label("Channel").select_option(label="#leads")
    await team.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text("Teams: Sales")
    await expect(form.get_by_label("Areas")).to_have_value("Checkout, Search")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    await expect(window.private_notes.last).to_contain_text("areas not set → Checkout, Search")


async def test_feedback_is_sorted_and_taken(window: Window) -> None:
    await window.open("support-feedback")
    post = window.said("I was charged twice this month")
    await post.get_by_role("button", name=re.compile("repl", re.IGNORECASE)).first.click(timeout=60_000)
    await expect(window.answers.first).to_contain_text("Billing")
    await window.answers.first.get_by_role("button", name="Take it").click()
    # Twenty posts are being shown, at the pace that Slack allows; what somebody decides does not wait behind them.
    await expect(window.answers.first).to_contain_text("Taken by", timeout=15_000)
    await expect(window.answers.first.get_by_role("button", name="Take it")).to_have_count(0)
