"""The work in threads other than turns: edits and deletions, summaries of older messages, refusals to outsiders."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.core.answer.offer_again import offer_again
from bot.core.answer.thread_summary import condense
from bot.core.domain.message import IncomingMessage, MessageEdit, Place
from bot.core.domain.people import Requester
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.db import notes
from bot.db import threads as db_store
from bot.db.knowledge import articles, gaps, pages
from bot.errors import ModelStoppedError, OverBudgetError
from bot.jobs import call_ledger
from bot.jobs.deliveries import charge_author, charge_place, fairness_group, queue_key
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from bot.core.answer.thread_summary import Condensed
    from bot.core.ports import Chat, Model, Store
    from bot.turn import CostCenter
    from bot.work import Finish, Inbox, Job

log = logging.getLogger(__name__)

CHANGE, CONDENSE, REFUSAL = "change", "condense", "refusal"

_CHANGED = TypeAdapter(MessageEdit)
_INCOMING = TypeAdapter(IncomingMessage)
_PLACE = TypeAdapter(Place)


def change_delivery(changed: MessageEdit) -> Delivery:
    """Wrap an edit or a deletion: under its thread's key, so after the turn that may be answering the message."""
    place = changed.place
    what = "deleted" if changed.is_deleted else changed.revision
    name = f"change:{place.workspace}:{place.channel}:{changed.id}:{what}"
    return Delivery(name, queue_key(place), CHANGE, asdict(changed), fairness_group(place))


def condense_delivery(place: Place, since: str) -> Delivery:
    """Wrap the job that summarizes a thread: under its own key, so that no answer waits for it."""
    name = _condense_queue_key(place)
    return Delivery(f"{name}:{since}", name, CONDENSE, asdict(place), fairness_group(place))


def _condense_queue_key(place: Place) -> str:
    return f"condense:{queue_key(place)}"


def refusal_delivery(incoming: IncomingMessage, sentence: str) -> Delivery:
    """Wrap a refusal: once per person and channel, as long as the inbox remembers done jobs."""
    name = f"refusal:{fairness_group(incoming.place)}:{incoming.author}"
    return Delivery(
        name, name, REFUSAL, {"heard": asdict(incoming), "sentence": sentence}, fairness_group(incoming.place)
    )


class Threads:
    """Accepts this work, and runs it."""

    def __init__(self, inbox: Inbox, *, store: Store, model: Model, chat: Chat) -> None:
        self._inbox, self._store, self._model, self._chat = inbox, store, model, chat

    def register(self, inbox: Inbox) -> None:
        """Register the jobs in threads."""
        inbox.handle(CHANGE, self.run_change, _tell_no_one, charge=charge_author)
        inbox.handle(CONDENSE, self.run_condense, _tell_no_one, charge=charge_place)
        inbox.handle(REFUSAL, self.run_refusal, _tell_no_one, charge=_charge_refused)

    async def change(self, changed: MessageEdit) -> None:
        """Accept an edit or a deletion."""
        await self._inbox.accept(change_delivery(changed))

    async def follow_up(self, record: Record, incoming: IncomingMessage) -> None:
        """Accept a turn's follow-up work."""
        if record.is_outgrown:
            await self._inbox.accept(condense_delivery(record.place, incoming.id))
        if record.refusal:
            await self._inbox.accept(refusal_delivery(incoming, record.refusal))

    async def run_change(self, job: Job) -> Finish:
        """Change the stored message, and offer to answer it again if it was the last question.

        A summary in progress may repeat the old text: it is cancelled, and the thread's next turn asks for it again.
        """
        changed = _CHANGED.validate_python(job.payload)
        changed = replace(changed, text=await self._chat.names.spell_out(changed.place, changed.text))
        await self._inbox.drop(_condense_queue_key(changed.place), lambda *_: True)
        await offer_again(changed, checkpoint=job, store=self._store, answers=self._chat.answers)
        return partial(_leave_change, changed=changed)

    async def run_condense(self, job: Job) -> Finish | None:
        """Summarize what is old in a thread; when that was not all of it, go on with the rest."""
        place = _PLACE.validate_python(job.payload)
        try:
            condensed = await condense(
                place, store=self._store.threads, model=self._model, names=self._chat.names, cancelled=job.cancelled
            )
        except (ModelStoppedError, OverBudgetError) as error:
            log.info("no summary, the thread's next turn asks for it again: %s", type(error).__name__)
            return None
        if condensed is None:
            return None
        await self._inbox.accept(condense_delivery(place, f"n{condensed.until}"))
        call_ledger.leave_out(condensed.calls)
        return partial(_leave_summary, condensed=condensed)

    async def run_refusal(self, job: Job) -> None:
        """Tell a person, once, that they are not answered here."""
        incoming = _INCOMING.validate_python(job.payload["heard"])
        asker = Requester(incoming.author, incoming.home)
        await send_ephemeral(incoming.private_place, asker, str(job.payload["sentence"]), answers=self._chat.answers)


def _charge_refused(payload: Mapping[str, Any]) -> CostCenter:
    return charge_author(payload["heard"])


async def _tell_no_one(_job: Job, error: Exception) -> None:
    """Tell no one: no one has asked for it."""
    log.warning("left undone: %s", type(error).__name__)


def _leave_change(connection: Connection, *, changed: MessageEdit) -> None:
    db_store.change(connection, changed)
    notes.follow(connection, changed)
    pages.follow(connection, changed)
    articles.follow(connection, changed)
    gaps.follow(connection, changed)


def _leave_summary(connection: Connection, *, condensed: Condensed) -> None:
    db_store.summarize(connection, condensed)
    db_store.record(connection, Record(condensed.place, "", calls=condensed.calls))
