"""Changes of settings, by command and by form, and who is notified of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import EDIT_SETTINGS, EDIT_WORKSPACE, FORMS, SETTINGS_FORM, TRY_SETTINGS
from bot.core.domain.interaction import Action
from bot.core.settings import budget_command, persona_command
from bot.core.settings import command as configure
from bot.core.settings import form as settings_form
from bot.core.settings.history import saved
from bot.core.settings.parse import SettingsAction, parse
from bot.core.settings.place_text import place_text
from bot.core.triage import settings_form as triage_form
from bot.jobs.deliveries import action_delivery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Form, Submission
    from bot.core.domain.message import Place
    from bot.core.domain.thread import Record
    from bot.core.ports import Checkpoint
    from bot.core.settings.form import SettingsFormContext
    from bot.jobs.home import HomeTab
    from bot.jobs.private_notes import PrivateNotes
    from bot.jobs.threads import Threads
    from bot.work import Inbox


class SettingsJobs:
    """Runs what changes settings. `changed` is called after each command that may have changed one.

    `retry` is called with a channel whose teams may be reachable now, and the reason.
    """

    def __init__(
        self,
        inbox: Inbox,
        context: SettingsFormContext,
        *,
        threads: Threads,
        home: HomeTab,
        notes: PrivateNotes,
        changed: Callable[[Command], Awaitable[None]],
        retry: Callable[[Place, str], Awaitable[None]],
    ) -> None:
        self._inbox, self._context, self._threads, self._home = inbox, context, threads, home
        self._notes = notes
        self._changed, self._retry = changed, retry

    async def configure(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Show or change settings. Raises `ChatError`."""
        context = self._context
        change = configure.configure(
            command,
            admins=context.admins,
            most_days=context.most_days,
            checkpoint=checkpoint,
            store=context.store,
            model=context.model,
            chat=context.chat,
        )
        record = await self._then_forget(command, change)
        await self._changed(command)
        return record

    async def configure_budget(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Show or change what can be spent. Raises `ChatError`."""
        context = self._context
        change = budget_command.configure_budget(
            command, admins=context.admins, checkpoint=checkpoint, store=context.store, chat=context.chat
        )
        return await self._then_forget(command, change)

    async def configure_persona(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Show, save or choose personas. Raises `ChatError`."""
        context = self._context
        change = persona_command.impersonate(
            command, admins=context.admins, checkpoint=checkpoint, store=context.store, chat=context.chat
        )
        return await self._then_forget(command, change)

    async def open(self, command: Command) -> Form | None:
        """Return the form of the channel or of the workspace, if it is asked for. Raises as `open_form` does."""
        parsed = parse(command.text)
        if parsed.action is not SettingsAction.OPEN:
            return None
        edit = EDIT_WORKSPACE.name if parsed.scope else EDIT_SETTINGS.name
        return await settings_form.open_form(
            Action(command.id, edit, "", "", command.place, "", command.asker), self._context
        )

    async def open_triage_form(self, action: Action) -> Form:
        """Return the triage form that an action asks for, such as one in the settings form. Raises as `open_form`."""
        return await triage_form.open_form(action, self._context)

    async def open_form(self, action: Action) -> Form:
        """Return the form that an action asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
        form = await settings_form.open_form(action, self._context)
        if action.name == TRY_SETTINGS.name:
            await self._inbox.accept(action_delivery(settings_form.for_trial(action)))
        return form

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Save a submitted form; return its faults by the field. Raises as `settings_form.save` does."""
        place, store = SETTINGS_FORM.read(submission).place, self._context.store.settings
        before = await store.overrides(place)
        faults = await settings_form.save(submission, self._context)
        if not faults:
            after = await store.overrides(place)
            at, names = place_text(place, self._context.chat), self._context.chat.names
            self._threads.forget_settings(place)
            if place.channel:  # a workspace's settings are shown in no channel, but at the person's home
                sentence = saved(at, before.values, after.values, names)
                await self._notes.accept(place, submission.asker, sentence, submission.id)
            await self._home.visit(place.workspace, submission.asker, submission.id)
        return faults

    async def submit_triage(self, submission: Submission) -> Mapping[str, str]:
        """Save the form of triage; return its faults by the field. Raises as `triage_form.save` does."""
        return await self._retry_after(submission, await triage_form.save(submission, self._context))

    async def submit_team(self, submission: Submission) -> Mapping[str, str]:
        """Save the form of a team; return its faults by the field. Raises as `triage_form.save` does."""
        return await self._retry_after(submission, await triage_form.save_team(submission, self._context))

    async def _retry_after(self, submission: Submission, faults: Mapping[str, str]) -> Mapping[str, str]:
        if not faults:
            place = FORMS[submission.name].read(submission).place
            self._threads.forget_settings(place)
            await self._retry(place, submission.id)
        return faults

    async def _then_forget(self, command: Command, change: Awaitable[Record]) -> Record:
        record = await change
        self._threads.forget_settings(command.place)
        return record
