"""What is reserved for a request covers what the ledger will have of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.calls import MICROS, Call, Purpose
from bot.claude.catalog import catalog, lookup
from bot.claude.model_facts import ModelLimits
from bot.claude.prices import micros
from bot.core.domain.message import Role
from bot.core.domain.tool import Round, WebAccess
from bot.core.ports import Request, Turn

WEB = WebAccess(searches=3, pages=2, page_tokens=10_000)
FEE = int(catalog().search_fee * MICROS)
OUTPUT = 1_000


def asking(**changes: Any) -> Request:
    fields: dict[str, Any] = {"purpose": Purpose.ANSWER, "max_output": OUTPUT, "person": "T1/U1", "web": WEB}
    return Request(turns=(Turn(Role.USER, "Why?"),), **(fields | changes))


def ceiling(model: str = "claude-haiku-5-5", **changes: Any) -> int:
    most = ModelLimits(lookup(model)).ceiling(asking(**changes))
    assert most is not None
    return most


def booked(model: str, *, written: int, steps: int) -> int:
    """Return the cost of an answer whose prompt was written to the cache, and read again after each step."""
    call = Call(
        purpose=Purpose.ANSWER,
        model=model,
        started_at=datetime.now(UTC),
        latency_ms=1,
        first_token_ms=None,
        input_tokens=0,
        output_tokens=OUTPUT,
        cache_read_tokens=written * steps,
        cache_write_tokens=written,
        stop_reason="end_turn",
        request_id=None,
        outcome="ok",
        web_searches=WEB.searches,
        web_fetches=WEB.pages,
    )
    cost = micros(call)
    assert cost is not None
    return cost


@pytest.mark.parametrize("model", ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-4-5"])
@pytest.mark.parametrize("written", [30_000, 270_000])  # three searches; two PDFs besides
def test_a_reservation_covers_the_inner_steps(model: str, written: int) -> None:
    assert booked(model, written=written, steps=10) <= ceiling(model)


def test_a_model_without_web_reserves_none() -> None:
    facts = ModelLimits(lookup("claude-haiku-5-5"))
    facts.without_web.add("claude-haiku-5-5")

    assert (facts.ceiling(asking()) or FEE) < FEE


def test_the_closing_request_reserves_no_search() -> None:
    assert ceiling(may_call=False) < FEE


@pytest.mark.parametrize(("name", "fees"), [("web_search", 1), ("web_fetch", 0)])
def test_an_open_search_is_still_reserved(name: str, fees: int) -> None:
    is_open = Round(json.dumps([{"type": "server_tool_use", "id": "s1", "name": name, "input": {}}]))
    over = json.dumps([{"type": f"{name}_tool_result", "tool_use_id": "s1", "content": []}])
    is_over = Round(f"{is_open.content[:-1]}, {over[1:]}")

    left = ceiling(rounds=(is_open,), may_call=False)

    assert left > ceiling(rounds=(is_over,), may_call=False) + fees * FEE
    assert left < ceiling(rounds=(is_open,))
