"""Which conversations with tools the Messages API refuses, in the words that people meet it in.

The sentences are those of public issues: https://github.com/anthropics/claude-code/issues/3512 (a missing result),
https://github.com/anthropics/claude-code/issues/13460 (one too many),
https://github.com/anthropics/anthropic-sdk-python/issues/961 (a search without its result),
https://github.com/anthropics/anthropic-sdk-typescript/issues/1090 (a mixed round),
https://github.com/code-yeongyu/senpi/pull/150 (contents that were not sent back).
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from bot.playground.anthropic.rules import MessagesApiError, check_request
from bot.playground.anthropic.seal import seal

if TYPE_CHECKING:
    from collections.abc import Iterator

FIND = {"name": "find_messages", "input_schema": {"type": "object"}}
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
HAIKU = "claude-haiku-5-5"
ONE, TWO, SOUGHT = "toolu_1", "toolu_2", "srvtoolu_1"
TEXT = {"type": "text", "text": "Go on."}
HIT = {"type": "web_search_result", "url": "https://a.test", "title": "A", "page_age": None}
HIT["encrypted_content"] = seal({"url": "https://a.test", "title": "A", "text": "It rained."})


def call(id_: str = ONE, **more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id_, "name": "find_messages", "input": {"query": "x"}} | more


def result(id_: str = ONE, content: Any = "found", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id_, "content": content} | more


def search(id_: str = SOUGHT, **more: Any) -> dict[str, Any]:
    return {"type": "server_tool_use", "id": id_, "name": "web_search", "input": {"query": "x"}} | more


def hits(id_: str = SOUGHT, *found: Any) -> dict[str, Any]:
    return {"type": "web_search_tool_result", "tool_use_id": id_, "content": list(found or [HIT])}


def request(*contents: Any, model: str = HAIKU, tools: Any = (FIND, SEARCH), **more: Any) -> dict[str, Any]:
    """Return a request whose messages alternate; one that is already a message stays as it is."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Hello"}]
    for content in contents:
        role = "assistant" if messages[-1]["role"] != "assistant" else "user"
        messages.append(content if isinstance(content, dict) else {"role": role, "content": content})
    return {"model": model, "max_tokens": 100, "messages": messages, "tools": list(tools)} | more


def refusal(body: object) -> str:
    with pytest.raises(MessagesApiError) as caught:
        check_request(body, "2026-10-21")
    assert caught.value.status == 400
    return caught.value.message


def notice(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


@pytest.mark.parametrize(
    "body",
    [
        request([call()], [result()]),
        request([TEXT, call(), call(TWO)], [result(TWO), result(), TEXT]),
        request([call()], [result(content=[])], [call(TWO)], [result(TWO, "No tool of this name.", is_error=True)]),
        request([call()], [result(content=[{"type": "text", "text": "A"}])]),
        request([call(caller={"type": "direct"})], [result()], "Found it.", "Thanks"),
        request([search(), hits(), TEXT], "Thanks"),
        request([search(), hits(SOUGHT, HIT, HIT)], "Thanks"),
        request([search(), {**hits(), "content": {"type": "web_search_tool_result_error", "error_code": "x"}}], "Why?"),
        request([TEXT, search()]),
        request([TEXT, search(), hits()]),
        request([search()], {"role": "assistant", "content": [hits(), TEXT]}, "Thanks"),
        request([call(), search()], [result()]),
        request([call(), search()], [result()], [hits(), TEXT], "Thanks"),
        request([call(), search()], [result()], [hits(), call(TWO)], [result(TWO)]),
        request([call()], [result()], notice("You have 20 seconds left.")),
    ],
)
def test_sound_rounds_are_let_through(body: dict[str, Any]) -> None:
    check_request(body, "2026-10-21")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            request([call()], "Never mind"),
            (
                "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. "
                "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
            ),
        ),
        (request([call(), call(TWO)], [result()]), "immediately after: toolu_2."),
        (request([call(), call(TWO)], [TEXT, result(), result(TWO)]), "immediately after: toolu_1, toolu_2."),
        (request([call()]), "immediately after: toolu_1."),
        (
            request([call(), call(TWO)], [result()], {"role": "user", "content": [result(TWO)]}),
            "immediately after: toolu_2.",
        ),
        (
            request([call()], [result(), result(TWO)]),
            (
                "messages.2.content.1: unexpected `tool_use_id` found in `tool_result` blocks: toolu_2. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous message."
            ),
        ),
        (request([call()], [result()], "Fine.", [result()]), "messages.4.content.0: unexpected `tool_use_id`"),
        (request([search(), hits()], [result(SOUGHT)]), "unexpected `tool_use_id` found in `tool_result` blocks: srv"),
        (
            request([call()], [result(), result()]),
            (
                "messages.2.content.1: each tool_use must have a single result. "
                "Found multiple `tool_result` blocks with id: toolu_1"
            ),
        ),
        (request([call(), call()], [result()]), "messages.1.content.1: `tool_use` ids must be unique"),
        (request([call()], [result()], [call()], [result()]), "`tool_use` ids must be unique"),
        (
            request([call()], [result()], tools=()),
            "Requests which include `tool_use` or `tool_result` blocks must define tools.",
        ),
        (
            request([search()], "Go on"),
            (
                "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
                "`web_search_tool_result` block"
            ),
        ),
        (request([call(), search()], [result(), TEXT]), "`web_search` tool use with id `srvtoolu_1` was found without"),
        (request([call(), search()], [result()], [TEXT], "Thanks"), "tool use with id `srvtoolu_1` was found without"),
        (request([search()], tools=[FIND]), "tools: `web_search` is not declared"),
        (
            request([hits()], "Thanks"),
            (
                "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: "
                "srvtoolu_1. Each `web_search_tool_result` block must have a corresponding `server_tool_use` block "
                "before it."
            ),
        ),
        (
            request([search(), hits(SOUGHT, HIT | {"encrypted_content": "c2VjcmV0"})], "Thanks"),
            "messages.1.content.1: Invalid `encrypted_content` in `search_result` block",
        ),
        (request([search(), hits(SOUGHT, HIT | {"url": "https://b.test"})], "Thanks"), "Invalid `encrypted_content`"),
        (request([search(), hits(SOUGHT, {"type": "web_search_result"})], "Thanks"), "Invalid `encrypted_content`"),
        (request([call(id="a b")], [result()]), "messages.1.content.0.tool_use.id: String should match pattern"),
        (request([search("toolu_3")], "x"), "server_tool_use.id: String should match pattern '^srvtoolu_"),
        (request([call(name="")], [result()]), "tool_use.name: String should match pattern"),
        (request([call(input="{}")], [result()]), "tool_use.input: Input should be a valid dictionary"),
        (request([call(status="done")], [result()]), "messages.1.content.0.tool_use.status: Extra inputs"),
        (
            request([{**TEXT, "parsed_output": None}], "x"),
            "messages.1.content.0.text.parsed_output: Extra inputs are not permitted",
        ),
        (
            request([call()], [result(content="", is_error=True)]),
            "messages.2.content.0.tool_result: content cannot be empty if `is_error` is true",
        ),
        (
            request([call()], [result(content=[{"type": "text", "text": ""}])]),
            "messages.2.content.0.tool_result.content.0: text content blocks must be non-empty",
        ),
        (request([call()], [result(is_error="yes")]), "tool_result.is_error: Input should be a valid boolean"),
        (request([call()], [result(content={"a": 1})]), "tool_result.content: Input should be a string or a list"),
        (
            request(
                [call()],
                [
                    result(
                        content=[
                            {"type": "search_result", "source": "https://a.test", "title": "A", "content": [TEXT]},
                            TEXT,
                        ]
                    )
                ],
            ),
            "search_result blocks cannot be mixed with other content blocks",
        ),
        (
            request([{"type": "thinking", "thinking": "Hm.", "signature": "c2VjcmV0"}, TEXT], "Thanks"),
            "messages.1.content.0: Invalid `signature` in `thinking` block",
        ),
    ],
)
def test_faulty_rounds_are_refused(body: dict[str, Any], message: str) -> None:
    assert message in refusal(body)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([notice("A"), ("user", "B")], "messages.0: use the top-level 'system' parameter"),
        ([("user", "A"), ("assistant", "B"), notice("C")], "messages.2: a system message must follow a user message"),
        ([("user", "A"), notice("B"), ("user", "C")], "messages.1: a system message must be the last one"),
        ([("user", "A"), ("assistant", [call()]), notice("B"), ("user", [result()])], "must follow a user message"),
    ],
)
def test_notices_stand_behind_people(messages: list[Any], message: str) -> None:
    sent = [one if isinstance(one, dict) else {"role": one[0], "content": one[1]} for one in messages]
    assert message in refusal(request() | {"messages": sent})


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-5", "claude-opus-4-7"])
def test_older_models_take_no_notices(model: str) -> None:
    assert refusal(request(notice("Be brief."), model=model)) == "role 'system' is not supported on this model"


JUNK: tuple[Any, ...] = (None, True, -1, "", "x", [], [[]], ["x"], {}, {"type": []}, {"type": "x", "tools": 1})


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to everything inside JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return changed


def test_no_junk_in_it_is_crashed_on() -> None:
    choice = {"type": "tool", "name": "find_messages"}
    sources = {"client_tool_results": {"type": "only", "tools": [{"type": "tool_reference", "name": "find_messages"}]}}
    place = {"type": "approximate", "country": "DE"}
    tools = [
        FIND | {"strict": False, "input_examples": [{}]},
        SEARCH | {"max_uses": 2, "allowed_domains": ["a.test"], "user_location": place},
        {"type": "web_fetch_20250910", "name": "web_fetch", "url_sources": sources, "citations": {"enabled": True}},
    ]
    fetched = {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_2", "content": {"type": "web_fetch_result"}}
    fetch = search("srvtoolu_2", name="web_fetch", input={"url": "https://a.test"})
    passage = {"type": "search_result", "source": "https://a.test", "title": "A", "content": [TEXT]}
    body = request(
        [TEXT, search(), hits(), fetch, fetched, call(), call(TWO)],
        [result(content=[passage | {"citations": {"enabled": True}}]), result(TWO, [TEXT], is_error=True), TEXT],
        notice("Be brief."),
        tools=tools,
        tool_choice=choice,
    )
    check_request(body, "2026-10-21")
    refused = 0
    for path in paths(body):
        for junk in JUNK:
            try:
                check_request(replaced(body, path, junk), "2026-10-21")
            except MessagesApiError as error:
                assert error.status in (400, 404)  # noqa: PT017 - another exception is not fine
                refused += 1
    assert refused > 800
