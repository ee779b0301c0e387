"""The requests that the Messages API refuses, and its error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from bot.playground.anthropic import attachments, blocks, rounds, tools
from bot.playground.anthropic.blocks import all_blocks, blocks_of
from bot.playground.anthropic.console import Console
from bot.playground.anthropic.models import ServedModel, find_model
from bot.playground.anthropic.schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

# The version that SDK 2.x sends; the older one still accepts the sampling parameters.
VERSION_WITHOUT_SAMPLING = "2026-10-21"
VERSIONS = ("2023-01-01", "2023-06-01", VERSION_WITHOUT_SAMPLING)
MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_MESSAGES = 100_000
MAX_CACHE_MARKS = 4
MIN_THINKING_BUDGET = 1024
SAMPLING = ("temperature", "top_p", "top_k")
# The only values still accepted by models since 4.7; top_k has no default that could be sent.
SAMPLING_DEFAULTS = {"temperature": 1, "top_p": 1}
COUNTED_FIELDS = frozenset(
    {"model", "messages", "system", "thinking", "output_config", "cache_control", "tools", "tool_choice"}
)
FIELDS = COUNTED_FIELDS | {"max_tokens", "stream", "metadata", "service_tier", *SAMPLING}
# Fields of the real API that no model here supports: refused rather than ignored.
UNPLAYED_FIELDS = frozenset({"stop_sequences", "container", "diagnostics", "inference_geo", "speed"})
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class MessagesApiError(Exception):
    """An error response: an HTTP status before anything was sent, an SSE `error` event afterwards."""

    def __init__(self, status: int, message: str, *, kind: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or ERROR_TYPES.get(status, "api_error")
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> Json:
        """Return the error in Anthropic's format."""
        return {
            "type": "error",
            "error": {"type": self.kind, "message": self.message},
            "request_id": request_id,
        }


def invalid(message: str) -> MessagesApiError:
    """Return an `invalid_request_error`."""
    return MessagesApiError(400, message)


def check_version(version: str | None) -> str:
    """Return the API version that a request names. Raises `MessagesApiError`."""
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise invalid(f"anthropic-version: {version!r} is not a valid version")
    return version


def check_request(body: object, version: str, console: Console | None = None) -> tuple[Json, ServedModel]:
    """Check a request for a message; return it with its model. Raises `MessagesApiError`."""
    fields = _fields(body, FIELDS)
    facts = _model(fields)
    _check_prompt(fields, facts, console or Console())
    _check_max_tokens(fields, facts)
    _check_budget(fields)
    _check_sampling(fields, facts, version)
    _check_prefill(fields, facts)
    _check_rest(fields)
    return fields, facts


def check_count(body: object, console: Console | None = None) -> tuple[Json, ServedModel]:
    """Check a request to count tokens; return it with its model. Raises `MessagesApiError`."""
    fields = _fields(body, COUNTED_FIELDS)
    facts = _model(fields)
    _check_prompt(fields, facts, console or Console())
    return fields, facts


def is_thinking(fields: Json, facts: ServedModel) -> bool:
    """Return whether a request gets thinking."""
    thinking = fields.get("thinking")
    return facts.thinks_unasked if thinking is None else thinking["type"] in ("adaptive", "enabled")


def _fields(body: object, known: frozenset[str]) -> Json:
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object")
    for name in body:
        if name in UNPLAYED_FIELDS:
            raise invalid(f"{name}: this local server does not play this part of the API")
        if name not in known:
            raise invalid(f"{name}: Extra inputs are not permitted")
    return body


def _model(fields: Json) -> ServedModel:
    id_ = fields.get("model")
    if id_ is None:
        raise invalid("model: Field required")
    facts = find_model(id_) if isinstance(id_, str) else None
    if facts is None or facts.is_retired:
        raise MessagesApiError(404, f"model: {id_}")
    return facts


def _check_prompt(fields: Json, facts: ServedModel, console: Console) -> None:
    _refuse_first(tools.faults(fields, facts, console))
    _check_messages(fields)
    names = [tool["name"] for tool in fields.get("tools") or []]
    _refuse_first(rounds.faults(fields["messages"], names, takes_notices=facts.takes_notices))
    _check_system(fields)
    _check_cache_marks(fields)
    _check_thinking(fields, facts)
    _check_output_config(fields, facts)
    _check_attachments(fields, facts)


def _check_messages(fields: Json) -> None:
    messages = fields.get("messages")
    if messages is None:
        raise invalid("messages: Field required")
    if not isinstance(messages, list) or not messages:
        raise invalid("messages: at least one message is required")
    if len(messages) > MAX_MESSAGES:
        raise invalid(f"messages: {len(messages)} > {MAX_MESSAGES} maximum")
    for number, message in enumerate(messages):
        _check_message(message, f"messages.{number}")
    if messages[0]["role"] == "assistant":
        raise invalid("messages: first message must use the user role")


def _check_message(message: object, where: str) -> None:
    if not isinstance(message, dict) or not {"role", "content"} <= message.keys():
        raise invalid(f"{where}: role and content are required")
    if message.keys() - {"role", "content"}:
        raise invalid(f"{where}: Extra inputs are not permitted")
    types = blocks.TYPES.get(str(message["role"]))
    if types is None:
        raise invalid(f"{where}.role: Input should be 'user', 'assistant' or 'system'")
    _refuse_first(blocks.faults(message["content"], where, types))


def _refuse_first(faults: Iterator[str]) -> None:
    for fault in faults:
        raise invalid(fault)


def _check_system(fields: Json) -> None:
    system = fields.get("system")
    if system is not None and system != "":
        _refuse_first(blocks.faults(system, "system", frozenset({"text"})))


def _marks(fields: Json) -> Iterator[object]:
    """Yield every `cache_control` of a request, the automatic one first."""
    yield fields.get("cache_control")
    for block in (
        *(fields.get("tools") or ()),
        *blocks_of(fields.get("system") or ""),
        *all_blocks(fields["messages"]),
    ):
        yield block.get("cache_control")


def _check_cache_marks(fields: Json) -> None:
    marks = [mark for mark in _marks(fields) if mark is not None]
    for mark in marks:
        if not isinstance(mark, dict) or mark.get("type") != "ephemeral" or mark.get("ttl", "5m") not in ("5m", "1h"):
            raise invalid("cache_control: Input should be {'type': 'ephemeral', 'ttl': '5m' or '1h'}")
    if len(marks) > MAX_CACHE_MARKS:
        raise invalid(f"A maximum of {MAX_CACHE_MARKS} blocks with cache_control may be provided. Found {len(marks)}.")


def _check_thinking(fields: Json, facts: ServedModel) -> None:
    thinking = fields.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if str(kind) not in facts.thinking:
        raise invalid(f"thinking.type: {kind!r} is not supported for {facts.id}")
    if thinking.get("display") not in (None, "summarized", "omitted"):
        raise invalid("thinking.display: Input should be 'summarized' or 'omitted'")
    if kind != "enabled":
        if "budget_tokens" in thinking:
            raise invalid("thinking.budget_tokens: Extra inputs are not permitted")
        return
    budget = thinking.get("budget_tokens")
    if not _is_integer(budget) or budget < MIN_THINKING_BUDGET:
        raise invalid(f"thinking.enabled.budget_tokens: Input should be at least {MIN_THINKING_BUDGET}")


def _check_output_config(fields: Json, facts: ServedModel) -> None:
    config = fields.get("output_config")
    if config is None:
        return
    if not isinstance(config, dict) or config.keys() - {"effort", "format"}:
        raise invalid("output_config: Extra inputs are not permitted")
    effort, form = config.get("effort"), config.get("format")
    if effort is not None and effort not in facts.efforts:
        raise invalid(f"output_config.effort: {effort!r} is not supported for {facts.id}")
    if form is None:
        return
    if not isinstance(form, dict) or form.get("type") != "json_schema":
        raise invalid("output_config.format.type: Input should be 'json_schema'")
    fault = next(schema_faults(form.get("schema")), None)
    if fault:
        raise invalid(f"output_config.format.schema: {fault}")


def _check_max_tokens(fields: Json, facts: ServedModel) -> None:
    limit = fields.get("max_tokens")
    if limit is None:
        raise invalid("max_tokens: Field required")
    if not _is_integer(limit) or limit < 0:
        raise invalid("max_tokens: Input should be a valid integer, greater than or equal to 0")
    if limit > facts.max_output:
        raise invalid(
            f"max_tokens: {limit} > {facts.max_output}, which is the maximum allowed number of output tokens "
            f"for {facts.id}"
        )


def _check_budget(fields: Json) -> None:
    thinking = fields.get("thinking") or {}
    if thinking.get("budget_tokens", -1) >= fields["max_tokens"]:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`")


def _check_sampling(fields: Json, facts: ServedModel, version: str) -> None:
    given = {name: fields[name] for name in SAMPLING if fields.get(name) is not None}
    for name, value in given.items():
        if version == VERSION_WITHOUT_SAMPLING:
            raise invalid(f"{name}: Extra inputs are not permitted")
        if not _is_number(value) or value < 0 or (name != "top_k" and value > 1):
            raise invalid(f"{name}: {value!r} is out of range")
        if not facts.takes_sampling and value != SAMPLING_DEFAULTS.get(name):
            raise invalid(f"{name}: non-default values are not supported for {facts.id}")
    if {"temperature", "top_p"} <= given.keys():
        raise invalid(f"`temperature` and `top_p` cannot both be specified for {facts.id}. Please use only one.")
    if is_thinking(fields, facts) and given.get("temperature", 1) != 1:
        raise invalid("`temperature` may only be set to 1 when thinking is enabled")


def _check_prefill(fields: Json, facts: ServedModel) -> None:
    last = fields["messages"][-1]
    if last["role"] != "assistant" or rounds.is_paused(fields["messages"]):
        return
    if not facts.takes_prefill or is_thinking(fields, facts):
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    text = blocks_of(last["content"])[-1].get("text", "")
    if text != text.rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")


def _check_rest(fields: Json) -> None:
    if not isinstance(fields.get("stream", False), bool):
        raise invalid("stream: Input should be a valid boolean")
    metadata = fields.get("metadata")
    if metadata is not None and (not isinstance(metadata, dict) or metadata.keys() - {"user_id"}):
        raise invalid("metadata: Extra inputs are not permitted")
    if fields.get("service_tier", "auto") not in ("auto", "standard_only"):
        raise invalid("service_tier: Input should be 'auto' or 'standard_only'")


def _check_attachments(fields: Json, facts: ServedModel) -> None:
    sent = list(all_blocks(fields["messages"]))
    has_format = bool((fields.get("output_config") or {}).get("format"))
    searches = any(tool["name"] == "web_search" for tool in fields.get("tools") or [])
    _refuse_first(attachments.request_faults(sent, facts.context, has_format=has_format, searches=searches))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
