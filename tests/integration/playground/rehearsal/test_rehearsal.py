"""The rehearsal model, asked by the real SDK as the bot asks it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pydantic import BaseModel

from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import NOTICE, Rehearsal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anthropic import AsyncAnthropic

HAMLET = (
    "To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer The slings and arrows of "
    "outrageous fortune, Or to take arms against a sea of troubles And by opposing end them."
)
MESSAGES = [
    "My app crashes when I try to upload a photo",
    "I forgot my password and cannot log in",
    "The app feels very slow after the update",
]


class Result(BaseModel):
    item: int
    category: Literal["Bug report", "Account issue", "Performance issue"]


class Results(BaseModel):
    results: list[Result]


@pytest.fixture
async def client(connect: Any) -> AsyncIterator[AsyncAnthropic]:
    async with MessagesServer(Rehearsal(pace=0)) as server, connect(server.environment()) as client:
        yield client


async def ask(client: AsyncAnthropic, *said: str, **more: Any) -> str:
    turns: Any = [{"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(said)]
    async with client.messages.stream(
        model="claude-haiku-5-5", max_tokens=2000, messages=turns, **{"thinking": {"type": "disabled"}, **more}
    ) as stream:
        return "".join([piece async for piece in stream.text_stream])


def data(tag: str, content: Any) -> str:
    return f"<{tag}>{json.dumps(content, ensure_ascii=False)}</{tag}>"


async def test_summary_has_its_two_sections(client: AsyncAnthropic) -> None:
    answer = await ask(client, f"Summarize as a literary analyst.\n{data('document', {'text': HAMLET})}")
    notice, summary, themes = answer.split("\n\n")
    assert notice == f"_{NOTICE}_"
    assert summary.startswith("**Summary**\nWhether 'tis nobler")
    assert themes.startswith("**Key themes**\n- Outrageous fortune")


async def test_code_is_the_reference_file(client: AsyncAnthropic) -> None:
    request = {"text": "Write a Python function to calculate circle area. Handle negative inputs."}
    answer = await ask(client, data("request", request))
    assert f"_{NOTICE}_\n\n```python\n# circle_area.py\n" in answer


async def test_categories_fill_the_form(client: AsyncAnthropic) -> None:
    items = [{"item": number, "text": text} for number, text in enumerate(MESSAGES, start=1)]
    message = await client.messages.parse(
        model="claude-haiku-5-5",
        max_tokens=2000,
        messages=[{"role": "user", "content": f"Classify.\n{data('messages', items)}"}],
        output_format=Results,
    )
    assert message.parsed_output is not None
    assert [result.category for result in message.parsed_output.results] == [
        "Bug report",
        "Account issue",
        "Performance issue",
    ]


async def test_thread_is_remembered(client: AsyncAnthropic) -> None:
    answer = await ask(client, "Hello, my name is Ada.", "Hello!", "What is my name?")
    assert answer.startswith(f"_{NOTICE}_")
    assert "Your name is Ada" in answer


async def test_untagged_turn_is_conversation(client: AsyncAnthropic) -> None:
    answer = await ask(client, data("request", {"text": "circle area"}), "Here it is.", "thanks!")
    assert answer.endswith("You're welcome!")


async def test_channel_prompt_is_quoted(client: AsyncAnthropic) -> None:
    system = [{"type": "text", "text": "You are Parley."}, {"type": "text", "text": "Answer *like*\na pirate. " * 9}]
    answer = await ask(client, "Hi", system=system)
    assert (
        "It can't follow the instructions here: “Answer like a pirate. Answer like a pirate." in answer.split("\n")[0]
    )
    assert "…”_" in answer.split("\n")[0]


async def test_what_was_hidden_is_shown_hidden(client: AsyncAnthropic) -> None:
    hiding = "Secrets are hidden from you here: placeholders such as [email-1] stand for them.\n\nBe brief."
    system = [{"type": "text", "text": "You are Parley."}, {"type": "text", "text": hiding}]
    answer = await ask(client, "Mail [email-1] or call [phone-2]", system=system)
    assert "Redaction is on here. What I was sent: “Mail `email-1` or call `phone-2`”" in answer
    assert ("placeholders" in answer, "“Be brief.”" in answer) == (False, True)


async def test_thinking_opens_where_it_is_on(client: AsyncAnthropic) -> None:
    message = await client.messages.create(
        model="claude-haiku-5-5", max_tokens=2000, messages=[{"role": "user", "content": "Hi"}]
    )
    assert [block.type for block in message.content] == ["thinking", "text"]


async def test_same_question_gets_same_answer(client: AsyncAnthropic) -> None:
    assert await ask(client, "How tall is it?") == await ask(client, "How tall is it?")


async def test_slow_pace_holds_words_back(connect: Any) -> None:
    async with MessagesServer(Rehearsal(pace=0.01)) as server, connect(server.environment()) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask(client, "Thanks")


async def test_tools_are_used_in_rounds(client: AsyncAnthropic) -> None:
    find: Any = {"name": "find_messages", "input_schema": {"type": "object"}}
    search: Any = {"type": "web_search_20260318", "name": "web_search", "allowed_callers": ["direct"]}
    asked: Any = {"model": "claude-haiku-5-5", "max_tokens": 2000, "tools": [find, search]}
    messages: Any = [{"role": "user", "content": "What did we decide about lunch?"}]
    first = await client.messages.create(**asked, messages=messages)
    [call] = [block for block in first.content if block.type == "tool_use"]
    assert (first.stop_reason, call.input) == ("tool_use", {"query": "lunch"})
    messages.append({"role": "assistant", "content": [block.to_dict() for block in first.content]})
    part = {"type": "text", "text": "We eat at noon."}
    place = {"source": "https://x.test/1", "title": "Ada"}
    found = {"type": "search_result", "content": [part], "citations": {"enabled": True}, **place}
    messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": [found]}]})
    second = await client.messages.create(**asked, messages=messages)
    texts = [block for block in second.content if block.type == "text"]
    assert [bool(block.citations) for block in texts] == [False, True]
    assert texts[1].text == "\n- Ada: “We eat at noon.”"
    web = await client.messages.create(**asked, messages=[{"role": "user", "content": "Search the web for the Moon"}])
    assert web.usage.server_tool_use is not None
    assert (web.usage.server_tool_use.web_search_requests, web.stop_reason) == (1, "end_turn")
