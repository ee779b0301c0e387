from __future__ import annotations

import asyncio
import inspect
import json
from typing import Literal, get_args

import aiohttp
import anthropic
import httpx2
import pytest

from bot import errors
from bot.calls import Purpose
from bot.claude.call import ModelCall
from bot.claude.errors import FOREIGN, STATUSES, judge, retry_after, translate, translated
from bot.claude.retry import pause
from bot.errors import (
    ModelBudgetError,
    ModelBusyError,
    ModelEmptyError,
    ModelError,
    ModelMisconfiguredError,
    ModelRefusedError,
    ModelRejectedError,
    ModelTooLargeError,
    ModelUnavailableError,
)

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/messages")

# What each of the SDK's exported errors becomes. The classes without a status of their own stand for themselves.
OURS: dict[str, type[ModelError]] = {
    "APIConnectionError": ModelUnavailableError,
    "APIError": ModelUnavailableError,
    "APIResponseValidationError": ModelUnavailableError,
    "APIStatusError": ModelUnavailableError,
    "APITimeoutError": ModelUnavailableError,
    "APIWebhookValidationError": ModelUnavailableError,
    "AnthropicError": ModelUnavailableError,
    "AuthenticationError": ModelMisconfiguredError,
    "BadRequestError": ModelRejectedError,
    "CMEKContextUnavailableError": ModelUnavailableError,
    "CMEKKeyDisabledError": ModelMisconfiguredError,
    "CMEKKeyNetworkBlockedError": ModelMisconfiguredError,
    "CMEKKeyUnreachableError": ModelUnavailableError,
    "ClaudeCodeKeyCreatorNotMemberError": ModelMisconfiguredError,
    "ClaudeCodeVersionTooOldError": ModelMisconfiguredError,
    "ClientClosedRequestError": ModelUnavailableError,
    "ConflictError": ModelUnavailableError,
    "ContentTooLargeError": ModelTooLargeError,
    "ContractSpendLimitReachedError": ModelBudgetError,
    "CredentialsError": ModelMisconfiguredError,
    "EnforcedSpendLimitReachedError": ModelBudgetError,
    "GatewayTimeoutError": ModelUnavailableError,
    "HTTPNotImplementedError": ModelUnavailableError,
    "IdentityTokenFileError": ModelMisconfiguredError,
    "InternalServerError": ModelUnavailableError,
    "LinkedOrganizationBillingUnavailableError": ModelMisconfiguredError,
    "LinkedOrganizationSpendLimitReachedError": ModelBudgetError,
    "NotFoundError": ModelMisconfiguredError,
    "OrganizationOnHoldError": ModelMisconfiguredError,
    "OrganizationTypeNotSupportedError": ModelMisconfiguredError,
    "OverloadedError": ModelUnavailableError,
    "ParentOrganizationRequiredError": ModelMisconfiguredError,
    "PaymentRequiredError": ModelMisconfiguredError,
    "PermissionDeniedError": ModelMisconfiguredError,
    "PreconditionFailedError": ModelRejectedError,
    "RampLimitExceededError": ModelBusyError,
    "RateLimitError": ModelBusyError,
    "RequestBodyEncodingInvalidError": ModelRejectedError,
    "RequestBodyEncodingUnsupportedError": ModelRejectedError,
    "RequestBodyTooLargeAfterDecodingError": ModelTooLargeError,
    "RequestHeaderFieldsTooLargeError": ModelRejectedError,
    "RequestTimeoutError": ModelUnavailableError,
    "RetryableError": ModelUnavailableError,
    "SandboxEgressRestrictedError": ModelMisconfiguredError,
    "ServiceUnavailableError": ModelUnavailableError,
    "UnprocessableEntityError": ModelRejectedError,
    "WorkloadIdentityError": ModelMisconfiguredError,
}
EXPORTED = {
    kind.__name__: kind
    for kind in vars(anthropic).values()
    if inspect.isclass(kind) and issubclass(kind, anthropic.AnthropicError)
}


def status_error(
    status: int,
    *,
    kind: str = "",
    code: str | None = None,
    message: str = "said by the API",
    headers: dict[str, str] | None = None,
    cls: type[anthropic.APIStatusError] = anthropic.APIStatusError,
) -> anthropic.APIStatusError:
    body = {"type": "error", "error": {"type": kind, "message": message, "details": {"error_code": code}}}
    response = httpx2.Response(status, request=REQUEST, headers={"request-id": "req_1", **(headers or {})}, json=body)
    return cls(f"Error code: {status} - {body}", response=response, body=body)


def raised(kind: type[anthropic.AnthropicError]) -> anthropic.AnthropicError:
    """Make an error of the SDK's as the SDK itself would raise it."""
    if issubclass(kind, anthropic.APIStatusError):
        codes = get_args(vars(kind).get("__annotations__", {}).get("error_code"))
        return status_error(getattr(kind, "status_code", 500), code=next(iter(codes), None), cls=kind)
    if issubclass(kind, anthropic.APIResponseValidationError):
        return kind(httpx2.Response(200, request=REQUEST), None)
    if issubclass(kind, anthropic.APITimeoutError):
        return kind(REQUEST)
    if issubclass(kind, anthropic.APIConnectionError):
        return kind(request=REQUEST)
    if issubclass(kind, anthropic.APIError):
        return kind("failed", REQUEST, body=None)
    return kind("failed")


def exchange(*pieces: str, stop_reason: str | None = "end_turn", seen: bool = True) -> ModelCall:
    made = ModelCall(Purpose.ANSWER, "claude-haiku-5-5", (lambda _: None) if seen else None)
    made.follow({"type": "message_start", "message": {"usage": {"input_tokens": 11, "output_tokens": 1}}})
    for piece in pieces:
        made.take(piece)
    made.follow({"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": 7}})
    return made


def test_every_exported_error_has_its_place() -> None:
    assert set(EXPORTED) == set(OURS), "the SDK changed its errors: decide what the new ones mean to a person"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_exported_error_is_translated(name: str) -> None:
    error = raised(EXPORTED[name])

    assert isinstance(error, FOREIGN)
    assert type(translate(error)) is OURS[name]


def test_every_error_type_has_a_status() -> None:
    known: set[str] = set(get_args(anthropic.types.shared.error_type.ErrorType))
    of_other_endpoints = {"memory_precondition_failed_error", "memory_path_conflict_error", "conflict_error"}

    assert known - of_other_endpoints <= set(STATUSES)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("overloaded_error", ModelUnavailableError),
        ("api_error", ModelUnavailableError),
        ("rate_limit_error", ModelBusyError),
        ("invalid_request_error", ModelRejectedError),
        ("authentication_error", ModelMisconfiguredError),
        ("never_heard_of", ModelUnavailableError),
    ],
)
def test_an_error_event_goes_by_its_type(kind: str, ours: type[ModelError]) -> None:
    assert type(translate(status_error(200, kind=kind))) is ours


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("You have reached your specified API usage limits. You will regain access on 2026-12-01.", ModelBudgetError),
        ("Your credit balance is too low to access the Anthropic API.", ModelBudgetError),
        ("prompt is too long: 208310 tokens > 200000 maximum", ModelTooLargeError),
        ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", ModelTooLargeError),
        ("temperature: Extra inputs are not permitted", ModelRejectedError),
    ],
)
def test_a_rejected_request_goes_by_its_words(words: str, ours: type[ModelError]) -> None:
    assert type(translate(status_error(400, message=words))) is ours


def test_a_busy_api_says_when_to_return() -> None:
    error = translate(status_error(429, kind="rate_limit_error", headers={"retry-after": "12"}))

    assert isinstance(error, ModelBusyError)
    assert error.retry_after == 12
    assert "12 seconds" in error.sentence


@pytest.mark.parametrize(("status", "kind"), [(529, "overloaded_error"), (503, "api_error"), (200, "overloaded_error")])
def test_an_overloaded_api_says_so_too(status: int, kind: str) -> None:
    error = translate(status_error(status, kind=kind, headers={"retry-after": "12"}))

    assert isinstance(error, ModelUnavailableError)
    assert error.retry_after == 12
    assert error.sentence == "Claude is unavailable right now. Please try again in 12 seconds."


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-3", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_unreadable_time_is_no_time(text: str) -> None:
    assert retry_after({"retry-after": text}) is None


@pytest.mark.parametrize(
    "foreign",
    [
        httpx2.RemoteProtocolError("cut"),
        httpx2.ReadError("cut"),
        httpx2.ReadTimeout("silence"),
        httpx2.ConnectError("refused"),
        httpx2.StreamClosed(),
        aiohttp.ClientPayloadError("cut"),
        aiohttp.ServerDisconnectedError(),
        json.JSONDecodeError("Expecting value", "the answer's text", 0),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        AssertionError(),
        ConnectionResetError(),
        AttributeError("type"),
        IndexError("list index out of range"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_leaks_through_means_unavailable(foreign: Exception) -> None:
    with pytest.raises(ModelUnavailableError) as caught, translated(exchange("Half an ans")):
        raise foreign

    assert caught.value.partial == "Half an ans"
    assert str(caught.value) == type(foreign).__name__
    assert caught.value.call is not None
    assert caught.value.call.outcome == "ModelUnavailableError"
    assert caught.value.call.input_tokens == 11


def test_a_deadline_means_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="timed out"), translated(exchange()):
        raise TimeoutError


def test_a_failure_keeps_the_requests_id() -> None:
    with pytest.raises(ModelUnavailableError) as caught, translated(exchange()):
        raise status_error(529, kind="overloaded_error")

    assert caught.value.call is not None
    assert caught.value.call.request_id == "req_1"
    assert str(caught.value) == "529 overloaded_error said by the API"


def test_a_cancellation_passes_untouched() -> None:
    with pytest.raises(asyncio.CancelledError), translated(exchange("Half")):
        raise asyncio.CancelledError


def test_a_bug_of_ours_passes_untouched() -> None:
    with pytest.raises(errors.UsageError), translated(exchange()):
        raise errors.UsageError("Type something else.")


@pytest.mark.parametrize(
    ("stop_reason", "ours"),
    [
        (None, ModelUnavailableError),
        ("refusal", ModelRefusedError),
        ("model_context_window_exceeded", ModelTooLargeError),
    ],
)
def test_some_stop_reasons_are_failures(stop_reason: str | None, ours: type[ModelError]) -> None:
    with pytest.raises(ours):
        judge(exchange("Some text", stop_reason=stop_reason))


@pytest.mark.parametrize("stop_reason", ["end_turn", "max_tokens"])
def test_an_answer_without_text_is_empty(stop_reason: Literal["end_turn", "max_tokens"]) -> None:
    with pytest.raises(ModelEmptyError):
        judge(exchange(" \n", stop_reason=stop_reason))


@pytest.mark.parametrize("stop_reason", ["end_turn", "max_tokens", "stop_sequence"])
def test_an_answer_with_text_stands(stop_reason: str) -> None:
    made = exchange("Some text", stop_reason=stop_reason)

    judge(made)

    assert made.call().outcome == "ok"


def test_what_a_refusal_had_written_is_dropped() -> None:
    made = exchange("First I would", stop_reason="refusal")

    with pytest.raises(ModelRefusedError) as caught, translated(made):
        judge(made)

    assert caught.value.partial == ""


def test_what_nobody_saw_is_not_partial() -> None:
    with pytest.raises(ModelUnavailableError) as caught, translated(exchange('{"item', seen=False)):
        raise TimeoutError

    assert caught.value.partial == ""


@pytest.mark.parametrize(
    ("error", "seconds_left", "decision"),
    [
        (ModelUnavailableError("cut"), 100, True),
        (ModelUnavailableError("529", retry_after=5), 100, 5),
        (ModelUnavailableError("529", retry_after=3600), 10_000, False),
        (ModelBusyError("busy"), 100, True),
        (ModelBusyError("busy", retry_after=5), 100, 5),
        (ModelBusyError("busy", retry_after=5), 4, False),
        (ModelBusyError("busy", retry_after=3600), 10_000, False),
        (ModelRefusedError("refusal"), 100, False),
        (ModelRejectedError("400"), 100, False),
        (ModelBudgetError("429"), 100, False),
        (ModelEmptyError("no text"), 100, False),
        (asyncio.CancelledError(), 100, False),
    ],
)
def test_only_what_passes_is_tried_again(error: BaseException, seconds_left: float, decision: float) -> None:
    assert pause(error, seconds_left) == decision
