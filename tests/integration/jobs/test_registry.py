"""What is declared, held against what has a handler."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot import build, settings
from bot.core import commands
from bot.core.actions import ACTIONS, FORMS, TRY_SETTINGS
from bot.core.settings import subcommands

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.jobs.registry import Registry


# They stand in the databases of those who upgrade: a job of a kind that is gone would wait forever.
KINDS = {
    *("message", "completion", "command", "press", "change", "condense", "refusal"),
    *("classify", "classify run", "classify show"),
    *("triage", "triage show", "triage notify", "triage tell", "triage alert", "triage digest"),
    *("triage webhook", "triage github", "triage event", "triage outcome", "triage clocks"),
    *("triage draft", "triage draft show", "triage draft send"),
    *("home", "private note", "departure", "knowledge", "knowledge read", "article"),
}
PERIODIC = {
    "purge",
    "retention",
    "knowledge",
    "articles",
    "article channels",
    "classify batches",
    "triage",
    "triage digests",
    "triage drafts",
    "triage clocks",
    "triage clock settings",
    "github issues",
}


@pytest.fixture
async def built(sqlite_url: str) -> AsyncIterator[build.Bot]:
    """Build the whole bot, as the composition root does, and start nothing."""
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ANTHROPIC_API_KEY": "sk-ant-1"}
    async with AsyncExitStack() as stack:
        read = settings.read({**tokens, "DATABASE_URL": sqlite_url}, for_slack=True)
        yield await build.build(stack, read)


@pytest.fixture
def registry(built: build.Bot) -> Registry:
    return built.registry


def test_every_kind_of_job_is_run(built: build.Bot) -> None:
    assert built.inbox.kinds == KINDS | {f"every:{name}" for name in PERIODIC}


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
