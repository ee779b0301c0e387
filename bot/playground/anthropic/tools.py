"""The tools that a request may declare, and how it may choose among them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.blocks import NAME
from bot.playground.anthropic.models import WEB_TOOLS
from bot.playground.anthropic.schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.playground.anthropic.console import Console
    from bot.playground.anthropic.models import ServedModel

Json = dict[str, Any]

MAX_STRICT = 20
INPUT_OBJECT = "Input should be 'object'"
# Tools of the real API that no model here supports.
UNPLAYED = re.compile(r"(?:bash|text_editor|memory|computer|browser|code_execution|tool_search|mcp)_\w+")

_COMMON = frozenset({"type", "name", "cache_control", "defer_loading", "allowed_callers", "strict"})
_CUSTOM = _COMMON | {"description", "input_schema", "input_examples", "eager_input_streaming"}
_WEB = _COMMON | {"max_uses", "allowed_domains", "blocked_domains"}
_SEARCH = _WEB | {"user_location"}
_FETCH = _WEB | {"citations", "max_content_tokens", "url_sources"}
_CACHED_SINCE, _INCLUSION_SINCE, _CODE_SINCE = "20260309", "20260318", "20260209"
_SOURCES = {
    "user_input": ("all", "none"),
    "client_tool_results": ("all", "none", "only", "except"),
    "server_tool_results": ("all", "none", "only", "except"),
}
# A bare domain, perhaps with a path, which alone may have a wildcard.
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/[^\s*]*\*?)?")
# What each choice may hold.
_CHOICES = {
    "auto": frozenset({"type", "disable_parallel_tool_use"}),
    "any": frozenset({"type", "disable_parallel_tool_use"}),
    "tool": frozenset({"type", "disable_parallel_tool_use", "name"}),
    "none": frozenset({"type"}),
}
_COUNTRY = re.compile(r"[A-Z]{2}")


def faults(fields: Json, facts: ServedModel, console: Console) -> Iterator[str]:
    """Yield what is wrong with a request's tools and its choice among them."""
    tools = fields.get("tools") or []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        yield "tools: Input should be a valid list"
        return
    for number, tool in enumerate(tools):
        yield from _tool_faults(tool, f"tools.{number}", facts, console)
    names = [str(tool.get("name")) for tool in tools]
    if any(count > 1 for count in Counter(names).values()):
        yield "tools: Tool names must be unique."
    strict = sum(tool.get("strict") is True for tool in tools)
    if strict > MAX_STRICT:
        yield f"tools: Too many strict tools ({strict}), the limit is {MAX_STRICT}"
    for number, tool in enumerate(tools):
        yield from _source_faults(tool, f"tools.{number}.{tool.get('type')}.url_sources", names)
    yield from _choice_faults(fields, facts, names)


def _tool_faults(tool: Json, where: str, facts: ServedModel, console: Console) -> Iterator[str]:
    kind = tool.get("type") or "custom"
    if kind == "custom":
        yield from _custom_faults(tool, f"{where}.custom")
        return
    if not isinstance(kind, str) or UNPLAYED.fullmatch(kind):
        yield f"{where}: this local server does not play {kind}"
        return
    if kind not in WEB_TOOLS:
        known = ", ".join(repr(name) for name in ("custom", *WEB_TOOLS))
        yield f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {known}"
        return
    taken = () if facts.id in console.without_web else facts.web_tools
    if kind not in taken:
        mean = f" Did you mean one of {', '.join(taken)}?" if taken else ""
        yield f"'{facts.id}' does not support tool types: {kind}.{mean}"
        return
    yield from _web_faults(tool, f"{where}.{kind}", facts, console)


def _extra(tool: Json, known: frozenset[str], where: str) -> Iterator[str]:
    for name in sorted(tool.keys() - known):
        yield f"{where}.{name}: Extra inputs are not permitted"


def _custom_faults(tool: Json, where: str) -> Iterator[str]:
    yield from _extra(tool, _CUSTOM, where)
    name = tool.get("name")
    if name is None:
        yield f"{where}.name: Field required"
    elif not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"{where}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
    if not isinstance(tool.get("description", ""), str):
        yield f"{where}.description: Input should be a valid string"
    yield from _input_faults(tool, f"{where}.input_schema")
    yield from _common_faults(tool, where)


def _input_faults(tool: Json, where: str) -> Iterator[str]:
    schema = tool.get("input_schema")
    if not isinstance(schema, dict):
        yield f"{where}: {'Field required' if schema is None else 'Input should be a valid dictionary'}"
        return
    if schema.get("type") != "object":
        yield f"{where}.type: {INPUT_OBJECT if 'type' in schema else 'Field required'}"
    if not isinstance(schema.get("properties", {}), dict):
        yield f"{where}.properties: Input should be a valid dictionary"
    required = schema.get("required", [])
    if not isinstance(required, list):
        yield f"{where}.required: Input should be a valid list"
        return
    for fault in schema_faults(schema) if tool.get("strict") else ():
        yield f"{where}: {fault}"
    examples = tool.get("input_examples", [])
    if not isinstance(examples, list) or not all(
        isinstance(one, dict) and one.keys() >= set(required) for one in examples
    ):
        yield f"{where}: input_examples do not match the schema"


def _common_faults(tool: Json, where: str) -> Iterator[str]:
    for name in ("strict", "eager_input_streaming", "defer_loading", "use_cache"):
        if not isinstance(tool.get(name) or False, bool):
            yield f"{where}.{name}: Input should be a valid boolean"
    if tool.get("defer_loading"):
        yield f"{where}.defer_loading: this local server does not play tool search"
    if tool.get("allowed_callers", ["direct"]) != ["direct"]:
        yield f"{where}.allowed_callers: this local server does not play code execution: set it to ['direct']"


def _web_faults(tool: Json, where: str, facts: ServedModel, console: Console) -> Iterator[str]:
    kind = str(tool["type"])
    name, _, version = kind.rpartition("_")
    known = _SEARCH if name == "web_search" else _FETCH
    if name == "web_fetch" and version >= _CACHED_SINCE:
        known |= {"use_cache"}
    if version >= _INCLUSION_SINCE:
        known |= {"response_inclusion"}
    yield from _extra(tool, known, where)
    if tool.get("name") != name:
        yield f"{where}.name: Input should be '{name}'"
    if name == "web_search" and not console.web_search:
        yield f"{where}: web search is not enabled for this organization; an admin can enable it in the Console"
    callers = tool.get("allowed_callers", ["code_execution_20260120"] if version >= _CODE_SINCE else ["direct"])
    if callers != ["direct"] and not facts.calls_by_code:
        yield f"'{facts.id}' does not support programmatic tool calling"
    yield from _common_faults({**tool, "allowed_callers": callers}, where)
    for limit in ("max_uses", "max_content_tokens"):
        value = tool.get(limit)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            yield f"{where}.{limit}: Input should be a valid integer, greater than 0"
    if tool.get("response_inclusion", "full") not in ("full", "excluded"):
        yield f"{where}.response_inclusion: Input should be 'full' or 'excluded'"
    citations = tool.get("citations") or {}
    if not isinstance(citations, dict) or citations.keys() - {"enabled"}:
        yield f"{where}.citations: Input should be {{'enabled': true or false}}"
    yield from _domain_faults(tool, where, console)
    yield from _place_faults(tool.get("user_location"), f"{where}.user_location")


def _domain_faults(tool: Json, where: str, console: Console) -> Iterator[str]:
    for name in ("allowed_domains", "blocked_domains"):
        domains = tool.get(name)
        if domains is not None and not isinstance(domains, list):
            yield f"{where}.{name}: Input should be a valid list"
            return
        for number, domain in enumerate(domains or ()):
            if not isinstance(domain, str) or not _DOMAIN.fullmatch(domain):
                yield f"{where}.{name}.{number}: Invalid domain: {domain!r}"
    allowed = tool.get("allowed_domains") or []
    if allowed and tool.get("blocked_domains"):
        yield f"{where}: only one of allowed_domains and blocked_domains can be given"
    for domain in allowed:
        if not console.allows(str(domain)):
            yield f"{where}.allowed_domains: {domain} is not within the domains that the organization allows"


def _place_faults(place: object, where: str) -> Iterator[str]:
    if place is None:
        return
    if not isinstance(place, dict) or place.get("type") != "approximate":
        yield f"{where}.type: Input should be 'approximate'"
        return
    yield from _extra(place, frozenset({"type", "city", "region", "country", "timezone"}), where)
    if place.get("country") is not None and not _COUNTRY.fullmatch(str(place["country"])):
        yield f"{where}.country: Input should be two letters"


def _source_faults(tool: Json, where: str, names: Sequence[str]) -> Iterator[str]:
    sources = tool.get("url_sources")
    if sources is None:
        return
    if not isinstance(sources, dict):
        yield f"{where}: Input should be a valid dictionary"
        return
    yield from _extra(sources, frozenset(_SOURCES), where)
    for source, kinds in _SOURCES.items():
        value = sources.get(source, {"type": "all"})
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in kinds:
            yield f"{where}.{source}.type: Input should be {', '.join(map(repr, kinds))}"
            continue
        listed = value.get("tools", [])
        if (kind in ("only", "except")) != ("tools" in value) or not isinstance(listed, list):
            yield f"{where}.{source}.tools: Input should be a list of tools with 'only' or 'except', and nothing else"
            continue
        for entry in listed:
            if not isinstance(entry, dict) or entry.get("type") != "tool_reference":
                yield f"{where}.{source}.tools: Input should be tool references"
            elif entry.get("name") not in names:
                yield f"{where}.{source}.tools: Tool reference '{entry.get('name')}' not found in available tools"


def _choice_faults(fields: Json, facts: ServedModel, names: Sequence[str]) -> Iterator[str]:
    choice = fields.get("tool_choice")
    if choice is None:
        return
    kind = str(choice.get("type")) if isinstance(choice, dict) else ""
    if not isinstance(choice, dict) or kind not in _CHOICES:
        yield f"tool_choice: Input tag should be one of {', '.join(_CHOICES)}"
        return
    yield from _extra(choice, _CHOICES[kind], f"tool_choice.{kind}")
    if not names:
        yield "tool_choice: tool_choice may only be specified while providing tools"
    if kind not in ("any", "tool"):
        return
    if not facts.can_be_forced:
        yield 'tool_choice: type "tool" and "any" are not supported for this model.'
    thinking = fields.get("thinking")
    if isinstance(thinking, dict) and thinking.get("type") == "enabled":
        yield "Thinking may not be enabled when tool_choice forces tool use."
    if kind == "tool" and choice.get("name") not in names:
        yield f"tool_choice.tool.name: Tool '{choice.get('name')}' not found in provided tools"
