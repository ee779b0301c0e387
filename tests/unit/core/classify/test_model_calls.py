from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.classify import model_calls
from bot.core.classify.model_calls import ITEMS_PER_CALL, TOKENS_PER_CALL, TOKENS_PER_ITEM
from bot.core.domain.classify_item import Item


def items(*sizes: int) -> list[Item]:
    return [Item(number, "x" * size) for number, size in enumerate(sizes, start=1)]


@given(st.lists(st.integers(1, 20_000), max_size=150))
def test_every_item_is_in_one_batch(sizes: list[int]) -> None:
    all_of_them = items(*sizes)
    cut = list(model_calls.batches(all_of_them))
    assert [item for part in cut for item in part] == all_of_them
    for part in cut:
        assert 0 < len(part) <= ITEMS_PER_CALL
        assert len(part) == 1 or sum(map(model_calls.tokens, part)) <= TOKENS_PER_CALL


def test_short_items_share_a_call() -> None:
    assert [len(part) for part in model_calls.batches(items(*[60] * 120))] == [50, 50, 20]


def test_a_huge_item_shares_with_few() -> None:
    assert [len(part) for part in model_calls.batches(items(90_000, 90_000, 90_000, 90_000, 90_000))] == [3, 2]


@given(st.lists(st.integers(), min_size=2))
def test_halves_make_the_whole(numbers: list[int]) -> None:
    all_of_them = items(*[5] * len(numbers))
    first, second = model_calls.halves(all_of_them)
    assert [*first, *second] == all_of_them
    assert len(first) < len(all_of_them)


def test_what_a_run_takes_is_expected() -> None:
    expected = model_calls.expected(items(*[30] * 60), prompt_tokens=500)
    assert expected.calls == 2
    assert expected.output_tokens == 60 * TOKENS_PER_ITEM
    assert expected.input_tokens == 2 * 500 + sum(map(model_calls.tokens, items(*[30] * 60)))
