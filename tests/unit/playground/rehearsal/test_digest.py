"""Summaries of conversations: every statement with the message that it was taken from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic import transform_schema
from pydantic import BaseModel

from bot.playground.anthropic.reply import ModelRequest
from bot.playground.rehearsal.model import Rehearsal

TALK = [
    {"id": "m1", "from": "Ada", "text": "The importer crashes on large files. Should we split them?"},
    {"id": "m2", "from": "Sam", "text": "I disagree, streaming is better than splitting large files."},
    {"id": "m3", "from": "Ada", "text": "Agreed: we stream large files in the importer."},
    {"id": "m4", "from": "Sam", "text": "I'll write the streaming importer by Friday."},
]


class Point(BaseModel):
    text: str
    messages: list[str]


class Action(BaseModel):
    who: str
    what: str
    when: str
    messages: list[str]


class Findings(BaseModel):
    gist: list[Point]
    decided: list[Point]
    open: list[Point]
    actions: list[Action]
    disagreements: list[Point]
    themes: list[Point]


def filled(tag: str, data: Any, wish: str = "Summarize.") -> Findings:
    form = {"type": "json_schema", "schema": transform_schema(Findings)}
    body = {
        "messages": [{"role": "user", "content": f"{wish}\n<{tag}>{json.dumps(data)}</{tag}>"}],
        "output_config": {"format": form},
    }
    return Findings.model_validate_json(Rehearsal(pace=0).answer(ModelRequest(body, {})))


def test_each_section_finds_its_messages() -> None:
    found = filled("messages", TALK)
    assert [point.messages for point in found.decided] == [["m3"]]
    assert [point.messages for point in found.open] == [["m1"]]
    assert [point.messages for point in found.disagreements] == [["m2"]]
    assert [(action.who, action.when, action.messages) for action in found.actions] == [("Sam", "by Friday", ["m4"])]


def test_every_statement_has_known_messages() -> None:
    found = filled("messages", TALK)
    statements: list[Point | Action] = [
        *found.gist,
        *found.decided,
        *found.open,
        *found.actions,
        *found.disagreements,
        *found.themes,
    ]
    known = {entry["id"] for entry in TALK}
    assert found.gist
    assert found.themes
    assert all(statement.messages and set(statement.messages) <= known for statement in statements)


def test_parts_become_one_summary() -> None:
    part = filled("messages", TALK).model_dump()
    assert filled("parts", [part, part]) == filled("parts", [part])
    assert filled("parts", [part]).decided == filled("messages", TALK).decided


def test_a_silent_conversation_has_no_findings() -> None:
    assert filled("messages", [{"id": "m1", "from": "Ada", "text": "ok"}]).actions == []


def test_what_was_asked_of_the_bot_is_left_out() -> None:
    found = filled("messages", [{"id": "m1", "from": "Ada", "text": "@Parley what can you do?"}, *TALK[1:]])
    assert [point.messages for point in found.open] == []
    assert all(action.what != "do" for action in found.actions)
    assert "Parley" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("said", "who", "what"),
    [
        ("Can you book the room, Sam?", "Sam", "book the room"),
        ("Sam, could you please book the room?", "Sam", "book the room"),
        ("@Sam Okoro can you book the room?", "Sam Okoro", "book the room"),
        ("Could you book the room?", "", "book the room"),
        ("I'll book the room", "Ada Marsh", "book the room"),
        ("Sam will book the room", "Sam", "book the room"),
    ],
)
def test_who_does_what_is_told_apart(said: str, who: str, what: str) -> None:
    [action] = filled("messages", [{"id": "m1", "from": "Ada Marsh", "text": said}]).actions
    assert (action.who, action.what) == (who, what)


@pytest.mark.parametrize(
    "said",
    [
        "What can you do?",
        "It will rain",
        "can you?",
        "This takes ages",
        "Pages take ten seconds to load",
        "Loading takes a minute",
    ],
)
def test_not_every_verb_is_a_task(said: str) -> None:
    assert filled("messages", [{"id": "m1", "from": "Ada", "text": said}]).actions == []


def test_a_short_summary_is_short() -> None:
    talk = [{"id": f"m{n}", "from": "Ada", "text": f"Should the importer split file number {n}?"} for n in range(20)]
    told = ("The importer reads a file in one go.", "Customers sent us big archives.", "Our budget ends in spring.")
    talk += [{"id": f"n{n}", "from": "Sam", "text": text} for n, text in enumerate(told)]
    sizes = []
    for length in ("one sentence in `gist`", "two sentences in `gist`", "three sentences in `gist`"):
        found = filled("messages", talk, f"Summarize this conversation. Length: {length}.")
        sizes.append((len(found.gist), len(found.open)))
    assert sizes == [(1, 3), (2, 6), (3, 15)]


def test_an_older_thread_is_condensed() -> None:
    thread = {"summary": "Ada likes tea.", "messages": [{"text": "The plan is to ship on Monday."}]}
    content = f"Write the new summary.\n<thread>{json.dumps(thread)}</thread>"
    kept = Rehearsal(pace=0).answer(ModelRequest({"messages": [{"role": "user", "content": content}]}, {}))
    assert "Ada likes tea." in kept
    assert "ship on Monday" in kept
