"""How the rehearsal model uses tools, by simple rules: it calls what a request names, and quotes what comes back.

It knows a tool by its name, and calls it only where the request declares it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.blocks import all_blocks
from bot.playground.anthropic.reply import BlockStop, CitationDelta, Event, TextDelta, ToolUse
from bot.playground.anthropic.seal import unseal
from bot.playground.anthropic.web import urls
from bot.playground.rehearsal.conversation import newest
from bot.playground.rehearsal.text import central, sentences, shorten, stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.playground.anthropic.reply import ModelRequest, ToolUseResult

Json = dict[str, Any]

FIND, REMEMBER, SEARCH, FETCH = "find_messages", "remember", "web_search", "web_fetch"
SHOWN = 5  # results
SHOWN_OF_RESULT = 300  # characters
SHOWN_OF_PAGE = 3  # sentences
FEWEST_WORDS = 4  # of a sentence
LACKS = "That takes the tool `{tool}`, which isn't on here."
SMALL_WEB = "The playground's web has ten pages, most of them about things that don't exist."

_ASKS = r"\A\W*(?:(?:please|can you|could you|parley),?\s+)*"
_WHAT = r"\s+(?P<what>\S[^\n]*)"
_WEB = r"(?:(?:on|in)\s+the\s+(?:web|internet)|online)"
_NEAR = r"\b[^\n]{0,40}?\b"
_TOPIC = rf"{_NEAR}(?:about|on|regarding|of)\b{_WHAT}"
# What a message asks for, by the tool that does it; the first one that fits counts.
_WISHES = (
    (REMEMBER, re.compile(rf"{_ASKS}(?:remember|note)(?:\s*:|\s+(?:that|this)\b:?){_WHAT}", re.IGNORECASE)),
    (SEARCH, re.compile(rf"{_ASKS}search\s+(?:the\s+)?(?:web|internet)\s+(?:for|about){_WHAT}", re.IGNORECASE)),
    (SEARCH, re.compile(rf"{_ASKS}(?:search|look|google|find)(?:\s+(?:up|for))?{_WHAT}\s{_WEB}\W*\Z", re.IGNORECASE)),
    (
        FIND,
        re.compile(rf"\bwhat (?:did|have|was|were){_NEAR}(?:decid|agree|discuss|said|say)\w*{_TOPIC}", re.IGNORECASE),
    ),
    (FIND, re.compile(rf"\b(?:who|when|where) (?:did|was|said|wrote|mentioned|talked){_TOPIC}", re.IGNORECASE)),
    (FIND, re.compile(rf"{_ASKS}(?:find|search(?:\s+(?:slack|messages))?\s+for|look\s+for){_WHAT}", re.IGNORECASE)),
)
_READ = re.compile(rf"{_ASKS}(?:read|open|fetch|summari[sz]e|look at|what does)\b", re.IGNORECASE)
_MESSAGES = re.compile(
    r"\A(?:me\s+)?(?:(?:all|any|the|our)\s+)?(?:messages?|threads?)\s+(?:about|on|with)\s+", re.IGNORECASE
)
_LINKS, _TEXTS, _TITLES = (
    ("permalink", "link", "url", "source"),
    ("text", "content", "quote"),
    ("title", "author", "by"),
)
_FAILURES = {
    "max_uses_exceeded": "this request has no more left",
    "url_not_in_prior_context": "its address stands nowhere that addresses may come from",
    "url_not_allowed": "its address isn't allowed here",
    "url_not_accessible": "it can't be reached",
    "unsupported_content_type": "it isn't text",
    "content_too_large": "it is too large",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a tool found. `place` is its number among the request's search results, if it is one."""

    title: str
    link: str
    text: str
    place: int | None = None


def use_tools(asked: ModelRequest, notice: str) -> list[Event] | None:
    """Return a message that calls a tool, says what one returned, or that it lacks one; None if none is wanted."""
    is_free = asked.schema is None and (asked.body.get("tool_choice") or {}).get("type") != "none"
    if not asked.tools or not is_free:
        return None
    if asked.tool_results:
        return [TextDelta(f"{notice}\n\n"), *_reports(asked)]
    tool, what = wish(newest(asked.turns))
    if tool not in asked.tools:
        # What is found in messages may stand in the thread.
        return [TextDelta(f"{notice}\n\n{LACKS.format(tool=tool)}")] if tool in (REMEMBER, SEARCH, FETCH) else None
    if tool == FIND:
        return [ToolUse(FIND, {"query": what})]
    if tool == REMEMBER:
        return [ToolUse(REMEMBER, {"text": what})]
    return list(_searched(asked, what, notice) if tool == SEARCH else _fetched(asked, what, notice))


def wish(said: str) -> tuple[str, str]:
    """Return the tool that a message asks for, and for what; "" twice if none."""
    if (found := urls(said)) and _READ.search(said):
        return FETCH, found[0]
    for tool, pattern in _WISHES:
        if match := pattern.search(said):
            what = match["what"].strip()
            return tool, what if tool == REMEMBER else _MESSAGES.sub("", what).strip(" \t?!.“”\"'")
    return "", ""


def _reports(asked: ModelRequest) -> Iterator[Event]:
    calls = {block["id"]: block for block in all_blocks(asked.body["messages"]) if block["type"] == "tool_use"}
    for number, result in enumerate(asked.tool_results):
        call = calls[result.id]
        if number:
            yield TextDelta("\n\n")
        if call["name"] != FIND or result.is_error:
            yield TextDelta(f"`{call['name']}` answered: {_told(result.text)}")
            continue
        hits = list(_hits(asked, result))
        query = shorten(str(call["input"].get("query", "")), SHOWN_OF_RESULT)
        counted = f"{len(hits)} message{'s' if len(hits) > 1 else ''}" if hits else "no messages"
        told = f" `{FIND}` answered: {_told(result.text)}" if result.text and not hits else ""
        yield TextDelta(f"I found {counted} for “{query}”{':' if hits else '.'}{told}")
        for hit in hits[:SHOWN]:
            cited = () if hit.place is None else (asked.citing(hit.place),)
            yield from _line(hit, cited)


def _hits(asked: ModelRequest, result: ToolUseResult) -> Iterator[Hit]:
    """Yield what a search of messages found: search results, or JSON that has texts and links."""
    for block in result.content:
        if block["type"] == "search_result":
            text = " ".join(part["text"] for part in block["content"])
            yield Hit(block["title"], block["source"], text, asked.results.index(block))
        elif block["type"] == "text":
            yield from _hits_in(_decoded(block["text"]))


def _hits_in(data: Any) -> Iterator[Hit]:  # noqa: ANN401 - JSON
    if isinstance(data, list):
        for one in data:
            yield from _hits_in(one)
    elif isinstance(data, dict):
        link, text, title = (
            next((data[name] for name in names if isinstance(data.get(name), str)), "")
            for names in (_LINKS, _TEXTS, _TITLES)
        )
        if text and link:
            yield Hit(title or "message", link, text)
        else:
            yield from _hits_in([inner for inner in data.values() if isinstance(inner, list | dict)])


def _told(text: str) -> str:
    """Return what a tool said, as a line: JSON by what became of which text and why, or value by value."""
    data = _decoded(text)
    if isinstance(data, dict) and "result" in data:
        quoted = f" “{data['text']}”" if "text" in data else ""
        text = ". ".join(filter(None, (f"{data['result']}{quoted}", str(data.get("reason") or ""))))
    elif isinstance(data, dict):
        text = ", ".join(f"{name}: {value}" for name, value in data.items() if isinstance(value, str | int))
    return shorten(text, SHOWN_OF_RESULT) or "nothing"


def _decoded(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _searched(asked: ModelRequest, query: str, notice: str) -> Iterator[Event]:
    yield (call := asked.server.search(query))
    yield TextDelta(f"{notice}\n\n")
    found: Any = call.result.content if call.result else []
    if isinstance(found, dict):
        yield TextDelta(f"The search failed: {_why(found)}.")
        return
    if not found:
        yield TextDelta(f"The web search found nothing for “{query}”. {SMALL_WEB}")
        return
    yield TextDelta(f"The web search for “{query}” found:")
    for number, hit in enumerate(found[:SHOWN]):
        quote = _fitting(unseal(hit["encrypted_content"])["text"], query)
        yield from _line(Hit(hit["title"], hit["url"], quote), [asked.citing_web(call, quote, number)])
    yield TextDelta(f"\n\n{SMALL_WEB}")


def _fetched(asked: ModelRequest, url: str, notice: str) -> Iterator[Event]:
    yield (call := asked.server.fetch(url))
    yield TextDelta(f"{notice}\n\n")
    page: Json = call.result.content if call.result else {}
    if call.result is None or call.result.is_error:
        yield TextDelta(f"I couldn't read the page: {_why(page)}. {SMALL_WEB}")
        return
    document = page["content"]
    text = document["source"]["data"]
    yield TextDelta(f"I read [{document['title']}]({page['url']}). Its central sentences:")
    for sentence in central(text, SHOWN_OF_PAGE):
        can_cite = document["citations"]["enabled"] and sentence in text
        yield BlockStop()
        yield TextDelta(f"\n- “{sentence}”")
        if can_cite:
            yield asked.citing_web(call, sentence)
        yield BlockStop()


def _why(failure: Json) -> str:
    code = str(failure.get("error_code"))
    return _FAILURES.get(code, code.replace("_", " "))


def _line(hit: Hit, citations: Sequence[CitationDelta]) -> Iterator[Event]:
    """Yield a line of its own for something that was found. Its link is in the citation, if there is one."""
    named = hit.title if citations else f"[{hit.title}]({hit.link})"
    yield BlockStop()
    yield TextDelta(f"\n- {named}: “{shorten(hit.text, SHOWN_OF_RESULT)}”")
    yield from citations
    yield BlockStop()


def _fitting(text: str, query: str) -> str:
    """Return the sentence of a page that shares most words with a query; a heading or a table's row is none."""
    asked = set(stems(query))
    found = [one for one in sentences(text) if len(one.split()) >= FEWEST_WORDS and "|" not in one]
    return max(found, key=lambda one: len(asked & set(stems(one))), default=shorten(text, SHOWN_OF_RESULT))
