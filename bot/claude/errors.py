"""What can go wrong between us and the API, turned into our errors in one place."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp
import anthropic
import httpx2

from bot.errors import (
    ModelAwayError,
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.claude.call import ModelCall

# Whatever comes out of the SDK. Until a response begins it wraps what goes wrong; then the transport's own errors come
# through raw, and so do the exceptions in which the SDK trips over events that are not what the API documents.
FOREIGN = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    aiohttp.ClientError,
    OSError,  # TimeoutError is one
    ValueError,  # a chunk that is not JSON, or not UTF-8
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
)

# An error event in a stream comes under status 200; its type says which status it would have had.
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
# 408, 409 and 499 pass by themselves, as the 5xx do; any other status below 500 says that our request is at fault.
KINDS: Mapping[int, type[ModelError]] = {
    401: ModelMisconfiguredError,
    402: ModelMisconfiguredError,
    403: ModelMisconfiguredError,
    404: ModelMisconfiguredError,
    408: ModelUnavailableError,
    409: ModelUnavailableError,
    413: ModelTooLargeError,
    429: ModelBusyError,
    499: ModelUnavailableError,
}
BUDGET_CODES = {
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_spend_limit_reached",
}
# These come as 400, and no other request would fare better: the account or the key is at fault.
ACCOUNT_CODES = {
    "claude_code_key_creator_not_member",
    "claude_code_version_too_old",
    "cmek_key_disabled",
    "cmek_key_network_blocked",
    "organization_on_hold",
    "organization_type_not_supported",
    "parent_organization_required",
}
# The API gives these 400s no code of their own, so their wording is all there is to go by.
BUDGET_WORDS = ("usage limits", "credit balance is too low")  # not for people: the API's words
SIZE_WORDS = ("prompt is too long", "exceed context limit")  # not for people: as above

# Such as messages.3.content.1.image.source.base64.data: what is wrong with the second block of the fourth message.
_PATH = re.compile(r"\bmessages\.(?P<message>[0-9]{1,6})\.content\.(?P<block>[0-9]{1,6})\b")

LONGEST_CAUSE = 300


def kind_of(status: int, code: str | None, message: str) -> type[ModelError]:
    """Decide which of our errors an HTTP status stands for, with the API's error code and message if any."""
    if code in BUDGET_CODES:
        return ModelBudgetError
    if status == httpx2.codes.BAD_REQUEST:
        if any(words in message for words in BUDGET_WORDS):
            return ModelBudgetError
        if any(words in message for words in SIZE_WORDS):
            return ModelTooLargeError
        return ModelMisconfiguredError if code in ACCOUNT_CODES else ModelRejectedError
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return ModelUnavailableError
    return KINDS.get(status, ModelRejectedError)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return after how many seconds the API wants the next attempt; None if it doesn't say."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def translate(error: BaseException) -> ModelError:
    """Turn one of the `FOREIGN` errors into ours. The cause holds class names and the API's words, no answer's text."""
    if isinstance(error, anthropic.APIStatusError):
        return _translate_status(error)
    if isinstance(error, anthropic.CredentialsError | anthropic.WorkloadIdentityError):
        return ModelMisconfiguredError(type(error).__name__)
    if isinstance(error, TimeoutError):
        return ModelUnavailableError("timed out")
    origin = f" from {type(error.__cause__).__name__}" if error.__cause__ else ""
    return ModelUnavailableError(type(error).__name__ + origin)


def _translate_status(error: anthropic.APIStatusError) -> ModelError:
    status = error.status_code
    if status < httpx2.codes.BAD_REQUEST:
        status = STATUSES.get(error.type or "", httpx2.codes.INTERNAL_SERVER_ERROR)
    message = str(error.api_message or "")
    cause = " ".join(str(part) for part in (status, error.error_code or error.type, message) if part)[:LONGEST_CAUSE]
    kind = kind_of(status, error.error_code, message)
    if issubclass(kind, ModelAwayError):
        return kind(cause, retry_after=retry_after(error.response.headers))
    if kind is ModelRejectedError:
        return ModelRejectedError(cause, at=place_of(message), media_type=subject_of(message))
    return kind(cause)


def place_of(message: str) -> tuple[int, int] | None:
    """Return the message and the block in it that an error's path names, None for none."""
    found = _PATH.search(message)
    return (int(found["message"]), int(found["block"])) if found else None


def subject_of(message: str) -> str:
    """Return how the media type of what an error speaks of begins, "" where it does not say."""
    words = message.lower()
    if "image" in words:
        return "image/"
    return "application/pdf" if "pdf" in words else ""


def judge(exchange: ModelCall) -> None:
    """Raise where a stream ran to its end and is still not an answer.

    An answer cut by its output limit is one, as long as it holds text.
    """
    if exchange.stop_reason is None:
        raise ModelUnavailableError("the stream ended early")
    if exchange.stop_reason == "refusal":
        raise ModelRefusedError("refusal")
    if exchange.stop_reason == "model_context_window_exceeded":
        raise ModelTooLargeError("model_context_window_exceeded")
    if not exchange.text.strip() and not exchange.goes_on:
        raise ModelEmptyError(f"no text, stop_reason {exchange.stop_reason}")


@contextmanager
def translated(exchange: ModelCall) -> Iterator[None]:
    """Let only our errors out, each with what `on_text` got and what the call cost. Cancellation passes untouched."""
    try:
        yield
    except ModelError as error:
        _complete(error, exchange)
        raise
    except FOREIGN as foreign:
        exchange.request_id = getattr(foreign, "request_id", None) or exchange.request_id
        failure = translate(foreign)
        _complete(failure, exchange)
        raise failure from foreign


def _complete(error: ModelError, exchange: ModelCall) -> None:
    # What a model wrote before it declined must not be kept.
    error.partial = "" if isinstance(error, ModelRefusedError) else exchange.shown
    error.call = exchange.failure = exchange.call(type(error).__name__)
