"""Tools on the wire: how they are declared, and how the rounds of their calls go back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from anthropic.types import MessageParam, SearchResultBlockParam, ToolUnionParam

    from bot.claude.catalog import ModelCard
    from bot.core.domain.tool import Passage, Round, ToolDefinition, ToolResult, WebAccess
    from bot.core.ports import Request

SEARCH_TOKENS = 8_000  # that the results of one search take, about
PDF_TOKENS = 125_000  # that a PDF of 500 kB takes, about: the API cuts pages to their limit, but no PDFs
MOST_STEPS = 10  # of the API's own in one request; then it pauses
MOST_PARAGRAPHS = 20  # of a passage, that can be cited one by one
DEFINITION_TOKENS = 500  # that the API adds for tools at all

ALL, NONE = {"type": "all"}, {"type": "none"}
SEARCHED = {"type": "only", "tools": [{"type": "tool_reference", "name": "web_search"}]}


def declared(request: Request, card: ModelCard) -> list[ToolUnionParam]:
    """Return a request's tools, sorted by name: any other order would lose the API's cache."""
    tools = [_own(tool) for tool in request.tools]
    if request.web is not None and card.web_tools is not None:
        tools += _web(request.web, card)
    return sorted(tools, key=lambda tool: str(tool["name"]))


def _own(tool: ToolDefinition) -> Any:  # noqa: ANN401 (the SDK's types ask for mutable schemas)
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}


def _web(web: WebAccess, card: ModelCard) -> list[Any]:
    """Return the API's own search and fetch, in the newest version that the model takes.

    They are called directly: by default the newest versions let the model's code filter what is found, and a request
    that runs code is kept by the API for a while. Where people's private words are, addresses come from search results
    alone, so that none of those words can leave in one, nor by a page that links to many; addresses in our own tools'
    results are never fetched.
    """
    search_type, fetch_type = card.web_tools or ("", "")
    only = {"allowed_domains": list(web.domains)} if web.domains else {}
    search = {
        "type": search_type,
        "name": "web_search",
        "max_uses": web.searches,
        "allowed_callers": ["direct"],
        **only,
    }
    fetch = {
        "type": fetch_type,
        "name": "web_fetch",
        "max_uses": web.pages,
        "allowed_callers": ["direct"],
        "max_content_tokens": web.page_tokens,
        "citations": {"enabled": True},
        "url_sources": {
            "user_input": NONE if web.is_private else ALL,
            "client_tool_results": NONE,
            "server_tool_results": SEARCHED if web.is_private else ALL,
        },
        **only,
    }
    return [search, fetch]


class Ceiling(NamedTuple):
    """The most that the tools of a request may take: input tokens, searches, and steps of the API's own."""

    tokens: int
    searches: int = 0
    steps: int = 0


def ceiling(request: Request, card: ModelCard) -> Ceiling:
    """Return the most that a request's tools may take.

    One that may call no more still ends what the round before it left open.
    """
    web = request.web
    if web is None or card.web_tools is None:
        return Ceiling(DEFINITION_TOKENS if request.tools else 0)
    searches, pages = web.searches, web.pages
    if not request.may_call:
        names = [one["name"] for one in _left_open(request.rounds)]
        searches, pages = names.count("web_search"), names.count("web_fetch")
    found = searches * SEARCH_TOKENS + pages * max(web.page_tokens, PDF_TOKENS)
    return Ceiling(DEFINITION_TOKENS + found, searches, MOST_STEPS if searches or pages else 0)


def _left_open(rounds: Sequence[Round]) -> list[Any]:
    """Return the API's own calls in the newest round that have no result there."""
    blocks = json.loads(rounds[-1].content) if rounds else []
    over = {one.get("tool_use_id") for one in blocks}
    return [one for one in blocks if one["type"] == "server_tool_use" and one["id"] not in over]


def exchanged(rounds: Iterable[Round]) -> Iterator[MessageParam]:
    """Write rounds as messages: what the model wrote, as it was, and one message that answers each of its calls.

    All results come before any text. An answer that paused has none: it goes on in the next message of the model's,
    and both are one.
    """
    content: list[Any] = []
    for one in rounds:
        content += json.loads(one.content)
        answer: list[Any] = [_result(result) for result in one.results]
        if one.added:
            answer.append({"type": "text", "text": one.added})
        if answer:
            yield {"role": "assistant", "content": content}
            yield {"role": "user", "content": answer}
            content = []
    if content:
        yield {"role": "assistant", "content": content}


def _result(result: ToolResult) -> Any:  # noqa: ANN401 (as above)
    found: Any = result.content
    if result.passages:
        found = list(map(search_result, result.passages))
    is_error = {"is_error": True} if result.is_error else {}
    return {"type": "tool_result", "tool_use_id": result.call, "content": found, **is_error}


def search_result(passage: Passage) -> SearchResultBlockParam:
    """Write a passage so that the model can cite its paragraphs one by one."""
    paragraphs = [text for text in passage.text.split("\n\n", MOST_PARAGRAPHS - 1) if text.strip()]
    return {
        "type": "search_result",
        "source": passage.source,
        "title": passage.title,
        "content": [{"type": "text", "text": text} for text in paragraphs],
        "citations": {"enabled": True},
    }
