"""Changes of settings, by words and by the form: taken in, and made known to those who keep settings in mind."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.core.domain.interaction import Action
from bot.core.settings import budget_command, persona_command, subcommands
from bot.core.settings import command as configure
from bot.core.settings import form as settings_form
from bot.core.triage import settings_form as triage_form
from bot.jobs.deliveries import press_delivery
from bot.jobs.registry import FormCase, where_told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Form, Submission
    from bot.core.domain.message import Place
    from bot.core.domain.thread import Record
    from bot.core.ports import Checkpoint
    from bot.core.settings.form import SettingsFormContext
    from bot.jobs.home import HomeTab
    from bot.jobs.registry import Commanded, Features
    from bot.jobs.threads import Threads
    from bot.work import Inbox


class SettingsJobs:
    """Enters the words, the presses and the form. `changed` hears of each command that may have changed a setting.

    `retry` hears of a channel whose teams may be reached from now on, and of what made it so.
    """

    def __init__(
        self,
        inbox: Inbox,
        desk: SettingsFormContext,
        *,
        threads: Threads,
        home: HomeTab,
        changed: Callable[[Command], Awaitable[None]],
        retry: Callable[[Place, str], Awaitable[None]],
    ) -> None:
        self._inbox, self._desk, self._threads, self._home = inbox, desk, threads, home
        self._changed, self._retry = changed, retry

    def register(self, features: Features) -> None:
        """Enter what is done here."""
        admins, store, chat = self._desk.admins, self._desk.store, self._desk.chat
        budget = partial(budget_command.configure_budget, admins=admins, store=store, chat=chat)
        persona = partial(persona_command.impersonate, admins=admins, store=store, chat=chat)
        features.commands["parley"] = partial(self._parley, features.words)
        features.words |= {
            **dict.fromkeys(configure.WORDS, self.configure),
            "budget": partial(self._then_forget, budget),
            "persona": partial(self._then_forget, persona),
        }
        features.opened |= {"settings": self.open, "workspace settings": self.open}
        features.presses_now |= dict.fromkeys(settings_form.PRESSES, self.press)
        features.presses_now |= dict.fromkeys(triage_form.PRESSES, self.press_triage)
        features.forms |= {
            settings_form.FORM: FormCase(self.submit, where_told),
            triage_form.FORM: FormCase(partial(self._submit_triage, triage_form.save), where_told),
            triage_form.TEAM_FORM: FormCase(partial(self._submit_triage, triage_form.save_team), where_told),
        }
        settings = (*settings_form.PRESSES, settings_form.FORM, *triage_form.PRESSES, triage_form.FORM)
        features.parts_of |= dict.fromkeys((*settings, triage_form.TEAM_FORM), "parley")

    async def _parley(self, words: Mapping[str, Commanded], command: Command, *, checkpoint: Checkpoint) -> Record:
        carry_out = subcommands.find(command.text, words) or self.configure
        return await carry_out(command, checkpoint=checkpoint)

    async def configure(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Show or change settings. Raises `ChatError`."""
        desk = self._desk
        change = partial(
            configure.configure,
            admins=desk.admins,
            most_days=desk.most_days,
            store=desk.store,
            model=desk.model,
            chat=desk.chat,
        )
        record = await self._then_forget(change, command, checkpoint=checkpoint)
        await self._changed(command)
        return record

    async def open(self, command: Command) -> Form | None:
        """Return the form of the channel or of the workspace, where just that is asked for. Raises as `press` does."""
        wish = configure.parse(command.text)
        if wish.action is not configure.SettingsAction.OPEN:
            return None
        name = configure.EDIT_WORKSPACE if wish.scope else configure.EDIT
        return await settings_form.press(Action(command.id, name, "", "", command.place, "", command.asker), self._desk)

    async def press_triage(self, press: Action) -> Form:
        """Return the form of triage that a press asks for, in the settings' form among others. Raises as `press`."""
        if press.form and press.name == configure.EDIT_TRIAGE:
            press = replace(press, value=settings_form.place_of(press.value).channel)
        return await triage_form.press(press, self._desk)

    async def press(self, press: Action) -> Form:
        """Return the form that a press asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
        form = await settings_form.press(press, self._desk)
        if press.name == settings_form.TRY:
            await self._inbox.accept(press_delivery(settings_form.for_trial(press)))
        return form

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Save a filled form; return its faults by the field. Raises as `settings_form.save` does."""
        faults = await settings_form.save(submission, self._desk)
        if not faults:
            place = settings_form.place_of(submission.value)
            self._threads.forget_settings(place)
            await self._home.visit(place.workspace, submission.asker, submission.id)
        return faults

    async def _submit_triage(
        self, save: Callable[[Submission, SettingsFormContext], Awaitable[Mapping[str, str]]], submission: Submission
    ) -> Mapping[str, str]:
        faults = await save(submission, self._desk)
        if not faults:
            place = triage_form.place_of(submission)
            self._threads.forget_settings(place)
            await self._retry(place, submission.id)
        return faults

    async def _then_forget(self, change: Commanded, command: Command, *, checkpoint: Checkpoint) -> Record:
        record = await change(command, checkpoint=checkpoint)
        self._threads.forget_settings(command.place)
        return record
