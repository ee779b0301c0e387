"""The two words that every part of the local workspace shares: Slack's JSON, and Slack's way to say no."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class ApiError(Exception):
    """What Slack answers with `ok: false`: `code` is its `error`; `details` go into `response_metadata.messages`."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
