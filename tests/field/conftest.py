"""The stage of the dialogues, for cases that need the whole bot."""

from __future__ import annotations

from tests.acceptance.conftest import database_url, dialogue, environ, model, stage, workspace

__all__ = ["database_url", "dialogue", "environ", "model", "stage", "workspace"]
