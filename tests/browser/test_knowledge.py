"""The feedback channel of the playground answers from the help of a small product, from the question to the gap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REPLIES = re.compile("repl", re.IGNORECASE)


async def open_thread(window: Window, words: str) -> None:
    await window.said(words).get_by_role("button", name=REPLIES).first.click(timeout=60_000)


async def test_feedback_is_answered_from_the_help(window: Window) -> None:
    await window.open("support-feedback")
    await window.say("/parley knowledge list")
    await expect(window.private_notes.last).to_contain_text("folder lumenpad: 6 pages, read")

    await window.say("@Parley How long is an invitation valid?")
    await open_thread(window, "How long is an invitation valid?")
    answer = window.answers.last
    await expect(answer).to_contain_text("Searched the knowledge for “How long is an invitation valid?”")
    await expect(answer).to_contain_text("An invitation is valid for 7 days; choose Send again if it has run out. [1]")
    await expect(answer).to_contain_text("Sources: 1: People and permissions, read")
    await expect(answer).not_to_contain_text("no source")
    await window.reply("who can export other people's notebooks?")
    await expect(window.answers.nth(1)).to_contain_text("Only owners can export other people's notebooks.")
    await expect(window.answers.nth(1)).to_contain_text(re.compile(r"Sources: \d: "))
    await window.reply("who painted the moon green?")
    await expect(window.answers.nth(2)).to_contain_text("I don't know: I found no answer in the knowledge here.")

    post = "Where are my invoices, please?"
    await window.say(post)
    await open_thread(window, post)
    draft = window.answers.first.get_by_role("button", name="Draft…")
    await draft.click()
    await expect(window.thread).to_contain_text("Someone else has to decide about the answer to your own")
    await window.be("Sam Okoro")
    await window.open("support-feedback")
    await open_thread(window, post)
    await draft.click()
    form = window.page.get_by_role("dialog", name="Draft")
    await expect(form.get_by_label("Answer")).to_have_value(re.compile("Invoices are under"))
    await form.get_by_role("button", name="Done").click()
    await expect(window.thread).to_contain_text("Approved by @Sam Okoro")
    await expect(window.answers.first).to_contain_text("Answered with a draft that @Sam Okoro approved.")
    await expect(draft).to_have_count(0)

    await window.be("You")
    await window.open("support-feedback")
    await window.say("/parley knowledge ask how long is a download link valid?")
    await expect(window.private_notes.last).to_contain_text("A download link is valid for 24 hours. [1]")
    await window.say("/parley knowledge ask")
    await expect(window.private_notes.last).to_contain_text("Say what you want to know")
    await window.say("/parley knowledge gaps")
    await expect(window.private_notes.last).to_contain_text("who painted the moon green?")


async def test_what_was_not_known_is_written_up(window: Window) -> None:
    await window.open("support-feedback")
    post = window.said("Could you add a dark mode to the dashboard?")
    await open_thread(window, "Could you add a dark mode to the dashboard?")
    await expect(window.answers.first).to_contain_text("No answer in the knowledge")
    await window.reply("The dark mode of the dashboard is under Settings, then Appearance.")
    await window.say("/parley knowledge gaps")
    await expect(window.private_notes.last).to_contain_text("Could you add a dark mode to the dashboard?")
    await post.get_by_label("More actions").click()
    await window.page.get_by_role("menuitem", name="Write it up").click()
    article = window.thread.locator("[data-role=message]", has_text="Draft of an article for the knowledge")
    await expect(article).to_contain_text("The dark mode of the dashboard is under Settings, then Appearance.")
    await article.get_by_role("button", name="Edit…").click()
    form = window.page.get_by_role("dialog", name="Edit the article")
    await form.get_by_label("Title").fill("Dark mode of the dashboard")
    await form.get_by_role("button", name="Approve").click()
    await expect(article).to_contain_text("it is source")
    await expect(article.get_by_role("button", name="Approve")).to_have_count(0)
    await window.say("/parley knowledge ask where is the dark mode of the dashboard?")
    await expect(window.private_notes.last).to_contain_text("is under Settings, then Appearance.")
    await expect(window.private_notes.last).to_contain_text("Sources: 1: Dark mode of the dashboard")
    await window.say("/parley knowledge")
    await expect(window.private_notes.last).to_contain_text("article “Dark mode of the dashboard”: 1 page")
