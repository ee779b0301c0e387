"""What is declared, held against what has a handler."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot import app, settings
from bot.core import commands
from bot.core.actions import ACTIONS, FORMS, TRY_SETTINGS
from bot.core.settings import subcommands

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.jobs.registry import Registry


@pytest.fixture
async def registry(sqlite_url: str) -> AsyncIterator[Registry]:
    """Build the whole bot, as the composition root does, and start nothing."""
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ANTHROPIC_API_KEY": "sk-ant-1"}
    async with AsyncExitStack() as stack:
        house = await app.build(stack, settings.read({**tokens, "DATABASE_URL": sqlite_url}, for_slack=True))
        yield house.registry


def test_every_command_has_its_handler(registry: Registry) -> None:
    assert registry.commands.keys() == commands.BY_NAME.keys()
    assert registry.subcommands.keys() == subcommands.BY_WORDS.keys()
    assert registry.opening.keys() < registry.subcommands.keys()


def test_every_action_has_its_handler(registry: Registry) -> None:
    immediate = {one.name for one in ACTIONS.values() if one.is_immediate}
    assert registry.immediate_actions.keys() == immediate
    assert registry.actions.keys() | immediate == ACTIONS.keys()
    assert registry.actions.keys() & immediate == {TRY_SETTINGS.name}


def test_every_form_has_its_handler(registry: Registry) -> None:
    assert registry.forms.keys() == FORMS.keys()
