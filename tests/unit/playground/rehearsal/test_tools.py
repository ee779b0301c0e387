"""How the rehearsal model uses tools: what it calls for which words, and what it makes of results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.playground.anthropic.reply import CitationDelta, Event, ModelRequest, TextDelta, ToolUse
from bot.playground.anthropic.server_tools import ServerCall
from bot.playground.anthropic.web import pages
from bot.playground.rehearsal.tools import FETCH, FIND, REMEMBER, SEARCH, SMALL_WEB, use_tools, wish

OWN = [{"name": name, "input_schema": {"type": "object"}} for name in (FIND, REMEMBER)]
WEB: list[dict[str, Any]] = [
    {"type": "web_search_20260318", "name": SEARCH},
    {"type": "web_fetch_20260318", "name": FETCH, "citations": {"enabled": True}},
]
EXPORT = "https://docs.lumenpad.example/export"
LINK = "https://team.slack.com/archives/C1/p1"


def asked(text: str, tools: Any = (*OWN, *WEB), **rest: Any) -> ModelRequest:
    body = {"model": "claude-haiku-5-5", "messages": [{"role": "user", "content": text}], "tools": list(tools)}
    return ModelRequest(body | rest, {})


def answered(name: str, given: Any, content: Any, *, is_error: bool = False) -> ModelRequest:
    call = {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content, "is_error": is_error}
    messages = [
        {"role": "user", "content": "Well?"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    return asked("", messages=messages)


def events(request: ModelRequest) -> list[Event]:
    found = use_tools(request, "_Not Claude._")
    assert found is not None
    return found


def text(request: ModelRequest) -> str:
    return "".join(event.text for event in events(request) if isinstance(event, TextDelta))


def citations(request: ModelRequest) -> list[Any]:
    return [event.fields for event in events(request) if isinstance(event, CitationDelta)]


@pytest.mark.parametrize(
    ("said", "tool", "what"),
    [
        ("What did we decide about the launch date?", FIND, "the launch date"),
        ("what was said about lunch", FIND, "lunch"),
        ("What have we decided on the name?", FIND, "the name"),
        ("Who talked about the offsite?", FIND, "the offsite"),
        ("Find messages about “onboarding”.", FIND, "onboarding"),
        ("please find the pricing sheet", FIND, "the pricing sheet"),
        ("search for deadlines", FIND, "deadlines"),
        ("Search the web for Lumenpad's price", SEARCH, "Lumenpad's price"),
        ("look up the Eiffel Tower online", SEARCH, "the Eiffel Tower"),
        ("Can you find the Tidewheel T3 on the web?", SEARCH, "the Tidewheel T3"),
        ("Remember that we deploy on Fridays, never before 10.", REMEMBER, "we deploy on Fridays, never before 10."),
        ("note: Ada is away in May", REMEMBER, "Ada is away in May"),
        (f"Read <{EXPORT}|this page>", FETCH, EXPORT),
        (f"What does {EXPORT} say?", FETCH, EXPORT),
        ("Do you remember my name?", "", ""),
        ("Hello there", "", ""),
        (f"I like {EXPORT}.", "", ""),
    ],
)
def test_words_ask_for_a_tool(said: str, tool: str, what: str) -> None:
    assert wish(said) == (tool, what)


def test_own_tools_are_called() -> None:
    assert events(asked("What did we decide about lunch?")) == [ToolUse(FIND, {"query": "lunch"})]
    assert events(asked("<@U1>: Remember that we eat at noon")) == [ToolUse(REMEMBER, {"text": "we eat at noon"})]


@pytest.mark.parametrize(
    "request_",
    [
        asked("What did we decide about lunch?", WEB),
        asked("Search the web for the Moon", ()),
        asked("What did we decide about lunch?", ()),
        asked("What did we decide about lunch?", tool_choice={"type": "none"}),
        asked("Tell me a joke"),
    ],
)
def test_nothing_else_is_called(request_: ModelRequest) -> None:
    assert use_tools(request_, "_Not Claude._") is None


def test_a_lacking_tool_is_named() -> None:
    assert text(asked("Search the web for the Moon", OWN)) == (
        "_Not Claude._\n\nThat takes the tool `web_search`, which isn't on here."
    )


def test_found_messages_are_quoted_and_cited() -> None:
    part = {"type": "text", "text": "We eat at noon."}
    found = {"type": "search_result", "source": LINK, "title": "Ada in #general", "content": [part]}
    request = answered(FIND, {"query": "lunch"}, [found | {"citations": {"enabled": True}}])
    assert text(request) == ("_Not Claude._\n\nI found 1 message for “lunch”:\n- Ada in #general: “We eat at noon.”")
    [cited] = citations(request)
    assert (cited["type"], cited["source"], cited["cited_text"]) == ("search_result_location", LINK, "We eat at noon.")


def test_messages_are_found_in_json() -> None:
    found = {"messages": [{"author": "Ada", "text": "We eat at noon.", "link": LINK}, {"text": "Without a link"}]}
    assert f"- [Ada]({LINK}): “We eat at noon.”" in text(answered(FIND, {"query": "lunch"}, json.dumps(found)))
    none = text(answered(FIND, {"query": "lunch"}, "I looked in #general."))
    assert none.endswith("I found no messages for “lunch”. `find_messages` answered: I looked in #general.")


def test_failures_are_passed_on() -> None:
    told = text(answered(FIND, {"query": "lunch"}, "You are not in that channel.", is_error=True))
    assert told == "_Not Claude._\n\n`find_messages` answered: You are not in that channel."
    noted = json.dumps({"result": "noted", "number": 3, "text": "we eat at noon"})
    assert text(answered(REMEMBER, {}, noted)).endswith("`remember` answered: noted “we eat at noon”")
    refused = json.dumps({"result": "refused", "reason": "There are 50 notes."})
    assert text(answered(REMEMBER, {}, refused)).endswith("`remember` answered: refused. There are 50 notes.")
    assert text(answered(REMEMBER, {}, '{"a": 1, "b": "x"}')).endswith("`remember` answered: a: 1, b: x")


def test_the_web_is_searched_and_cited() -> None:
    request = asked("Search the web for Lumenpad's price")
    call = events(request)[0]
    assert isinstance(call, ServerCall)
    assert call.input == {"query": "Lumenpad's price"}
    assert "- Lumenpad pricing: “The price of the Team plan went up from $5 to $6 on September 1, 2026.”" in text(
        request
    )
    assert text(request).endswith(SMALL_WEB)
    assert ("ten pages" in SMALL_WEB, len(pages())) == (True, 10)
    assert {cited["type"] for cited in citations(request)} == {"web_search_result_location"}
    assert "found nothing for “quantum knitting”" in text(asked("Search the web for quantum knitting"))


def test_a_failed_search_says_why() -> None:
    tools = [WEB[0] | {"max_uses": 0}]
    assert "The search failed: this request has no more left." in text(asked("search the web for the Moon", tools))


def test_a_page_is_read_and_cited() -> None:
    request = asked(f"Please read {EXPORT}")
    assert f"I read [Export your notes from Lumenpad]({EXPORT})." in text(request)
    assert citations(request)
    assert all(cited["type"] == "char_location" for cited in citations(request))
    assert "I couldn't read the page: it can't be reached." in text(asked("read https://gone.example/x"))


def test_a_page_may_be_out_of_reach() -> None:
    sources = {"url_sources": {"user_input": {"type": "none"}}}
    assert "its address stands nowhere" in text(asked(f"read {EXPORT}", [WEB[1] | sources]))
