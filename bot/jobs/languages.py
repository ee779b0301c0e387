"""Which language the bot writes in: the operator's choice, or that of the person whom a job or a request is for."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot import language, turn
from bot.core.domain.message import Place

if TYPE_CHECKING:
    from bot.core.ports import ChatDirectory

log = logging.getLogger(__name__)

WAIT = 1.0  # seconds for the look-up of a person who is not known yet, of the three that Slack waits for an answer


class Languages:
    """Sets the language of the running task. `always`: whoever reads, "" for each person's own."""

    def __init__(self, directory: ChatDirectory, always: str) -> None:
        self._directory, self._always = directory, always

    async def of_job(self) -> None:
        """Write to whom the job is charged to; in the operator's language, or English, where that is no one."""
        context = turn.current()
        if context is None:
            return
        payer = context.spending.cost_center
        await self.of_person(payer.workspace, payer.person)

    async def of_person(self, workspace: str, person: str) -> None:
        """Write to a person. One whose language is not known in time is written to in English."""
        spoken = self._always
        if not spoken and workspace and person:
            try:
                async with asyncio.timeout(WAIT):
                    reader = await self._directory.reader(Place(workspace, ""), person)
                spoken = language.supported(reader.language)
            except TimeoutError:
                log.info("a person's language was not known in time")
        language.speak(spoken or language.ENGLISH)
