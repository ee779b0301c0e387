"""Budgets: what may be spent by whom until when.

Before each call to the model, its worst case is reserved with every cap that applies, and after it the real cost is
settled; so the caps hold across replicas, whatever runs concurrently. Dollars are counted in millionths.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.calls import MICROS
from bot.core.domain.budget import Account, BudgetKind, Cap, Refusal
from bot.core.money import dollars

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


_WHOSE = {
    BudgetKind.PERSON: "Your budget",
    BudgetKind.CHANNEL: "This channel's budget",
    BudgetKind.WORKSPACE: "The workspace's budget",
}
_WHEN = {BudgetKind.PERSON: "for today", BudgetKind.CHANNEL: "for today", BudgetKind.WORKSPACE: "for this month"}


def refusal(refused: Refusal, micros: int, helpers: str) -> str:
    """Return why a request is refused, until when, and who can help."""
    account, limit = refused.cap.account, refused.cap.limit
    if account.kind is BudgetKind.TURNS:
        return (
            f"You can ask me {limit} time{'s' if limit != 1 else ''} a minute here. Please try again at "
            f"{account.ends:%H:%M} UTC; {helpers} can raise the limit (`turns_per_minute`)."
        )
    left = max(0, limit - refused.taken)
    why = (
        "is used up"
        if left * 100 <= limit
        else f"has {dollars(left / MICROS)} left, and this may cost {dollars(micros / MICROS)}"
    )
    return (
        f"{_WHOSE[account.kind]} {_WHEN[account.kind]}, {dollars(limit / MICROS)}, {why}. "
        f"It resets on {_moment(account.ends)}; {helpers} can raise the budget (`{account.kind}_budget`)."
    )


def notice(cap: Cap, spent: int) -> str:
    """Return a warning that much of a budget is spent."""
    account = cap.account
    return (
        f"{_WHOSE[account.kind]} {_WHEN[account.kind]} is {spent / cap.limit:.0%} spent: {dollars(spent / MICROS)} of "
        f"{dollars(cap.limit / MICROS)}. It resets on {_moment(account.ends)}."
    )


def _moment(at: datetime) -> str:
    return f"{at:%b} {at.day} at {at:%H:%M} UTC"
