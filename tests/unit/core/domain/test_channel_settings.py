from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.domain import accepted
from bot.core.domain.channel_settings import SHOWN, ChannelSettings, merged
from bot.core.domain.setting_choices import Creativity
from bot.core.domain.typed_setting import read
from bot.errors import UsageError


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("footer", "on", True),
        ("footer", "no", False),
        ("temperature", "0.3", 0.3),
        ("creativity", "low", "low"),
        ("max_output", "2000", 2000),
        ("answers", "mention", "mention"),
    ],
)
def test_a_value_is_read(name: str, typed: str, value: object) -> None:
    assert read(name, typed, {}) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("temperature", "2"),
        ("temperature", "warm"),
        ("top_p", "0"),
        ("max_output", "-1"),
        ("effort", "none"),
        ("x", "1"),
    ],
)
def test_a_wrong_value_gets_a_sentence(name: str, typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(name, typed, {})
    assert f"`{name}`" in caught.value.sentence


WORDS = ("perhaps", "12.5.3", "[1, 2]", '{"a": None}', "<@x>", "None", "-", "…", "1e999", "nan", "\u202e", "a" * 20_000)
LIBRARIES = re.compile(
    r"(?i)\binput\b|validation|\binteger|\bstring\b|\btuple|\bdict|\bfloat\b|\bbool|instance of|\bNoneType|pydantic|"
    r"should (?:be|have|match)|value error"
)


@given(name=st.sampled_from([*ChannelSettings.model_fields]), typed=st.one_of(st.sampled_from(WORDS), st.text()))
@settings(max_examples=1_000)
def test_each_refusal_is_plain_english(name: str, typed: str) -> None:
    try:
        read(name, typed, {})
    except UsageError as error:
        said = error.sentence
        assert said.startswith(f"I can't set `{name}` to that. ")
        assert said.endswith(f"It takes {accepted.in_words(ChannelSettings.model_fields[name], SHOWN[name])}.")
        ours = said.replace(typed, "")
        assert ".." not in ours
        assert not LIBRARIES.search(ours)
        assert all(sentence[:1] == sentence[:1].upper() for sentence in ours.split(". "))


@pytest.mark.parametrize("other", [{"temperature": 0.2}, {"creativity": "low"}])
def test_two_ways_to_sample_are_refused(other: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="usage") as caught:
        read("top_p", "0.9", other)
    assert "Only one of" in caught.value.sentence


def test_what_cannot_be_read_is_left_out() -> None:
    assert merged({"footer": True, "gone": 1, "effort": "boundless"}) == ChannelSettings(footer=True)


def test_an_upper_layer_samples_its_way() -> None:
    assert merged({"creativity": "high"}, {"temperature": 0.1}) == ChannelSettings(temperature=0.1)
    assert merged({"top_p": 0.5}, {"creativity": "high"}) == ChannelSettings(creativity=Creativity.HIGH)


@given(
    layers=st.lists(
        st.dictionaries(
            st.sampled_from([*ChannelSettings.model_fields, "gone"]),
            st.one_of(st.text(), st.floats(), st.booleans(), st.none(), st.integers()),
        )
    )
)
def test_any_layers_give_settings(layers: list[dict[str, Any]]) -> None:
    held = merged(*layers)
    assert held == ChannelSettings.model_validate(held.model_dump())
