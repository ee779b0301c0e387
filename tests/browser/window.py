"""The playground's page, as the person in front of it uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


class Window:
    """One browser window on a playground."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.channel = page.locator("[data-role=channel-pane]")
        self.composer = page.locator("[data-role=channel-composer]").get_by_role("textbox")
        self.refusal = page.locator("[data-role=channel-composer] [data-role=error]")
        self.thread = page.locator("[data-role=thread]")
        self.reply_box = page.locator("[data-role=thread-composer]").get_by_role("textbox")
        self.menu = page.locator("[data-role=channel-composer] [data-role=menu]")
        self.connection = page.locator("[data-role=connection]")

    @classmethod
    async def at(cls, url: str, page: Page) -> Self:
        """Go to a workspace; return its window when it can be used."""
        await page.goto(url)
        window = cls(page)
        await expect(window.composer).to_be_enabled()
        return window

    async def open(self, channel: str) -> None:
        """Go to a channel, or to the direct message with the app of that name."""
        link = self.page.get_by_role("navigation").get_by_role("link", name=channel)
        there = ((await link.get_attribute("href")) or "").removeprefix("#").partition("/")[0]
        await link.click()
        # Until then, what is typed belongs to the place before, and stays there as its draft.
        await expect(self.channel).to_have_attribute("data-channel", there)

    async def be(self, person: str) -> None:
        """Become another of the workspace's people, by the switch at the bottom left."""
        switch = self.page.locator("[data-role=me]").get_by_role("button")
        await switch.click()
        await self.page.get_by_role("menuitemradio", name=person).click()
        await expect(switch).to_contain_text(person)
        await expect(self.composer).to_be_enabled()

    async def say(self, text: str) -> None:
        """Send text to the open channel; a text that begins with a slash is a command."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def reply(self, text: str) -> None:
        """Send text to the open thread."""
        await self.reply_box.fill(text)
        await self.reply_box.press("Enter")

    def said(self, text: str) -> Locator:
        """Messages in the channel that hold this text."""
        return self.channel.locator("[data-role=message]", has_text=text)

    @property
    def channels(self) -> Locator:
        """The channels of the sidebar, by name."""
        return self.page.locator("[data-role=channels] .name")

    @property
    def answers(self) -> Locator:
        """Finished messages of the app in the open thread; its first message is left out."""
        return self.thread.locator("[data-role=message][data-thread]:has(.badge):not([data-streaming])")

    @property
    def private_notes(self) -> Locator:
        """Messages in the channel that only this person sees."""
        return self.channel.locator("[data-role=message]:has([data-role=ephemeral])")
