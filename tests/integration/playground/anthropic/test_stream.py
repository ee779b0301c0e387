"""Streams and whole answers, as the SDK reads them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import pytest
from anthropic.types import CitationsSearchResultLocation, TextBlock
from pydantic import BaseModel, ValidationError

from bot.playground.anthropic.reply import BlockStop, MessageStop, ModelRequest, Ping, ThinkingDelta, Usage

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from tests.support.scripted import ScriptedModel


class Verdict(BaseModel):
    category: Literal["Bug report", "Other"]
    evidence: str


async def test_text_streams_word_by_word(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("Very well, thank you.")
    async with client.messages.stream(**question) as stream:
        pieces = [piece async for piece in stream.text_stream]
        message = await stream.get_final_message()
    assert pieces == ["Very ", "well, ", "thank ", "you."]
    assert message.stop_reason == "end_turn"
    assert message.model == "claude-haiku-5-5"
    assert message.usage.output_tokens > 1
    assert str(stream.request_id).startswith("req_")


async def test_words_arrive_before_the_end(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    gate = asyncio.Event()
    model.answer("First", gate, " last")
    async with client.messages.stream(**question) as stream:
        texts = stream.text_stream
        assert await anext(texts) == "First"
        gate.set()
        assert [piece async for piece in texts] == [" last"]


async def test_stream_may_start_without_words(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    gate = asyncio.Event()
    model.answer(Ping(), gate, "Hello")
    async with client.messages.stream(**question) as stream:
        events = aiter(stream)
        assert (await anext(events)).type == "message_start"
        gate.set()
        assert (await stream.get_final_message()).stop_reason == "end_turn"


async def test_thinking_comes_as_own_block(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer(ThinkingDelta("Let me "), ThinkingDelta("see."), "Fine.")
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    thinking, text = message.content
    assert thinking.type == "thinking"
    assert thinking.thinking == "Let me see."
    assert thinking.signature
    assert text.type == "text"
    assert text.text == "Fine."
    assert message.usage.output_tokens_details is not None
    assert 0 < message.usage.output_tokens_details.thinking_tokens < message.usage.output_tokens


async def test_omitted_thinking_leaves_its_signature(
    client: AsyncAnthropic, model: ScriptedModel, question: Any
) -> None:
    model.answer(ThinkingDelta("Secret."), "Fine.")
    question["thinking"] = {"type": "adaptive", "display": "omitted"}
    async with client.messages.stream(**question) as stream:
        thinking = (await stream.get_final_message()).content[0]
    assert thinking.type == "thinking"
    assert thinking.thinking == ""
    assert thinking.signature


async def test_text_may_come_in_blocks(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("One.", BlockStop(), "Two.")
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    assert [block.text for block in message.content if block.type == "text"] == ["One.", "Two."]


async def test_whole_answer_equals_the_stream(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    for _ in range(2):
        model.answer(ThinkingDelta("Hm."), "Very well.", ThinkingDelta("Done."))
    whole = await client.messages.create(**question)
    async with client.messages.stream(**question) as stream:
        streamed = await stream.get_final_message()
    varying: Any = {"id": True, "content": {0: {"signature"}, 2: {"signature"}}}
    assert whole.model_dump(exclude=varying) == streamed.model_dump(exclude=varying)


@pytest.mark.parametrize("reason", ["max_tokens", "pause_turn", "model_context_window_exceeded"])
async def test_stop_reasons_are_passed_on(
    client: AsyncAnthropic, model: ScriptedModel, question: Any, reason: str
) -> None:
    model.answer("So far", MessageStop(reason))
    async with client.messages.stream(**question) as stream:
        assert (await stream.get_final_message()).stop_reason == reason


async def test_refusal_names_its_category(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("I", MessageStop("refusal", "cyber"))
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    assert message.stop_reason == "refusal"
    assert message.stop_details is not None
    assert message.stop_details.category == "cyber"


async def test_empty_answer_has_no_content(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer()
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    assert (message.content, message.stop_reason) == ([], "end_turn")


async def test_output_limit_cuts_the_answer(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("word " * 100)
    async with client.messages.stream(**question | {"max_tokens": 20}) as stream:
        message = await stream.get_final_message()
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 20


async def test_usage_can_be_set(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("Hello", Usage({"output_tokens": 777, "cache_read_input_tokens": 5}))
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    assert (message.usage.output_tokens, message.usage.cache_read_input_tokens) == (777, 5)


async def test_cache_marks_show_in_usage(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    system: Any = [{"type": "text", "text": "Be brief. " * 1000, "cache_control": {"type": "ephemeral"}}]
    usages = []
    for _ in range(2):
        model.answer("Fine.")
        async with client.messages.stream(**question, system=system) as stream:
            usages.append((await stream.get_final_message()).usage)
    first, second = usages
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens
    assert first.cache_creation_input_tokens
    assert second.cache_creation_input_tokens == 0


async def test_structured_output_is_parsed(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer({"category": "Bug report", "evidence": "It “crashes”."})
    message = await client.messages.parse(**question, output_format=Verdict)
    assert message.parsed_output == Verdict(category="Bug report", evidence="It “crashes”.")
    assert model.requests[0].schema is not None
    assert model.requests[0].schema["additionalProperties"] is False


async def test_cut_structured_output_is_invalid(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer({"category": "Bug report", "evidence": "long " * 50})
    with pytest.raises(ValidationError):
        await client.messages.parse(**question | {"max_tokens": 10}, output_format=Verdict)


async def test_text_is_cited(client: AsyncAnthropic, model: ScriptedModel, question: dict[str, Any]) -> None:
    content = [{"type": "text", "text": "It rained."}, {"type": "text", "text": " It stopped."}]
    result = {"type": "search_result", "source": "https://x.test/1", "title": "Ada", "content": content}
    question["messages"] = [{"role": "user", "content": [result | {"citations": {"enabled": True}}]}]
    citation = ModelRequest(question, {}).citing(0, 1)
    model.answer("The rain ", "is over.", citation, BlockStop(), " That is all.")
    async with client.messages.stream(**question) as stream:
        message = await stream.get_final_message()
    cited, plain = message.content
    assert isinstance(cited, TextBlock)
    assert isinstance(plain, TextBlock)
    assert (cited.text, plain.text, plain.citations) == ("The rain is over.", " That is all.", None)
    [place] = cited.citations or []
    assert isinstance(place, CitationsSearchResultLocation)
    assert (place.source, place.cited_text, place.start_block_index) == ("https://x.test/1", " It stopped.", 1)
