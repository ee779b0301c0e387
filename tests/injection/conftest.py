"""The stage of the dialogues, for attacks on the whole bot."""

from __future__ import annotations

from tests.acceptance.conftest import backend, dialogue, lent, model, shared_bot

__all__ = ["backend", "dialogue", "lent", "model", "shared_bot"]
