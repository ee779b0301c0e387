"""Take the README's pictures: `python -m docs.screenshot` plays two dialogues and writes docs/*.png."""  # noqa: INP001 - a script

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright, expect

from tests.browser.playground import CHROMIUM_ARGUMENTS, find_chromium, playground
from tests.browser.window import Window

FOLDER = Path(__file__).parent
REQUEST = "Write a Python function to calculate circle area. Handle negative inputs."
COMPLAINT = "The app crashes whenever I open the export dialog"  # one of the playground's own posts
PATIENCE = 120_000.0  # milliseconds: twenty posts are sorted at the pace that Slack allows


async def take(url: str, chromium: str) -> None:
    """Play the dialogues on the page at `url`, and take their pictures, 1280 by 800 pixels."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        window = await Window.at(url, page)
        await window.open("engineering")
        await window.say("@Parley hello")
        await expect(window.answers).to_have_count(1)
        await window.say(f"/code {REQUEST}")
        await expect(window.thread.locator("[data-role=file]")).to_be_visible()
        await window.composer.fill("/")
        await page.screenshot(path=FOLDER / "playground.png")
        await window.composer.fill("")
        await window.open("support-feedback")
        replies = window.said(COMPLAINT).first.get_by_role("button", name=re.compile("repl(y|ies) Last"))
        await replies.click(timeout=PATIENCE)
        await expect(window.answers.first).to_contain_text("Bug report")
        await page.mouse.move(0, 0)
        await page.screenshot(path=FOLDER / "triage.png")
        await browser.close()


def main() -> int:
    """Run the playground and take the pictures."""
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium found: apt-get install chromium.", file=sys.stderr)  # noqa: T201 - a script's own words
        return 1
    with TemporaryDirectory() as home, playground(Path(home)) as url:
        asyncio.run(take(url, chromium))
    return 0


if __name__ == "__main__":
    sys.exit(main())
