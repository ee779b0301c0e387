"""The intake: turns what listeners hand in into durable work, or answers it while the platform waits."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.access import ELSEWHERE
from bot.core.actions import ACTIONS
from bot.core.answer.whom_to_answer import is_stop
from bot.core.commands import PARLEY
from bot.core.domain.people import Requester
from bot.core.remembered import Remembered
from bot.core.settings import subcommands
from bot.core.summarize import sources as summary_source
from bot.errors import NotAllowedError
from bot.jobs.deliveries import (
    action_delivery,
    answers,
    command_delivery,
    completing,
    completion_delivery,
    content,
    message_delivery,
    message_ids,
    queue_key,
)
from bot.work import Amended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.core.ports import Chat
    from bot.jobs.classify import ClassifyJobs
    from bot.jobs.home import HomeTab
    from bot.jobs.permissions import Permissions
    from bot.jobs.queue_notice import QueueNotices
    from bot.jobs.registry import Registry
    from bot.jobs.stop import Stop
    from bot.jobs.threads import Threads
    from bot.jobs.triage import TriageJobs
    from bot.work import Inbox

log = logging.getLogger(__name__)

# Most messages that mention the bot come twice at once: what was taken in here need not be looked up.
MOST_HEARD, HEARD_KEPT = 10_000, 600.0  # messages, seconds


class DurableIntake:
    """Implements `bot.core.ports.Intake`."""

    def __init__(  # noqa: PLR0913 (each is where something is handed on)
        self,
        inbox: Inbox,
        *,
        registry: Registry,
        permissions: Permissions,
        threads: Threads,
        classify: ClassifyJobs,
        triage: TriageJobs,
        stop: Stop,
        home: HomeTab,
        notices: QueueNotices,
    ) -> None:
        self._inbox = inbox
        self._heard = Remembered[str](MOST_HEARD)
        self._registry, self._permissions, self._threads = registry, permissions, threads
        self._classify, self._triage, self._stop, self._home = classify, triage, stop, home
        self._notices = notices

    async def hear(self, heard: IncomingMessage) -> None:
        """Accept a person's message."""
        await self._triage.hear(heard)
        await self._take_in(heard)

    async def _take_in(self, heard: IncomingMessage) -> None:
        if not await self._threads.is_worth_hearing(heard):
            return
        if is_stop(heard.text):
            await self._stop.stop(heard.place)
        delivery, said = message_delivery(heard), content(heard)
        if self._heard.get(delivery.id) == said:
            return
        if await self._inbox.accept(delivery):
            self._notices.notify(delivery, heard.private_place, Requester(heard.author, heard.home), heard)
        elif await self._inbox.amend(delivery.id, completing(heard)) is Amended.LATE:
            await self._inbox.accept(completion_delivery(heard))
        self._heard.keep(delivery.id, said, HEARD_KEPT)

    async def change(self, changed: MessageEdit) -> None:
        """Accept an edit or a deletion of a message; answers to a deleted one are discarded."""
        await self._triage.change(changed)
        await self._threads.change(changed)
        if changed.is_deleted:
            await self._inbox.drop(queue_key(changed.place), answers(changed.id))
            await self._classify.drop(changed.place, changed.id)

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        """Accept the current state of a message: a waiting turn sees it, otherwise the history is completed.

        One that now mentions the bot is answered as if it had just been said.
        """
        heard = updated.heard
        if changed is not None:
            await self._triage.change(changed)
        is_late = await self._amend(heard)
        if updated.calls_bot:
            await self._take_in(heard)
        elif is_late and (updated.adds_files or changed is None):
            await self._inbox.accept(completion_delivery(heard))
        if changed is not None:
            await self._threads.change(changed)

    async def _amend(self, heard: IncomingMessage) -> bool:
        """Complete a message's waiting turn; return whether it has already begun."""
        direct, reply = message_ids(heard)
        found = await self._inbox.amend(direct, completing(heard))
        if found is Amended.UNKNOWN:
            # That it mentions the bot now is for a turn of its own: this one may have begun.
            found = await self._inbox.amend(reply, completing(replace(heard, mentions_bot=False)))
        return found is Amended.LATE

    async def stop(self, place: Place) -> None:
        """Stop what is being written in a thread."""
        await self._stop.stop(place)

    async def take(self, command: Command) -> None:
        """Accept a slash command. Raises `UsageError`, with what the person should fix first."""
        self._registry.commands[command.name].parse(command.text)
        await take_command(command, inbox=self._inbox, notices=self._notices)

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens, None if there is none, or not for its asker."""
        if command.name != PARLEY.name:
            return None
        opening = self._registry.opening.get(subcommands.find(command.text).words)
        if opening is None or await self._permissions.refusal_of_command(command):
            return None
        return await opening(command)

    async def on_action(self, action: Action) -> Form | None:
        """Accept an action, or return the form that it opens. An unknown one is ignored.

        Permissions are checked first if it opens a form or counts once: a refused person must not use it up.
        """
        spec = ACTIONS.get(action.name)
        if spec is None:
            log.warning("unknown action: %s", action.name)
            return None
        spec.read(action)
        at_once = self._registry.immediate_actions.get(action.name)
        if (at_once or spec.once) and (refusal := await self._permissions.refusal_of_action(action)):
            raise NotAllowedError(refusal)
        if at_once:
            return await at_once(action)
        await self._inbox.accept(action_delivery(action))
        return None

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Accept a submitted form; return its faults by the field. Permissions are checked again: settings change."""
        form = self._registry.forms.get(submission.name)
        if form is None:
            log.warning("unknown form: %s", submission.name)
            return {}
        place = await form.where(submission)
        if place and place.workspace != submission.workspace:
            raise NotAllowedError(ELSEWHERE)
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
    await take_command(summary_source.from_shortcut(action, chat=chat), inbox=inbox, notices=notices)
