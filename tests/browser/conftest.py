"""A browser window on a playground that runs for the tests of one module."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, async_playwright, expect

from tests.browser.playground import CHROMIUM_ARGUMENTS, find_chromium, playground
from tests.browser.window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


# The first answer waits for Claude's SDK, which loads behind the start: on two busy cores for more than 5 s.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    if found:
        return found
    missing = "No Chromium found: apt-get install chromium, or set PARLEY_CHROMIUM to its path."
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def playground_url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del chromium  # asked for only so that nothing starts where there is no browser
    with playground(tmp_path_factory.mktemp("playground")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Browser, playground_url: str) -> AsyncIterator[Window]:
    """Open the page; fail when a script of it raised or its content policy was broken."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", note)
    await page.goto(playground_url)
    window = Window(page)
    await expect(window.composer).to_be_enabled()
    yield window
    await context.close()
    assert faults == []
