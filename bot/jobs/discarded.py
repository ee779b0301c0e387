"""Turns whose message or thread is gone: they are done, and have not failed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import GoneError

if TYPE_CHECKING:
    from bot.work import Finish, Handler, Job

log = logging.getLogger(__name__)


def unless_deleted(handler: Handler, *, goes_on: bool = False) -> Handler:
    """End a turn as done if its message or thread was deleted; its calls are kept.

    `goes_on`: it continues what an earlier turn has shown, and removes that itself.
    """

    async def handle(job: Job) -> Finish | None:
        if job.is_discarded and not job.was_begun and not goes_on:
            return None
        try:
            return await handler(job)
        except GoneError as error:
            log.info("no one is waiting for the answer any more: %s", error)
            return None

    return handle
