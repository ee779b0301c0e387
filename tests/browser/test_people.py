"""Being somebody else in the playground: a member, a guest, someone from another organization."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def beside(window: Window, person: str) -> AsyncIterator[Window]:
    """Open a second tab for another person."""
    page = await window.page.context.new_page()
    yield await Window.at(f"{window.page.url.partition('#')[0]}?as={person}", page)
    await page.close()


async def test_a_guest_asks_and_is_refused(window: Window) -> None:
    await window.be("Gia Lund")
    await expect(window.page).to_have_title(re.compile("as Gia Lund"))
    await expect(window.channels).to_have_text(["support-feedback"])
    await window.say("@Parley who wins?")
    await expect(window.private_notes.last).to_contain_text("Guests can't use me here")
    await window.be("You")
    await window.open("support-feedback")
    await expect(window.said("who wins?")).to_contain_text("guest")
    await expect(window.private_notes.filter(has_text="Guests can't use me here")).to_have_count(0)


async def test_an_outsider_has_the_shared_channel(window: Window) -> None:
    await window.be("Rio Vance")
    await expect(window.channels).to_have_text(["partners"])
    await window.say("@Parley what is in #leads?")
    await expect(window.private_notes.last).to_contain_text("I only answer people from the organization that runs me")
    await window.composer.fill("/")
    await expect(window.menu).to_be_hidden()
    await window.composer.fill("")


async def test_two_people_press_one_button(window: Window) -> None:
    words = "It would be great to export charts as SVG"
    replies = re.compile("repl", re.IGNORECASE)
    await window.open("support-feedback")
    await window.said(words).get_by_role("button", name=replies).first.click(timeout=60_000)
    card = window.answers.first
    await expect(card.get_by_role("button", name="Take it")).to_be_visible()
    async with beside(window, "gia") as guest:
        await guest.said(words).get_by_role("button", name=replies).first.click()
        await guest.answers.first.get_by_role("button", name="Take it").click()
        await expect(guest.page.locator("[data-role=message]:has([data-role=ephemeral])").last).to_contain_text(
            "Guests"
        )
    await expect(card.get_by_role("button", name="Take it")).to_be_visible()
    async with beside(window, "sam") as member:
        await member.open("support-feedback")
        await member.said(words).get_by_role("button", name=replies).first.click()
        await member.answers.first.get_by_role("button", name="Take it").click()
    await expect(card).to_contain_text("Taken by @Sam Okoro", timeout=15_000)


async def test_picked_names_reach_a_command(window: Window) -> None:
    await window.open("general")
    await window.composer.press_sequentially("/parley set denied_people @sa")
    await window.composer.press("Tab")
    await window.composer.press("Enter")
    await expect(window.private_notes.last).to_contain_text(re.compile("@Sam Okoro|U01SAM00000"))
    await window.say("/parley unset denied_people")
    await expect(window.private_notes.last).not_to_contain_text("Sam Okoro")
