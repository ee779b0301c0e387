"""The home tab as durable work: rebuilt when a person opens it, and after their changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Section
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.home import FORGET_ME, VISITOR_UNKNOWN, Health, build_home
from bot.errors import ChatError
from bot.language import _
from bot.turn import CostCenter
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.ports import Chat, Model, Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.jobs.permissions import Permissions
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

HOME = "home"


class HomeTab:
    """Accepts requests for a home, and builds it."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        store: Store,
        feedback: FeedbackStore,
        model: Model,
        chat: Chat,
        permissions: Permissions,
        admins: frozenset[str],
    ) -> None:
        self._inbox, self._store, self._feedback, self._chat = inbox, store, feedback, chat
        self._model = model
        self._permissions, self._admins = permissions, admins

    def register(self, inbox: Inbox) -> None:
        """Register the job that builds homes."""
        inbox.handle(HOME, self.run, _leave, charge=_charge_visitor)

    async def visit(self, workspace: str, asker: Requester, occasion: str) -> None:
        """Accept that a person opened their home, or should see a change there; an `occasion` counts once."""
        key = f"{HOME}:{workspace}:{asker.person}"
        payload = {"workspace": workspace, "person": asker.person}
        await self._inbox.accept(Delivery(f"{key}:{occasion}", key, HOME, payload))

    async def run(self, job: Job) -> None:
        """Build a person's home and show it."""
        place, person = Place(str(job.payload["workspace"]), ""), str(job.payload["person"])
        counts = await self._inbox.counts()
        # This job itself is one of those that run.
        health = Health(counts.ready, counts.running - 1, counts.failed)
        if refusal := await self._refusal(place, person):
            sections: tuple[Section, ...] = (Section("Parley", f"{refusal} {_(FORGET_ME)}"),)
        else:
            sections = await build_home(
                place,
                person,
                admins=self._admins,
                health=health,
                store=self._store,
                feedback=self._feedback,
                model=self._model,
                chat=self._chat,
            )
        await self._chat.views.show_home(place, person, sections)

    async def _refusal(self, place: Place, person: str) -> str:
        """Return why a person can't see their home; unknown people are refused."""
        try:
            return await self._permissions.refusal(place, Requester(person, place.workspace))
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("could not look up whose home it is: %s", error)
            return _(VISITOR_UNKNOWN)


def _charge_visitor(payload: Mapping[str, Any]) -> CostCenter:
    return CostCenter(str(payload["workspace"]), person=str(payload["person"]))


async def _leave(_job: Job, error: Exception) -> None:
    """Leave the home as it was: the next visit rebuilds it."""
    log.warning("a home was not built: %s", type(error).__name__)
