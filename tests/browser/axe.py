"""What axe-core finds on a page: the same rules as in browsers' accessibility panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.async_playwright import Axe

if TYPE_CHECKING:
    from playwright.async_api import Page

LIGHT = {"resultTypes": ["violations"]}
# In the dark, only colors differ.
DARK = LIGHT | {"runOnly": ["color-contrast"]}
RUN = "([within, options]) => axe.run(within ?? document, options).then((run) => run.violations)"


async def violations(page: Page, within: str | None = None) -> list[str]:
    """Return every violation of any level, in the dark and in the light, on the page or `within` a selector."""
    if not await page.evaluate("'axe' in window"):  # it stays until the page is left, and is half a million characters
        await page.evaluate(Axe().axe_script)
    await page.emulate_media(color_scheme="dark")
    found = await page.evaluate(RUN, [within, DARK])
    await page.emulate_media(color_scheme="light")
    found += await page.evaluate(RUN, [within, LIGHT])
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]
