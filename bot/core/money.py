"""Amounts of money as people read them: the same sum reads the same everywhere."""

from __future__ import annotations

from babel.numbers import format_currency

from bot import language
from bot.language import _

SMALLEST = 0.0001  # dollars that are still written as a number


def dollars(amount: float) -> str:
    """Return an amount in dollars: two decimals for whole cents and above a dollar, otherwise four."""
    if 0 < amount < SMALLEST:
        return _("less than {amount}", amount=dollars(SMALLEST))
    is_whole_cents = round(amount * 10_000) % 100 == 0
    locale = language.locale()
    pattern = locale.currency_formats["standard"].pattern
    if not is_whole_cents and amount < 1:
        pattern = pattern.replace("0.00", "0.0000")
    return format_currency(amount, "USD", pattern, locale=locale, currency_digits=False)
