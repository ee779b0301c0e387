"""The values that the core, its ports and all adapters share; no rules about the outside world."""

from __future__ import annotations
