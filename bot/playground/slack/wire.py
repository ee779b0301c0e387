"""What every part of the local Slack shares: the type of its JSON, and its errors."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class ApiError(Exception):
    """An answer with `ok: false`: `code` is its `error`, `details` its `response_metadata.messages`."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
