"""Slack's Web API over HTTP: tokens, arguments, rate limits, injected faults, and a record of every call."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.playground.slack.faults import CallFault, Faults
from bot.playground.slack.method import Arguments, Method, MissingScopeError
from bot.playground.slack.methods import METHODS
from bot.playground.slack.rate_limits import POST, RateLimits
from bot.playground.slack.wire import ApiError, Json
from bot.playground.slack.workspace import Workspace

INJECTED = "injected"
# How many calls are remembered.
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that the bot made: `at` in seconds since the epoch, `result` as answered, injected faults included."""

    method: str
    arguments: Json
    at: float
    result: Json
    status: int = 200


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """The response to a call."""

    result: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WebApi:
    """Answers `POST /api/<method>` and keeps `calls`. `on_call` is called after each one."""

    workspace: Workspace
    on_call: Callable[[], None]
    calls: list[ApiCall] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    limits: dict[str, int] = field(default_factory=dict)
    rates: RateLimits = field(default_factory=RateLimits)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["method"]
        try:
            values = await values_of(request)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_json"})
        arguments = Arguments(values)
        fault = self.faults.next(name, values)
        outcome = self._outcome(name, arguments, token_of(request, values), fault)
        self.calls.append(ApiCall(name, arguments.values, self.workspace.clock(), outcome.result, outcome.status))
        del self.calls[:-KEPT]
        self.on_call()
        if fault.hang:
            await asyncio.sleep(fault.hang)
        if (fault.drop or fault.hang) and request.transport is not None:
            request.transport.abort()
        if outcome.result.get("error") == INJECTED:
            return web.Response(status=outcome.status)
        return web.json_response(outcome.result, status=outcome.status, headers=outcome.headers)

    def _outcome(self, name: str, arguments: Arguments, token: str, fault: CallFault) -> CallOutcome:
        if fault.status or fault.drop == "request" or (fault.hang and not fault.drop):
            return CallOutcome({"ok": False, "error": INJECTED}, fault.status or 500)
        if wait := fault.retry_after or self._wait(name, arguments):
            return CallOutcome({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
        result = {"ok": False, "error": fault.error} if fault.error else self._call(name, arguments, token)
        return CallOutcome(result, headers={"x-oauth-scopes": ",".join(sorted(self._scopes))})

    @property
    def _scopes(self) -> frozenset[str]:
        return self.workspace.rules.scopes

    def _call(self, name: str, arguments: Arguments, token: str) -> Json:
        try:
            method = METHODS.get(name)
            if method is None or name in self.workspace.rules.missing_methods:
                raise ApiError("unknown_method")  # noqa: TRY301 - all refusals are worded in one place below
            self._authorize(method, token)
            method.check(arguments, self._scopes)
            return {"ok": True} | method.handler(self.workspace, arguments)
        except MissingScopeError as error:
            return {"ok": False, "error": error.code, "needed": error.needed, "provided": error.provided}
        except ApiError as error:
            details = {"response_metadata": {"messages": list(error.details)}} if error.details else {}
            return {"ok": False, "error": error.code} | details

    def _authorize(self, method: Method, token: str) -> None:
        if not method.token:
            return
        if not token:
            raise ApiError("not_authed")
        is_apps = token == self.workspace.app_token
        if not is_apps:
            self.workspace.tokens.check(token)
        if is_apps != (method.token == "app"):  # noqa: S105 - the kind
            raise ApiError("not_allowed_token_type")

    def _wait(self, name: str, arguments: Arguments) -> int:
        """Count a call and return 0; past the method's limit, return the seconds to wait and count nothing."""
        method = METHODS.get(name)
        now = self.workspace.clock()
        documented = method.per_minute if method and self.workspace.rules.tiers else None
        if name == POST and name not in self.limits and self.workspace.rules.tiers:
            return self.rates.wait_to_post(str(arguments.values.get("channel")), now)
        return self.rates.wait(name, self.limits.get(name, documented), now)


async def values_of(request: web.Request) -> dict[str, Any]:
    """Return a call's arguments: the SDK puts some into the query even of a POST, and app credentials into a header.

    Raises `ValueError` for an invalid body.
    """
    values: dict[str, Any] = dict(request.query)
    scheme, _, app = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        values["client_id"], _, values["client_secret"] = base64.b64decode(app, validate=True).decode().partition(":")
    if request.content_type == "application/json":
        body = json.loads(await request.text() or "{}")
        if not isinstance(body, dict):
            raise ValueError
        return values | body
    return values | dict(await request.post())


def token_of(request: web.Request, values: dict[str, Any]) -> str:
    """Return a call's token, "" for none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else str(values.get("token", ""))
