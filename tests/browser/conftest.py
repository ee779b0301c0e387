"""A browser window and a playground for all tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Error, Page, ViewportSize, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.page.content import OfferedCommand, OfferedShortcut
from bot.playground.page.content import Page as Offer
from bot.playground.server import Server
from tests.browser.app import App
from tests.browser.playground import CHROMIUM_ARGUMENTS, find_chromium, playground
from tests.browser.window import Window
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SIZE: ViewportSize = {"width": 1280, "height": 800}
FIRST_ANSWER = 60_000  # ms: it waits for Claude's SDK, which loads behind the start
expect.set_options(timeout=30_000)  # ms: a busy machine shows late what it shows


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    if found:
        return found
    missing = "No Chromium found: apt-get install chromium, or set PARLEY_CHROMIUM to its path."
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab(browser: Browser) -> Page:
    """Open one page for all tests: each further one is a window of Chromium's, and costs more than most tests."""
    # Sixty pictures a second of a pulsing dot cost more than all that the tests look at.
    return await (await browser.new_context(viewport=SIZE, reduced_motion="reduce")).new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def page(tab: Page) -> AsyncIterator[Page]:
    """Lend the page, blank; fail when a script on it raised or its content policy was broken."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def blame(error: Error) -> None:
        faults.append(str(error))

    tab.on("pageerror", blame)
    tab.on("console", note)
    yield tab
    await tab.unroute_all()
    await tab.set_viewport_size(SIZE)
    await tab.context.set_offline(offline=False)
    await tab.evaluate("sessionStorage.clear()")  # drafts
    await tab.goto("about:blank")
    tab.remove_listener("pageerror", blame)
    tab.remove_listener("console", note)
    assert faults == []


@pytest.fixture(scope="session")
def started(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del chromium  # asked for only so that nothing starts where there is no browser
    with playground(tmp_path_factory.mktemp("playground")) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playground_url(started: str, tab: Page) -> str:
    """Wait for a first answer, so that no test waits for more than its own."""
    window = Window(tab)
    await tab.goto(started)
    await window.open("Parley")
    await window.say("Are you there?")
    await expect(window.answers.first).to_be_visible(timeout=FIRST_ANSWER)
    await tab.goto("about:blank")
    return started


@pytest_asyncio.fixture(loop_scope="session")
async def window(page: Page, playground_url: str) -> Window:
    """Open the playground."""
    return await Window.at(playground_url, page)


@pytest_asyncio.fixture(loop_scope="session")
async def app(chromium: str) -> AsyncIterator[App]:
    del chromium  # asked for only so that nothing starts where there is no browser
    content = Offer(
        commands=[OfferedCommand("/note", "<text>", "Note a text")],
        shortcuts=[OfferedShortcut("summarize", "Summarize thread")],
        notice="An app of the tests.",
    )
    async with ScriptedWorkspace(page=content) as local, aiohttp.ClientSession() as session:
        told = local.environment("http")
        app = App(local, AsyncWebClient(told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"], session=session))
        server = Server([web.post("/slack/events", app.take)])
        await server.start()
        local.deliver_to(f"{server.url}/slack/events")
        yield app
        await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def shown(app: App, page: Page) -> Window:
    """Open the app's workspace."""
    return await Window.at(app.local.url, page)
