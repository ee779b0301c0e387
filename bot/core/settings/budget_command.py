"""`/parley budget`: show what can be spent, and change it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.actions import EDIT_BUDGETS
from bot.core.command import answering
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.domain.typed_setting import read
from bot.core.money import dollars
from bot.core.settings.command import check_may_change
from bot.core.settings.parse import is_nothing
from bot.core.settings.place_text import place_text
from bot.errors import ConflictError, NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Button
    from bot.core.ports import Chat, Checkpoint, Store

USAGE = N_(
    "`/parley budget` opens a form with the budgets here and in the workspace; `/parley budget list` lists them. "
    "`/parley budget person 2` allows each person 2 dollars a day, `channel 5` this channel 5 dollars a day, "
    "`workspace 300` the whole workspace 300 dollars a month, `turns 10` each person 10 questions a minute; `unset` "
    "instead of the number removes the limit."
)
A_DAY, A_MONTH = N_("{amount} a day"), N_("{amount} a month")
# What holds for the whole workspace, unless a channel has set its own, and what for this channel alone.
EVERYWHERE = {"person": "person_budget", "workspace": "workspace_budget", "turns": "turns_per_minute"}
HERE = {"channel": "channel_budget"}
NAMES = EVERYWHERE | HERE

_TYPED = re.compile(
    r"budget(?:\s+list|\s+(?P<whose>person|channel|workspace|turns)\s+\$?(?P<value>\S+))?", re.IGNORECASE
)


def parse(typed: str) -> tuple[str, str]:
    """Read `budget [list|<whose> <dollars>|<whose> off]`: whose, and the value, "" for both to show them.

    Raises `UsageError`.
    """
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    whose, value = (match["whose"] or "").lower(), (match["value"] or "").lower()
    if whose and not is_nothing(value):
        read(NAMES[whose], value, {})
    return whose, value


def opens_form(typed: str) -> bool:
    """Return whether nothing but the form is asked for."""
    return typed.strip().lower() == "budget"


async def configure_budget(
    command: Command, *, admins: frozenset[str], checkpoint: Checkpoint, store: Store, chat: Chat
) -> Record:
    """Show the caps, or change one; only the asker sees it. Raises `ChatError`."""
    channel = Place(command.place.workspace, command.place.channel)
    controls: tuple[Button, ...] = ()
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            whose, value = parse(command.text)
            if whose:
                place = channel if whose in HERE else Place(channel.workspace, "")
                await check_may_change(place, command.asker, admins=admins, directory=chat.directory)
                overrides = await store.settings.overrides(place)
                change = {NAMES[whose]: None if is_nothing(value) else read(NAMES[whose], value, {})}
                await store.settings.change(place, change, command.asker.person, version=overrides.version)
            sentence = listing(await store.settings.load(channel), place_text(channel, chat).name)
            controls = (EDIT_BUDGETS.button(label=_("Change…"), style="primary"),)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


def listing(settings: ChannelSettings, where: str) -> str:
    """List what can be spent in a channel, which is called `where`."""
    lines = (
        _("• Each person: {amount}", amount=_amount(settings.person_budget, A_DAY)),
        f"• {where[:1].upper()}{where[1:]}: {_amount(settings.channel_budget, A_DAY)}",
        _("• The workspace: {amount}", amount=_amount(settings.workspace_budget, A_MONTH)),
        _("• Questions per person: {count:,} a minute", count=settings.turns_per_minute)
        if settings.turns_per_minute
        else _("• Questions per person: no limit"),
    )
    hint = _(
        "People are warned once at {percent}%. `/parley usage` shows what was spent.",
        percent=settings.budget_notice,
    )
    return "\n".join((_("Spending limits for {place}:", place=where), *lines, "", hint))


def _amount(amount: float | None, span: str) -> str:
    return _("no limit") if amount is None else _(span, amount=dollars(amount))
