"""How thorough the property tests are: enough for small rules, quick, and without files left behind."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rules", max_examples=50, deadline=None, database=None)
settings.load_profile("rules")
