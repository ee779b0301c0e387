"""The models that the local Messages API offers, and what each one accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING_TYPES = ("adaptive", "between_tools", "disabled", "enabled")
# Each version of the web tools, oldest first.
WEB_TOOLS = (
    "web_search_20250305",
    "web_search_20260209",
    "web_search_20260318",
    "web_fetch_20250910",
    "web_fetch_20260209",
    "web_fetch_20260309",
    "web_fetch_20260318",
)
FIRST_WEB_TOOLS = ("web_search_20250305", "web_fetch_20250910")
# Release dates are unknown here; the real API also returns the epoch for unknown ones.
UNKNOWN_DATE = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model. Windows, limits and the cacheable minimum are in tokens."""

    id: str
    name: str
    thinking: frozenset[str] = frozenset()
    thinks_unasked: bool = False  # when the request does not mention thinking
    efforts: tuple[str, ...] = EFFORTS
    context: int = 1_000_000
    max_output: int = 128_000
    min_cacheable: int = 512
    token_weight: float = 1.3  # tokens per four bytes
    takes_sampling: bool = False  # temperature or top_p, with API version 2023-06-01
    takes_prefill: bool = False
    web_tools: tuple[str, ...] = WEB_TOOLS
    calls_by_code: bool = True  # code that it runs can call tools
    can_be_forced: bool = True  # to call a tool
    takes_notices: bool = False  # messages of the role `system`, in the middle of a conversation
    # Tokens that the API's own words on tools take: left to the model, and forced.
    tool_tokens: tuple[int, int] = (286, 406)
    alias: str = ""
    retires_at: str | None = None
    is_retired: bool = False

    @property
    def lifecycle(self) -> str:
        """The lifecycle stage, in the Models API's terms."""
        if self.is_retired:
            return "retired"
        return "deprecated" if self.retires_at else "active"


ADAPTIVE = frozenset({"adaptive"})
ADAPTIVE_OR_OFF = frozenset({"adaptive", "disabled"})
ADAPTIVE_OR_BETWEEN_TOOLS = frozenset({"adaptive", "between_tools"})
BUDGET_OR_OFF = frozenset({"enabled", "disabled"})
ANY_BUT_BETWEEN_TOOLS = frozenset({"adaptive", "disabled", "enabled"})

# Newest first, as the Models API lists them.
OFFERED = (
    ServedModel(
        "claude-fable-5-2",
        "Claude Fable 5.2",
        ADAPTIVE,
        thinks_unasked=True,
        can_be_forced=False,
        takes_notices=True,
    ),
    ServedModel("claude-haiku-5-5", "Claude Haiku 5.5", ADAPTIVE_OR_OFF, thinks_unasked=True, takes_notices=True),
    ServedModel(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        ADAPTIVE_OR_BETWEEN_TOOLS,
        thinks_unasked=True,
        can_be_forced=False,
        takes_notices=True,
    ),
    ServedModel(
        "claude-opus-5-5", "Claude Opus 5.5", ADAPTIVE, thinks_unasked=True, can_be_forced=False, takes_notices=True
    ),
    ServedModel(
        "claude-sonnet-5",
        "Claude Sonnet 5",
        ADAPTIVE_OR_OFF,
        thinks_unasked=True,
        min_cacheable=1024,
        tool_tokens=(354, 474),
    ),
    ServedModel("claude-opus-5", "Claude Opus 5", ADAPTIVE_OR_OFF, thinks_unasked=True, takes_notices=True),
    ServedModel(
        "claude-opus-4-8",
        "Claude Opus 4.8",
        ADAPTIVE_OR_OFF,
        min_cacheable=1024,
        takes_notices=True,
        tool_tokens=(290, 410),
    ),
    ServedModel("claude-opus-4-7", "Claude Opus 4.7", ADAPTIVE_OR_OFF, min_cacheable=2048, tool_tokens=(675, 804)),
    ServedModel(
        "claude-sonnet-4-6",
        "Claude Sonnet 4.6",
        ANY_BUT_BETWEEN_TOOLS,
        efforts=("low", "medium", "high", "max"),
        min_cacheable=1024,
        token_weight=1.0,
        takes_sampling=True,
        tool_tokens=(497, 589),
    ),
    ServedModel(
        "claude-opus-4-6",
        "Claude Opus 4.6",
        ANY_BUT_BETWEEN_TOOLS,
        efforts=("low", "medium", "high", "max"),
        min_cacheable=4096,
        token_weight=1.0,
        takes_sampling=True,
        tool_tokens=(497, 589),
    ),
    ServedModel(
        "claude-opus-4-5-20251101",
        "Claude Opus 4.5",
        BUDGET_OR_OFF,
        efforts=("low", "medium", "high"),
        context=200_000,
        max_output=64_000,
        min_cacheable=4096,
        token_weight=1.0,
        takes_sampling=True,
        takes_prefill=True,
        web_tools=FIRST_WEB_TOOLS,
        calls_by_code=False,
        tool_tokens=(497, 589),
        alias="claude-opus-4-5",
    ),
    ServedModel(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        BUDGET_OR_OFF,
        efforts=(),
        context=200_000,
        max_output=64_000,
        min_cacheable=4096,
        token_weight=1.0,
        takes_sampling=True,
        takes_prefill=True,
        web_tools=FIRST_WEB_TOOLS,
        calls_by_code=False,
        tool_tokens=(497, 589),
        alias="claude-haiku-4-5",
    ),
    ServedModel(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        BUDGET_OR_OFF,
        efforts=(),
        context=200_000,
        max_output=64_000,
        min_cacheable=1024,
        token_weight=1.0,
        takes_sampling=True,
        takes_prefill=True,
        web_tools=FIRST_WEB_TOOLS,
        calls_by_code=False,
        tool_tokens=(497, 589),
        alias="claude-sonnet-4-5",
        retires_at="2026-11-30T00:00:00Z",
    ),
)
RETIRED = (
    ServedModel("claude-opus-4-1-20250805", "Claude Opus 4.1", alias="claude-opus-4-1", is_retired=True),
    ServedModel("claude-opus-4-20250514", "Claude Opus 4", alias="claude-opus-4-0", is_retired=True),
    ServedModel("claude-sonnet-4-20250514", "Claude Sonnet 4", alias="claude-sonnet-4-0", is_retired=True),
    ServedModel("claude-3-7-sonnet-20250219", "Claude Sonnet 3.7", alias="claude-3-7-sonnet-latest", is_retired=True),
    ServedModel("claude-3-5-sonnet-20241022", "Claude Sonnet 3.5", is_retired=True),
    ServedModel("claude-3-5-haiku-20241022", "Claude Haiku 3.5", alias="claude-3-5-haiku-latest", is_retired=True),
    ServedModel("claude-3-opus-20240229", "Claude Opus 3", is_retired=True),
    ServedModel("claude-3-haiku-20240307", "Claude Haiku 3", is_retired=True),
)


def find_model(id_: str) -> ServedModel | None:
    """Find a model by id or alias, including retired ones."""
    return next((facts for facts in OFFERED + RETIRED if id_ and id_ in (facts.id, facts.alias)), None)


def model_info(facts: ServedModel, *, has_web: bool = True) -> dict[str, Any]:
    """Describe a model as the Models API does (`ModelInfo`); `has_web`: whether it has its web tools here."""
    return {
        "type": "model",
        "id": facts.id,
        "display_name": facts.name,
        "created_at": UNKNOWN_DATE,
        "lifecycle": facts.lifecycle,
        "deprecated_at": None if facts.lifecycle == "active" else UNKNOWN_DATE,
        "retires_at": facts.retires_at,
        "line": next((line for line in ("haiku", "sonnet", "opus", "fable") if line in facts.id), None),
        "max_input_tokens": facts.context,
        "max_tokens": facts.max_output,
        "capabilities": None if facts.is_retired else capabilities(facts, has_web=has_web),
    }


def capabilities(facts: ServedModel, *, has_web: bool) -> dict[str, Any]:
    """Describe what a model can do, limited to what this server simulates: no code is executed."""
    no, yes = {"supported": False}, {"supported": True}
    return {
        "batch": yes,
        "citations": yes,
        "code_execution": no,
        "context_management": no,
        "effort": {
            "supported": bool(facts.efforts),
            **{level: {"supported": level in facts.efforts} for level in EFFORTS},
        },
        "image_input": yes,
        "pdf_input": yes,
        "server_tools": {
            "supported": has_web and bool(facts.web_tools),
            "code_execution": no,
            "web_search": {"supported": has_web and bool(facts.web_tools)},
        },
        "structured_outputs": yes,
        "thinking": {
            "supported": bool(facts.thinking),
            "types": {kind: {"supported": kind in facts.thinking} for kind in THINKING_TYPES},
        },
    }
