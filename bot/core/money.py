"""Amounts of money as people read them: the same sum reads the same everywhere."""

from __future__ import annotations

_SMALLEST = 0.0001  # dollars that are still written as a number


def dollars(amount: float) -> str:
    """Return an amount in dollars: two decimals for whole cents and above a dollar, otherwise four."""
    if 0 < amount < _SMALLEST:
        return f"less than ${_SMALLEST}"
    is_whole_cents = round(amount * 10_000) % 100 == 0
    return f"${amount:,.2f}" if is_whole_cents or amount >= 1 else f"${amount:.4f}"
