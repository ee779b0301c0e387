"""The JSON schemas that the Messages API accepts for structured output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keywords that constrained decoding does not support: the SDK moves them into the description.
UNSUPPORTED = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "oneOf",
    "not",
    "if",
)
# The type of each keyword's value, and whether it contains schemas.
SHAPES: dict[str, tuple[type, bool]] = {
    "properties": (dict, True),
    "$defs": (dict, True),
    "anyOf": (list, True),
    "allOf": (list, True),
    "items": (dict, False),
    "required": (list, False),
    "enum": (list, False),
}
TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
MAX_OPTIONAL = 24
MAX_UNIONS = 16


def schema_faults(schema: object) -> Iterator[str]:
    """Yield what is wrong with a schema, in document order."""
    if not isinstance(schema, dict):
        yield "Input should be an object"
        return
    nodes = list(walk(schema))
    if misshapen := [fault for node in nodes for fault in _shape_faults(node)]:
        yield from misshapen
        return
    optional = unions = 0
    for node in nodes:
        yield from _node_faults(node, schema)
        optional += len(node.get("properties", {}).keys() - set(node.get("required", ())))
        unions += "anyOf" in node or isinstance(node.get("type"), list)
    if optional > MAX_OPTIONAL:
        yield f"Schemas contains too many optional parameters ({optional}), the limit is {MAX_OPTIONAL}"
    if unions > MAX_UNIONS:
        yield f"Schemas contains too many parameters with union types ({unions}), the limit is {MAX_UNIONS}"
    if _is_recursive(schema):
        yield "Recursive definitions are not supported"


def walk(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and all schemas inside it, without following references; anything else is skipped."""
    waiting: list[object] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.append(node.get("items"))
            for keyword in ("properties", "$defs", "anyOf", "allOf"):
                waiting.extend(_members(node.get(keyword)))


def resolve(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any] | None:
    """Follow a reference into the root's `$defs`. A schema without one is returned as is; a dangling one gives None."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found = _object(root.get("$defs")).get(str(reference).removeprefix("#/$defs/"))
    return found if isinstance(found, dict) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _members(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _shape_faults(node: dict[str, Any]) -> Iterator[str]:
    for keyword, (shape, holds_schemas) in SHAPES.items():
        value = node.get(keyword, shape())
        if not isinstance(value, shape):
            yield f"'{keyword}' should be of type {shape.__name__}"
        elif holds_schemas and not all(isinstance(member, dict) for member in _members(value)):
            yield f"'{keyword}' should hold schemas"
    if "type" in node:
        kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
        if not kinds or not TYPES.issuperset(map(str, kinds)):
            yield f"Type {node['type']!r} is not supported"
    if not all(isinstance(name, str) for name in _members(node.get("required"))):
        yield "'required' should hold names"


def _node_faults(node: dict[str, Any], root: dict[str, Any]) -> Iterator[str]:
    for keyword in UNSUPPORTED:
        if keyword in node:
            yield f"For '{node.get('type')}' type, property '{keyword}' is not supported"
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        yield "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if node.get("minItems", 0) not in (0, 1):
        yield "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    if "enum" in node and not node["enum"]:
        yield "'enum' must not be empty"
    if resolve(node, root) is None:
        yield f"Reference {node['$ref']!r} was not found"


def _is_recursive(schema: dict[str, Any]) -> bool:
    """Return whether a definition refers to itself: remove those without open references until nothing changes."""
    definitions = _object(schema.get("$defs"))
    needs = {
        name: {str(node["$ref"]).removeprefix("#/$defs/") for node in walk(definition) if "$ref" in node}
        & definitions.keys()
        for name, definition in definitions.items()
        if isinstance(definition, dict)
    }
    while free := [name for name, needed in needs.items() if not needed & needs.keys()]:
        for name in free:
            del needs[name]
    return bool(needs)
