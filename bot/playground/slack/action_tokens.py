"""Action tokens: each lets the bot search for a while on behalf of the author of one message.

Source: https://docs.slack.dev/apis/web-api/real-time-search-api
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass

from bot.playground.slack.rate_limits import RateLimits
from bot.playground.slack.wire import ApiError

# How many tokens are remembered.
KEPT = 1_000
# Searches on behalf of one user, whatever the workspace may.
SEARCHES_PER_MINUTE = 10


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token: for whom it is, and where their message is."""

    user: str
    channel: str
    deadline: float


class IssuedTokens:
    """Issues tokens with events, and checks them with each search. Times are in seconds since the epoch."""

    def __init__(self) -> None:
        self._issued: dict[str, IssuedToken] = {}
        self._searches: defaultdict[str, RateLimits] = defaultdict(RateLimits)

    def issue(self, user: str, channel: str, deadline: float) -> str:
        """Issue a token for a message of a user's."""
        token = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self._issued[token] = IssuedToken(user, channel, deadline)
        if len(self._issued) > KEPT:
            del self._issued[next(iter(self._issued))]
        return token

    def check(self, token: str, now: float) -> IssuedToken:
        """Return what a token is for. Raises `invalid_action_token`, also for one that has expired."""
        found = self._issued.get(token)
        if found is None or found.deadline < now:
            raise ApiError("invalid_action_token")
        return found

    def count(self, user: str, now: float) -> None:
        """Count a search on behalf of a user. Raises `rate_limited`."""
        if self._searches[user].wait(user, SEARCHES_PER_MINUTE, now):
            raise ApiError("rate_limited")

    def expire(self) -> None:
        """Expire all tokens issued so far."""
        self._issued.clear()
