from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calls import Call, Purpose
from bot.claude.catalog import ModelCard, catalog, display_name, find, lookup, named, successor
from bot.claude.parameters import LEVELS, Sampling, parameters
from bot.claude.prices import cost, micros
from bot.core.domain.setting_choices import Creativity
from bot.errors import SettingsError, UsageError

ALL = sorted(catalog().models)


def made_call(**tokens: int) -> Call:
    counts: dict[str, Any] = {
        name: tokens.get(name, 0)
        for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    }
    return Call(
        purpose=Purpose.ANSWER,
        model="any",
        started_at=datetime.now(UTC),
        latency_ms=1,
        first_token_ms=None,
        stop_reason=None,
        request_id=None,
        outcome="ok",
        **counts,
    )


def test_a_dated_id_finds_its_card() -> None:
    card = lookup("claude-haiku-4-5-20251001")

    assert card.id == "claude-haiku-4-5-20251001"
    assert card.prices == lookup("claude-haiku-4-5").prices


def test_a_retired_id_names_its_replacement() -> None:
    with pytest.raises(SettingsError) as caught:
        lookup("claude-3-5-sonnet-20241022")

    assert caught.value.faults == ["The model claude-3-5-sonnet-20241022 is retired; use claude-sonnet-5-5 instead."]


def test_an_unknown_id_names_the_closest() -> None:
    with pytest.raises(SettingsError) as caught:
        lookup("Claude-Haiku-55", catalog().as_of)

    assert "Did you mean claude-haiku-5-5?" in str(caught.value)
    assert all(model in str(caught.value) for model in ALL)


def test_a_model_retires_on_its_day() -> None:
    model, end = "claude-sonnet-4-5-20250929", date(2026, 11, 30)

    assert lookup(model, end - timedelta(1)).id == model
    with pytest.raises(SettingsError, match="is retired; use claude-sonnet-5-5 instead"):
        lookup(model, end)
    assert successor(model, end - timedelta(1)) == ""
    assert successor(model, end) == "claude-sonnet-5-5"
    assert successor("claude-3-opus-20240229", date.min) == "claude-opus-5-5"
    assert successor("nobody-knows", end) == ""
    assert micros(replace(made_call(input_tokens=1_000), model=model)) == 3_000


@pytest.mark.parametrize(("days", "is_soon"), [(-1, True), (0, True), (60, True), (61, False)])
def test_an_end_within_sixty_days_is_soon(days: int, is_soon: bool) -> None:  # noqa: FBT001 (pytest gives it by name)
    card = find("claude-sonnet-4-5")

    assert card is not None
    assert card.retires_soon(date(2026, 11, 30) - timedelta(days)) is is_soon


def test_a_replacement_never_retires_first() -> None:
    last = max(card.retires for card in catalog().models.values() if card.retires)

    assert all(lookup(successor(model, last), last) for model in [*catalog().retired, "claude-sonnet-4-5"])


def test_a_far_fetched_id_names_only_those_known() -> None:
    with pytest.raises(SettingsError) as caught:
        lookup("gpt")

    assert "Did you mean" not in str(caught.value)
    assert "claude-haiku-5-5" in str(caught.value)


def test_every_replacement_is_itself_offered() -> None:
    replacements = {*catalog().retired.values(), *(c.replacement for c in catalog().models.values())} - {None}

    assert replacements <= set(ALL)
    assert not set(ALL) & set(catalog().retired)


@pytest.mark.parametrize("model", ALL)
def test_each_card_agrees_with_itself(model: str) -> None:
    card = lookup(model, catalog().as_of)

    assert card.prices is not None
    assert card.prices.cache_read < card.prices.input < card.prices.cache_write_5m < card.prices.cache_write_1h
    assert card.max_output < card.context_window
    assert (card.thinking_off is not None) == (card.thinking_unasked == "on")
    assert card.thinking_off is None or card.thinking_off in card.thinking_forms


def test_an_unlisted_model_gets_no_price() -> None:
    card = ModelCard.unknown("claude-next")

    assert cost(card, made_call(input_tokens=1_000)) is None
    assert parameters(card, Sampling(Creativity.LOW)) == {}


def test_haiku_takes_temperature_by_the_older_version() -> None:
    assert parameters(lookup("claude-haiku-4-5"), Sampling(temperature=0.2)) == {
        "extra_headers": {"anthropic-version": "2023-06-01"},
        "extra_body": {"temperature": 0.2},
    }


def test_top_p_goes_out_alone() -> None:
    assert parameters(lookup("claude-opus-4-6"), Sampling(top_p=0.9))["extra_body"] == {"top_p": 0.9}


@pytest.mark.parametrize(
    ("level", "temperature"), [(Creativity.LOW, 0.2), (Creativity.MEDIUM, 0.5), (Creativity.HIGH, 0.9)]
)
def test_a_level_has_its_usual_temperature(level: Creativity, temperature: float) -> None:
    assert Sampling(level).body() == {"temperature": temperature}


def test_no_setting_samples_by_the_default() -> None:
    assert parameters(lookup("claude-haiku-4-5"), Sampling()) == {}


@pytest.mark.parametrize(
    "model", ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-opus-4-8", "claude-opus-4-7"]
)
def test_newer_models_get_no_sampling(model: str) -> None:
    arguments = parameters(lookup(model), Sampling(Creativity.HIGH))

    assert not {"extra_headers", "extra_body"} & arguments.keys()


@pytest.mark.parametrize(
    ("model", "thinking"),
    [
        ("claude-haiku-5-5", {"type": "disabled"}),
        ("claude-sonnet-5-5", {"type": "between_tools"}),
        ("claude-opus-5-5", None),
        ("claude-opus-5", {"type": "disabled"}),
        ("claude-opus-4-8", None),
        ("claude-haiku-4-5", None),
    ],
)
def test_thinking_goes_off_each_models_way(model: str, thinking: dict[str, str] | None) -> None:
    assert parameters(lookup(model), Sampling()).get("thinking") == thinking


@pytest.mark.parametrize("other", [{"temperature": 0.2}, {"level": Creativity.LOW}])
def test_temperature_and_top_p_are_refused(other: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        Sampling(top_p=0.9, **other)

    assert "not both" in caught.value.sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -0.1},
        {"temperature": 1.1},
        {"temperature": float("nan")},
        {"top_p": 0.0},
        {"top_p": 1.5},
        {"level": Creativity.LOW, "temperature": 0.5},
        {"level": Creativity.MEDIUM, "temperature": 0.3},
        {"level": Creativity.HIGH, "temperature": 0.7},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        Sampling(**wrong)

    assert "between" in caught.value.sentence or "greater than 0" in caught.value.sentence


@settings(max_examples=max(100, settings().max_examples))
@given(level=st.sampled_from(Creativity), share=st.floats(0, 1))
def test_a_temperature_within_its_level_stands(level: Creativity, share: float) -> None:
    lowest, _, highest = LEVELS[level]
    temperature = min(highest, lowest + share * (highest - lowest))

    assert Sampling(level, temperature).body() == {"temperature": temperature}


def test_a_call_costs_what_each_token_costs() -> None:
    call = made_call(input_tokens=1_000, output_tokens=500, cache_read_tokens=10_000, cache_write_tokens=2_000)

    assert cost(lookup("claude-sonnet-5-5"), call) == Decimal("0.002") + Decimal("0.005") + Decimal("0.001") + Decimal(
        "0.005"
    )


def test_a_long_prompt_costs_five_times_more() -> None:
    card = lookup("claude-haiku-5-5")

    assert cost(card, made_call(input_tokens=100_000)) == Decimal("0.01")
    assert cost(card, made_call(input_tokens=50_000, cache_read_tokens=50_001, output_tokens=100)) == 5 * (
        Decimal("0.005") + Decimal("0.00050001") + Decimal("0.00005")
    )


def test_a_cost_is_rounded_up_to_a_micro() -> None:
    call = replace(made_call(input_tokens=11), model="claude-haiku-5-5")
    assert micros(call) == 2  # of 1.1
    assert micros(replace(call, model="claude-of-next-year")) is None


@pytest.mark.parametrize(
    ("typed", "model"),
    [
        ("opus", "claude-opus-5-5"),
        ("Claude Sonnet", "claude-sonnet-5-5"),
        ("claude-haiku-latest", "claude-haiku-5-5"),
        ("Haiku 4.5", "claude-haiku-4-5"),
        ("opus 5", "claude-opus-5"),
        ("opus 9", ""),
        ("claude", ""),
        ("gpt-4", ""),
        ("", ""),
    ],
)
def test_a_model_is_found_by_name(typed: str, model: str) -> None:
    assert named(typed, catalog().as_of) == model


def test_models_are_called_by_their_names() -> None:
    assert display_name("claude-haiku-4-5-20251001") == "Claude Haiku 4.5"
    assert display_name("claude-opus-5") == "Claude Opus 5"
