"""Calls to Slack's Web API: translate its errors, wait for its rate limits."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import stamina
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatBusyError, ChatError, NotInChannelError, NotPermittedError, RevokedError
from bot.slack.client.rate_limit import APPEND, POST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from bot.core.domain.message import Place
    from bot.slack.client.rate_limit import Budget

T = TypeVar("T")
log = logging.getLogger(__name__)

TIMEOUT = 15.0  # seconds for one call
PATIENCE = 60.0  # seconds for one call and its repetitions
LONGEST_WAIT = 30.0  # seconds that a rate limit may ask for before the turn is put off instead

_TRANSIENT = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_NOT_A_MEMBER = {"not_in_channel", "channel_not_found"}
_NOT_PERMITTED = {"missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "ekm_access_denied"}
_NOT_PERMITTED |= {"team_access_not_granted", "enterprise_is_restricted", "org_login_required"}
_ONCE = {POST, APPEND}  # what would be there twice if it arrived twice
# Codes by which Slack refuses a token for good; https://docs.slack.dev/reference/methods/auth.test
REVOKED = {"account_inactive", "invalid_auth", "invalid_refresh_token", "not_authed", "token_expired", "token_revoked"}


def http_session(traces: Sequence[aiohttp.TraceConfig] = ()) -> aiohttp.ClientSession:
    """Open a connection pool for clients, whose calls take no longer than `TIMEOUT`.

    The SDK heeds no `timeout` of its clients where it is given a session.
    """
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIMEOUT), trace_configs=list(traces))


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make a client on a shared connection pool. It retries nothing by itself: this module decides that."""
    return AsyncWebClient(token=token or None, base_url=base_url, session=session, retry_handlers=[])


def error_code(error: SlackApiError) -> str:
    """Return Slack's error code, or the HTTP status if there is none."""
    response: Any = error.response
    try:
        code = response["error"]
    except (AttributeError, KeyError, TypeError, ValueError):  # no JSON: a proxy's page, or nothing
        code = None
    if code:
        return str(code)
    return f"http_{getattr(response, 'status_code', None) or getattr(response, 'status', 'unknown')}"


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the SDK raises into a `ChatError`."""
    try:
        yield
    except SlackApiError as error:
        raise _translate(error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ChatError(f"unreachable ({type(error).__name__})", is_transient=True) from error


def _translate(error: SlackApiError) -> ChatError:
    code = error_code(error)
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None) or 200
    if code in {"ratelimited", "rate_limited"} or status == 429:  # noqa: PLR2004 - HTTP's own number
        headers: Any = getattr(error.response, "headers", {})
        return ChatBusyError(_seconds(headers.get("Retry-After") or headers.get("retry-after")))
    if code in _NOT_A_MEMBER:
        return NotInChannelError(code)
    if code in REVOKED:
        return RevokedError(code)
    if code in _NOT_PERMITTED:
        return NotPermittedError(code)
    return ChatError(code, is_transient=code in _TRANSIENT or status >= 500)  # noqa: PLR2004 - HTTP's own number


def _seconds(header: object) -> float:
    try:
        return max(0.0, float(str(header)))
    except ValueError:
        return 1.0


def _wait(error: Exception) -> bool | float:
    return error.retry_after if isinstance(error, ChatBusyError) and error.retry_after <= LONGEST_WAIT else False


async def call(method: Callable[..., Awaitable[T]], **arguments: Any) -> T:  # noqa: ANN401 - the SDK's own arguments
    """Call a method of the SDK; wait and retry if Slack's rate limit says so. Raises `ChatError`."""
    async for attempt in stamina.retry_context(on=_wait, attempts=4, timeout=PATIENCE):
        with attempt, translated():
            return await method(**arguments)
    raise AssertionError("stamina returns or raises")  # pragma: no cover


def _wait_or_repeat(error: Exception) -> bool | float:
    return _wait(error) or (
        isinstance(error, ChatError) and error.is_transient and not isinstance(error, ChatBusyError)
    )


async def call_again(method: Callable[..., Awaitable[T]], **arguments: Any) -> T:  # noqa: ANN401 - as above
    """Call an idempotent method of the SDK; retry it also if it is unknown whether it arrived.

    Raises `ChatError`.
    """
    async for attempt in stamina.retry_context(
        on=_wait_or_repeat, attempts=4, timeout=PATIENCE, wait_initial=0.2, wait_jitter=0.3
    ):
        with attempt, translated():
            return await method(**arguments)
    raise AssertionError("stamina returns or raises")  # pragma: no cover


async def call_within(
    budget: Budget,
    name: str,
    place: Place,
    method: Callable[..., Awaitable[T]],
    check: Callable[[], None],
    **arguments: Any,  # noqa: ANN401 - as above
) -> T:
    """Call a method of the SDK when the rate limit has room; retry it as its `name` allows. Raises `ChatError`.

    `check` is called before each attempt: the turn may be lost while waiting for a rate limit.
    """
    on = _wait if name in _ONCE else _wait_or_repeat
    async for attempt in stamina.retry_context(on=on, attempts=4, timeout=PATIENCE, wait_initial=0.2, wait_jitter=0.3):
        with attempt:
            check()
            try:
                with translated():
                    return await method(channel=place.channel, **arguments)
            except ChatBusyError as error:
                await budget.refused(name, place, error.retry_after)
                raise
    raise AssertionError("stamina returns or raises")  # pragma: no cover


async def call_once(method: Callable[..., Awaitable[T]], **arguments: Any) -> T:  # noqa: ANN401 - as above
    """Call a method of the SDK, without waiting for a rate limit. Raises `ChatError`."""
    with translated():
        return await method(**arguments)
