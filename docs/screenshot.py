"""Take the README's picture: `python -m docs.screenshot` plays a short dialogue and writes docs/playground.png."""  # noqa: INP001 - a script

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright, expect

from tests.browser.playground import CHROMIUM_ARGUMENTS, find_chromium, playground
from tests.browser.window import Window

PICTURE = Path(__file__).with_name("playground.png")
REQUEST = "Write a Python function to calculate circle area. Handle negative inputs."


async def take(url: str, chromium: str) -> None:
    """Play the dialogue on the page at `url`, and take its picture, 1280 by 800 pixels."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        await page.goto(url)
        window = Window(page)
        await window.open("engineering")
        await window.say("@Parley what can you do?")
        await expect(window.answers).to_have_count(1)
        await window.say(f"/code {REQUEST}")
        await expect(window.thread.locator("[data-role=file]")).to_be_visible()
        await window.composer.fill("/")
        await page.screenshot(path=PICTURE)
        await browser.close()


def main() -> int:
    """Run the playground and take the picture."""
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium found: apt-get install chromium.", file=sys.stderr)  # noqa: T201 - a script's own words
        return 1
    with TemporaryDirectory() as home, playground(Path(home)) as url:
        asyncio.run(take(url, chromium))
    return 0


if __name__ == "__main__":
    sys.exit(main())
