from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.domain.budget import BudgetKind, Cap, Refusal
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.typed_setting import read
from bot.core.spend.budgets import caps, notice, refusal
from bot.errors import UsageError
from bot.turn import CostCenter, Spending
from tests.support.spoken import said

NOW = datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC)
ALL = ChannelSettings(person_budget=1, channel_budget=2, workspace_budget=30, turns_per_minute=5, budget_notice=50)


def spending(person: str, *, was_counted: bool = False) -> Spending:
    return Spending(CostCenter("T1", "C1", person=person), was_counted=was_counted)


def of(kind: BudgetKind, settings: ChannelSettings = ALL, person: str = "U1") -> Cap:
    (found,) = [cap for cap in caps(settings, spending(person), NOW) if cap.account.kind is kind]
    return found


def test_no_cap_is_nothing_to_check() -> None:
    assert caps(ChannelSettings(), spending("U1"), NOW) == []


def test_caps_begin_and_end_in_utc() -> None:
    year = datetime(2027, 1, 1, tzinfo=UTC)
    assert {cap.account.ends for cap in caps(ALL, spending("U1"), NOW)} == {year}
    assert of(BudgetKind.WORKSPACE).account.begins == datetime(2026, 12, 1, tzinfo=UTC)
    assert of(BudgetKind.PERSON).account.begins == datetime(2026, 12, 31, tzinfo=UTC)
    assert (of(BudgetKind.CHANNEL).limit, of(BudgetKind.CHANNEL).notice) == (2_000_000, 1_000_000)


def test_work_of_nobody_spends_of_the_channel() -> None:
    kinds = [cap.account.kind for cap in caps(ALL, spending(""), NOW)]
    assert kinds == [BudgetKind.CHANNEL, BudgetKind.WORKSPACE]


def test_a_turn_is_counted_once() -> None:
    counted = caps(ALL, spending("U1", was_counted=True), NOW)
    assert BudgetKind.TURNS not in [cap.account.kind for cap in counted]


def test_a_refusal_says_when_and_who() -> None:
    used = refusal(Refusal(of(BudgetKind.PERSON), 1_000_000), 10_000, "an admin")
    assert used == (
        "Your budget for today, $1.00, is used up. It resets on Jan 1 at 00:00 UTC; "
        "an admin can raise the budget (`person_budget`)."
    )
    short = refusal(Refusal(of(BudgetKind.WORKSPACE), 29_000_000), 2_500_000, "an admin")
    assert "for this month, $30.00, has $1.00 left, and this may cost $2.50." in short
    assert "5 times a minute" in refusal(Refusal(of(BudgetKind.TURNS), 5), 0, "an admin")


def test_refusals_and_notices_follow_the_language() -> None:
    used = said(lambda: refusal(Refusal(of(BudgetKind.PERSON), 1_000_000), 10_000, "ein Admin"))
    assert used.replace("\xa0", " ") == (
        "Dein Budget für heute, 1,00 $, ist aufgebraucht. Es beginnt am 1. Jan. um 00:00 UTC von vorn; "
        "ein Admin kann das Budget erhöhen (`person_budget`)."
    )
    told = said(lambda: notice(of(BudgetKind.CHANNEL), 1_600_000))
    assert "zu 80 % ausgegeben: 1,60 $ von 2,00 $." in told.replace("\xa0", " ")


def test_a_notice_tells_how_much() -> None:
    assert "is 80% spent: $1.60 of $2.00" in notice(of(BudgetKind.CHANNEL), 1_600_000)


@pytest.mark.parametrize("typed", ["-1", "ten", "nan", "inf", "1e9", "$5"])
@pytest.mark.parametrize("name", ["person_budget", "channel_budget", "workspace_budget"])
def test_a_cap_is_an_amount(name: str, typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(name, typed, {})
    assert f"`{name}`" in caught.value.sentence


def test_a_cap_of_nothing_is_one() -> None:
    assert of(BudgetKind.PERSON, ChannelSettings(person_budget=0)).limit == 0
