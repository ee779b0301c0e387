"""Why feedback did not leave: another system refused it, or is out of reach."""

from __future__ import annotations

from bot.errors import BotError


class IntegrationError(BotError):
    """Another system refused what we sent: an HTTP status, or why it is out of reach; it may ask for a pause."""

    def __init__(self, code: str, *, is_transient: bool = False, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.is_transient = is_transient
        self.retry_after = retry_after


class WebhookError(IntegrationError):
    """A receiver of feedback refused it."""


class GitHubError(IntegrationError):
    """GitHub refused an issue; `fields` are those of the issue that it rejected."""

    fields: frozenset[str] = frozenset()
