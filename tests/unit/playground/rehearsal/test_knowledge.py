"""How the rehearsal model answers from passages: each sentence cites the one in which it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.claude import prompts
from bot.playground.anthropic.reply import CitationDelta, Event, ModelRequest, TextDelta, ToolUse
from bot.playground.rehearsal.knowledge import LEAD, TOOL, UNKNOWN, answer_from_passages

KNOWLEDGE = prompts.load()["knowledge"]
EXPORT = "## Export to PDF\nChoose Export in the menu, then PDF. Exports take a minute at most."
SYNC = "Notes sync every minute. To sync at once, pull the list down."


def asked(question: str, *passages: str, system: str = KNOWLEDGE) -> ModelRequest:
    found: list[dict[str, Any]] = [
        {
            "type": "search_result",
            "source": f"https://docs.example/{number}",
            "title": f"Page {number}",
            "content": [{"type": "text", "text": passage}],
            "citations": {"enabled": True},
        }
        for number, passage in enumerate(passages)
    ]
    told = {"type": "text", "text": f"<question>{json.dumps({'question': question})}</question>"}
    return ModelRequest({"system": system, "messages": [{"role": "user", "content": [*found, told]}]}, {})


def mentioned(question: str, *results: dict[str, Any]) -> ModelRequest:
    """Return what a mention asks where sources serve its channel: with results, after the search for them."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": question}]
    if results:
        call = {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": {"query": question}}
        answered = {"type": "tool_result", "tool_use_id": "toolu_1", "content": list(results)}
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [answered]}]
    return ModelRequest({"tools": [{"name": TOOL, "input_schema": {"type": "object"}}], "messages": messages}, {})


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_a_sentence_is_cited_from_its_passage() -> None:
    events = answer_from_passages(asked("How do I export to PDF?", SYNC, EXPORT))
    assert text(events) == "Choose Export in the menu, then PDF. "
    (citation,) = [event.fields for event in events if isinstance(event, CitationDelta)]
    assert (citation["source"], citation["cited_text"]) == ("https://docs.example/1", EXPORT)


@pytest.mark.parametrize("passages", [(), (SYNC,)])
def test_what_no_passage_says_is_looked_for_again(passages: tuple[str, ...]) -> None:
    assert text(answer_from_passages(asked("Can it print a poster?", *passages))) == "SEARCH: print poster"


def test_a_question_is_searched_for_where_sources_serve() -> None:
    question = "How do I export to PDF?"
    assert answer_from_passages(mentioned(question)) == [ToolUse(TOOL, {"query": question})]
    (found,) = asked(question, EXPORT).results
    assert text(answer_from_passages(mentioned(question, found))) == f"{LEAD}Choose Export in the menu, then PDF. "
    nothing = {"type": "text", "text": "Nothing found."}
    assert text(answer_from_passages(mentioned(question, nothing))) == f"{LEAD}{UNKNOWN}"


@pytest.mark.parametrize("said", ["Thanks!", "What is my name?", "What can you do?", "Who wrote about the offsite?"])
def test_what_another_rule_answers_is_not_searched_for(said: str) -> None:
    assert answer_from_passages(mentioned(said)) == []


def test_an_article_quotes_the_answers() -> None:
    events = answer_from_passages(asked("", "How do I export to PDF?", EXPORT, system=prompts.load()["article"]))
    assert text(events).startswith("# How do I export to PDF\n\nChoose Export in the menu, then PDF. ")
    assert {event.fields["title"] for event in events if isinstance(event, CitationDelta)} == {"Page 1"}


def test_other_requests_are_not_for_passages() -> None:
    assert answer_from_passages(asked("How do I export?", EXPORT, system="You sort feedback.")) == []
