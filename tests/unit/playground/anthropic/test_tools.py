"""Which tools the Messages API lets a request declare, and how it may choose among them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.anthropic.console import Console
from bot.playground.anthropic.models import OFFERED, WEB_TOOLS
from bot.playground.anthropic.rules import MessagesApiError, check_count, check_request

NEW = "2026-10-21"
SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
FIND = {"name": "find_messages", "description": "Find messages.", "input_schema": SCHEMA}
DIRECT = {"allowed_callers": ["direct"]}
SEARCH = {"type": "web_search_20260318", "name": "web_search", **DIRECT}
FETCH = {"type": "web_fetch_20260318", "name": "web_fetch", **DIRECT}
STRICT = {**FIND, "strict": True, "input_schema": {**SCHEMA, "additionalProperties": False}}
FORCED = ({"type": "any"}, {"type": "tool", "name": "find_messages"})


def request(*tools: Any, model: str = "claude-haiku-5-5", **rest: Any) -> dict[str, Any]:
    body = {"model": model, "max_tokens": 2000, "messages": [{"role": "user", "content": "Hello"}]}
    return body | {"tools": list(tools)} | rest


def refusal(body: object, console: Console | None = None) -> str:
    with pytest.raises(MessagesApiError) as caught:
        check_request(body, NEW, console)
    assert (caught.value.status, caught.value.kind) == (400, "invalid_request_error")
    return caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        request(),
        request(FIND),
        request({**FIND, "type": "custom", "cache_control": {"type": "ephemeral"}, "eager_input_streaming": True}),
        request({**FIND, "input_examples": [{"query": "launch"}]}, tool_choice={"type": "auto"}),
        request(STRICT, SEARCH, FETCH),
        request({**SEARCH, "max_uses": 3, "allowed_domains": ["example.com", "docs.test.dev/api/*"]}),
        request({**SEARCH, "blocked_domains": ["example.com"], "response_inclusion": "excluded"}),
        request({**SEARCH, "user_location": {"type": "approximate", "city": "Bonn", "country": "DE"}}),
        request({**FETCH, "max_content_tokens": 5000, "citations": {"enabled": True}, "use_cache": False}),
        request(FIND, SEARCH, {**FETCH, "url_sources": {"user_input": {"type": "none"}}}),
        request(
            FIND,
            {
                **FETCH,
                "url_sources": {
                    "client_tool_results": {
                        "type": "only",
                        "tools": [{"type": "tool_reference", "name": "find_messages"}],
                    },
                    "server_tool_results": {"type": "all"},
                },
            },
        ),
        request(FIND, tool_choice=FORCED[0]),
        request(FIND, tool_choice=FORCED[1], model="claude-opus-5", thinking={"type": "adaptive"}),
        request(FIND, tool_choice={"type": "none"}, model="claude-opus-5-5"),
        request(FIND, tool_choice={"type": "auto", "disable_parallel_tool_use": True}),
        request({"type": "web_search_20250305", "name": "web_search"}, model="claude-haiku-4-5"),
    ],
)
def test_sound_tools_are_let_through(body: dict[str, Any]) -> None:
    fields, _ = check_request(body, NEW)
    assert fields is body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (request() | {"tools": "find"}, "tools: Input should be a valid list"),
        (request({"input_schema": SCHEMA}), "tools.0.custom.name: Field required"),
        (request({**FIND, "name": "find messages"}), "tools.0.custom.name: String should match pattern"),
        (request({**FIND, "name": "x" * 65}), "{1,64}$'"),
        (request({"name": "find"}), "tools.0.custom.input_schema: Field required"),
        (request({**FIND, "input_schema": {}}), "tools.0.custom.input_schema.type: Field required"),
        (request({**FIND, "input_schema": {"type": "string"}}), "input_schema.type: Input should be 'object'"),
        (request({**FIND, "input_schema": {**SCHEMA, "required": None}}), "required: Input should be a valid list"),
        (request({**FIND, "parameters": SCHEMA}), "tools.0.custom.parameters: Extra inputs are not permitted"),
        (request({**FIND, "input_examples": [{}]}), "input_examples"),
        (request({**FIND, "strict": True}), "'additionalProperties' must be explicitly set to false"),
        (request(*({**STRICT, "name": f"t{n}"} for n in range(21))), "Too many strict tools (21), the limit is 20"),
        (request(FIND, FIND), "tools: Tool names must be unique."),
        (request({**FIND, "name": "web_search"}, SEARCH), "tools: Tool names must be unique."),
        (request({**FIND, "defer_loading": True}), "does not play tool search"),
        (request({"type": "bash_20250124", "name": "bash"}), "does not play bash_20250124"),
        (request({"type": "web_search_20991231", "name": "web_search"}), "Input tag 'web_search_20991231' found"),
        (request({**SEARCH, "name": "search"}), "tools.0.web_search_20260318.name: Input should be 'web_search'"),
        (request({**SEARCH, "max_uses": 0}), "max_uses: Input should be a valid integer, greater than 0"),
        (request({**SEARCH, "citations": {"enabled": True}}), "web_search_20260318.citations: Extra inputs"),
        (request({**SEARCH, "allowed_domains": ["a.com"], "blocked_domains": ["b.com"]}), "only one of"),
        (request({**SEARCH, "allowed_domains": ["https://a.com"]}), "allowed_domains.0: Invalid domain"),
        (request({**SEARCH, "allowed_domains": ["*.a.com"]}), "allowed_domains.0: Invalid domain"),
        (request({**SEARCH, "user_location": {"type": "approximate", "country": "Germany"}}), "two letters"),
        (request({**SEARCH, "allowed_callers": ["code_execution_20260120"]}), "set it to ['direct']"),
        (request({"type": "web_search_20260318", "name": "web_search"}), "set it to ['direct']"),
        (request({**FETCH, "type": "web_fetch_20260209", "use_cache": True}), "use_cache: Extra inputs"),
        (request({**FETCH, "type": "web_fetch_20260309", "response_inclusion": "full"}), "response_inclusion: Extra"),
        (request({**FETCH, "url_sources": {"user_input": {"type": "only", "tools": []}}}), "user_input.type: Input"),
        (request({**FETCH, "url_sources": {"web": {"type": "all"}}}), "url_sources.web: Extra inputs"),
        (request({**FETCH, "url_sources": {"client_tool_results": {"type": "only"}}}), "client_tool_results.tools"),
        (
            request(
                {
                    **FETCH,
                    "url_sources": {
                        "client_tool_results": {"type": "except", "tools": [{"type": "tool_reference", "name": "find"}]}
                    },
                }
            ),
            "Tool reference 'find' not found in available tools",
        ),
        (request(tool_choice={"type": "auto"}), "may only be specified while providing tools"),
        (request(FIND, tool_choice={"type": "required"}), "Input tag should be one of auto, any, tool, none"),
        (request(FIND, tool_choice={"type": "tool", "name": "find"}), "Tool 'find' not found in provided tools"),
        (request(FIND, tool_choice={"type": "none", "disable_parallel_tool_use": True}), "Extra inputs"),
        (
            request(
                FIND,
                tool_choice={"type": "any"},
                model="claude-haiku-4-5",
                thinking={"type": "enabled", "budget_tokens": 1024},
            ),
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
        (
            request(SEARCH, model="claude-haiku-4-5"),
            (
                "'claude-haiku-4-5-20251001' does not support tool types: web_search_20260318. "
                "Did you mean one of web_search_20250305, web_fetch_20250910?"
            ),
        ),
    ],
)
def test_faulty_tools_are_refused(body: dict[str, Any], message: str) -> None:
    assert message in refusal(body)


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-2"])
@pytest.mark.parametrize("choice", FORCED)
def test_some_models_are_not_forced(model: str, choice: dict[str, Any]) -> None:
    message = refusal(request(FIND, tool_choice=choice, model=model))
    assert message == 'tool_choice: type "tool" and "any" are not supported for this model.'


def test_marks_on_tools_count() -> None:
    mark: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}
    tools = [{**FIND, "name": f"t{n}", **mark} for n in range(4)]
    check_request(request(*tools), NEW)
    assert "maximum of 4 blocks" in refusal(request(*tools, **mark))


def test_the_console_decides_on_search() -> None:
    assert "web search is not enabled" in refusal(request(SEARCH), Console(web_search=False))
    check_request(request(FETCH), NEW, Console(web_search=False))
    console = Console(domains=("example.com",))
    check_request(request({**SEARCH, "allowed_domains": ["docs.example.com"]}), NEW, console)
    assert "not within the domains" in refusal(request({**SEARCH, "allowed_domains": ["ample.com"]}), console)


def test_a_model_can_lack_web_tools() -> None:
    console = Console(without_web=frozenset({"claude-haiku-5-5"}))
    assert refusal(request(SEARCH), console).endswith("does not support tool types: web_search_20260318.")
    check_request(request(SEARCH, model="claude-sonnet-5-5"), NEW, console)


@pytest.mark.parametrize("facts", OFFERED, ids=lambda facts: facts.id)
def test_each_model_takes_its_versions(facts: Any) -> None:
    for kind in WEB_TOOLS:
        tool = {"type": kind, "name": kind.rpartition("_")[0], **DIRECT}
        if kind in facts.web_tools:
            check_request(request(tool, model=facts.id), NEW)
        else:
            assert "does not support tool types" in refusal(request(tool, model=facts.id))


def test_counting_checks_tools_too() -> None:
    body = request({"name": "find"})
    del body["max_tokens"]
    with pytest.raises(MessagesApiError, match=r"tools\.0\.custom\.input_schema: Field required"):
        check_count(body)


def test_own_results_are_cited_beside_search() -> None:
    found = {"type": "search_result", "source": "https://x.test/1", "title": "Ada"}
    found["content"] = [{"type": "text", "text": "It rained."}]  # type: ignore[assignment] # JSON
    messages = [{"role": "user", "content": [found]}]
    assert "Citations must be enabled" in refusal(request(SEARCH, messages=messages))
    messages = [{"role": "user", "content": [found | {"citations": {"enabled": True}}]}]
    check_request(request(SEARCH, messages=messages), NEW)
