"""Budgets: what may be spent by whom until when.

Before each call to the model, its worst case is reserved with every cap that applies, and after it the real cost is
settled; so the caps hold across replicas, whatever runs concurrently. Dollars are counted in millionths.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.calls import MICROS
from bot.core.dates import short_date
from bot.core.domain.budget import Account, BudgetKind, Cap, Refusal
from bot.core.money import dollars
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.turn import Spending

MINUTE = timedelta(minutes=1)


def caps(settings: ChannelSettings, spending: Spending, now: datetime) -> list[Cap]:
    """Return the caps that apply to a piece of work. Days and months are in UTC."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    next_month = (month + timedelta(days=31)).replace(day=1)
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    paid_by = spending.cost_center
    workspace, channel, person = paid_by.workspace, paid_by.channel, paid_by.person
    found = []

    def add(kind: BudgetKind, amount: float | None, subject: str, begins: datetime, ends: datetime) -> None:
        if amount is not None:
            limit = round(amount * MICROS)
            notice = limit * settings.budget_notice // 100
            found.append(Cap(Account(kind, workspace, subject, begins, ends), limit, notice))

    if person:
        add(BudgetKind.PERSON, settings.person_budget, person, day, day + timedelta(days=1))
    add(BudgetKind.CHANNEL, settings.channel_budget, channel, day, day + timedelta(days=1))
    add(BudgetKind.WORKSPACE, settings.workspace_budget, "", month, next_month)
    if person and not spending.was_counted and settings.turns_per_minute is not None:
        account = Account(BudgetKind.TURNS, workspace, person, minute, minute + MINUTE)
        found.append(Cap(account, settings.turns_per_minute))
    return found


_USED_UP = {
    BudgetKind.PERSON: N_("Your budget for today, {limit}, is used up."),
    BudgetKind.CHANNEL: N_("This channel's budget for today, {limit}, is used up."),
    BudgetKind.WORKSPACE: N_("The workspace's budget for this month, {limit}, is used up."),
}
_TOO_LITTLE = {
    BudgetKind.PERSON: N_("Your budget for today, {limit}, has {left} left, and this may cost {cost}."),
    BudgetKind.CHANNEL: N_("This channel's budget for today, {limit}, has {left} left, and this may cost {cost}."),
    BudgetKind.WORKSPACE: N_(
        "The workspace's budget for this month, {limit}, has {left} left, and this may cost {cost}."
    ),
}
_SPENT = {
    BudgetKind.PERSON: N_("Your budget for today is {share:.0%} spent: {spent} of {limit}."),
    BudgetKind.CHANNEL: N_("This channel's budget for today is {share:.0%} spent: {spent} of {limit}."),
    BudgetKind.WORKSPACE: N_("The workspace's budget for this month is {share:.0%} spent: {spent} of {limit}."),
}


def refusal(refused: Refusal, micros: int, helpers: str) -> str:
    """Return why a request is refused, until when, and who can help."""
    account, limit = refused.cap.account, refused.cap.limit
    if account.kind is BudgetKind.TURNS:
        often = ngettext("You can ask me {n:,} time a minute here.", "You can ask me {n:,} times a minute here.", limit)
        again = _(
            "Please try again at {ends:%H:%M} UTC; {helpers} can raise the limit (`turns_per_minute`).",
            ends=account.ends,
            helpers=helpers,
        )
        return f"{often} {again}"
    left = max(0, limit - refused.taken)
    why = _(
        (_USED_UP if left * 100 <= limit else _TOO_LITTLE)[account.kind],
        limit=dollars(limit / MICROS),
        left=dollars(left / MICROS),
        cost=dollars(micros / MICROS),
    )
    until = _(
        "It resets on {day} at {ends:%H:%M} UTC; {helpers} can raise the budget (`{kind}_budget`).",
        day=short_date(account.ends),
        ends=account.ends,
        helpers=helpers,
        kind=account.kind,
    )
    return f"{why} {until}"


def notice(cap: Cap, spent: int) -> str:
    """Return a warning that much of a budget is spent."""
    account = cap.account
    much = _(
        _SPENT[account.kind],
        share=spent / cap.limit,
        spent=dollars(spent / MICROS),
        limit=dollars(cap.limit / MICROS),
    )
    until = _("It resets on {day} at {ends:%H:%M} UTC.", day=short_date(account.ends), ends=account.ends)
    return f"{much} {until}"
