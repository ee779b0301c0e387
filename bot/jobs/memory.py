"""The form with notes, and the homes that show what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.memory.form import MemoryForm
from bot.jobs.home import HomeTab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.interaction import Action, Form, Submission


@dataclass(frozen=True, slots=True)
class MemoryJobs:
    """Opens and saves the form."""

    form: MemoryForm
    home: HomeTab

    async def open_form(self, action: Action) -> Form:
        """Return the form that an action opens. Raises as `MemoryForm.open` does."""
        return await self.form.open(action)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Save the form; return its faults by the field. Raises as `MemoryForm.save` does."""
        faults = await self.form.save(submission)
        if not faults:
            await self.home.visit(submission.workspace, submission.asker, submission.id)
        return faults
