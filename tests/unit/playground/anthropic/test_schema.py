"""Which JSON schemas structured output takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.anthropic.schema import schema_faults, walk
from bot.playground.rehearsal.form import fill


def form(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        form(),
        form(category={"enum": ["A", "B"]}),
        form(items={"type": "array", "items": form(item={"type": "integer"}), "minItems": 1}),
        {**form(inner={"$ref": "#/$defs/Inner"}), "$defs": {"Inner": form(text={"type": "string"})}},
    ],
)
def test_sound_schemas_have_no_faults(schema: dict[str, Any]) -> None:
    assert list(schema_faults(schema)) == []


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ([], "object"),
        ({"type": "object", "properties": {}}, "additionalProperties"),
        (form(count={"type": "integer", "minimum": 1}), "'minimum' is not supported"),
        (form(name={"type": "string", "maxLength": 5}), "'maxLength' is not supported"),
        (form(names={"type": "array", "items": {"type": "string"}, "minItems": 2}), "'minItems'"),
        (form(category={"enum": []}), "'enum' must not be empty"),
        (form(inner={"$ref": "#/$defs/Gone"}), "was not found"),
        ({**form(tree={"$ref": "#/$defs/Tree"}), "$defs": {"Tree": form(up={"$ref": "#/$defs/Tree"})}}, "Recursive"),
        ({**form(**{f"p{n}": {"type": "string"} for n in range(25)}), "required": []}, "optional"),
        (form(**{f"p{n}": {"anyOf": [{"type": "string"}, {"type": "null"}]} for n in range(17)}), "union"),
    ],
)
def test_faulty_schemas_are_named(schema: Any, fault: str) -> None:
    assert any(fault in found for found in schema_faults(schema))


KEYWORDS = ("type", "properties", "$defs", "items", "anyOf", "allOf", "enum", "required", "$ref")
SCHEMAS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["object", "array", "string", "integer", "#/$defs/a", "a"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "item"]), inner, max_size=2)
        | st.fixed_dictionaries({}, optional=dict.fromkeys(KEYWORDS, inner)).map(
            lambda schema: {"additionalProperties": False, **schema}
        )
    ),
    max_leaves=15,
)


@given(SCHEMAS)
def test_any_json_is_judged_not_crashed_on(schema: Any) -> None:
    assert all(isinstance(fault, str) for fault in schema_faults(schema))
    if isinstance(schema, dict):
        assert schema in list(walk(schema))


@given(SCHEMAS.filter(lambda schema: not list(schema_faults(schema))))
def test_any_sound_schema_is_filled_in(schema: Any) -> None:
    json.dumps(fill(schema, '<messages>[{"item": 1, "text": "It crashes"}]</messages>'))
