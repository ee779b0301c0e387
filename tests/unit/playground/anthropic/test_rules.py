"""What the Messages API refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.anthropic.models import OFFERED, RETIRED
from bot.playground.anthropic.rules import MessagesApiError, check_count, check_request, check_version

OLD, NEW = "2023-06-01", "2026-10-21"
HAIKU_45 = {"model": "claude-haiku-4-5"}
OPUS_46 = {"model": "claude-opus-4-6"}
SONNET_55 = {"model": "claude-sonnet-5-5"}
OPUS_55 = {"model": "claude-opus-5-5"}
MARK = {"cache_control": {"type": "ephemeral"}}


def request(**changes: Any) -> dict[str, Any]:
    body = {"model": "claude-haiku-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def said(*messages: tuple[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in messages]}


def refusal(body: object, version: str = NEW) -> MessagesApiError:
    with pytest.raises(MessagesApiError) as caught:
        check_request(body, version)
    return caught.value


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"system": ""},
        {"system": "Be brief."},
        {"system": [{"type": "text", "text": "Be brief.", **MARK}], **MARK},
        {"thinking": {"type": "disabled"}},
        {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "low"}},
        {**SONNET_55, "thinking": {"type": "between_tools"}},
        {**HAIKU_45, "thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
        {**HAIKU_45, **said(("user", "A haiku:"), ("assistant", "Autumn"))},
        {"metadata": {"user_id": "a1b2"}, "service_tier": "auto", "stream": True},
        said(("user", "A"), ("assistant", "B"), ("user", [{"type": "text", "text": "C", **MARK}])),
        said(
            (
                "user",
                [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}],
            )
        ),
    ],
)
def test_sound_requests_are_let_through(changes: dict[str, Any]) -> None:
    body, facts = check_request(request(**changes), NEW)
    assert body["model"] in (facts.id, facts.alias)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": ...}, "model: Field required"),
        ({"max_tokens": ...}, "max_tokens: Field required"),
        ({"max_tokens": -1}, "max_tokens: Input should be"),
        ({"max_tokens": True}, "max_tokens: Input should be"),
        ({"max_tokens": 128_001}, "128001 > 128000"),
        ({**HAIKU_45, "max_tokens": 64_001}, "64001 > 64000"),
        ({"messages": ...}, "messages: Field required"),
        ({"messages": []}, "at least one message"),
        ({"messages": ["Hello"]}, "role and content are required"),
        ({"messages": [{"role": "user", "content": "A", "name": "Ada"}]}, "Extra inputs"),
        (said(("assistant", "Hello"), ("user", "Hi")), "first message must use the user role"),
        (said(("user", "A"), ("tool", "B")), "messages.1.role"),
        (said(("user", "")), "content must be non-empty"),
        (said(("user", [])), "content must be non-empty"),
        (said(("user", None)), "string or a list of blocks"),
        (said(("user", "  \n")), "non-whitespace"),
        (said(("user", [{"type": "text", "text": ""}])), "must be non-empty"),
        (said(("user", [{"type": "text"}])), "valid string"),
        (said(("user", [{"type": ["text"], "text": "A"}])), "Input tag"),
        (said(("user", [{"type": "tool_use"}])), "Input tag"),
        (said(("user", [{"type": "image", "source": {"type": "base64", "media_type": "image/bmp"}}])), "media_type"),
        (said(("user", [{"type": "image"}])), "source: Field required"),
        (said(("user", "A"), ("assistant", [{"type": "thinking", "thinking": "B"}]), ("user", "C")), "signature"),
        (said(("user", "A"), ("assistant", "B")), "does not support assistant message prefill"),
        ({**OPUS_46, **said(("user", "A"), ("assistant", "B"))}, "does not support assistant message prefill"),
        ({**HAIKU_45, **said(("user", "A"), ("assistant", "B "))}, "trailing whitespace"),
        ({"system": [{"type": "text", "text": ""}]}, "must be non-empty"),
        ({"system": 5}, "string or a list of blocks"),
        ({"cache_control": {"type": "forever"}}, "cache_control"),
        ({"cache_control": {"type": "ephemeral", "ttl": "1d"}}, "cache_control"),
        ({"system": [{"type": "text", "text": "A", **MARK}] * 4, **MARK}, "maximum of 4 blocks"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking.type"),
        ({"thinking": "off"}, "thinking.type"),
        ({"thinking": {"type": "adaptive", "budget_tokens": 1024}}, "budget_tokens"),
        ({**HAIKU_45, "thinking": {"type": "adaptive"}}, "thinking.type"),
        ({**HAIKU_45, "thinking": {"type": "enabled", "budget_tokens": 1023}}, "at least 1024"),
        ({**HAIKU_45, "thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 1024}, "greater than"),
        ({**SONNET_55, "thinking": {"type": "disabled"}}, "thinking.type"),
        ({**OPUS_55, "thinking": {"type": "disabled"}}, "thinking.type"),
        ({**HAIKU_45, "output_config": {"effort": "low"}}, "effort"),
        ({"output_config": {"effort": "extreme"}}, "effort"),
        ({"output_config": {"style": "terse"}}, "Extra inputs"),
        ({"output_config": {"format": {"type": "yaml"}}}, "json_schema"),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, "additionalProperties"),
        ({"container": "c1"}, "does not play this part"),
        ({"temprature": 1}, "temprature: Extra inputs"),
        ({"stream": "yes"}, "stream"),
        ({"metadata": {"email": "ada@example.com"}}, "metadata"),
        ({"service_tier": "gold"}, "service_tier"),
    ],
)
def test_faulty_requests_are_refused(changes: dict[str, Any], message: str) -> None:
    error = refusal(request(**changes))
    assert (error.status, error.kind) == (400, "invalid_request_error")
    assert message in error.message


@pytest.mark.parametrize("parameter", [{"temperature": 1}, {"top_p": 1}, {"top_k": 5}])
@pytest.mark.parametrize("facts", OFFERED, ids=lambda facts: facts.id)
def test_new_version_takes_no_sampling(facts: Any, parameter: dict[str, Any]) -> None:
    assert next(iter(parameter)) in refusal(request(model=facts.id, **parameter)).message


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5", "claude-opus-4-6"])
@pytest.mark.parametrize("parameter", [{"temperature": 0.2}, {"top_p": 0.9}, {"top_k": 5}])
def test_old_version_takes_one_parameter(model: str, parameter: dict[str, Any]) -> None:
    check_request(request(model=model, **parameter), OLD)


def test_temperature_and_top_p_exclude_each_other() -> None:
    error = refusal(request(**HAIKU_45, temperature=0.2, top_p=0.9), OLD)
    assert "cannot both be specified" in error.message


@pytest.mark.parametrize("value", [-0.1, 1.1, "hot", True])
def test_temperature_stays_in_range(value: Any) -> None:
    assert "out of range" in refusal(request(**HAIKU_45, temperature=value), OLD).message


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-opus-5", "claude-haiku-5-5", "claude-fable-5-2"])
def test_later_models_take_only_defaults(model: str) -> None:
    check_request(request(model=model, temperature=1), OLD)
    for parameter in ({"temperature": 0.2}, {"top_p": 0.9}, {"top_k": 5}):
        assert "non-default" in refusal(request(model=model, **parameter), OLD).message


def test_thinking_forbids_other_temperature() -> None:
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}
    assert "when thinking" in refusal(request(**HAIKU_45, **thinking, temperature=0.2), OLD).message


@pytest.mark.parametrize("model", ["claude-9", "", 5, *[facts.id for facts in RETIRED]])
def test_unknown_and_retired_models_are_missing(model: Any) -> None:
    error = refusal(request(model=model))
    assert (error.status, error.kind) == (404, "not_found_error")
    assert error.message == f"model: {model}"


@pytest.mark.parametrize("version", [None, "2022-01-01", ""])
def test_version_must_be_a_known_one(version: str | None) -> None:
    with pytest.raises(MessagesApiError, match="anthropic-version"):
        check_version(version)


def test_counting_needs_no_output_limit() -> None:
    check_count(request(max_tokens=...))
    with pytest.raises(MessagesApiError, match="max_tokens"):
        check_count(request())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("messages", "system", "thinking", "output_config", "cache_control", "metadata", "max_tokens", "temperature")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from([OLD, NEW]))
def test_any_json_is_judged_not_crashed_on(changes: dict[str, Any], version: str) -> None:
    try:
        check_request(request(**changes), version)
    except MessagesApiError as error:
        assert error.status == 400  # noqa: PT017 - either outcome is fine, another exception is not


@given(JSON)
def test_any_block_is_judged_not_crashed_on(block: Any) -> None:
    block = {"type": "image", **block} if isinstance(block, dict) else block
    try:
        check_request(request(**said(("user", [block]))), NEW)
    except MessagesApiError as error:
        assert error.status == 400  # noqa: PT017 - either outcome is fine, another exception is not


@given(JSON)
def test_any_schema_is_judged_not_crashed_on(schema: Any) -> None:
    try:
        check_request(request(output_config={"format": {"type": "json_schema", "schema": schema}}), NEW)
    except MessagesApiError as error:
        assert error.status == 400  # noqa: PT017 - either outcome is fine, another exception is not
