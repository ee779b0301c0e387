"""What was set for one place, and how that came to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Overrides:
    """The values set for one place, by the settings' names; `version` counts the changes, 0 for none."""

    values: Mapping[str, Any]
    version: int = 0
    person: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverridesChange:
    """A change to one place's settings, which made its `version`: old and new values by name, None for unset."""

    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    person: str
    at: datetime
