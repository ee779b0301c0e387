"""Places set to a retired model: they switch to its replacement, and people are told once."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import turn
from bot.core.domain.channel_settings import PARLEY
from bot.core.domain.message import Place
from bot.core.ports.model import NO_LISTENERS
from bot.errors import ConflictError, ModelError
from bot.language import N_, _, and_list, ngettext

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Sequence

    from bot.calls import Call
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.ports import BatchRequest, Completion, Filled, Listeners, Model, Request, SettingsStore

log = logging.getLogger(__name__)

WORKSPACE, CHANNEL, THREAD = N_("the workspace"), N_("this channel"), N_("this thread")


def sentence(old: str, new: str, places: Sequence[str]) -> str:
    """Return the note for people; `places` are in English."""
    where = and_list(_(one) for one in places)
    return ngettext(
        "_Anthropic has retired `{old}`, which {places} was set to, so I now use `{new}`. `/parley set model` chooses "
        "another; `/parley history` shows the change._",
        "_Anthropic has retired `{old}`, which {places} were set to, so I now use `{new}`. `/parley set model` chooses "
        "another; `/parley history` shows the change._",
        len(places),
        old=old,
        new=new,
        places=where,
    )


def renewing(model: Model, store: SettingsStore, notify: Callable[[Place, str, str], Awaitable[None]]) -> Model:
    """Return a model that, before the first call with a retired one, sets its replacement instead."""
    calls = RenewedCalls(model, store, notify)
    return replace(model, write=calls.write, fill=calls.fill, submit=calls.submit)


class RenewedCalls:
    """The calls to a model that may have retired.

    Its replacement is set wherever it was set: for the thread, the channel or the workspace. The turn that changes it
    says so, below the answer or by `notify`; so it is said once, even with concurrent turns.
    """

    def __init__(
        self, model: Model, store: SettingsStore, notify: Callable[[Place, str, str], Awaitable[None]]
    ) -> None:
        self._model, self._store, self._notify = model, store, notify

    async def write(
        self,
        request: Request,
        on_text: Callable[[str], None],
        listeners: Listeners = NO_LISTENERS,
        cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text. Raises a `ModelError`."""
        told = await self._renew(request.settings)
        if not told:
            return await self._model.write(request, on_text, listeners, cancelled)
        try:
            completion = await self._model.write(request, on_text, listeners, cancelled)
        except ModelError:
            await self._say(told)
            raise
        context = turn.current()
        if context is None or context.notes is None:
            await self._say(told)
        else:
            context.notes.append(told)
        return completion

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form. Raises a `ModelError`."""
        await self._say(await self._renew(request.settings))
        return await self._model.fill(request, form)

    async def submit(self, batch: BatchRequest) -> str:
        """Hand requests in as a batch. Raises a `ModelError`."""
        await self._say(await self._renew(batch.settings))
        return await self._model.submit(batch)

    async def _renew(self, settings: ChannelSettings) -> str:
        """Set the replacement if the settings' model has retired; return the note for people, once."""
        old = settings.model or ""
        new = self._model.facts.successor(old) if old else ""
        if not new:
            return ""
        place = _place_of(turn.spending().cost_center)
        nested = {WORKSPACE: replace(place, channel="", thread=""), CHANNEL: replace(place, thread="")}
        nested |= {THREAD: place} if place.thread else {}
        changed = [where for where, one in nested.items() if await self._change(one, old, new)]
        if not changed:
            return ""
        log.warning("%s is retired; in %s it was replaced by %s", old, " and ".join(changed), new)
        return sentence(old, new, changed)

    async def _say(self, told: str) -> None:
        if told:
            paid_by = turn.spending().cost_center
            await self._notify(_place_of(paid_by), paid_by.person, told)

    async def _change(self, place: Place, old: str, new: str) -> bool:
        overrides = await self._store.overrides(place)
        if overrides.values.get("model") != old:
            return False
        try:
            await self._store.change(place, {"model": new}, PARLEY, version=overrides.version)
        except ConflictError:
            return False  # someone else has changed it, and says so
        return True


def _place_of(paid_by: turn.CostCenter) -> Place:
    return Place(paid_by.workspace, paid_by.channel, paid_by.thread)
