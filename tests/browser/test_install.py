"""A workspace installs the bot in the browser: our page, Slack's question, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.db.migrate import upgrade
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.two_workspaces import two_workspaces

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_consent_leads_back_to_the_bot(browser: Browser, tmp_path: Path) -> None:
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path / 'parley.db'}", "PORT": "0"}
    await upgrade(environ["DATABASE_URL"])
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
    async with (
        MessagesServer(Rehearsal(pace=0)) as claude,
        two_workspaces(rules, environ | claude.environment()) as workspaces,
        workspaces.bot(),
    ):
        page = await browser.new_page()
        await page.goto(f"{workspaces.url}/slack/install")
        await page.get_by_role("link", name="Add to Slack").click()
        await expect(page.get_by_role("heading")).to_have_text("Add Parley to a workspace")
        await expect(page.locator("body")).to_contain_text("chat:write")
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.locator("body")).to_contain_text("Nothing was installed, because you canceled.")
        await page.get_by_role("link", name="Add to Slack").click()
        await page.get_by_role("link", name="Add to Slack").click()
        await page.get_by_label("Workspace").select_option(workspaces.second.workspace.team_id)
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_role("heading")).to_have_text("Installed")
        await expect(page.locator("body")).to_contain_text(
            f"Parley is installed in {workspaces.second.workspace.team_name}."
        )
        general, second = workspaces.second.channel("general"), workspaces.second
        ts = second.say(general, f"{second.bot.mention} hello")
        await second.until(lambda: len(second.thread(general, ts)) > 1)
        await page.close()
