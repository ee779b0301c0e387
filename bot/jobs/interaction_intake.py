"""Turns commands, actions, forms and visits into durable work, or answers them while the platform waits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.core.access import ELSEWHERE
from bot.core.actions import ACTIONS, USED
from bot.core.commands import PARLEY
from bot.core.settings import subcommands
from bot.core.summarize import sources as summary_source
from bot.errors import NotAllowedError, UsageError
from bot.jobs.deliveries import action_delivery, command_delivery
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat
    from bot.jobs.home import HomeTab
    from bot.jobs.languages import Languages
    from bot.jobs.permissions import Permissions
    from bot.jobs.queue_notice import QueueNotices
    from bot.jobs.registry import Registry
    from bot.work import Inbox

log = logging.getLogger(__name__)


class DurableInteractions:
    """Implements `bot.core.ports.InteractionIntake`."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        registry: Registry,
        permissions: Permissions,
        home: HomeTab,
        notices: QueueNotices,
        languages: Languages,
    ) -> None:
        self._inbox = inbox
        self._registry, self._permissions, self._home, self._notices = registry, permissions, home, notices
        self._languages = languages

    async def speak_to(self, workspace: str, person: str) -> None:
        """Write to a person in their language from here on."""
        await self._languages.of_person(workspace, person)

    async def take(self, command: Command) -> None:
        """Accept a slash command. Raises `UsageError`, with what the person should fix first."""
        await self._languages.of_person(command.place.workspace, command.asker.person)
        self._registry.commands[command.name].parse(command.text)
        await take_command(command, inbox=self._inbox, notices=self._notices)

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens, None if there is none, or not for its asker."""
        if command.name != PARLEY.name:
            return None
        opening = self._registry.opening.get(subcommands.find(command.text).words)
        if opening is None or await self._permissions.refusal_of_command(command):
            return None
        await self._languages.of_person(command.place.workspace, command.asker.person)
        return await opening(command)

    async def on_action(self, action: Action) -> Form | None:
        """Accept an action, or return the form that it opens. An unknown one is ignored.

        Permissions are checked first if it opens a form or counts once: a refused person must not use it up.
        """
        spec = ACTIONS.get(action.name)
        if spec is None:
            log.warning("unknown action: %s", action.name)
            return None
        await self._languages.of_person(action.place.workspace, action.asker.person)
        spec.read(action)
        at_once = self._registry.immediate_actions.get(action.name)
        if (at_once or spec.once) and (refusal := await self._permissions.refusal_of_action(action)):
            raise NotAllowedError(refusal)
        if at_once:
            return await at_once(action)
        if not await self._inbox.accept(action_delivery(action)) and spec.once:
            raise UsageError(_(USED))
        return None

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Accept a submitted form; return its faults by the field. Permissions are checked again: settings change."""
        form = self._registry.forms.get(submission.name)
        if form is None:
            log.warning("unknown form: %s", submission.name)
            return {}
        await self._languages.of_person(submission.workspace, submission.asker.person)
        place = await form.where(submission)
        if place and place.workspace != submission.workspace:
            raise NotAllowedError(_(ELSEWHERE))
        if place and (refusal := await self._permissions.refusal_of_form(submission, place)):
            raise NotAllowedError(refusal)
        return await form.submit(submission)

    async def visit(self, workspace: str, asker: Requester, occasion: str) -> None:
        """Accept that a person opened their home, or should see a change there."""
        await self._home.visit(workspace, asker, occasion)


async def take_command(command: Command, *, inbox: Inbox, notices: QueueNotices) -> None:
    """Accept a command. Raises as `Inbox.accept` does."""
    delivery = command_delivery(command)
    if await inbox.accept(delivery):
        notices.notify(delivery, command.place, command.asker)


async def summarize_thread(action: Action, *, inbox: Inbox, notices: QueueNotices, chat: Chat) -> None:
    """Accept a request from a message's menu to summarize its thread."""
    await take_command(summary_source.from_shortcut(action, history=chat.history), inbox=inbox, notices=notices)
