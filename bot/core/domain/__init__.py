"""The values that the core, its ports and all adapters share."""

from __future__ import annotations
