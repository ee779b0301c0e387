"""Web API methods: their requirements, rate limit, arguments and pagination."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.slack.rules import TIERS
from bot.playground.slack.wire import ApiError, Json
from bot.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PER_PAGE = 1_000


class Arguments:
    """A call's arguments, from the query, a form or JSON. Lists and objects may be JSON strings."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None and name != "token"}

    def text(self, name: str, default: str = "") -> str:
        """Return a string; raises `invalid_arguments` for anything else."""
        value = self.values.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise _invalid(f"must be a string: {name}")
        return value

    def number(self, name: str, default: int) -> int:
        """Return a whole number; raises `invalid_arguments` for anything else."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise _invalid(f"must be a number: {name}") from None

    def flag(self, name: str) -> bool:
        """Return a boolean, however it is spelled."""
        return str(self.values.get(name, "")).lower() in {"1", "true"}

    def structure(self, name: str) -> Any:  # noqa: ANN401 - it comes from the wire and may be anything
        """Return a list or object, decoded if it came as a string; None if it was not given."""
        value = self.values.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise _invalid(f"must be valid JSON: {name}") from None
        return value

    def has(self, name: str) -> bool:
        """Return whether an argument was given and is not empty."""
        return self.values.get(name) not in (None, "", [])


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Web API."""

    name: str
    handler: Callable[[Workspace, Arguments], Json]
    required: Sequence[str] = ()  # arguments
    scopes: Sequence[str] = ()  # one of them is needed
    per_minute: int | None = None  # Slack's documented rate limit, enforced if the rules say so
    token: str = "bot"  # noqa: S105 - the kind, not a token

    def check(self, arguments: Arguments, granted: frozenset[str]) -> None:
        """Check a call's scopes and required arguments; raises `missing_scope`, `invalid_arguments`."""
        if self.scopes and not granted.intersection(self.scopes):
            raise MissingScopeError(self.scopes, granted)
        missing = [name for name in self.required if not arguments.has(name)]
        if missing:
            raise _invalid(*(f"missing required field: {name}" for name in missing))


class MissingScopeError(ApiError):
    """A call that needs a scope the app lacks."""

    def __init__(self, needed: Sequence[str], granted: frozenset[str]) -> None:
        super().__init__("missing_scope")
        self.needed = ",".join(needed)
        self.provided = ",".join(sorted(granted))


def tier(number: int) -> int:
    """Return the calls per minute of a rate limit tier."""
    return TIERS[number]


def page(
    items: Sequence[Json], arguments: Arguments, key: str, default: int = 100, most: int | None = None
) -> tuple[list[Json], Json]:
    """Return the page of `items` that `limit` and `cursor` ask for, with its `response_metadata`.

    A page never has more than `most` items, whatever `limit` says. The cursor names the next page's first item by its
    `key`, so items added or removed elsewhere don't shift it. Raises `invalid_cursor`, `invalid_limit`.
    """
    limit = arguments.number("limit", default) or default
    if not 1 <= limit <= MOST_PER_PAGE:
        raise ApiError("invalid_limit")
    limit = min(limit, most or limit)
    start = 0
    if cursor := arguments.text("cursor"):
        try:
            wanted = base64.b64decode(cursor, validate=True).decode().removeprefix("next:")
        except (binascii.Error, UnicodeDecodeError):
            raise ApiError("invalid_cursor") from None
        start = next((place for place, item in enumerate(items) if item[key] == wanted), -1)
        if start < 0:
            raise ApiError("invalid_cursor")
    following = items[start + limit : start + limit + 1]
    token = base64.b64encode(f"next:{following[0][key]}".encode()).decode() if following else ""
    return list(items[start : start + limit]), {"next_cursor": token}


def _invalid(*faults: str) -> ApiError:
    return ApiError("invalid_arguments", *(f"[ERROR] {fault}" for fault in faults))
