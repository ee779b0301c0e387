"""What was set for one place, and how that came to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Overrides:
    """What was set for one place, by the settings' names; `version` counts its changes, 0 where there were none."""

    values: Mapping[str, Any]
    version: int = 0
    person: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverridesChange:
    """A change of one sheet to its `version`: by the settings' names what was and what is since, None for unset."""

    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    person: str
    at: datetime
