"""What a report of a category has to tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.needs import LONGEST_FACT, MOST_FACTS, Need, all_facts, lacking, needed, read_needs, written
from bot.errors import UsageError

NEEDS = read_needs("Bug report: version, steps; Billing: invoice number, Version")
WORD = st.from_regex(r"[a-zäß'.][a-zäß'.-]{0,9}( [a-zäß'.-]{1,9})?", fullmatch=True)


@pytest.mark.parametrize(
    "typed",
    [
        "Bug report: version,  steps\nBilling: invoice number, Version",
        "- Bug report: version, steps; * Billing : invoice number,Version,",
    ],
)
def test_needs_are_read_as_they_are_typed(typed: str) -> None:
    assert read_needs(typed) == NEEDS


LONG, MANY = "x" * (LONGEST_FACT + 1), ",".join(map(str, range(MOST_FACTS + 1)))


@pytest.mark.parametrize("typed", ["version", "Bug:", ": version", f"Bug: {LONG}", f"{LONG}: version", f"Bug: {MANY}"])
def test_what_is_no_need_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_needs(typed)


@given(st.dictionaries(WORD, st.lists(WORD, min_size=1, max_size=MOST_FACTS, unique=True), max_size=5))
def test_what_is_written_is_read_again(found: dict[str, list[str]]) -> None:
    needs = tuple(Need(category=category, facts=tuple(facts)) for category, facts in found.items())
    assert read_needs("\n".join(map(written, needs))) == needs


def test_a_category_lacks_only_what_it_needs() -> None:
    assert needed(NEEDS, "bug REPORT") == ("version", "steps")
    assert needed(NEEDS, "Praise") == ()
    assert lacking(NEEDS, "Bug report", ["steps", "VERSION", "invoice number"]) == ("version", "steps")
    assert lacking(NEEDS, "Billing", ["steps"]) == ()
    assert [one.casefold() for one in all_facts(NEEDS)] == ["version", "steps", "invoice number"]


def test_settings_read_needs_from_a_file() -> None:
    sheet = ChannelSettings.model_validate({"needs": [{"category": "Billing", "facts": ["invoice number"]}]})
    assert sheet.needs == (Need(category="Billing", facts=("invoice number",)),)
