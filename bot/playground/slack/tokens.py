"""The app's tokens in one workspace: issued, refreshed, expired and revoked as by Slack."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.slack.wire import ApiError

MOST_ACTIVE = 2  # tokens active at once; https://docs.slack.dev/authentication/using-token-rotation
CODE_LASTS = 600.0  # seconds; https://docs.slack.dev/authentication/installing-with-oauth


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A one-time code of a user's consent, for a workspace or for its whole organization."""

    person: str
    deadline: float
    for_organization: bool = False


@dataclass(slots=True)
class Tokens:
    """The tokens of one workspace. `newest` is the latest one issued; `clock` returns seconds since the epoch."""

    clock: Callable[[], float]
    newest: str = ""
    _ends: dict[str, float | None] = field(default_factory=dict)
    _dead: dict[str, str] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _codes: dict[str, AuthorizationCode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issue(None)

    def issue(self, lifetime: float | None) -> dict[str, str | int]:
        """Issue a token, with a refresh token if it expires."""
        self.newest = f"xoxb-local-{secrets.token_hex(12)}"
        if lifetime is None:
            self._ends[self.newest] = None
            return {"access_token": self.newest}
        self._ends[self.newest] = self.clock() + lifetime
        for oldest in [token for token, end in self._ends.items() if end is not None][:-MOST_ACTIVE]:
            self._end(oldest, "token_expired")
        refresh = f"xoxe-1-{secrets.token_hex(16)}"
        self._refresh = {refresh}
        return {"access_token": self.newest, "refresh_token": refresh, "expires_in": int(lifetime)}

    def knows(self, token: str) -> bool:
        """Return whether a token of either kind, or a code, was issued here."""
        return any(token in known for known in (self._ends, self._dead, self._refresh, self._codes))

    def check(self, token: str) -> None:
        """Raise `invalid_auth`, `token_expired`, `token_revoked` or `account_inactive` for an invalid token."""
        if token in self._dead:
            raise ApiError(self._dead[token])
        if token not in self._ends:
            raise ApiError("invalid_auth")
        end = self._ends[token]
        if end is not None and end <= self.clock():
            raise ApiError("token_expired")

    def consent(self, person: str, *, for_organization: bool = False) -> str:
        """Record a user's consent; return its authorization code."""
        code = secrets.token_hex(12)
        self._codes[code] = AuthorizationCode(person, self.clock() + CODE_LASTS, for_organization)
        return code

    def redeem(self, code: str) -> AuthorizationCode:
        """Redeem an authorization code. Raises `invalid_code`, `code_already_used`."""
        if code not in self._codes:
            raise ApiError("invalid_code")
        found, self._codes[code] = self._codes[code], AuthorizationCode("", 0)
        if not found.person:
            raise ApiError("code_already_used")
        if found.deadline < self.clock():
            raise ApiError("invalid_code")
        return found

    def refresh(self, token: str, lifetime: float) -> dict[str, str | int]:
        """Exchange a refresh token, once, for a new token. Raises `invalid_refresh_token`."""
        if token not in self._refresh:
            raise ApiError("invalid_refresh_token")
        return self.issue(lifetime)

    def expire(self) -> None:
        """Expire the newest token now; it can still be refreshed."""
        self._ends[self.newest] = self.clock()

    def revoke(self, code: str) -> None:
        """Revoke everything issued so far; `code` is its error from now on."""
        for token in tuple(self._ends):
            self._end(token, code)
        self._refresh.clear()
        self._codes.clear()

    def _end(self, token: str, code: str) -> None:
        del self._ends[token]
        self._dead[token] = code
