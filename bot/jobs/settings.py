"""Changes of settings, by command and by form, and who is notified of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.actions import (
    BUDGET_FORM,
    EDIT_BUDGETS,
    EDIT_SETTINGS,
    EDIT_TRIAGE,
    EDIT_WORKSPACE,
    SETTINGS_FORM,
    TEAM_FORM,
    TRIAGE_FORM,
    TRY_SETTINGS,
)
from bot.core.domain.interaction import Action, Submission
from bot.core.settings import budget_command, budget_form, persona_command, private_web
from bot.core.settings import command as configure
from bot.core.settings import form as settings_form
from bot.core.settings.form_context import SettingsFormContext
from bot.core.settings.history import saved
from bot.core.settings.parse import SettingsAction, parse
from bot.core.settings.place_text import place_text
from bot.core.triage import settings_form as triage_form
from bot.errors import ChatError
from bot.jobs.deliveries import action_delivery

if TYPE_CHECKING:
    from bot.core.actions import ActionSpec
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Form
    from bot.core.domain.message import Place
    from bot.core.domain.thread import Record
    from bot.core.ports import Checkpoint
    from bot.jobs.home import HomeTab
    from bot.jobs.private_notes import PrivateNotes
    from bot.jobs.settings_cache import SettingsCache
    from bot.work import Inbox

log = logging.getLogger(__name__)

SaveForm = Callable[[Submission, SettingsFormContext], Awaitable[Mapping[str, str]]]

# Seconds, of the three that Slack gives for a submitted form.
REDRAW_LASTS = 1.0


class SettingsJobs:
    """Runs what changes settings. `changed` is called after each command that may have changed one.

    `retry` is called with a channel whose teams may be reachable now, and the reason.
    """

    def __init__(
        self,
        inbox: Inbox,
        context: SettingsFormContext,
        *,
        cache: SettingsCache,
        home: HomeTab,
        notes: PrivateNotes,
        changed: Callable[[Command], Awaitable[None]],
        retry: Callable[[Place, str], Awaitable[None]],
    ) -> None:
        self._inbox, self._context, self._cache, self._home = inbox, context, cache, home
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
        """Return the form that a command asks for: the channel's, the workspace's, triage's. Raises as `open_form`."""
        parsed = parse(command.text)
        if parsed.action is SettingsAction.OPEN_TRIAGE:
            return await triage_form.open_form(_as_action(command, EDIT_TRIAGE), self._context)
        if parsed.action is SettingsAction.OPEN:
            edit = EDIT_WORKSPACE if parsed.scope else EDIT_SETTINGS
            return await settings_form.open_form(_as_action(command, edit), self._context)
        return None

    async def open_budgets(self, command: Command) -> Form | None:
        """Return the form with the budgets, if it is asked for. Raises as `open_form` does."""
        if not budget_command.opens_form(command.text):
            return None
        return await budget_form.open_form(_as_action(command, EDIT_BUDGETS), self._context)

    async def open_budget_form(self, action: Action) -> Form:
        """Return the form with the budgets that an action asks for. Raises as `open_form` does."""
        return await budget_form.open_form(action, self._context)

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
        ref = SETTINGS_FORM.read(submission)
        return await self._save(submission, settings_form.save, (ref.place,), note_in=ref.seen_in)

    async def submit_budgets(self, submission: Submission) -> Mapping[str, str]:
        """Save the form with the budgets; return its faults by the field. Raises as `budget_form.save` does."""
        places, note_in = budget_form.places(submission), BUDGET_FORM.read(submission).seen_in
        return await self._save(submission, budget_form.save, places, note_in=note_in)

    async def submit_triage(self, submission: Submission) -> Mapping[str, str]:
        """Save the form of triage; return its faults by the field. Raises as `triage_form.save` does."""
        place = TRIAGE_FORM.read(submission).place
        faults = await self._save(submission, triage_form.save, (place,))
        if not faults:
            await self._retry(place, submission.id)
        return faults

    async def submit_team(self, submission: Submission) -> Mapping[str, str]:
        """Save the form of a team; return its faults by the field. Raises as `triage_form.save` does."""
        place = TEAM_FORM.read(submission).place
        faults = await self._save(submission, triage_form.save_team, (place,))
        if not faults:
            await self._show_teams(submission)
            await self._retry(place, submission.id)
        return faults

    async def _save(
        self, submission: Submission, save: SaveForm, places: Sequence[Place], note_in: str = ""
    ) -> Mapping[str, str]:
        """Save a form, and tell its person what that changed in `places`; return its faults by the field.

        `note_in`: the channel to tell it in, where the form is a workspace's.
        """
        store, chat = self._context.store.settings, self._context.chat
        before = [await store.overrides(place) for place in places]
        if faults := await save(submission, self._context):
            return faults
        after = [await store.overrides(place) for place in places]
        for place in places:
            self._cache.forget(place)
        compared = list(zip(places, before, after, strict=True))
        changed = [one for one in compared if one[1].version != one[2].version]
        told = [
            saved(place_text(place, chat), was.values, now.values, chat.names)
            for place, was, now in changed or compared[:1]
        ]
        for place, was, now in changed:
            if now.values.get("web") and not was.values.get("web"):
                person = submission.asker.person
                told[0] += await private_web.note(place, person, store=self._context.store, chat=chat)
        where = places[0] if places[0].channel else replace(places[0], channel=note_in)
        await self._notes.accept(where, submission.asker, "\n".join(told), submission.id)
        await self._home.visit(where.workspace, submission.asker, submission.id)
        return {}

    async def _show_teams(self, submission: Submission) -> None:
        """Show the teams of now in the form below a team's, as far as there is time."""
        if not submission.below:
            return
        place = TEAM_FORM.read(submission).place
        try:
            async with asyncio.timeout(REDRAW_LASTS):
                form = await triage_form.form_below(submission, self._context)
                await self._context.chat.views.show_form(place, submission.below, form)
        except (ChatError, TimeoutError) as error:
            log.info("the form below a team's was not redrawn: %s", type(error).__name__)

    async def _then_forget(self, command: Command, change: Awaitable[Record]) -> Record:
        record = await change
        self._cache.forget(command.place)
        return record


def _as_action(command: Command, edit: ActionSpec[Any]) -> Action:
    """Return a command as the action that opens the same form."""
    return Action(command.id, edit.name, "", "", command.place, "", command.asker)
