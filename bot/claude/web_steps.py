"""What people see of the API's own searches: a step when one begins, and what it found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.core.domain.tool import MOST_TITLE, SourceLink, Step, StepState
from bot.core.tokens import estimate_tokens
from bot.language import N_, _

SEARCH_RESULT, PAGE = "web_search_tool_result", "web_fetch_tool_result"
BASE64_PER_TOKEN = 5  # characters of a PDF: 500 kB are about 125,000 tokens
LONGEST_SHOWN = 150  # characters of a query or an address in a title
SEARCHING, SEARCHED = N_("Searching the web for “{query}”"), N_("Searched the web for “{query}”")
READING, READ = N_("Reading {address}"), N_("Read {address}")
NOTHING = N_("Nothing found on the web for “{query}”")
# https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool and …/web-fetch-tool: the error codes.
WHY = {
    "max_uses_exceeded": N_("that was one too many for one answer"),
    "too_many_requests": N_("too many searches are running"),
    "query_too_long": N_("the question was too long"),
    "request_too_large": N_("too much had been found already"),
    "url_too_long": N_("the address is too long"),
    "url_not_allowed": N_("the address isn't allowed here"),
    "url_not_in_prior_context": N_("the address stood in no search result"),
    "url_not_accessible": N_("the page can't be opened"),
    "unsupported_content_type": N_("the page is of a kind that can't be read"),
    "content_too_large": N_("the page is too large"),
    "unavailable": N_("the search isn't available right now"),
}
FAILED = N_("{what}: {reason}")


def begun(block: dict[str, Any]) -> Step | None:
    """Return the step of a search that the model has asked for; None for what is no search of the web."""
    title = _title(block, SEARCHING, READING)
    return Step(block["id"], title, StepState.RUNNING) if title else None


def broken_off(block: dict[str, Any]) -> Step | None:
    """Return the step of a search whose answer broke off; None for what is no search of the web."""
    title = _title(block, SEARCHING, READING)
    return Step(block["id"], title, StepState.FAILED) if title else None


def found(asked: dict[str, Any], result: dict[str, Any]) -> Step | None:
    """Return the step of a search that is over, by what was asked and what came."""
    if not (title := _title(asked, SEARCHED, READ)):
        return None
    content = result.get("content")
    if code := error_of(result):
        what = _title(asked, SEARCHING, READING)
        reason = _(WHY.get(code, WHY["unavailable"]))
        return Step(asked["id"], _(FAILED, what=what, reason=reason)[:MOST_TITLE], StepState.FAILED)
    sources = tuple(_sources(content))
    if not sources:
        title = _title(asked, NOTHING, READ)
    return Step(asked["id"], title, StepState.DONE, sources)


def error_of(result: dict[str, Any]) -> str:
    """Return the code of why a search failed, "" if it didn't."""
    content = result.get("content")
    return str(content.get("error_code") or "") if isinstance(content, dict) else ""


def pages(result: dict[str, Any]) -> list[SourceLink]:
    """Return the page that was read, none if it wasn't, or for another block."""
    return _sources(result.get("content")) if result["type"] == PAGE else []


def page_tokens(result: dict[str, Any]) -> int:
    """Return how many tokens a page that was read takes, about; 0 if it wasn't, or for another block."""
    match result.get("content"):
        case {"content": {"source": {"type": "base64", "data": str(data)}}}:
            return len(data) // BASE64_PER_TOKEN
        case {"content": {"source": {"data": str(data)}}}:
            return estimate_tokens(data)
    return 0


def _sources(content: Any) -> list[SourceLink]:  # noqa: ANN401 (JSON, as the API sent it)
    pages = content if isinstance(content, list) else [content] if isinstance(content, dict) else []
    found = []
    for page in pages:
        if isinstance(page, dict) and isinstance(url := page.get("url"), str) and url.startswith("http"):
            document = page.get("content")
            title = page.get("title") or (document.get("title") if isinstance(document, dict) else "") or ""
            found.append(SourceLink(url, str(title)))
    return found


def _title(block: dict[str, Any], search: str, fetch: str) -> str:
    given = block.get("input") or {}
    if block.get("name") == "web_search":
        return _(search, query=str(given.get("query") or "")[:LONGEST_SHOWN])
    if block.get("name") == "web_fetch":
        url = str(given.get("url") or "")
        return _(fetch, address=(urlsplit(url).hostname or "")[:LONGEST_SHOWN])
    return ""
