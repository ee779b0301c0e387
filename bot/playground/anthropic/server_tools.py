"""The tools that the API runs by itself: web search and web fetch, over a scripted web."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.playground.anthropic import web
from bot.playground.anthropic.blocks import Json, all_blocks, roles_and_blocks
from bot.playground.anthropic.models import find_model
from bot.playground.anthropic.seal import seal, server_call_id
from bot.playground.anthropic.usage import BYTES_PER_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.playground.anthropic.web import WebPage

SEARCH, FETCH = "web_search", "web_fetch"
# The longest query isn't documented.
MAX_QUERY = 1_000  # characters
MAX_URL = 250  # characters
MAX_CITED = 150  # characters of the text that a citation quotes
EVERY_SOURCE: Json = {"type": "all"}


@dataclass(frozen=True, slots=True)
class ServerResult:
    """What the server found, or that it failed: the `content` of a call's result block."""

    name: str
    id: str
    content: Any

    @property
    def is_error(self) -> bool:
        """Whether the call failed; failures cost nothing."""
        return isinstance(self.content, dict) and "error_code" in self.content


@dataclass(frozen=True, slots=True)
class ServerCall:
    """A call that the server makes by itself. Without a result it is left open, for the next message to begin with."""

    name: str
    input: Json
    result: ServerResult | None = None
    id: str = field(default_factory=server_call_id)


@dataclass(slots=True)
class ServerTools:
    """What the server looks up while it answers one request, within the limits of the tools that it declares."""

    body: Json
    _calls: list[ServerCall] = field(default_factory=list)

    def search(
        self, query: str, *, among: Sequence[WebPage] | None = None, error: str = "", id_: str = ""
    ) -> ServerCall:
        """Search the web, or the pages `among` which to search. Raises `TypeError` for a tool that isn't declared.

        `error` is a code to fail with, as the API does by itself: `unavailable`, `too_many_requests`, …
        """
        tool = self._tool(SEARCH)
        error = error or self._overuse(tool) or _query_error(query)
        found = [] if error else web.search(query, _domains(tool), among)
        return self._called(SEARCH, {"query": query}, [_result(page) for page in found], error, id_)

    def fetch(self, url: str, *, among: Sequence[WebPage] | None = None, error: str = "", id_: str = "") -> ServerCall:
        """Fetch a page of the web, or of the pages `among` which to look. Raises `TypeError` as `search` does."""
        tool = self._tool(FETCH)
        page = web.find(url, among)
        error = error or self._overuse(tool) or self._url_error(url, tool) or _page_error(page, tool, self.body)
        content = {} if error or page is None else _fetched(page, tool)
        return self._called(FETCH, {"url": url}, content, error, id_)

    def overdue(self) -> list[ServerResult]:
        """Answer the calls that the assistant's last message has left open."""
        said = [block for role, block in roles_and_blocks(self.body["messages"]) if role == "assistant"]
        answered = {block.get("tool_use_id") for block in said}
        found = []
        for block in said:
            if block["type"] == "server_tool_use" and block["id"] not in answered:
                look_up, given = (self.search, "query") if block["name"] == SEARCH else (self.fetch, "url")
                call = look_up(str(block["input"].get(given, "")), id_=block["id"])
                found.extend([call.result] if call.result else [])
        return found

    def citation(self, call: ServerCall, quote: str, number: int = 0) -> Json:
        """Return a citation of a search's result, or of the page that was fetched; `quote` is what it says.

        Raises `TypeError` for a fetch whose tool has no citations.
        """
        content: Any = call.result.content if call.result else []
        quoted = quote[:MAX_CITED]
        if call.name == SEARCH:
            hit = content[number]
            index = seal({"url": hit["url"], "cited": quoted})
            place = {"type": "web_search_result_location", "encrypted_index": index}
            return place | {"url": hit["url"], "title": hit["title"], "cited_text": quoted}
        document = content["content"]
        if not document["citations"]["enabled"]:
            raise TypeError("web_fetch was declared without citations")
        start = document["source"]["data"].index(quote)
        where: Json = {
            "type": "char_location",
            "document_index": self._document(call),
            "document_title": document["title"],
        }
        span: Json = {"start_char_index": start, "end_char_index": start + len(quote), "file_id": None}
        return where | span | {"cited_text": quote}

    def _document(self, call: ServerCall) -> int:
        """Return the number of a fetched page among all documents of the request and the answer."""
        kinds = [block["type"] for block in all_blocks(self.body["messages"])]
        fetched = [one.id for one in self._calls if one.name == FETCH and one.result and not one.result.is_error]
        return kinds.count("document") + fetched.index(call.id)

    def _tool(self, name: str) -> Json:
        tool = next((tool for tool in self.body.get("tools") or [] if tool["name"] == name), None)
        if tool is None:
            raise TypeError(f"the request does not declare {name}")
        return dict(tool)

    def _overuse(self, tool: Json) -> str:
        used = sum(call.name == tool["name"] for call in self._calls)
        most = tool.get("max_uses")
        return "max_uses_exceeded" if most is not None and used >= most else ""

    def _called(self, name: str, given: Json, content: Any, error: str, id_: str) -> ServerCall:  # noqa: ANN401 - JSON
        if error:
            content = {"type": f"{name}_tool_result_error", "error_code": error}
        id_ = id_ or server_call_id()
        self._calls.append(call := ServerCall(name, given, ServerResult(name, id_, content), id_))
        return call

    def _url_error(self, url: str, tool: Json) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "invalid_tool_input"
        if len(url) > MAX_URL:
            return "url_too_long"
        if not _domains(tool).allow(url) or _is_private(parts.hostname):
            return "url_not_allowed"
        known = any(web.same(url, one) for one in self._known_urls(tool.get("url_sources") or {}))
        return "" if known else "url_not_in_prior_context"

    def _known_urls(self, sources: Json) -> Iterator[str]:
        """Yield the addresses that stand in what the tool may take addresses from."""
        names: dict[str, str] = {}
        for role, block in roles_and_blocks(self.body["messages"]):
            kind, source, name = block["type"], "user_input", ""
            if kind == "tool_use":
                names[block["id"]] = block["name"]
            if kind == "tool_result":
                source, name = "client_tool_results", names[block["tool_use_id"]]
            elif kind.endswith("_tool_result"):
                source, name = "server_tool_results", kind.removesuffix("_tool_result")
            elif role != "user":
                continue
            if _contributes(sources.get(source) or EVERY_SOURCE, name):
                yield from web.urls(_all_text(block))
        for call in self._calls:
            if call.result and _contributes(sources.get("server_tool_results") or EVERY_SOURCE, call.name):
                yield from web.urls(_all_text(call.result.content))


def _contributes(source: Json, name: str) -> bool:
    named = {tool["name"] for tool in source.get("tools") or []}
    return {"all": True, "none": False, "only": name in named, "except": name not in named}[source["type"]]


def _all_text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return every text inside a block."""
    if isinstance(value, dict):
        return " ".join(_all_text(inner) for name, inner in value.items() if name != "encrypted_content")
    if isinstance(value, list):
        return " ".join(_all_text(inner) for inner in value)
    return value if isinstance(value, str) else ""


def _domains(tool: Json) -> web.Domains:
    allowed, blocked = tool.get("allowed_domains") or (), tool.get("blocked_domains") or ()
    return web.Domains(tuple(allowed), tuple(blocked), paths=tool["name"] == SEARCH)


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal"))


def _query_error(query: str) -> str:
    if not query.strip():
        return "invalid_tool_input"
    return "query_too_long" if len(query) > MAX_QUERY else ""


def _page_error(page: WebPage | None, tool: Json, body: Json) -> str:
    if page is None:
        return "url_not_accessible"
    facts = find_model(body["model"])
    window = facts.context if facts else 0
    if tool.get("max_content_tokens") is None and page.size > window * BYTES_PER_TOKEN:
        return page.error or "content_too_large"
    return page.error


def _result(page: WebPage) -> Json:
    sealed = seal({"url": page.url, "title": page.title, "text": page.text[: web.SNIPPET]})
    found = {"type": "web_search_result", "url": page.url, "title": page.title}
    return found | {"page_age": page.age, "encrypted_content": sealed}


def _fetched(page: WebPage, tool: Json) -> Json:
    most = tool.get("max_content_tokens")
    text = page.read(None if most is None else most * BYTES_PER_TOKEN)
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": text},
        "title": page.title,
        "citations": {"enabled": bool((tool.get("citations") or {}).get("enabled"))},
    }
    now = datetime.now(UTC).isoformat()
    return {"type": "web_fetch_result", "url": page.url, "content": document, "retrieved_at": now}
