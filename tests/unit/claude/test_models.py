"""What the API says of its models, as far as it says anything."""

from __future__ import annotations

from typing import Any

import pytest
from anthropic.types import ModelInfo

from bot.claude.models import lacks_web


@pytest.mark.parametrize(
    "capabilities",
    [
        {"server_tools": {"supported": True, "web_search": {"supported": True}}},
        {"server_tools": {"supported": False}},
        {"server_tools": None},
        {},
        None,
    ],
)
def test_only_a_plain_no_counts(capabilities: dict[str, Any] | None) -> None:
    assert lacks_web(listed({"server_tools": {"supported": True, "web_search": {"supported": False}}}))
    assert not lacks_web(listed(capabilities))


def listed(capabilities: dict[str, Any] | None) -> ModelInfo:
    """Return a model as the SDK builds it of an answer, which it does not judge."""
    return ModelInfo.construct(id="claude-haiku-5-5", capabilities=capabilities)
