"""Counting tokens, and the simulated prompt cache."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.playground.anthropic.models import ServedModel, find_model
from bot.playground.anthropic.usage import InputUsage, PromptCache, count_input, count_text

LONG = "word " * 2000


def facts(id_: str) -> ServedModel:
    found = find_model(id_)
    assert found is not None
    return found


HAIKU = facts("claude-haiku-5-5")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def request(*said: str, system: str = LONG, **more: Any) -> dict[str, Any]:
    mark = {"type": "ephemeral"}
    roles = ("user", "assistant")
    return {
        "model": "claude-haiku-5-5",
        "system": [{"type": "text", "text": system, "cache_control": mark}],
        "messages": [{"role": roles[number % 2], "content": text} for number, text in enumerate(said)],
        **more,
    }


def test_first_request_writes_the_cache() -> None:
    usage = PromptCache().use(request("Hello"), HAIKU)
    assert usage == InputUsage(fresh=count_text("Hello", HAIKU), written_5m=count_text(LONG, HAIKU))


def test_second_request_reads_the_cache() -> None:
    cache = PromptCache()
    cache.use(request("Hello"), HAIKU)
    usage = cache.use(request("Goodbye"), HAIKU)
    assert usage == InputUsage(fresh=count_text("Goodbye", HAIKU), read=count_text(LONG, HAIKU))


def test_automatic_mark_follows_the_conversation() -> None:
    cache = PromptCache()
    first = cache.use(request("Hello", cache_control={"type": "ephemeral"}), HAIKU)
    second = cache.use(request("Hello", "Hi", "More", cache_control={"type": "ephemeral"}), HAIKU)
    assert first.fresh == second.fresh == 0
    assert second.read == first.written_5m
    assert second.written_5m == count_text("Hi", HAIKU) + count_text("More", HAIKU)


def test_hour_and_minutes_are_counted_apart() -> None:
    body = request("Hello", cache_control={"type": "ephemeral"})
    body["system"][0]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    usage = PromptCache().use(body, HAIKU)
    assert usage.written_1h == count_text(LONG, HAIKU)
    assert usage.written_5m == count_text("Hello", HAIKU)


def test_cache_forgets_after_five_minutes() -> None:
    clock = Clock()
    cache = PromptCache(clock)
    cache.use(request("Hello"), HAIKU)
    clock.now = 301
    assert cache.use(request("Hello"), HAIKU).read == 0


def test_use_keeps_the_cache_alive() -> None:
    clock = Clock()
    cache = PromptCache(clock)
    cache.use(request("Hello"), HAIKU)
    clock.now = 200
    cache.use(request("Hello"), HAIKU)
    clock.now = 400
    assert cache.use(request("Hello"), HAIKU).read > 0


def test_short_prompts_are_not_cached() -> None:
    cache = PromptCache()
    body = request("Hello", system="Be brief.")
    cache.use(body, HAIKU)
    assert cache.use(body, HAIKU) == InputUsage(fresh=count_input(body, HAIKU))


def test_other_settings_lose_the_cache() -> None:
    cache = PromptCache()
    cache.use(request("Hello"), HAIKU)
    assert cache.use(request("Hello", thinking={"type": "disabled"}), HAIKU).read == 0
    assert cache.use(request("Hello"), facts("claude-opus-5")).read == 0
    assert cache.use(request("Hello", system=LONG + "!"), HAIKU).read == 0


def test_tools_are_cached_before_the_system_prompt() -> None:
    tools = [{"name": "find", "input_schema": {"type": "object"}, "description": LONG}]
    cache = PromptCache()
    first = cache.use(request("Hello", tools=tools), HAIKU)
    assert first.fresh + first.written_5m > count_input(request("Hello"), HAIKU) + count_text(LONG, HAIKU) + 286
    assert cache.use(request("More", tools=tools), HAIKU).read == first.written_5m
    assert cache.use(request("Hello", tools=[{**tools[0], "name": "seek"}]), HAIKU).read == 0
    assert cache.use(request("Hello", tools=tools, tool_choice={"type": "none"}), HAIKU).read == first.written_5m


def test_results_count_by_their_content() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [image]}
    assert count_input({"messages": [{"role": "user", "content": [result]}]}, HAIKU) == 1500


def test_newer_tokenizers_count_more() -> None:
    assert count_text(LONG, HAIKU) > count_text(LONG, facts("claude-haiku-4-5"))


def test_images_count_without_their_bytes() -> None:
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 1_000_000}}
    assert count_input({"messages": [{"role": "user", "content": [block]}]}, HAIKU) == 1500


@given(st.lists(st.text(min_size=1, max_size=400), min_size=1, max_size=6), st.booleans())
def test_parts_always_add_up(said: list[str], is_marked: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    cache = PromptCache()
    for length in range(1, len(said) + 1):
        body = request(*said[:length], cache_control={"type": "ephemeral"} if is_marked else None)
        usage = cache.use(body, HAIKU)
        assert usage.fresh >= 0
        assert usage.fresh + usage.read + usage.written_5m + usage.written_1h == count_input(body, HAIKU)
