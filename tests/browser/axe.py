"""What axe-core finds on a page: the same rules as in browsers' accessibility panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.async_playwright import Axe

if TYPE_CHECKING:
    from playwright.async_api import Page

AXE = Axe()
# In the dark, only colors differ.
DARK = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}


async def violations(page: Page, within: str | None = None) -> list[str]:
    """Return every violation of any level, in the light and in the dark, on the page or `within` a selector."""
    await page.emulate_media(color_scheme="dark")
    dark = await AXE.run(page, within, options=DARK)
    await page.emulate_media(color_scheme="light")
    light = await AXE.run(page, within)
    found = [*light.response["violations"], *dark.response["violations"]]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]
